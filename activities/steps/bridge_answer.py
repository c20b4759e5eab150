"""What the answer to a BRIDGE_CALL means: an error or not, the mapped result, the action (plan language 2.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from activities import sandbox
from activities.steps import Completed, ErrorInfo, Failed, LogLine, logs
from activities.steps.actions import describe, match_action
from activities.steps.failures import system
from plans.language.expressions import truthy
from plans.language.schema import BridgeCallConfig

MESSAGE_KEYS: Final = ("message", "detail", "error", "title")
MAX_MESSAGE: Final = 300

Json = Any


def map_answer(
    config: BridgeCallConfig, answer: Mapping[str, Json], *, retry_after: float | None = None
) -> Completed | Failed:
    """Judge `{_statusCode, _body}`; a mapping without them is the body of a 200.

    Both `treatAsError` and `outputMapping` see `{...body, _statusCode, _body}`.
    """
    if "_statusCode" not in answer:
        answer = {"_statusCode": 200, "_body": dict(answer)}
    status, body = answer["_statusCode"], answer.get("_body")
    root = (body if isinstance(body, dict) else {}) | {"_statusCode": status, "_body": body}
    texts = {name: text for name, text in config.output_mapping.items() if isinstance(text, str)}
    predicate = [config.treat_as_error] if config.treat_as_error else []
    jobs = [sandbox.Evaluation(text, root) for text in (*predicate, *texts.values())]
    verdicts = sandbox.evaluate(jobs, until_error=True)
    if predicate:
        judged = verdicts.pop(0)
        if judged.error:
            return system("ExpressionError", f"treatAsError: {judged.error['message']}")
        is_error = judged.has_value and truthy(judged.value)
    else:
        is_error = not 200 <= status <= 299
    result = {"_statusCode": status, "_body": body}
    if is_error:
        return _failed(config, result, retry_after)
    for name, verdict in zip(texts, verdicts, strict=True):
        if verdict.error:
            return system("ExpressionError", f"outputMapping.{name}: {verdict.error['message']}")
    mapped = dict(
        zip(texts, (verdict.value if verdict.has_value else None for verdict in verdicts), strict=True)
    )
    ordered = {name: mapped.get(name, value) for name, value in config.output_mapping.items()}
    action, warnings = _action(config, ordered, body)
    return Completed(result | ordered, action, warnings)


def _failed(config: BridgeCallConfig, result: Mapping[str, Json], retry_after: float | None) -> Failed:
    status, said = result["_statusCode"], _message(result["_body"])
    message = f"{config.service_bridge_ref} {config.endpoint_name} answered {status}" + (
        f": {said}" if said else ""
    )
    return Failed(ErrorInfo(status, message, "BridgeError"), retry_after=retry_after, result=result)


def _message(body: Json) -> str:
    found = (
        next((body[key] for key in MESSAGE_KEYS if body.get(key)), "")
        if isinstance(body, dict)
        else body or ""
    )
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "…"


def _action(
    config: BridgeCallConfig, mapped: Mapping[str, Json], body: Json
) -> tuple[str | None, list[LogLine]]:
    wanted = mapped.get("action")
    if wanted is None and isinstance(body, dict):
        wanted = body.get("action")
    action = match_action(wanted, config.bridge_actions)
    if wanted is None or action is not None or not (config.bridge_actions or "action" in mapped):
        return action, []
    shown, known = json.dumps(wanted, ensure_ascii=False), describe(config.bridge_actions)
    return None, logs.warnings(
        [f"action {shown} is not declared (bridgeActions: {known}); no action was taken"]
    )
