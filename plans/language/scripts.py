"""Renames in JavaScript that take more than one look: `const {a} = steps`, and the action that a script ends with.

Told by tokens, without a parser: what is computed beyond choices between literals (a map, a function, a concatenation)
stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

Rename = Callable[[str], str | None]

_TOKEN: Final = re.compile(
    r"""(?P<space>(?:\s+|//[^\n]*|/\*.*?\*/)+)
    | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)
    | (?P<word>[A-Za-z_$][\w$]*|\d[\w.]*)
    | (?P<mark>===|!==|==|!=|<=|>=|=>|\|\||&&|\?\?|\?\.|\.\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)
_REGEX: Final = re.compile(r"/(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_BEFORE_REGEX: Final = frozenset({"return", "typeof", "case", "in", "of"})
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_COMPARES: Final = frozenset({"===", "!==", "==", "!="})
# What may stand right before and behind a literal that is the value, and not a part of what leads to it.
_BEFORE_VALUE: Final = frozenset({"", "(", "?", ":", "||", "&&", "??"})
_BEHIND_VALUE: Final = frozenset({"", ")", ":", "||", "??", ",", ";", "}"})


class Token(NamedTuple):
    """A part of a script that is neither space nor comment; `breaks`: it is the first of its line."""

    text: str
    start: int
    kind: str
    breaks: bool


class _Change(NamedTuple):
    start: int
    end: int
    text: str


def tokens(script: str) -> list[Token]:
    """Cut a script into tokens; whatever it holds, this ends."""
    found: list[Token] = []
    at, breaks = 0, True
    while at < len(script):
        match = _TOKEN.match(script, at)
        if script[at] == "/" and not _ends_value(found):
            match = _REGEX.match(script, at) or match
        if match is None:
            break
        if match.lastgroup == "space":
            breaks = breaks or "\n" in match[0]
        else:
            found.append(Token(match[0], at, match.lastgroup or "regex", breaks))
            breaks = False
        at = match.end()
    return found


def rename_destructured(script: str, rename: Rename) -> str:
    """Rename the steps that a pattern takes out of `steps`; the variables keep their names."""
    if "steps" not in script or "}" not in script:
        return script
    found = tokens(script)
    changes = [
        change
        for at, token in enumerate(found)
        if token.text == "=" and at and found[at - 1].text == "}" and _is_steps(found, at + 1)
        for change in _keys_renamed(found, at - 1, rename)
    ]
    return _changed(script, changes)


def rename_own_action(script: str, old: str, new: str) -> str:
    """Rename the action that a script ends with, where it is a literal or a choice between literals.

    Read as such: what stands behind `action:`, what is assigned to `.action` and to a variable that is handed out as
    `action`, and what such a variable is compared with.
    """
    found = tokens(script)
    names = _handed_out(found)
    places: set[int] = set()
    for at in range(len(found)):
        if _begins_action(found, at, names):
            places.update(_literals(found, at + 2))
        elif found[at].text in _COMPARES:
            places.update(_compared(found, at, names))
    return _changed(
        script, [_respelled(found[at], new) for at in sorted(places) if _content(found[at]) == old]
    )


def holds_literal(script: str, content: str) -> bool:
    """Tell if a literal of the script is this text and nothing else."""
    return content in script and any(_content(token) == content for token in tokens(script))


def _ends_value(found: Sequence[Token]) -> bool:
    if not found:
        return False
    last = found[-1]
    if last.kind == "mark":
        return last.text in _PAIRS
    return last.text not in _BEFORE_REGEX


def _text(found: Sequence[Token], at: int) -> str:
    return found[at].text if 0 <= at < len(found) else ""


def _content(token: Token) -> str | None:
    return token.text[1:-1] if token.kind == "text" else None


def _respelled(token: Token, content: str) -> _Change:
    quote = token.text[0]
    return _Change(token.start, token.start + len(token.text), f"{quote}{content}{quote}")


def _changed(script: str, changes: Sequence[_Change]) -> str:
    for start, end, text in sorted(changes, reverse=True):
        script = script[:start] + text + script[end:]
    return script


# -- patterns --------------------------------------------------------------------------------------------------------


def _is_steps(found: Sequence[Token], at: int) -> bool:
    """Tell if `steps`, or `ctx.steps`, stands there and nothing is taken from it."""
    if _text(found, at) == "ctx" and _text(found, at + 1) in (".", "?."):
        at += 2
    return _text(found, at) == "steps" and _text(found, at + 1) not in (".", "?.", "[", "(")


def _keys_renamed(found: Sequence[Token], closing: int, rename: Rename) -> Iterator[_Change]:
    """Walk back through a pattern to its opening brace, over the keys at its top."""
    depth = 0
    for at in range(closing, -1, -1):
        text = found[at].text
        if text in _PAIRS:
            depth += 1
        elif text in _PAIRS.values():
            depth -= 1
            if not depth:
                return
        before = _text(found, at - 1)
        if depth == 1 and before in ("{", ","):
            yield from _key_renamed(found[at], _text(found, at + 1), rename)
        elif depth == 2 and before == "[" and _text(found, at - 2) in ("{", ","):
            yield from _key_renamed(found[at], ":", rename)


def _key_renamed(key: Token, behind: str, rename: Rename) -> Iterator[_Change]:
    content = _content(key)
    new = rename(key.text if content is None else content) if key.kind in ("word", "text") else None
    if new is None:
        return
    if content is not None:
        yield _respelled(key, new)
        return
    spelled = new if _NAME.fullmatch(new) else f'"{new}"'
    variable = "" if behind == ":" else f": {key.text}"
    yield _Change(key.start, key.start + len(key.text), spelled + variable)


# -- actions ---------------------------------------------------------------------------------------------------------


def _handed_out(found: Sequence[Token]) -> frozenset[str]:
    """Find the variables that are the `action` of an object: `{action}`, `{action: name}`."""
    names: set[str] = set()
    for at, token in enumerate(found):
        if (
            token.text == "action"
            and _text(found, at - 1) in ("{", ",")
            and _text(found, at + 1) in (",", "}")
        ):
            names.add(token.text)
        value = found[at + 2] if _is_key(found, at) and at + 2 < len(found) else None
        if value is not None and value.kind == "word" and _text(found, at + 3) in (",", "}"):
            names.add(value.text)
    return frozenset(names)


def _is_key(found: Sequence[Token], at: int) -> bool:
    named = found[at].text == "action" or _content(found[at]) == "action"
    return named and _text(found, at + 1) == ":" and _text(found, at - 1) in ("{", ",")


def _begins_action(found: Sequence[Token], at: int, names: frozenset[str]) -> bool:
    """Tell if the value of an action begins two tokens on."""
    if _is_key(found, at):
        return True
    if _text(found, at + 1) != "=" or found[at].kind != "word":
        return False
    member = _text(found, at - 1) == "."
    return found[at].text == "action" if member else found[at].text in names


def _literals(found: Sequence[Token], start: int) -> Iterator[int]:
    """Walk over the literals that the expression which begins there may have for a value."""
    open_: list[bool] = []  # brackets: True for those that only group
    for at in range(start, len(found)):
        token, before = found[at], _text(found, at - 1) if at > start else ""
        if (
            at > start
            and token.breaks
            and not open_
            and token.kind != "mark"
            and _ends_value(found[at - 1 : at])
        ):
            return
        if token.text in _PAIRS.values():
            open_.append(token.text == "(" and before in _BEFORE_VALUE)
        elif token.text in _PAIRS:
            if not open_:
                return
            open_.pop()
        elif token.text in (",", ";") and not open_:
            return
        elif token.kind == "text" and all(open_) and before in _BEFORE_VALUE:
            behind = found[at + 1] if at + 1 < len(found) else None
            if behind is None or behind.text in _BEHIND_VALUE or (behind.breaks and behind.kind != "mark"):
                yield at


def _compared(found: Sequence[Token], at: int, names: frozenset[str]) -> Iterator[int]:
    """Give the literal that one of the variables is compared with, on either side."""
    for variable, literal in ((at - 1, at + 1), (at + 1, at - 1)):
        alone = _text(found, variable - 1) not in (".", "?.") and _text(found, variable + 1) not in (
            ".",
            "?.",
            "[",
            "(",
        )
        if _text(found, variable) in names and alone and 0 <= literal < len(found):
            yield literal
