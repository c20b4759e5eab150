"""Changes of a document that reach further than one field: renames, the rewrite of uuids; and what changed at all."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from plans.errors import Invalid
from plans.language.diff import describe
from plans.language.merge import same
from plans.language.refactor import RefactorError, rename_action, rename_step
from plans.language.source import SourceError, parse_source
from plans.language.spellings import read, write
from plans.services.rewriting import rewritten


def rename(document: dict[str, Any], *, step: str, to: str, action: str = "") -> dict[str, Any]:
    """Give a step, or one of its actions, another slug everywhere: `{document, changes}`; raise Invalid."""
    plan, _findings = read(document)
    try:
        renamed, changes = rename_action(plan, step, action, to) if action else rename_step(plan, step, to)
    except RefactorError as error:
        raise Invalid(str(error), code="cannot-rename") from error
    return {"document": write(renamed), "changes": [str(change) for change in changes]}


def rewrite(document: dict[str, Any], *, source: str = "", notation: str = "yaml") -> dict[str, Any]:
    """Put slugs where legacy uuids stand: `{document, changes}`.

    A document in the normal form has slugs in `dependsOn` already; what the author's own text still names by uuid is
    told from that.
    """
    found = rewritten(document)
    changes = list(found.changes)
    with suppress(SourceError):
        typed = parse_source(source, filename=f"plan.{notation}") if source.strip() else None
        told = rewritten(typed).changes if isinstance(typed, dict) else ()
        changes += [change for change in told if change not in changes]
    return {"document": found.document, "changes": changes}


def compare(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Say what changed: `{changes, steps}`, sentences, and `added`, `removed` or `changed` by slug."""
    old, new = read(before)[0], read(after)[0]
    return {"changes": describe(old, new), "steps": changed_steps(write(old), write(new))}


def changed_steps(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    """Compare the steps of two documents in the normal form; those that are the same are left out."""
    old, new = _by_slug(before), _by_slug(after)
    found = {slug: "removed" for slug in old if slug not in new}
    for slug, step in new.items():
        if slug not in old:
            found[slug] = "added"
        elif not same(old[slug], step):
            found[slug] = "changed"
    return found


def _by_slug(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    steps = document.get("steps")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict) and isinstance(step.get("slug"), str):
            found.setdefault(step["slug"], step)
    return found
