"""The inside of a `{{ … }}`: paths, literals, `filename`, `join`, `default` and pipes, as in Go templates."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

ARITY: Final = {"filename": 1, "join": 2, "default": 2}

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"\\]|\\.)*"|`[^`]*`|'[^']*')
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<path>\.?(?:[A-Za-z_$][\w-]*|(?=\[))(?:\.[\w-]+|\[\s*(?:\d+|"[^"]*"|'[^']*')\s*\])*)
    | (?P<mark>[|()])
    )""",
    re.VERBOSE,
)
_WORDS: Final[dict[str, object]] = {"true": True, "false": False, "nil": None, "null": None}


class TemplateError(ValueError):
    """A template that cannot be read; `line` and `column` count from 1."""

    def __init__(self, reason: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{reason} (line {line}, column {column})")
        self.reason = reason
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: object


@dataclass(frozen=True, slots=True)
class PathNode:
    """A dotted path, without the leading dot."""

    path: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with as many arguments as it takes."""

    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Literal | PathNode | Call


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


@lru_cache(maxsize=4096)
def parse_pipeline(source: str) -> Node:
    """Read the inside of one placeholder; raises TemplateError."""
    tokens = _tokens(source)
    node, at = _pipeline(tokens, 0)
    if at < len(tokens) - 1:
        raise _unexpected(tokens[at])
    return node


def _tokens(source: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    end = len(source.rstrip())
    while at < end:
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            column = at + len(source[at:]) - len(source[at:].lstrip()) + 1
            raise TemplateError(f'"{source[column - 1 :]}" is not a path, a text or a number', column=column)
        tokens.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup) + 1))
        at = match.end()
    return [*tokens, _Token("end", "", end + 1)]


def _pipeline(tokens: list[_Token], at: int) -> tuple[Node, int]:
    node, at = _command(tokens, at, piped=None)
    while tokens[at].text == "|":
        node, at = _command(tokens, at + 1, piped=node)
    return node, at


def _command(tokens: list[_Token], at: int, *, piped: Node | None) -> tuple[Node, int]:
    first = tokens[at]
    if first.kind == "path" and first.text in ARITY:
        return _call(tokens, at, piped=piped)
    if piped is not None:
        raise TemplateError(f'"{first.text}" is not a function ({", ".join(ARITY)})', column=first.column)
    node, at = _operand(tokens, at)
    if tokens[at].kind in ("path", "text", "number") or tokens[at].text == "(":
        raise TemplateError(f'"{first.text}" is not a function ({", ".join(ARITY)})', column=first.column)
    return node, at


def _call(tokens: list[_Token], at: int, *, piped: Node | None) -> tuple[Node, int]:
    name, at = tokens[at], at + 1
    arguments: list[Node] = []
    while tokens[at].kind in ("path", "text", "number") or tokens[at].text == "(":
        argument, at = _operand(tokens, at)
        arguments.append(argument)
    if piped is not None:
        arguments.append(piped)
    if len(arguments) != ARITY[name.text]:
        wanted = ARITY[name.text]
        raise TemplateError(
            f"{name.text} takes {wanted} argument(s), not {len(arguments)}", column=name.column
        )
    return Call(name.text, tuple(arguments)), at


def _operand(tokens: list[_Token], at: int) -> tuple[Node, int]:
    token = tokens[at]
    match token.kind:
        case "text":
            return Literal(_unquote(token)), at + 1
        case "number":
            return Literal(json.loads(token.text)), at + 1
        case "path" if token.text in _WORDS:
            return Literal(_WORDS[token.text]), at + 1
        case "path":
            return PathNode(token.text.removeprefix(".")), at + 1
        case "mark" if token.text == "(":
            node, at = _pipeline(tokens, at + 1)
            if tokens[at].text != ")":
                raise TemplateError('"(" has no closing ")"', column=token.column)
            return node, at + 1
        case _:
            raise _unexpected(token)


def _unquote(token: _Token) -> object:
    if token.text[0] != '"':
        return token.text[1:-1]
    try:
        return json.loads(token.text)
    except ValueError as error:
        raise TemplateError(f"{token.text} is not a text", column=token.column) from error


def _unexpected(token: _Token) -> TemplateError:
    what = f'"{token.text}"' if token.text else "the end"
    return TemplateError(f"{what} is not expected here", column=token.column)
