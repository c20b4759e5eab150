"""Expression trees ($from, $step, $if …): what they refer to, and what they are worth (plan language 2.2).

Rule 1: only what resolving needs is asked for; the untaken side of `$if` and the rest of `$coalesce` are not looked at.
Rule 2: verdicts of several references rank: wait, blocked, not taken, skipped, missing path.
Rule 3: a default replaces the whole reference; its path is not applied to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeAlias, assert_never

from plans.language.expressions.paths import Found, PathSyntaxError, lookup

COMPLETED: Final = "COMPLETED"
SKIPPED: Final = "SKIPPED"
NOT_TAKEN: Final = "NOT_TAKEN"
STOPPED: Final = frozenset({"FAILED", "CANCELLED"})

_SKIP_WORDS: Final = frozenset({"skip", "skip_step", "skipStep"})
_OPERATORS: Final = ("$literal", "$if", "$coalesce", "$from", "$step", "$input", "$variable")
_DEFAULT_KEYS: Final = ("defaultValue", "default_value", "$default", "default")


@dataclass(frozen=True, slots=True)
class StepValue:
    """How a step stands: its status, and its result where it is COMPLETED.

    `fallback_key` names a key of the result in which a missing path is looked up again (`builtin/load_file`: `data`).
    """

    status: str
    result: object = None
    fallback_key: str | None = None


class Scope(Protocol):
    """What references may read."""

    @property
    def inputs(self) -> Mapping[str, object]:
        """The inputs of the activity."""

    @property
    def variables(self) -> Mapping[str, object]:
        """The variables of the plan with the values of this run."""

    def step(self, slug: str, /) -> StepValue | None:
        """How the step stands; None when the plan has no such step."""


@dataclass(frozen=True, slots=True)
class References:
    """What a tree refers to; `lazy` steps may turn out not to be needed. `inputs` are paths, "" is all of them."""

    steps: frozenset[str] = frozenset()
    lazy: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Resolved:
    """The value of a tree, plain JSON."""

    value: object


@dataclass(frozen=True, slots=True)
class Needs:
    """Steps that must settle before the tree can be resolved."""

    steps: frozenset[str]


@dataclass(frozen=True, slots=True)
class FailedBy:
    """A reference to a FAILED or CANCELLED step: it blocks."""

    step: str


@dataclass(frozen=True, slots=True)
class NotTakenBy:
    """A reference without a default to a NOT_TAKEN step."""

    step: str


@dataclass(frozen=True, slots=True)
class SkippedBy:
    """A reference without a default to a SKIPPED step."""

    step: str


@dataclass(frozen=True, slots=True)
class PathMissing:
    """A reference that leads nowhere on a present value, or that cannot be read: a system error."""

    message: str


Unresolved: TypeAlias = Needs | FailedBy | NotTakenBy | SkippedBy | PathMissing
Resolution: TypeAlias = Resolved | Unresolved


@dataclass(slots=True)
class _Found:
    steps: set[str] = field(default_factory=set)
    lazy: set[str] = field(default_factory=set)
    inputs: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Reference:
    """One reference in any spelling; `target` is "step", "input" or "variable"."""

    target: str
    name: str
    path: str | None
    has_default: bool
    default: object


def references(tree: object) -> References:
    """List what a tree refers to, in any spelling; `lazy` leaves out what `steps` already holds."""
    found = _Found()
    _collect(tree, found, lazy=False)
    return References(
        frozenset(found.steps),
        frozenset(found.lazy - found.steps),
        frozenset(found.inputs),
        frozenset(found.variables),
    )


def resolve(tree: object, scope: Scope) -> Resolution:
    """Give the value of a tree, or the one reason why it has none yet or at all."""
    if isinstance(tree, Mapping):
        return _resolve_mapping(tree, scope)
    if isinstance(tree, (list, tuple)):
        parts = _resolve_all(tree, scope)
        return Resolved(parts) if isinstance(parts, list) else parts
    return Resolved(tree)


def truthy(value: object) -> bool:
    """Judge as JavaScript does: false, null, 0, NaN and "" are not truthy; [] and {} are."""
    if value is None or value is False or value == "":
        return False
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value != 0 and not math.isnan(value)
    return True


def should_skip(tree: object, scope: Scope) -> bool | Needs:
    """Judge a `skipIf`: a reference to a step without a result, or a missing path, is no reason to skip."""
    match resolve(tree, scope):
        case Resolved(value):
            return truthy(value)
        case Needs() as needs:
            return needs
        case FailedBy() | NotTakenBy() | SkippedBy() | PathMissing():
            return False
        case never:
            assert_never(never)


def operator_of(tree: Mapping[str, object]) -> str | None:
    """Name the key that makes a mapping an expression; None for plain JSON."""
    return next((key for key in _OPERATORS if key in tree), None)


def _collect(tree: object, found: _Found, *, lazy: bool) -> None:
    if isinstance(tree, (list, tuple)):
        for item in tree:
            _collect(item, found, lazy=lazy)
    if not isinstance(tree, Mapping):
        return
    match operator_of(tree):
        case None:
            for item in tree.values():
                _collect(item, found, lazy=lazy)
        case "$literal":
            return
        case "$if":
            _collect(tree["$if"], found, lazy=lazy)
            _collect(tree.get("then"), found, lazy=True)
            _collect(tree.get("else"), found, lazy=True)
        case "$coalesce":
            for index, item in enumerate(_entries(tree)):
                _collect(item, found, lazy=lazy or index > 0)
        case operator:
            _collect_reference(_read_reference(tree, operator), found, lazy=lazy)


def _collect_reference(reference: _Reference | str, found: _Found, *, lazy: bool) -> None:
    if isinstance(reference, str):
        return
    if reference.target == "step":
        (found.lazy if lazy else found.steps).add(reference.name)
    elif reference.target == "input":
        found.inputs.add(reference.path or "")
    else:
        found.variables.add(reference.name)
    if reference.has_default:
        _collect(reference.default, found, lazy=True)


def _resolve_mapping(tree: Mapping[str, object], scope: Scope) -> Resolution:
    match operator_of(tree):
        case None:
            parts = _resolve_all(tree.values(), scope)
            return Resolved(dict(zip(tree, parts, strict=True))) if isinstance(parts, list) else parts
        case "$literal":
            return Resolved(tree["$literal"])
        case "$if":
            return _resolve_if(tree, scope)
        case "$coalesce":
            return _resolve_coalesce(tree, scope)
        case operator:
            reference = _read_reference(tree, operator)
            return (
                PathMissing(reference) if isinstance(reference, str) else _resolve_reference(reference, scope)
            )


def _resolve_all(trees: Iterable[object], scope: Scope) -> list[object] | Unresolved:
    values: list[object] = []
    worst: Unresolved | None = None
    for tree in trees:
        part = resolve(tree, scope)
        if isinstance(part, Resolved):
            values.append(part.value)
        else:
            worst = part if worst is None else _worse(worst, part)
    return values if worst is None else worst


def _worse(left: Unresolved, right: Unresolved) -> Unresolved:
    if isinstance(left, Needs) and isinstance(right, Needs):
        return Needs(left.steps | right.steps)
    # A tie keeps the first in reading order, so that messages do not depend on chance.
    return min((left, right), key=_rank)


def _rank(verdict: Unresolved) -> int:
    match verdict:
        case Needs():
            return 0
        case FailedBy():
            return 1
        case NotTakenBy():
            return 2
        case SkippedBy():
            return 3
        case PathMissing():
            return 4
        case never:
            assert_never(never)


def _resolve_if(tree: Mapping[str, object], scope: Scope) -> Resolution:
    condition = resolve(tree["$if"], scope)
    if not isinstance(condition, Resolved):
        return condition
    # Only false and null are false here; 0, "" and [] are true (plan language 2.2).
    taken = condition.value is not False and condition.value is not None
    return resolve(tree.get("then" if taken else "else"), scope)


def _resolve_coalesce(tree: Mapping[str, object], scope: Scope) -> Resolution:
    for entry in _entries(tree):
        match resolve(entry, scope):
            case Resolved(None) | SkippedBy() | NotTakenBy():
                continue
            case verdict:
                return verdict
    return Resolved(None)


def _entries(tree: Mapping[str, object]) -> list[object]:
    entries = tree["$coalesce"]
    return list(entries) if isinstance(entries, (list, tuple)) else [entries]


def _resolve_reference(reference: _Reference, scope: Scope) -> Resolution:
    match reference.target:
        case "step":
            return _resolve_step(reference, scope)
        case "input":
            return _at_path(scope.inputs, reference.path, where="the inputs")
        case _:
            return _resolve_variable(reference, scope)


def _resolve_step(reference: _Reference, scope: Scope) -> Resolution:
    slug = reference.name
    step = scope.step(slug)
    if step is None:
        return PathMissing(f'a reference names unknown step "{slug}"')
    if step.status == COMPLETED:
        return _at_step_path(step, reference)
    if step.status in STOPPED:
        return FailedBy(slug)
    if step.status not in (SKIPPED, NOT_TAKEN):
        return Needs(frozenset({slug}))
    if reference.has_default:
        return resolve(reference.default, scope)
    return SkippedBy(slug) if step.status == SKIPPED else NotTakenBy(slug)


def _at_step_path(step: StepValue, reference: _Reference) -> Resolution:
    first = _at_path(step.result, reference.path, where=f'the result of step "{reference.name}"')
    if not isinstance(first, PathMissing) or step.fallback_key is None:
        return first
    inner = lookup(step.result, step.fallback_key)
    second = _at_path(inner.value, reference.path, where="") if inner is not None else first
    return second if isinstance(second, Resolved) else first


def _resolve_variable(reference: _Reference, scope: Scope) -> Resolution:
    name, path = reference.name, reference.path
    if name not in scope.variables:
        name, _, rest = name.removeprefix("$.").partition(".")
        path = path or rest or None
    if name in scope.variables:
        return _at_path(scope.variables[name], path, where=f'variable "{name}"')
    if reference.has_default:
        return resolve(reference.default, scope)
    return PathMissing(f'a reference names unknown variable "{name}"')


def _at_path(value: object, path: str | None, *, where: str) -> Resolution:
    try:
        found: Found | None = lookup(value, path)
    except PathSyntaxError as error:
        return PathMissing(str(error))
    return Resolved(found.value) if found is not None else PathMissing(f'path "{path}" is not in {where}')


def _read_reference(tree: Mapping[str, object], operator: str) -> _Reference | str:
    """Read a reference of any spelling; the answer is a message when it cannot be read."""
    has_default, default = _read_default(tree)
    path = tree.get("path")
    if path is not None and not isinstance(path, str):
        return f"the path of a reference must be a text, not {path!r}"
    subject = tree[operator]
    if operator == "$from":
        return _read_from(subject, _Reference("", "", path, has_default, default))
    if not isinstance(subject, str):
        return f'"{operator}" must be followed by a text, not {subject!r}'
    match operator:
        case "$step":
            return _Reference("step", subject, path, has_default, default)
        case "$input":
            return _Reference("input", "", subject or path, has_default, default)
        case _:
            return _Reference("variable", subject, path, has_default, default)


def _read_from(subject: object, reference: _Reference) -> _Reference | str:
    match subject:
        case {"step": str(slug)}:
            return replace(reference, target="step", name=slug)
        case {"workflow": "input"}:
            return replace(reference, target="input")
        case {"variable": str(name), **rest}:
            if "default" in rest and not reference.has_default:
                reference = replace(reference, has_default=True, default=rest["default"])
            return replace(reference, target="variable", name=name)
        case _:
            return f'"$from" must be {{"step": slug}}, {{"workflow": "input"}} or {{"variable": name}}, not {subject!r}'


def _read_default(tree: Mapping[str, object]) -> tuple[bool, object]:
    action = next((tree[key] for key in ("$on_skip", "onSkip", "on_skip") if key in tree), None)
    options: Mapping[str, object] = tree
    if isinstance(action, Mapping):
        options, action = action, action.get("action")
    if isinstance(action, str) and action in _SKIP_WORDS:
        return False, None
    given = next((key for key in _DEFAULT_KEYS if key in options), None)
    if given is not None:
        return True, options[given]
    return action is not None, None
