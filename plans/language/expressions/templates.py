"""Templates: `{{ path }}` in configuration, the Go-like subset of titles, and `{name}` in prompts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from plans.language.expressions.paths import PathSyntaxError, lookup
from plans.language.expressions.pipelines import (
    Call,
    Literal,
    Node,
    PathNode,
    TemplateError,
    parse_pipeline,
)

ROOTS: Final = frozenset({"inputs", "activity", "project", "org", "steps", "task", "document", "now"})

_PLACEHOLDER: Final = re.compile(
    r"\{\{(.*?)\}\}", re.DOTALL
)  # for `_closed` texts: elsewhere its time is quadratic
_NAME_IN_BRACES: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.-]*)\}")
_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class _Text:
    text: str


@dataclass(frozen=True, slots=True)
class _Placeholder:
    node: Node
    source: str


def interpolate(value: object, root: Mapping[str, object]) -> tuple[object, tuple[str, ...]]:
    """Fill `{{ path }}` at any depth of a JSON value; also the warnings, one a path that is missing.

    A text that is exactly one placeholder becomes the value itself, with its type, or null when it is missing. In a
    longer text a missing value is "", lists and objects are JSON. Results are not read again. Keys stay as they are.
    """
    warnings: list[str] = []
    return _fill(value, root, warnings), tuple(warnings)


def has_placeholders(value: object) -> bool:
    """Tell whether a text holds a `{{ … }}`; other values never do."""
    return isinstance(value, str) and _PLACEHOLDER.search(_closed(value)) is not None


def render_title(template: str, root: Mapping[str, object]) -> str:
    """Render the Go-like subset: paths with or without a leading dot, pipes, `filename`, `join`, `default`.

    A missing value renders empty. Raises TemplateError with line and column for anything else.
    """
    return "".join(
        part.text if isinstance(part, _Text) else _as_text(_evaluate(part.node, root))
        for part in _parse(template)
    )


def template_error(template: str) -> TemplateError | None:
    """Tell what is wrong with a title template, without rendering it."""
    try:
        _parse(template)
    except TemplateError as error:
        return error
    return None


def template_paths(template: str) -> tuple[str, ...]:
    """List the dotted paths a title template reads, in order; empty for one that cannot be read."""
    try:
        parts = _parse(template)
    except TemplateError:
        return ()
    return tuple(path for part in parts if isinstance(part, _Placeholder) for path in _paths_of(part.node))


def fill_names(text: str, values: Mapping[str, object]) -> str:
    """Fill `{name}` in a prompt; a name that is not among the values stays as it is written."""

    def value_of(match: re.Match[str]) -> str:
        return _as_text(values[match[1]]) if match[1] in values else match[0]

    return _NAME_IN_BRACES.sub(value_of, text)


def _fill(value: object, root: Mapping[str, object], warnings: list[str]) -> object:
    if isinstance(value, str):
        return _fill_text(value, root, warnings)
    if isinstance(value, Mapping):
        return {key: _fill(item, root, warnings) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fill(item, root, warnings) for item in value]
    return value


def _fill_text(text: str, root: Mapping[str, object], warnings: list[str]) -> object:
    if "{{" not in text:
        return text
    only = _source(text[2:-2])
    if text.startswith("{{") and text.endswith("}}") and "}}" not in only:
        value = _value_of(only, root, warnings)
        return None if value is _MISSING else value
    closed = _closed(text)
    filled = _PLACEHOLDER.sub(lambda match: _as_text(_value_of(_source(match[1]), root, warnings)), closed)
    return filled + text[len(closed) :]


def _closed(text: str) -> str:
    """Return the text as far as a placeholder can reach."""
    return text[: text.rfind("}}") + 2] if "}}" in text else ""


def _source(inside: str) -> str:
    """Return what stands between the braces, without the marks and spaces at its edges."""
    return inside.removeprefix("-").lstrip().removesuffix("-").rstrip()


def _value_of(source: str, root: Mapping[str, object], warnings: list[str]) -> object:
    try:
        node = parse_pipeline(source)
    except TemplateError as error:
        warnings.append(f"{{{{ {source} }}}} cannot be read: {error.reason}")
        return _MISSING
    unknown = next((path for path in _paths_of(node) if _head(path) not in ROOTS), None)
    if unknown is not None:
        warnings.append(f'{{{{ {source} }}}}: "{_head(unknown)}" is not one of {", ".join(sorted(ROOTS))}')
        return _MISSING
    value = _evaluate(node, root)
    if value is _MISSING:
        warnings.append(f"{{{{ {source} }}}} has no value")
    return value


def _head(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


@lru_cache(maxsize=1024)
def _parse(template: str) -> tuple[_Text | _Placeholder, ...]:
    parts: list[_Text | _Placeholder] = []
    at = 0
    for match in _PLACEHOLDER.finditer(_closed(template)):
        before = template[at : match.start()]
        _refuse_loose_braces(template, before, at)
        parts.append(_Text(before.rstrip() if match[0].startswith("{{-") else before))
        parts.append(_parse_placeholder(template, match))
        at = match.end()
        if match[0].endswith("-}}"):
            at += len(template[at:]) - len(template[at:].lstrip())
    _refuse_loose_braces(template, template[at:], at)
    parts.append(_Text(template[at:]))
    return tuple(part for part in parts if part != _Text(""))


def _parse_placeholder(template: str, match: re.Match[str]) -> _Text | _Placeholder:
    source = _source(match[1])
    if source.startswith("/*") and source.endswith("*/"):
        return _Text("")
    try:
        return _Placeholder(parse_pipeline(source), source)
    except TemplateError as error:
        line, column = _place(template, match.end(1) - len(match[1].removeprefix("-").lstrip()))
        raise TemplateError(error.reason, line=line, column=column + error.column - 1) from None


def _refuse_loose_braces(template: str, text: str, offset: int) -> None:
    if "{{" in text:
        line, column = _place(template, offset + text.index("{{"))
        raise TemplateError('"{{" has no closing "}}"', line=line, column=column)


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _paths_of(node: Node) -> tuple[str, ...]:
    match node:
        case PathNode(path):
            return (path,)
        case Call(_, arguments):
            return tuple(path for argument in arguments for path in _paths_of(argument))
        case Literal():
            return ()


def _evaluate(node: Node, root: Mapping[str, object]) -> object:
    match node:
        case Literal(value):
            return value
        case PathNode(path):
            return _at(root, path)
        case Call(function, arguments):
            values = [_evaluate(argument, root) for argument in arguments]
            return _call(function, arguments, values)


def _at(root: Mapping[str, object], path: str) -> object:
    try:
        found = lookup(root, path)
    except PathSyntaxError:
        return _MISSING
    return _MISSING if found is None else found.value


def _call(function: str, nodes: tuple[Node, ...], values: list[object]) -> object:
    match function, values:
        case "filename", [path]:
            return _as_text(path).rstrip("/").rsplit("/", 1)[-1]
        case "join", [first, second]:
            # Go writes `join LIST SEPARATOR`; piped, the list comes last.
            items, separator = (first, second) if isinstance(first, (list, tuple)) else (second, first)
            listed = items if isinstance(items, (list, tuple)) else [items]
            return _as_text(separator).join(_as_text(item) for item in listed if not _is_empty(item))
        case "default", [first, second]:
            # `default VALUE PATH`, as a pipe gives it; `default PATH VALUE` is taken as it is meant.
            turned = isinstance(nodes[1], Literal) and not isinstance(nodes[0], Literal)
            value, stand_in = (first, second) if turned else (second, first)
            return stand_in if _is_empty(value) else value
        case _:
            raise AssertionError(f"{function} was parsed with {len(values)} arguments")


def _is_empty(value: object) -> bool:
    return value is _MISSING or value is None or value == "" or value == [] or value == {}


def _as_text(value: object) -> str:
    if value is _MISSING or value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
