"""JSONata that surely parses, told by its tokens: a hundred times cheaper than the parser, which has the last word.

Rule: what is accepted here, the parser accepts; what is not, nobody knows yet. Values and operators must alternate,
and brackets must match; all that has a rule of its own (sorting, grouping, regular expressions, lambdas, wildcards,
parents, bindings, ranges, escapes) is left to the parser.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

MAX_TOKENS: Final = 200  # the parser recurses over long chains and deep brackets
MAX_DEPTH: Final = 30

_RESERVED: Final = "and|or|in|true|false|null|function"
_SPACE: Final = " \t\n\r\v"
_NEXT: Final = rf"""(?=[{_SPACE}.\[\](){{}},;:?+\-*/=<>&!]|\Z)"""
_NAME: Final = rf"(?!(?:{_RESERVED})\b)[A-Za-z_]\w*"
_PATH: Final = rf"(?:\$\$?\.)?(?:{_NAME}|`[^`]+`)(?:\.(?:{_NAME}|`[^`]+`))*"
_TOKEN: Final = re.compile(
    rf"""[{_SPACE}]*(?:
      (?:{_PATH} | \$(?:\$|[A-Za-z_]\w*)? | {_RESERVED} | "[^"\\]*" | '[^'\\]*'){_NEXT}
    | (?:0|[1-9]\d{{0,14}})(?:\.\d{{1,14}})?(?!\.){_NEXT}
    | !=|<=|>=|[=<>&+*]
    | [-/.,;:()\[\]{{}}]|\?(?![?:])
    )""",
    re.VERBOSE | re.ASCII,
)
# What may stand for another of its kind; a backtick in a string begins nothing.
_BARE: Final = re.compile(rf"(?<!\w)(?!(?:{_RESERVED})\b)[A-Za-z_]\w*", re.ASCII)
_NUMBER: Final = re.compile(r"(?<![\w.])[1-9]\d{0,14}(?![\w.])", re.ASCII)
_TICKED: Final = re.compile(r"`[^`]+`")
_OPERATORS: Final = frozenset({"!=", "<=", ">=", "=", "<", ">", "&", "+", "*", "-", "/", "and", "or", "in"})
_LITERALS: Final = frozenset({"true", "false", "null"})
_CLOSERS: Final = {"(": ")", "call": ")", "filter": "]", "[": "]", "value": "}"}
_NOT_A_VALUE: Final = frozenset("=<>&+*/.,;:)]}?!")


def surely_jsonata(text: str) -> bool:
    """Tell if a text is JSONata for certain; False says nothing.

    Texts that differ in their names and numbers only are judged once: a plan has hundreds of such.
    """
    alike = _NUMBER.sub("1", _BARE.sub("x", text))
    if "'" not in text and '"' not in text:
        alike = _TICKED.sub("`x`", alike)
    return _surely(alike)


@lru_cache(maxsize=8192)
def _surely(text: str) -> bool:
    if "/*" in text:
        return False
    parts = _TOKEN.findall(text)
    if not 0 < len(parts) <= MAX_TOKENS or "".join(parts) != text.rstrip(_SPACE):
        return False
    return _is_expression([part.lstrip(_SPACE) for part in parts])


def _is_expression(tokens: list[str]) -> bool:
    """Walk with a stack of open brackets; `last` is the kind of value that just ended, "" where one must begin."""
    open_: list[str] = []
    last = before = ""
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if last == "":
            last = _begin(token, before, following, open_)
        elif token in _OPERATORS:
            last = ""
        else:
            last = _go_on(token, last, open_)
        if last == "no" or len(open_) > MAX_DEPTH:
            return False
        before = token
    while open_ and open_[-1] in ("?", ":"):
        open_.pop()
    return last != "" and not open_


def _begin(token: str, before: str, following: str, open_: list[str]) -> str:
    """Take what stands where a value begins; give the kind of value that ended, "" if none did, "no" if not known."""
    first = token[0]
    if token in _LITERALS or first in "\"'" or first.isdigit():
        return "no" if before == "." else "literal"
    if token == "-":
        return "no" if before in (".", "-") else ""
    if first in "([{":
        if following in (")", "]", "}"):
            return "no"
        open_.append("key" if token == "{" else token)
        return ""
    if first in _NOT_A_VALUE or token in _OPERATORS or token == "function":
        return "no"
    return "variable" if first == "$" and "." not in token else "name"


def _go_on(token: str, last: str, open_: list[str]) -> str:
    """Take what stands behind a value and is no operator."""
    match token:
        case ".":
            return "no" if last == "literal" else ""
        case "[" if last in ("name", "variable", "filtered", "group"):
            open_.append("filter")
            return ""
        case "(" if last == "variable":
            open_.append("call")
            return ""
        case "?":
            open_.append("?")
            return ""
        case ":":
            return _colon(open_)
        case _:
            pass
    while open_ and open_[-1] in ("?", ":"):
        open_.pop()
    return _separate(token, open_)


def _colon(open_: list[str]) -> str:
    while open_ and open_[-1] == ":":
        open_.pop()
    if open_ and open_[-1] == "?":
        open_[-1] = ":"
        return ""
    if open_ and open_[-1] == "key":
        open_[-1] = "value"
        return ""
    return "no"


def _separate(text: str, open_: list[str]) -> str:
    inside = open_[-1] if open_ else ""
    if text == "," and inside in ("call", "["):
        return ""
    if text == "," and inside == "value":
        open_[-1] = "key"
        return ""
    if text == ";" and inside == "(":
        return ""
    if inside and text == _CLOSERS.get(inside):
        open_.pop()
        return {"(": "group", "call": "group", "value": "object"}.get(inside, "filtered")
    return "no"
