"""What a plan may refer to, as the checker sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from plans.language.schema import APPROVAL_ACTIONS, CreateTaskConfig, StepBase
from plans.language.slugs import kebab

READY: Final = "READY"
_DECLARING: Final = frozenset({"SCRIPT", "BRIDGE_CALL", "LLM"})
SILENT_KINDS: Final = frozenset({"EXECUTION", "AGENT", "PLAN"})


@dataclass(frozen=True, slots=True)
class TaskTemplateDef:
    """What of a task template counts for a plan: the slugs of its actions, as they stand in it."""

    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """What exists besides the plan; None means that whatever is named is taken on trust.

    `task_statuses` maps slugs to their type (`OPEN`, `DONE` …); `service_bridges` maps slugs to definitions with
    `endpoints`; `agent_runtimes` maps slugs to their status (`READY` …); `plans`, `prompt_templates` and `modules` are
    the slugs and refs that exist. `step_modules` are those that run as steps only, and are no tools of an agent.
    """

    task_templates: Mapping[str, TaskTemplateDef] | None = None
    task_statuses: Mapping[str, str] | None = None
    service_bridges: Mapping[str, Mapping[str, Any]] | None = None
    plans: Collection[str] | None = None
    prompt_templates: Collection[str] | None = None
    agent_runtimes: Mapping[str, str] | None = None
    modules: frozenset[str] | None = None
    step_modules: frozenset[str] = frozenset()


def read_catalog(typed: object) -> Catalog:
    """Read the `catalog` of a plan's `test` section; without one, everything is taken on trust.

    Where there is one, task templates and service bridges are those it names, and no others; prompt templates and
    agent runtimes are so where it lists them.
    """
    if not isinstance(typed, Mapping):
        return Catalog()
    statuses = _by_slug(typed.get("taskStatuses"))
    plans, prompts, runtimes = (typed.get(key) for key in ("plans", "promptTemplates", "agentRuntimes"))
    return Catalog(
        task_templates={
            slug: TaskTemplateDef(_action_slugs(entry))
            for slug, entry in _by_slug(typed.get("taskTemplates")).items()
        },
        task_statuses={slug: _status_type(entry) for slug, entry in statuses.items()} if statuses else None,
        service_bridges={
            slug: entry if isinstance(entry, Mapping) else {}
            for slug, entry in _by_slug(typed.get("serviceBridges")).items()
        },
        plans=frozenset(_by_slug(plans)) if plans is not None else None,
        prompt_templates=frozenset(_by_slug(prompts)) if prompts is not None else None,
        agent_runtimes=None
        if runtimes is None
        else {slug: _runtime_status(entry) for slug, entry in _by_slug(runtimes).items()},
    )


def live_actions(step: StepBase, catalog: Catalog) -> tuple[str, ...] | None:
    """List the action slugs a step may end with; None when that is not known.

    Two entries with one slug stay two: a qualifier that names them is ambiguous.
    """
    if step.kind in SILENT_KINDS:
        return ()
    if step.kind == "APPROVAL":
        return APPROVAL_ACTIONS
    if isinstance(step.config, CreateTaskConfig):
        return _task_actions(step.config, catalog)
    return tuple(action.slug for action in step.config.declared_actions)


def declares_actions(step: StepBase) -> bool:
    """Tell whether the plan itself, and no template, says how the step may end."""
    return step.kind in _DECLARING and bool(step.config.declared_actions)


def bare_slug(ref: str) -> str:
    """Give the slug of a reference: `org/slug` and `task-template://org/slug` name `slug`."""
    return ref.rsplit("/", 1)[-1]


def _task_actions(config: CreateTaskConfig, catalog: Catalog) -> tuple[str, ...] | None:
    if not config.wait_for_completion:
        return ()
    if catalog.task_templates is None:
        return None
    template = catalog.task_templates.get(bare_slug(config.task_template_ref))
    if template is None:
        return None
    done = (slug for slug, kind in (catalog.task_statuses or {}).items() if kind == "DONE")
    return (*template.actions, *(slug for slug in done if slug not in template.actions))


def _by_slug(typed: object) -> dict[str, Any]:
    """Read a mapping by slug, or a list of entries with a `slug`, or of plain slugs."""
    if isinstance(typed, Mapping):
        return {str(slug): entry for slug, entry in typed.items()}
    found: dict[str, Any] = {}
    for entry in typed if isinstance(typed, list | tuple) else ():
        if isinstance(entry, Mapping) and isinstance(entry.get("slug"), str):
            found[entry["slug"]] = entry
        elif isinstance(entry, str):
            found[entry] = {}
    return found


def _action_slugs(entry: object) -> tuple[str, ...]:
    if not isinstance(entry, Mapping):
        return ()
    metadata = entry.get("metadata")
    actions = entry.get("actions", metadata.get("actions") if isinstance(metadata, Mapping) else None)
    return tuple(_identities(actions if isinstance(actions, list | tuple) else ()))


def _identities(actions: Iterable[object]) -> Iterable[str]:
    for action in actions:
        if isinstance(action, str):
            yield action
        elif isinstance(action, Mapping):
            slug = action.get("slug") or action.get("uuid")
            name = action.get("name") or action.get("label")
            if isinstance(slug, str):
                yield slug
            elif isinstance(name, str):
                yield kebab(name)


def _runtime_status(entry: object) -> str:
    return str(entry.get("status") or READY) if isinstance(entry, Mapping) else READY


def _status_type(entry: object) -> str:
    if isinstance(entry, Mapping):
        return str(entry.get("statusType") or entry.get("type") or "")
    return str(entry)
