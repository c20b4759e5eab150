"""One text of a plan on given data: a condition, a script, a template or an input tree, tried by its author."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from activities import sandbox
from activities.steps import StepView, step_root
from plans.language import expressions
from plans.language.expressions import StepValue
from plans.language.source import SourceError, parse_source

Json = Any
LANGUAGES: Final = ("jsonata", "script", "template", "title", "tree", "reply")
SCRIPT_LIMITS: Final = sandbox.Limits(seconds=5.0, memory_bytes=64 * 1024 * 1024, output_bytes=1024 * 1024)
_PLACEHOLDER: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_PLACE: Final = re.compile(r"(\d+):(\d+)")


def evaluate(language: str, text: str, data: Mapping[str, Json]) -> dict[str, Json]:
    """Return `{value}`, with `hasValue` false where an expression gives nothing, or `{error: {message, line, column}}`.

    `data` is `{inputs, variables, steps: {slug: {status, action, result}}, documents, reply}`, all optional; lines and
    columns count from 1 in the author's own text, null where the place is not known.
    """
    match language:
        case "jsonata":
            return _expression(text, _expression_root(data))
        case "reply":
            return _expression(text, _reply_root(data.get("reply")))
        case "script":
            return _script(text, data)
        case "template":
            return _template(text, data)
        case "title":
            return _title(text, data)
        case _:
            return _tree(text, data)


def _expression(text: str, root: Json) -> dict[str, Json]:
    verdict = sandbox.evaluate([sandbox.Evaluation(text, root)])[0]
    if verdict.error is None:
        return {"value": verdict.value, "hasValue": verdict.has_value}
    found = _PLACE.fullmatch(verdict.error["place"] or "")
    # An expression's place counts characters from its beginning, whatever lines it has.
    line, column = place_of(text, int(found[2]) - 1) if found else (None, None)
    return _error(verdict.error["message"], line, column, code=verdict.error["code"])


def _script(text: str, data: Mapping[str, Json]) -> dict[str, Json]:
    documents = _documents(data)
    root = {
        "inputs": data.get("inputs") or {},
        "families": documents,
        "documents": documents,
        "task": None,
        **_surroundings(),
        "steps": {
            slug: step_root(view) | {"status": view.status, "action": view.action}
            for slug, view in _views(data).items()
        },
    }
    outcome = sandbox.run_script(text, root, limits=SCRIPT_LIMITS)
    if outcome.error is None:
        return {"value": outcome.value, "hasValue": outcome.value is not None, "logs": outcome.logs}
    found = _PLACE.fullmatch(outcome.error["place"] or "")
    line, column = (int(found[1]), int(found[2])) if found else (None, None)
    failed = _error(outcome.error["message"], line, column, code=outcome.error["code"])
    return failed | {"logs": outcome.logs}


def _template(text: str, data: Mapping[str, Json]) -> dict[str, Json]:
    root = {
        "inputs": data.get("inputs") or {},
        **_surroundings(),
        "steps": {slug: step_root(view) for slug, view in _views(data).items()},
        "task": None,
        "document": next(iter(_documents(data)), None),
        "activity": {"id": "", "title": ""},
        "now": timezone.now().isoformat(),
    }
    warnings = []
    for match in _PLACEHOLDER.finditer(text):
        for warning in expressions.interpolate(match[0], root)[1]:
            line, column = place_of(text, match.start())
            warnings.append({"message": warning, "line": line, "column": column})
    unreadable = next((each for each in warnings if "cannot be read" in str(each["message"])), None)
    if unreadable is not None:
        return {"error": unreadable}
    return {"value": expressions.interpolate(text, root)[0], "hasValue": True, "warnings": warnings}


def _title(text: str, data: Mapping[str, Json]) -> dict[str, Json]:
    names = [document["name"] for document in _documents(data)]
    root = {
        "inputs": data.get("inputs") or {},
        **_surroundings(),
        "caller": {"userId": None, "email": None},
        "now": timezone.now().isoformat(),
        "documentCount": len(names),
        "documentNames": names,
        "documentPaths": names,
        "documentPath": names[0] if names else "",
        "metadata": {},
        "documentMetadata": [],
    }
    try:
        return {"value": expressions.render_title(text, root), "hasValue": True}
    except expressions.TemplateError as error:
        return _error(error.reason, error.line, error.column)


def _tree(text: str, data: Mapping[str, Json]) -> dict[str, Json]:
    try:
        tree = parse_source(text, filename="input.yaml")
    except SourceError as error:
        return _error(error.message, error.line or None, error.column or None)
    resolution = expressions.resolve(tree, _Given(data))
    match resolution:
        case expressions.Resolved(value):
            return {"value": value, "hasValue": True}
        case expressions.PathMissing(message):
            return _error(message)
        case expressions.SkippedBy(slug):
            return _error(_("step %(step)s was skipped, and there is no default") % {"step": slug})
        case expressions.NotTakenBy(slug):
            return _error(_("step %(step)s was not taken, and there is no default") % {"step": slug})
        case expressions.FailedBy(slug):
            return _error(_("step %(step)s failed") % {"step": slug})
        case expressions.Needs(steps):
            return _error(_("there is no data of %(steps)s") % {"steps": ", ".join(sorted(steps))})


class _Given:
    """What a tree may read (plans.language.expressions.Scope)."""

    def __init__(self, data: Mapping[str, Json]) -> None:
        self.inputs = data.get("inputs") or {}
        self.variables = data.get("variables") or {}
        self._steps = _entries(data)

    def step(self, slug: str, /) -> StepValue | None:
        """How a step stands: one without data has not run yet."""
        entry = self._steps.get(slug)
        if entry is None:
            return StepValue("PENDING")
        return StepValue(str(entry.get("status", "COMPLETED")), entry.get("result"))


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, from 1, of a character."""
    before = text[: max(0, offset)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _expression_root(data: Mapping[str, Json]) -> dict[str, Json]:
    document = next(iter(_documents(data)), None)
    inputs = data.get("inputs") or {}
    return {
        "orgId": "",
        "projectId": "",
        "inputs": inputs,
        "documentFamilyId": inputs.get("documentFamilyId") if isinstance(inputs, Mapping) else None,
        "document": document,
        "extractedData": None,
        "steps": {slug: step_root(view) for slug, view in _views(data).items()},
    }


def _reply_root(reply: Json) -> Json:
    """Return what an `outputMapping` sees: of a bridge's answer the body's own keys too."""
    if not isinstance(reply, Mapping) or "_statusCode" not in reply:
        return reply
    body = reply.get("_body")
    return {**(body if isinstance(body, Mapping) else {}), **reply}


def _entries(data: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    steps = data.get("steps")
    known = steps.items() if isinstance(steps, Mapping) else ()
    return {slug: entry for slug, entry in known if isinstance(entry, Mapping)}


def _views(data: Mapping[str, Json]) -> dict[str, StepView]:
    """Return the steps that completed, as expressions see them."""
    return {
        slug: StepView("COMPLETED", entry.get("action"), entry.get("result"))
        for slug, entry in _entries(data).items()
        if entry.get("status", "COMPLETED") == "COMPLETED"
    }


def _documents(data: Mapping[str, Json]) -> list[dict[str, Json]]:
    """Return documents by name as expressions and scripts see them."""
    names = data.get("documents")
    return [
        {"id": str(name), "name": str(name), "path": str(name), "metadata": {}, "labels": [], "status": None}
        for name in (names if isinstance(names, list) else ())
    ]


def _surroundings() -> dict[str, Json]:
    return {"org": {"id": "", "slug": ""}, "project": {"id": "", "slug": "", "name": ""}}


def _error(
    message: str, line: int | None = None, column: int | None = None, *, code: str = ""
) -> dict[str, Json]:
    shape: dict[str, Json] = {"message": message, "line": line, "column": column}
    return {"error": shape | ({"code": code} if code else {})}
