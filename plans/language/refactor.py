"""Renames that reach every reference: legacy uuids to slugs, a step, an action (plan language 6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from plans.language.dependencies import Dependency
from plans.language.mentions import (
    rename_in_jsonata,
    rename_in_path,
    rename_in_prompt,
    rename_in_script,
    rename_in_template,
)
from plans.language.places import Authored, change_authored
from plans.language.schema import Action, ApprovalConfig, CreateTaskConfig, Plan, PlanConfig, StepBase
from plans.language.scripts import holds_literal, rename_own_action
from plans.language.slugs import STEP_SLUG

_TEXT_RENAMES: Final[dict[str, Callable[[str, Callable[[str], str | None]], str]]] = {
    "jsonata": rename_in_jsonata,
    "script": rename_in_script,
    "template": rename_in_template,
    "path": rename_in_path,
}
_PROMPTS: Final = frozenset({"config.promptBody", "config.prompt"})


class RefactorError(ValueError):
    """A rename that cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One change: in which step (None: the plan), at which wire path, what stood there and what stands there now.

    `new` is None where something was dropped, and `old` where it still stands: an author has to look.
    """

    step: str | None
    field: str
    old: str
    new: str | None

    def __str__(self) -> str:
        """Say it in words."""
        where = f'step "{self.step}", {self.field}' if self.step else self.field
        if self.new == self.old:
            return f'{where}: "{self.old}" still stands where it may be another thing; look at it'
        return (
            f'{where}: "{self.old}" dropped'
            if self.new is None
            else f'{where}: "{self.old}" is now "{self.new}"'
        )


@dataclass(slots=True)
class _Renaming:
    """What gets which name, and the changes so far; `actions` maps a step and its old action."""

    steps: Mapping[str, str]
    actions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    done: list[Rewrite] = field(default_factory=list)

    def note(self, step: str | None, where: str, old: str, new: str | None) -> None:
        self.done.append(Rewrite(step, where, old, new))


def legacy_uuids(plan: Plan) -> tuple[int, int]:
    """Count the uuids that steps and that actions still have."""
    actions = [action for step in plan.steps for action in step.config.declared_actions]
    return sum(bool(step.uuid) for step in plan.steps), sum(bool(action.uuid) for action in actions)


def rewrite_uuids(plan: Plan) -> tuple[Plan, list[Rewrite]]:
    """Put slugs where legacy uuids stand, everywhere, and drop the uuids; a second run changes nothing.

    An action that has only a uuid keeps it as its slug, since scripts and models may answer with it. A uuid that
    collides with another step stays, and stays a finding.
    """
    colliding = _colliding(plan)
    steps = {
        step.uuid: step.slug
        for step in plan.steps
        if step.uuid and step.uuid not in colliding and step.uuid != step.slug
    }
    actions = {
        (step.slug, action.uuid): action.slug
        for step in plan.steps
        for action in step.config.declared_actions
        if action.uuid and action.uuid != action.slug
    }
    renaming = _Renaming(steps, actions)
    renamed = [_drop_uuids(step, colliding, renaming) for step in plan.steps]
    return _rename_everywhere(plan, renamed, renaming), renaming.done


def rename_step(plan: Plan, old: str, new: str) -> tuple[Plan, list[Rewrite]]:
    """Give a step another slug, and every reference to it. Raises RefactorError."""
    if old not in plan.by_slug:
        raise RefactorError(f'there is no step "{old}"; save the plan first if it is new')
    _check_new(new)
    taken = {step.slug for step in plan.steps} | {step.uuid for step in plan.steps if step.uuid}
    if new in taken | {broken.slug for broken in plan.broken}:
        raise RefactorError(f'another step is named "{new}"; choose a slug that is free')
    return rename_steps(plan, {old: new})


def rename_steps(plan: Plan, names: Mapping[str, str]) -> tuple[Plan, list[Rewrite]]:
    """Give several steps other slugs at once, old to new, and every reference; whether they are free is not asked."""
    renaming = _Renaming(names)
    steps: list[StepBase] = []
    for step in plan.steps:
        new = names.get(step.slug)
        if new is not None:
            renaming.note(new, "slug", step.slug, new)
            step = step.model_copy(update={"slug": new})
        steps.append(step)
    return _rename_everywhere(plan, steps, renaming), renaming.done


def rename_action(plan: Plan, step: str, old: str, new: str) -> tuple[Plan, list[Rewrite]]:
    """Give an action of a step another slug, and every edge, comparison and test that names it. Raises RefactorError.

    In the step's own script it is changed where it is a literal, or chosen from literals (see `rename_own_action`).
    """
    source = plan.by_slug.get(step)
    declared = source.config.declared_actions if source is not None else ()
    if source is None or not any(action.slug == old for action in declared):
        raise RefactorError(f'step "{step}" declares no action "{old}"')
    if isinstance(source.config, CreateTaskConfig):
        raise RefactorError(f'the actions of step "{step}" come from its task template; rename "{old}" there')
    _check_new(new)
    if any(action.slug == new for action in declared):
        raise RefactorError(f'step "{step}" has an action "{new}" already; choose a slug that is free')
    renaming = _Renaming({}, {(step, old): new})
    steps = [
        _rename_declared(entry, old, new, renaming) if entry.slug == step else entry for entry in plan.steps
    ]
    return _rename_everywhere(plan, steps, renaming), renaming.done


def _check_new(slug: str) -> None:
    if not STEP_SLUG.fullmatch(slug):
        raise RefactorError(f'"{slug}" is no slug; it may hold a-z, 0-9, _ and - only')


def _colliding(plan: Plan) -> frozenset[str]:
    seen: set[str] = set()
    colliding: set[str] = set()
    for step in plan.steps:
        if step.uuid:
            owner = plan.by_slug.get(step.uuid)
            if step.uuid in seen or (owner is not None and owner.slug != step.slug):
                colliding.add(step.uuid)
            seen.add(step.uuid)
    return frozenset(colliding)


def _drop_uuids(step: StepBase, colliding: frozenset[str], renaming: _Renaming) -> StepBase:
    updates: dict[str, Any] = {}
    if step.uuid and step.uuid not in colliding:
        renaming.note(step.slug, "uuid", step.uuid, None)
        updates["uuid"] = None
    key = step.config.actions_key
    if key and any(action.uuid for action in step.config.declared_actions):
        actions = tuple(_without_uuid(action, step.slug, renaming) for action in step.config.declared_actions)
        updates["config"] = step.config.model_copy(update={key: actions})
    return step.model_copy(update=updates) if updates else step


def _without_uuid(action: Action, step: str, renaming: _Renaming) -> Action:
    if not action.uuid:
        return action
    renaming.note(step, f'action "{action.slug}"', action.uuid, None)
    return action.model_copy(update={"uuid": None})


def _rename_declared(step: StepBase, old: str, new: str, renaming: _Renaming) -> StepBase:
    renaming.note(step.slug, f'action "{old}"', old, new)
    actions = tuple(
        action.model_copy(update={"slug": new, "uuid": None}) if action.slug == old else action
        for action in step.config.declared_actions
    )
    step = step.model_copy(
        update={"config": step.config.model_copy(update={step.config.actions_key or "": actions})}
    )

    def change(place: Authored) -> str:
        if place.field != "config.scriptBody":
            return place.text
        text = rename_own_action(place.text, old, new)
        if text != place.text:
            renaming.note(step.slug, place.field, place.text, text)
        if holds_literal(text, old):
            renaming.note(step.slug, place.field, old, old)
        return text

    return change_authored(step, change)


def _rename_everywhere(plan: Plan, steps: list[StepBase], renaming: _Renaming) -> Plan:
    updates: dict[str, Any] = {}
    renamed = tuple(_rename_in_step(step, renaming) for step in steps)
    if any(new is not old for new, old in zip(renamed, plan.steps, strict=True)):
        updates["steps"] = renamed
    output = _rename_in_tree(plan.output, None, "output", renaming)
    if output != plan.output:
        updates["output"] = output
    layout = {renaming.steps.get(slug, slug): place for slug, place in plan.layout.items()}
    if layout.keys() != plan.layout.keys():
        for slug in plan.layout.keys() & renaming.steps.keys():
            renaming.note(None, "layout", slug, renaming.steps[slug])
        updates["layout"] = layout
    test = _rename_in_test(plan.test, renaming) if plan.test else plan.test
    if test != plan.test:
        renaming.note(None, "test", "its step and action names", "the new ones")
        updates["test"] = test
    return plan.model_copy(update=updates)


def _rename_in_step(step: StepBase, renaming: _Renaming) -> StepBase:
    def change(place: Authored) -> str:
        rename_text = rename_in_prompt if place.field in _PROMPTS else _TEXT_RENAMES.get(place.language)
        text = rename_text(place.text, renaming.steps.get) if rename_text else place.text
        if place.language in ("jsonata", "script"):
            text = _rename_compared(text, renaming)
        if text != place.text:
            renaming.note(step.slug, place.field, place.text, text)
        return text

    updates: dict[str, Any] = {}
    depends_on = tuple(
        _rename_dependency(entry, step.slug, index, renaming) for index, entry in enumerate(step.depends_on)
    )
    if any(new is not old for new, old in zip(depends_on, step.depends_on, strict=True)):
        # Two entries that become one are one.
        updates["depends_on"] = tuple(dict.fromkeys(depends_on))
    for name, wire in (("input", "input"), ("skip_if", "skipIf")):
        old = getattr(step, name)
        new = _rename_in_tree(old, step.slug, wire, renaming)
        if new != old:
            updates[name] = new
    if config := _rename_in_config(step, renaming):
        updates["config"] = config
    return change_authored(step.model_copy(update=updates) if updates else step, change)


def _rename_in_config(step: StepBase, renaming: _Renaming) -> ApprovalConfig | PlanConfig | None:
    if isinstance(step.config, ApprovalConfig):
        distinct = tuple(renaming.steps.get(slug, slug) for slug in step.config.distinct_from)
        if distinct != step.config.distinct_from:
            old = ", ".join(step.config.distinct_from)
            renaming.note(step.slug, "config.distinctFrom", old, ", ".join(distinct))
            return step.config.model_copy(update={"distinct_from": distinct})
    if isinstance(step.config, PlanConfig):
        inputs = _rename_in_tree(step.config.inputs, step.slug, "config.inputs", renaming)
        if inputs != step.config.inputs:
            return step.config.model_copy(update={"inputs": inputs})
    return None


def _rename_dependency(entry: Dependency, step: str, index: int, renaming: _Renaming) -> Dependency:
    slug = renaming.steps.get(entry.step, entry.step)
    # Edges name the source by the slug it had before or has now.
    action = next(
        (
            renaming.actions[source, entry.action]
            for source in (entry.step, slug)
            if entry.action is not None and (source, entry.action) in renaming.actions
        ),
        entry.action,
    )
    changed = replace(entry, step=slug, action=action, legacy=None)
    typed = replace(entry, step=entry.legacy or entry.step, legacy=None)
    if str(changed) == str(typed):
        return entry
    renaming.note(step, f"dependsOn[{index}]", str(typed), str(changed))
    return changed


def _rename_compared(text: str, renaming: _Renaming) -> str:
    """Rename actions that a condition or script compares: `steps.route.action = "review"`, either way round."""
    for (step, old), new in renaming.actions.items():
        slug, value = re.escape(step), re.escape(old)
        dotted, bracketed = rf"\??\.\s*(?:{slug}|`{slug}`)", rf"""(?:\?\.)?\[\s*(?:"{slug}"|'{slug}')\s*\]"""
        path = rf"\bsteps(?:{dotted}|{bracketed})\s*\??\.\s*(?:action|completedActionUuid)\b"
        text = re.sub(rf"""({path}\s*!?={{1,3}}\s*)(["']){value}\2""", rf"\g<1>\g<2>{new}\g<2>", text)
        turned = rf"""(["']){value}\1(?=\s*!?={{1,3}}\s*(?:ctx\s*\??\.\s*)?{path})"""
        text = re.sub(turned, rf"\g<1>{new}\g<1>", text)
    return text


def _rename_in_tree(tree: Any, step: str | None, where: str, renaming: _Renaming) -> Any:
    if isinstance(tree, list):
        return [_rename_in_tree(item, step, f"{where}[{index}]", renaming) for index, item in enumerate(tree)]
    if not isinstance(tree, dict) or "$literal" in tree:
        return tree
    out = {
        key: value if key in ("$from", "$step") else _rename_in_tree(value, step, f"{where}.{key}", renaming)
        for key, value in tree.items()
    }
    match tree:
        case {"$from": {"step": str(old)} as source} if old in renaming.steps:
            out["$from"] = {**source, "step": renaming.steps[old]}
        case {"$step": str(old)} if old in renaming.steps:
            out["$step"] = renaming.steps[old]
        case _:
            return out
    renaming.note(step, where, old, renaming.steps[old])
    return out


def _rename_in_test(test: Any, renaming: _Renaming) -> Any:
    if not isinstance(test, dict):
        return test
    out = dict(test)
    if isinstance(test.get("mocks"), list):
        out["mocks"] = [_rename_in_mock(mock, renaming) for mock in test["mocks"]]
    if isinstance(test.get("cases"), list):
        out["cases"] = [_rename_in_case(case, renaming) for case in test["cases"]]
    return out


def _rename_in_case(case: Any, renaming: _Renaming) -> Any:
    out = _rename_in_test(case, renaming)
    if isinstance(out, dict) and isinstance(out.get("steps"), dict):
        out["steps"] = {
            renaming.steps.get(slug, slug): _rename_action_key(expected, slug, renaming)
            for slug, expected in out["steps"].items()
        }
    return out


def _rename_in_mock(mock: Any, renaming: _Renaming) -> Any:
    if not isinstance(mock, dict) or not isinstance(mock.get("step"), str):
        return mock
    slug, out = mock["step"], dict(mock)
    out["step"] = renaming.steps.get(slug, slug)
    returns = mock.get("returns")
    if isinstance(returns, list):
        out["returns"] = [_rename_action_key(entry, slug, renaming) for entry in returns]
    elif returns is not None:
        out["returns"] = _rename_action_key(returns, slug, renaming)
    return out


def _rename_action_key(value: Any, slug: str, renaming: _Renaming) -> Any:
    """Rename the action in what a mock returns or a case expects, and in what it expects of documents."""
    if not isinstance(value, dict):
        return value
    out = dict(value)
    if isinstance(out.get("documents"), dict):
        out["documents"] = {
            name: _rename_action_key(expected, slug, renaming) for name, expected in out["documents"].items()
        }
    if isinstance(out.get("action"), str):
        source, old = renaming.steps.get(slug, slug), out["action"]
        out["action"] = renaming.actions.get((slug, old)) or renaming.actions.get((source, old)) or old
    return out
