"""The spellings of expression trees ($from, $step, $if …; plan language 2.2), made one."""

from __future__ import annotations

from typing import Any, Final

from plans.language.finding import Notes, Place
from plans.language.spellings.keys import kind_of_value

OPERATORS: Final = ("$literal", "$if", "$coalesce", "$from", "$step", "$input", "$variable")
USE_DEFAULT: Final = "use_default"
SKIP_STEP: Final = "skip_step"

_KEYS: Final = {
    "$literal": frozenset({"$literal"}),
    "$if": frozenset({"$if", "then", "else"}),
    "$coalesce": frozenset({"$coalesce"}),
    "$from": frozenset({"$from", "path", "$on_skip", "$default"}),
    "$step": frozenset({"$step", "path", "$on_skip", "$default"}),
    "$input": frozenset({"$input", "path"}),
    "$variable": frozenset({"$variable", "path", "default", "$default"}),
}
_SKIP_WORDS: Final = {
    "use_default": USE_DEFAULT,
    "useDefault": USE_DEFAULT,
    "skip_step": SKIP_STEP,
    "skipStep": SKIP_STEP,
    "skip": SKIP_STEP,
}
_SKIP_KEYS: Final = frozenset({"onSkip", "on_skip"})
_DEFAULT_KEYS: Final = ("$default", "defaultValue", "default_value")


def normalise_tree(tree: Any, place: Place, notes: Notes) -> Any:
    """Give the tree with older spellings replaced; what is wrong in it is noted and stays as typed."""
    if isinstance(tree, list):
        return [normalise_tree(item, place.at(index), notes) for index, item in enumerate(tree)]
    if not isinstance(tree, dict):
        return tree
    operator = next((key for key in OPERATORS if key in tree), None)
    if operator is None:
        return {key: normalise_tree(item, place.at(str(key)), notes) for key, item in tree.items()}
    tree = _with_one_skip_spelling(tree, place, notes)
    for key in tree:
        if key not in _KEYS[operator]:
            notes.unknown_key(str(key), sorted(_KEYS[operator]), place)
    _check_subject(operator, tree[operator], place, notes)
    if not isinstance(tree.get("path", ""), str | None):
        notes.invalid(f"a path is a text, not {kind_of_value(tree['path'])}", place.at("path"))
    return tree if operator == "$literal" else _normalise_parts(tree, operator, place, notes)


def holds_expression(value: Any) -> bool:
    """Tell if a value is an expression, or plain JSON with one in it."""
    if isinstance(value, list):
        return any(map(holds_expression, value))
    if not isinstance(value, dict):
        return False
    return any(key in value for key in OPERATORS) or any(map(holds_expression, value.values()))


def _normalise_parts(tree: dict[str, Any], operator: str, place: Place, notes: Notes) -> dict[str, Any]:
    inner = {"$if": ("$if", "then", "else"), "$coalesce": ("$coalesce",)}.get(
        operator, ("$default", "default")
    )
    return {
        key: normalise_tree(value, place.at(key), notes) if key in inner else value
        for key, value in tree.items()
    }


def _check_subject(operator: str, subject: Any, place: Place, notes: Notes) -> None:
    match operator, subject:
        case "$from", {"step": str()} | {"workflow": "input"} | {"variable": str()}:
            unknown = [key for key in subject if key not in ("step", "workflow", "variable", "default")]
            for key in unknown:
                notes.unknown_key(str(key), ("step", "variable", "workflow"), place.at(operator))
        case "$from", _:
            notes.invalid("write {step: slug}, {workflow: input} or {variable: name}", place.at(operator))
        case "$coalesce", _ if not isinstance(subject, list):
            notes.invalid(f"it takes a list, not {kind_of_value(subject)}", place.at(operator))
        case "$step" | "$input" | "$variable", _ if not isinstance(subject, str):
            notes.invalid(f"it takes a text, not {kind_of_value(subject)}", place.at(operator))
        case _:
            return


def _with_one_skip_spelling(tree: dict[str, Any], place: Place, notes: Notes) -> dict[str, Any]:
    if not any(key in tree for key in ("onSkip", "on_skip", "$on_skip")):
        return tree
    plain = {key: value for key, value in tree.items() if key not in _SKIP_KEYS}
    for key in ("onSkip", "on_skip", "$on_skip"):
        if key in tree:
            plain.pop(key, None)
            plain |= _read_skip(key, tree[key], place, notes)
    if plain.get("$on_skip") == USE_DEFAULT:
        plain.setdefault("$default", None)
    return plain


def _read_skip(key: str, typed: Any, place: Place, notes: Notes) -> dict[str, Any]:
    options = typed if isinstance(typed, dict) else {"action": typed}
    action = options.get("action")
    word = _SKIP_WORDS.get(action) if isinstance(action, str) else None
    if word is None:
        notes.invalid('write "use_default" or "skip_step"', place.at(key))
        return {"$on_skip": typed}
    unknown = [str(name) for name in options if name != "action" and name not in _DEFAULT_KEYS]
    for name in unknown:
        notes.unknown_key(name, ("action", "defaultValue"), place.at(key))
    if unknown:
        return {"$on_skip": typed}
    defaults = [options[name] for name in _DEFAULT_KEYS if name in options]
    return {"$on_skip": word, "$default": defaults[0]} if defaults else {"$on_skip": word}
