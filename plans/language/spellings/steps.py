"""One step, in any spelling, into the normal form (plan language 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from plans.language.dependencies import Dependency, DependencySyntaxError, parse_dependency
from plans.language.finding import Notes, Place
from plans.language.schema import (
    KINDS,
    STEP_TYPES,
    Action,
    BrokenStep,
    Config,
    ExecutionPolicy,
    OnError,
    StepBase,
)
from plans.language.slugs import kebab
from plans.language.spellings.keys import (
    fill,
    kind_of_value,
    make,
    place_value,
    sort_keys,
    wire_names,
)
from plans.language.spellings.trees import holds_expression, normalise_tree

CONFIG_ALIASES: Final[dict[str, dict[str, str]]] = {
    "EXECUTION": {"options": "moduleOptions"},
    "SCRIPT": {"script": "scriptBody"},
    "AGENT": {"agentRuntimeId": "agentRuntimeRef"},
}
_KIND_ALIASES: Final = {"TASK": "CREATE_TASK", "AI_PROMPT": "LLM"}
# These belong to kinds that run per document; on other kinds they have findings of their own.
_DOCUMENT_KEYS: Final = frozenset({"perDocument", "maxParallel", "joinPolicy"})
_JOIN_ALIASES: Final = {
    "all_settled": "ALL_SETTLED",
    "all_complete": "ALL_COMPLETED",
    "all_completed": "ALL_COMPLETED",
    "any_complete": "ANY_COMPLETED",
    "any_completed": "ANY_COMPLETED",
    "any_branch": "ANY_BRANCH",
}
_READ_APART: Final = frozenset({"slug", "kind", "type"})
_ON_ERROR_KEYS: Final = {
    "defaultValue": "defaultOutput",
    "default_output": "defaultOutput",
    "default_value": "defaultOutput",
    "max_retries": "maxRetries",
}
_ON_ERROR_ACTIONS: Final = {"terminate": "fail", "useDefault": "continue", "use_default": "continue"}
_ACTION_KEYS: Final = ("scriptActions", "bridgeActions", "promptActions", "actions")
# The keys of a config that _normalise_config looks at.
_RESPELLED: Final = frozenset({"moduleRef", "joinPolicy", "distinctFrom", *_ACTION_KEYS})


@dataclass(frozen=True, slots=True)
class Identities:
    """What step references may name: `uuids` maps each legacy uuid to the slug of its step."""

    uuids: Mapping[str, str]

    def resolve(self, dependency: Dependency) -> Dependency:
        """Put the slug where a legacy uuid was written."""
        slug = self.uuids.get(dependency.step)
        return dependency if slug is None else replace(dependency, step=slug, legacy=dependency.step)


def read_step(typed: object, position: int, identities: Identities, notes: Notes) -> StepBase | BrokenStep:
    """Read a step; one without a slug or a known kind is broken, and its finding is noted."""
    if not isinstance(typed, dict):
        place = Place("plan").at("steps").at(position)
        what = f"a step is an object, not {kind_of_value(typed)}"
        notes.add("steps.parse-error", f"cannot read {place.path}: {what}", place)
        return BrokenStep(position, typed)
    slug, kind = typed.get("slug"), _kind_of(typed)
    place = Place(f'step "{slug}"', slug if isinstance(slug, str) else None)
    if not isinstance(slug, str) or not slug or kind is None:
        field = "kind" if isinstance(slug, str) and slug else "slug"
        notes.add("step-missing-slug-or-kind", "step missing required slug or kind", place.at(field))
        return BrokenStep(position, typed)
    if kind not in KINDS:
        notes.add("unknown-kind", f'unknown step kind "{kind}"', place.at("kind"))
        return BrokenStep(position, typed)
    return _read(typed, slug, str(kind), place, identities, notes)


def read_dependencies(
    typed: object, place: Place, identities: Identities, notes: Notes
) -> tuple[tuple[Dependency, ...], list[Any]]:
    """Read a `dependsOn` list or single text; the second part is what could not be read."""
    found: dict[Dependency, None] = {}
    unread: list[Any] = []
    for index, entry in enumerate(
        [typed] if isinstance(typed, str) else typed if isinstance(typed, list) else []
    ):
        try:
            if not isinstance(entry, str):
                raise DependencySyntaxError(f"a dependency is a text, not {kind_of_value(entry)}")
            dependency = parse_dependency(entry)
            found.setdefault(identities.resolve(dependency) if identities.uuids else dependency)
        except DependencySyntaxError as failure:
            notes.invalid(str(failure), place.at(index))
            unread.append(entry)
    return tuple(found), unread


def _kind_of(typed: Mapping[str, Any]) -> object:
    kind = _normal_kind(typed.get("kind") or typed.get("type"))
    if kind == "EXECUTION":
        config = typed.get("config")
        if "serviceBridgeRef" in typed or (isinstance(config, dict) and "serviceBridgeRef" in config):
            return "BRIDGE_CALL"
    return kind


def _normal_kind(kind: object) -> object:
    return _KIND_ALIASES.get(kind, kind) if isinstance(kind, str) else kind or None


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a step of one kind may hold; one of each kind, for it is asked for with every step."""

    step_type: type[StepBase]
    config_type: type[Config]
    in_step: frozenset[str]
    in_config: frozenset[str]
    aliases: Mapping[str, str]


@lru_cache(maxsize=16)
def _shape(kind: str) -> _Shape:
    step_type = STEP_TYPES[kind]
    config_type = step_type.model_fields["config"].annotation
    assert isinstance(config_type, type)
    assert issubclass(config_type, Config)
    return _Shape(
        step_type,
        config_type,
        in_step=frozenset(wire_names(step_type)),
        in_config=frozenset(wire_names(config_type)),
        aliases=CONFIG_ALIASES.get(kind, {}),
    )


def _read(
    typed: dict[str, Any], slug: str, kind: str, place: Place, identities: Identities, notes: Notes
) -> StepBase:
    shape = _shape(kind)
    config_place = place.at("config")
    config, config_kept = _typed_config(typed.get("config"), shape, config_place, notes)
    values: dict[str, Any] = {"slug": slug, "kind": kind}
    kept: dict[str, Any] = {}
    if "type" in typed:
        _check_type(typed, kind, kept, place, notes)
    for typed_key, value in typed.items():
        key = typed_key if type(typed_key) is str else str(typed_key)
        if key in _READ_APART or (key == "config" and isinstance(value, dict)):
            continue
        if key in shape.in_step:
            if value is not None or key == "input":
                values[key] = value
        elif (name := shape.aliases.get(key, key)) in shape.in_config:
            if value is not None:
                place_value(name, value, key, config, kept, place, notes)
        elif key in _DOCUMENT_KEYS:
            config_kept.setdefault(key, value)
        else:
            kept[key] = value
            notes.unknown_key(key, (*wire_names(shape.step_type), *wire_names(shape.config_type)), place)
    if config_kept or not _RESPELLED.isdisjoint(config):
        _normalise_config(config, config_kept, identities, config_place, notes)
    if kind == "PLAN":
        _move_expressions(config, values)
    values["config"] = make(shape.config_type, config, config_kept, config_place, notes)
    for key, read_value in _STEP_READERS.items():
        if key in values:
            read_value(values, kept, place, notes)
    if "dependsOn" in values:
        _read_depends_on(values, kept, identities, place, notes)
    return make(shape.step_type, values, kept, place, notes)


def _check_type(
    typed: Mapping[str, Any], kind: str, kept: dict[str, Any], place: Place, notes: Notes
) -> None:
    other = typed.get("type")
    if other is None or not typed.get("kind"):
        return
    if _normal_kind(other) not in (kind, _normal_kind(typed["kind"])):
        kept["type"] = other
        notes.add("kind-and-type-disagree", f"{place.owner}: kind and type disagree", place.at("type"))


def _typed_config(
    typed: object, shape: _Shape, place: Place, notes: Notes
) -> tuple[dict[str, Any], dict[str, Any]]:
    if not isinstance(typed, dict):
        return {}, {}
    if typed.keys() <= shape.in_config:
        return {key: value for key, value in typed.items() if value is not None}, {}
    quiet = {key: typed[key] for key in _DOCUMENT_KEYS if key in typed and key not in shape.in_config}
    rest = {key: value for key, value in typed.items() if key not in quiet} if quiet else typed
    values, kept = sort_keys(rest, wire_names(shape.config_type), place, notes, aliases=shape.aliases or None)
    return values, kept | {key: value for key, value in quiet.items() if value is not None}


def _normalise_config(
    config: dict[str, Any], kept: dict[str, Any], identities: Identities, place: Place, notes: Notes
) -> None:
    if isinstance(config.get("moduleRef"), str):
        config["moduleRef"] = module_ref(config["moduleRef"])
    for source in (config, kept):
        policy = source.get("joinPolicy")
        if isinstance(policy, str):
            source["joinPolicy"] = _JOIN_ALIASES.get(policy.lower(), policy)
    for key in _ACTION_KEYS:
        if key in config:
            _read_actions(config, kept, key, place.at(key), notes)
    distinct = config.get("distinctFrom")
    if isinstance(distinct, list):
        config["distinctFrom"] = [
            identities.uuids.get(slug, slug) if isinstance(slug, str) else slug for slug in distinct
        ]


def _move_expressions(config: dict[str, Any], values: dict[str, Any]) -> None:
    """Put those `inputs` of a PLAN step that are expression trees into its `input`, which is one."""
    inputs, below = config.get("inputs"), values.get("input")
    if not isinstance(inputs, dict) or not isinstance(below, dict | None):
        return
    trees = {key: value for key, value in inputs.items() if holds_expression(value)}
    if any(key.startswith("$") for key in (*inputs, *(below or ())) if isinstance(key, str)):
        trees = inputs if below is None and holds_expression(inputs) else {}
    if trees and not trees.keys() & (below or {}).keys():
        values["input"] = {**(below or {}), **trees}
        config["inputs"] = {key: value for key, value in inputs.items() if key not in trees}
        if not config["inputs"]:
            del config["inputs"]


def _read_actions(config: dict[str, Any], kept: dict[str, Any], key: str, place: Place, notes: Notes) -> None:
    if not isinstance(config[key], list):
        return
    actions: list[Action] = []
    for index, typed in enumerate(config[key]):
        if action := _read_action(typed, place.at(index), notes):
            actions.append(action)
        else:
            kept.setdefault(key, []).append(typed)
    config[key] = actions


def _read_action(typed: object, place: Place, notes: Notes) -> Action | None:
    if not isinstance(typed, dict):
        notes.invalid(f"an action is an object, not {kind_of_value(typed)}", place)
        return None
    slug = next((typed[key] for key in ("slug", "uuid") if typed.get(key)), None)
    if slug is None and isinstance(typed.get("name"), str):
        slug = kebab(typed["name"])
    if not isinstance(slug, str) or not slug:
        notes.invalid("an action needs a slug or a name", place)
        return None
    if len(typed) == 1 and "slug" in typed:
        return _action_of(slug)
    return fill(Action, typed | {"slug": slug}, place, notes)


@lru_cache(maxsize=1024)
def _action_of(slug: str) -> Action:
    """Make an action that is its slug only, as most are; it is frozen, so many steps may share it."""
    return Action(slug=slug)


def _read_depends_on(
    values: dict[str, Any], kept: dict[str, Any], identities: Identities, place: Place, notes: Notes
) -> None:
    typed = values["dependsOn"]
    if isinstance(typed, (str, list)):
        values["dependsOn"], unread = read_dependencies(typed, place.at("dependsOn"), identities, notes)
        if unread:
            kept["dependsOn"] = unread


def _read_condition(values: dict[str, Any], kept: dict[str, Any], place: Place, notes: Notes) -> None:
    typed = values["conditionExpr"]
    if isinstance(typed, str):
        if not typed.strip():
            del values["conditionExpr"]
        return
    text = typed.get("expr") if isinstance(typed, dict) and typed.keys() <= {"expr"} else typed
    if isinstance(text, bool):
        text = "true" if text else "false"
    if isinstance(typed, dict) and (not isinstance(text, str) or not text.strip()):
        message = f'{place.owner} has a conditionExpr without a text "expr"'
        notes.add("condition.malformed", message, place.at("conditionExpr"))
        kept["conditionExpr"] = values.pop("conditionExpr")
    else:
        values["conditionExpr"] = text


def _read_on_error(values: dict[str, Any], kept: dict[str, Any], place: Place, notes: Notes) -> None:
    typed = values["onError"]
    if isinstance(typed, dict):
        action = typed.get("action")
        if isinstance(action, str):
            typed = typed | {"action": _ON_ERROR_ACTIONS.get(action, action)}
        values["onError"] = fill(OnError, typed, place.at("onError"), notes, aliases=_ON_ERROR_KEYS)


def _read_execution_policy(values: dict[str, Any], kept: dict[str, Any], place: Place, notes: Notes) -> None:
    typed = values["executionPolicy"]
    if isinstance(typed, dict):
        aliases = {"backoffStrategy": "backoff"}
        below = place.at("executionPolicy")
        values["executionPolicy"] = fill(ExecutionPolicy, typed, below, notes, aliases=aliases)


def _read_input(values: dict[str, Any], kept: dict[str, Any], place: Place, notes: Notes) -> None:
    values["input"] = normalise_tree(values["input"], place.at("input"), notes)


def _read_skip_if(values: dict[str, Any], kept: dict[str, Any], place: Place, notes: Notes) -> None:
    values["skipIf"] = normalise_tree(values["skipIf"], place.at("skipIf"), notes)


_STEP_READERS: Final[dict[str, Callable[[dict[str, Any], dict[str, Any], Place, Notes], None]]] = {
    "conditionExpr": _read_condition,
    "onError": _read_on_error,
    "executionPolicy": _read_execution_policy,
    "input": _read_input,
    "skipIf": _read_skip_if,
}


def module_ref(typed: str) -> str:
    """Give the one spelling of a module: `/builtins/map` is `builtin/map`, `module://acme/work` is `acme/work`."""
    ref = typed.removeprefix("module://").replace("://", "/", 1).lstrip("/")
    return f"builtin/{ref.removeprefix('builtins/')}" if ref.startswith("builtins/") else ref
