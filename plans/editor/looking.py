"""One look at a document: its normal form, what is wrong with it, its graph, the uuids that a save would rewrite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from plans.graph_view import graph_view
from plans.language.finding import Finding
from plans.language.findings import Catalog, check
from plans.language.fixes import fixes_of
from plans.language.refactor import rewrite_uuids
from plans.language.schema import Plan
from plans.language.source import Lines, SourceError, parse_with_lines
from plans.language.spellings import read, write

_OF_FLOWS: Final = frozenset({"stepflow-id-renamed", "unknown-key"})


def look(document: object, catalog: Catalog) -> dict[str, Any]:
    """Return `{document, findings, graph, uuids}`; never raises for what is inside the document.

    `document` is the normal form, steps that cannot be read as they were typed; `uuids` are sentences: what the save
    will rewrite. Milliseconds, for hundreds of steps too: asked at every pause in typing.
    """
    typed, found = read(document)
    plan, normal = typed, write(typed)
    if normal != document:
        plan, again = read(normal)  # findings lead into what the editor holds, and that is the normal form
        found = [*again, *(finding for finding in found if _is_about_the_typed(finding, again))]
    findings = [*found, *check(plan, catalog)]
    fixes = fixes_of(plan, normal, findings, catalog)
    return {
        "document": normal,
        "findings": [
            {**finding.as_dict(), "fixes": [fix.as_dict() for fix in offered]}
            for finding, offered in zip(findings, fixes, strict=True)
        ],
        "graph": graph_view(plan, catalog),
        "uuids": _uuids(typed),
    }


def _is_about_the_typed(finding: Finding, again: Sequence[Finding]) -> bool:
    """Tell what is only said of a flow in its own spelling: there it stands, in the plan it does not."""
    return finding.code not in {other.code for other in again} and finding.code in _OF_FLOWS


def look_at_source(text: str, notation: str, catalog: Catalog) -> dict[str, Any]:
    """Look at a text: as `look`, with `lines`, the first and last line of each step by slug.

    Of a text that can't be parsed, or holds no object, `{problem: {message, line, column}}`; 0 is no place.
    """
    try:
        value, lines = parse_with_lines(text, filename=f"plan.{notation}")
    except SourceError as error:
        return _problem(error.message, error.line, error.column)
    if not isinstance(value, dict):
        return _problem(_("this is no plan: a plan is an object with slug, name and steps"), 1, 1)
    return look(value, catalog) | {"lines": _lines(value, lines)}


def _problem(message: str, line: int, column: int) -> dict[str, Any]:
    return {"problem": {"message": message, "line": line, "column": column}}


def _lines(value: dict[str, Any], lines: Sequence[Lines]) -> dict[str, Lines]:
    found: dict[str, Lines] = {}
    steps = value.get("steps")
    for step, place in zip(steps if isinstance(steps, list) else (), lines, strict=False):
        slug = step.get("slug", step.get("id")) if isinstance(step, dict) else None
        if isinstance(slug, str):
            found.setdefault(slug, place)
    return found


def _uuids(plan: Plan) -> list[str]:
    if not _holds_uuids(plan):
        return []
    return [str(change) for change in rewrite_uuids(plan)[1]]


def _holds_uuids(plan: Plan) -> bool:
    return any(
        step.uuid or any(action.uuid for action in step.config.declared_actions) for step in plan.steps
    )
