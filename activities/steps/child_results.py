"""What a step gives that waited for children: by how they ended (reference of `builtin/eval`, `map`, `iterate`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from activities.models import Child, ChildGroup
from activities.steps import Completed, ErrorInfo, Failed, Outcome, Skipped

INVALID: Final = 400  # what an iteration gave is the author's to put right


def result_of(group: ChildGroup) -> Outcome | None:
    """Return what the step gives, None while that is not known; notes the next input of an iteration."""
    match group.mode:
        case "map":
            return _map(group) if group.ended == group.total else None
        case "iterate":
            return _iterate(group)
    child = Child.objects.get(group=group, number=0)
    if child.outcome is None:
        return None
    return _plan(child.outcome) if group.mode == "plan" else _eval(child)


def _plan(outcome: Mapping[str, Any]) -> Outcome:
    """PLAN: the step ends as its child did."""
    match outcome["outcome"]:
        case "success":
            return Completed(outcome["result"])
        case "skipped":
            return Skipped("the output of its activity was skipped")
        case _:
            return Failed(_error(outcome["error"]))


def _eval(child: Child) -> Outcome:
    """eval: never fails because the flow did; the caller looks at the outcome."""
    run_id = str(child.activity_id) if child.activity_id else None
    return Completed({"result": shown(child.outcome), "run_id": run_id})


def _map(group: ChildGroup) -> Outcome:
    outcomes = Child.objects.filter(group=group).order_by("number").values_list("outcome", flat=True)
    results = [shown(outcome) for outcome in outcomes]
    counts = Counter(result["outcome"] for result in results)
    return Completed(
        {
            "results": results,
            "successful": counts["success"],
            "failed": counts["failed"],
            "skipped": counts["skipped"],
        }
    )


def _iterate(group: ChildGroup) -> Outcome | None:
    last = Child.objects.filter(group=group, number=group.started - 1).first()
    if last is None or last.outcome is None:
        return None
    match last.outcome:
        case {"outcome": "success", "result": {"result": result}}:
            return Completed({"result": result, "iterations": group.started, "terminated": False})
        case {"outcome": "success", "result": {"next": value}}:
            if group.started >= group.total:
                return Completed({"result": value, "iterations": group.started, "terminated": True})
            Child.objects.get_or_create(group=group, number=group.started, defaults={"input": value})
            return None
        case {"outcome": "success"}:
            return _invalid("Workflow result must contain either 'result' or 'next' field")
        case {"outcome": "skipped"}:
            return _invalid("Workflow cannot be skipped during iteration")
        case _:
            return Failed(_error(last.outcome["error"]))


def shown(outcome: Any) -> dict[str, Any]:
    """Return an outcome as authors see it: of an error its code and message, and the data that came with them."""
    if outcome["outcome"] != "failed":
        return dict(outcome)
    return {"outcome": "failed", "error": {key: outcome["error"].get(key) for key in ("code", "message")}}


def _error(error: Mapping[str, Any]) -> ErrorInfo:
    return ErrorInfo(
        error["code"], error["message"], error.get("class") or "", error.get("place") or "", error.get("data")
    )


def _invalid(message: str) -> Failed:
    return Failed(ErrorInfo(INVALID, message, "InvalidIteration"))
