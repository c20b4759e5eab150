"""Simple conditions decided without a process: comparisons of paths with literals, joined by `and` and `or`.

Rule: an answer is exactly JSONata's, or DECLINED. Whatever could differ is declined: lists, arithmetic, escapes,
errors, functions other than `$exists` and `$not`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from plans.language.expressions.jsonata import MAX_CHARACTERS, NO_RESULT

MAX_TOKENS: Final = 120

_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*(?:
      (?P<text>"[^"\\]*"|'[^'\\]*')
    | (?P<number>\d{1,15}(?:\.\d{1,9})?(?![\w.]))
    | (?P<function>\$(?:exists|not)(?=[ \t]*\())
    | (?P<path>(?:\$\$?\.)?(?:[A-Za-z_]\w*|`[^`]+`)(?:\.(?:[A-Za-z_]\w*|`[^`]+`))*)
    | (?P<mark><=|>=|!=|[=<>()-])
    )""",
    re.VERBOSE | re.ASCII,
)
_SEGMENT: Final = re.compile(r"`([^`]+)`|(\w+)")
_CONSTANTS: Final[dict[str, object]] = {"true": True, "false": False, "null": None}
_KEYWORDS: Final = frozenset({"and", "or", "in", *_CONSTANTS})
_COMPARISONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})


class _Declined:
    def __repr__(self) -> str:
        return "DECLINED"


DECLINED: Final = _Declined()
"""The answer for a text or a value that only JSONata itself may judge."""


class _Refused(Exception):
    """The text or a value is beyond this file."""


@dataclass(frozen=True, slots=True)
class _Constant:
    value: object


@dataclass(frozen=True, slots=True)
class _Path:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Call:
    function: str
    argument: _Node


@dataclass(frozen=True, slots=True)
class _Binary:
    operator: str
    left: _Node
    right: _Node


_Node: TypeAlias = _Constant | _Path | _Call | _Binary


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


_END: Final = _Token("end", "")


def decide(text: str, root: object) -> object:
    """Evaluate a simple expression; JSONata's value or NO_RESULT, else DECLINED. Never raises."""
    node = _recognise(text)
    if node is None or not isinstance(root, Mapping):
        return DECLINED
    try:
        value = _value(node, root)
    except (_Refused, OverflowError):
        return DECLINED
    return DECLINED if isinstance(value, (Mapping, list, tuple)) else value


def recognises(text: str) -> bool:
    """Tell whether a text has the simple form, so that it is JSONata for certain."""
    return _recognise(text) is not None


def steps_of(text: str) -> frozenset[str] | None:
    """List the slugs a recognised text reads as `steps.<slug>`; None when it reads `steps` as a whole."""
    node = _recognise(text)
    paths = [] if node is None else [path.names for path in _paths(node) if path.names[0] == "steps"]
    return None if any(len(names) == 1 for names in paths) else frozenset(names[1] for names in paths)


@lru_cache(maxsize=4096)
def _recognise(text: str) -> _Node | None:
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        tokens = _tokens(text)
        node, at = _disjunction(tokens, 0)
    except _Refused:
        return None
    return node if tokens[at] is _END else None


def _paths(node: _Node) -> Iterator[_Path]:
    match node:
        case _Path():
            yield node
        case _Call(_, argument):
            yield from _paths(argument)
        case _Binary(_, left, right):
            yield from _paths(left)
            yield from _paths(right)
        case _Constant():
            return


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    text = text.rstrip(" \t\r\n")
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None or len(tokens) >= MAX_TOKENS:
            raise _Refused
        tokens.append(_Token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return [*tokens, _END]


def _disjunction(tokens: list[_Token], at: int) -> tuple[_Node, int]:
    node, at = _conjunction(tokens, at)
    while tokens[at].text == "or":
        right, at = _conjunction(tokens, at + 1)
        node = _Binary("or", node, right)
    return node, at


def _conjunction(tokens: list[_Token], at: int) -> tuple[_Node, int]:
    node, at = _comparison(tokens, at)
    while tokens[at].text == "and":
        right, at = _comparison(tokens, at + 1)
        node = _Binary("and", node, right)
    return node, at


def _comparison(tokens: list[_Token], at: int) -> tuple[_Node, int]:
    left, at = _operand(tokens, at)
    operator = tokens[at].text
    if operator not in _COMPARISONS:
        return left, at
    right, at = _operand(tokens, at + 1)
    if tokens[at].text in _COMPARISONS:
        # "a = b = c" and "a = b < c" group by precedences of their own.
        raise _Refused
    return _Binary(operator, left, right), at


def _operand(tokens: list[_Token], at: int) -> tuple[_Node, int]:
    token = tokens[at]
    match token.kind:
        case "text":
            return _Constant(token.text[1:-1]), at + 1
        case "number":
            return _Constant(_number(token.text)), at + 1
        case "path":
            return _path(token.text), at + 1
        case "function":
            argument, at = _parenthesised(tokens, at + 1)
            return _Call(token.text, argument), at
        case "mark" if token.text == "(":
            return _parenthesised(tokens, at)
        case "mark" if token.text == "-" and tokens[at + 1].kind == "number":
            return _Constant(-_number(tokens[at + 1].text)), at + 2
        case _:
            raise _Refused


def _parenthesised(tokens: list[_Token], at: int) -> tuple[_Node, int]:
    node, at = _disjunction(tokens, at + 1)
    if tokens[at].text != ")":
        raise _Refused
    return node, at + 1


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number == int(number) else number


def _path(text: str) -> _Node:
    if text in _CONSTANTS:
        return _Constant(_CONSTANTS[text])
    body = text.lstrip("$").removeprefix(".") if text.startswith("$") else text
    names = tuple(match[1] or match[2] for match in _SEGMENT.finditer(body))
    if any(match[2] in _KEYWORDS for match in _SEGMENT.finditer(body)):
        raise _Refused
    return _Path(names)


def _value(node: _Node, root: Mapping[str, object]) -> object:
    match node:
        case _Constant(value):
            return value
        case _Path(names):
            return _follow(names, root)
        case _Call("$exists", argument):
            return _value(argument, root) is not NO_RESULT
        case _Call(_, argument):
            value = _value(argument, root)
            return NO_RESULT if value is NO_RESULT else not _truth(value)
        case _Binary("and", left, right):
            return _truth(_value(left, root)) and _truth(_value(right, root))
        case _Binary("or", left, right):
            return _truth(_value(left, root)) or _truth(_value(right, root))
        case _Binary(operator, left, right):
            return _compare(operator, _value(left, root), _value(right, root))


def _follow(names: tuple[str, ...], root: Mapping[str, object]) -> object:
    value: object = root
    for name in names:
        if isinstance(value, (list, tuple)):
            raise _Refused
        if not isinstance(value, Mapping) or name not in value:
            return NO_RESULT
        value = value[name]
    if isinstance(value, (list, tuple)):
        raise _Refused
    return value


def _truth(value: object) -> bool:
    if isinstance(value, (Mapping, list, tuple)):
        raise _Refused
    return value is not NO_RESULT and bool(value)


def _compare(operator: str, left: object, right: object) -> object:
    if isinstance(left, Mapping) or isinstance(right, Mapping):
        raise _Refused
    if operator in ("=", "!="):
        if left is NO_RESULT or right is NO_RESULT:
            return False
        return _equal(left, right) is (operator == "=")
    if (
        isinstance(left, (int, float))
        and isinstance(right, (int, float))
        and _is_number(left)
        and _is_number(right)
    ):
        same = type(left) is type(right)
        return _ORDER[operator](left, right) if same else _ORDER[operator](float(left), float(right))
    if isinstance(left, str) and isinstance(right, str):
        return _ORDER[operator](left, right)
    # Types that do not go together are an error of JSONata's own; a side without a value is no result.
    raise _Refused


def _equal(left: object, right: object) -> bool:
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    if _is_number(left) and _is_number(right):
        return float(left) == float(right)  # type: ignore[arg-type]
    return left == right


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_ORDER: Final[dict[str, Callable[..., bool]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
