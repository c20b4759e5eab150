"""What the plans of a trial refer to: the `catalog` of a `test` section (plan language 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activities.steps.bridges import bare_slug
from plans.language.schema import CreateTaskConfig
from plans.language.schema import Plan as Document
from plans.language.spellings import read

_DEFINED: Final = ("taskTemplates", "taskStatuses", "serviceBridges")


def definitions_of(catalog: Any, document: Document) -> dict[str, Any]:
    """Return the definitions as an activity pins them; without a catalog, task templates are taken on trust."""
    if isinstance(catalog, Mapping):
        return {**catalog, **{name: by_slug(catalog[name]) for name in _DEFINED if name in catalog}}
    tasks = [step.config for step in document.steps if isinstance(step.config, CreateTaskConfig)]
    return {"taskTemplates": {bare_slug(task.task_template_ref): {} for task in tasks}}


def written_plans(catalog: Any) -> dict[str, Document]:
    """Return the plans that a catalog holds in full, by slug; one that it only names cannot be run."""
    plans = by_slug(catalog.get("plans")) if isinstance(catalog, Mapping) else {}
    return {slug: read(plan)[0] for slug, plan in plans.items() if "steps" in plan or "output" in plan}


def by_slug(typed: Any) -> dict[str, dict[str, Any]]:
    """Read a mapping by slug, or a list of entries with a slug; what is no object says nothing but its name."""
    if isinstance(typed, Mapping):
        return {str(slug): _entry(entry) for slug, entry in typed.items()}
    entries = typed if isinstance(typed, list) else ()
    return {str(_entry(entry).get("slug", entry)): _entry(entry) for entry in entries}


def _entry(typed: Any) -> dict[str, Any]:
    if isinstance(typed, Mapping):
        return dict(typed)
    # A status may be written as its type alone.
    return {"statusType": typed} if isinstance(typed, str) else {}
