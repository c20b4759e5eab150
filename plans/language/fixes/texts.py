"""Fixes inside of conditions, expressions and `{{ }}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from plans.language import expressions
from plans.language.finding import Finding
from plans.language.fixes.closest import closest
from plans.language.fixes.fixing import ABSENT, Edit, Fix, Fixer, Fixing, Path, drop, put
from plans.language.mentions import rename_in_jsonata, rename_in_template

# What hands that know JavaScript type, in JSONata.
_JAVASCRIPT: Final = (("===", "="), ("!==", "!="), ("==", "="), ("&&", " and "), ("||", " or "), ("= =", "="))
_LITERALS: Final = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|/\*.*?\*/)""", re.DOTALL)
_UNKNOWN_STEP: Final = re.compile(r"reads steps\.([^,\s]+), and there is no such step")
_UNKNOWN_INPUT: Final = re.compile(r"reads inputs\.([^,\s]+), which no input option declares")
_UNKNOWN_ROOT: Final = re.compile(r'reads "([^"]+)", which .*\(([^)]*)\)')
_NOT_IN_PATH: Final = re.compile(r"fills \"([^\"]+)\", which is not in the path (\S+) of")
_TOKEN: Final = re.compile(r"(?<!\$)\{([^{}]+)\}")
_PLACEHOLDER: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def _malformed_condition(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is ABSENT:
        return
    texts = (
        [text for text in value.values() if isinstance(text, str) and text.strip()]
        if isinstance(value, dict)
        else []
    )
    if len(texts) == 1:
        yield put(f"Make it {texts[0]}", path, texts[0])
    yield drop(path, "Remove the condition")


def _not_jsonata(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if not isinstance(value, str):
        return
    parts = _LITERALS.split(value)
    text = "".join(part if index % 2 else _translated(part) for index, part in enumerate(parts))
    if text != value and expressions.parse_error(text) is None:
        yield put(f"Make it {text}", path, text)
    yield drop(path, "Remove the condition" if path[-1] == "conditionExpr" else "")


def _translated(text: str) -> str:
    for javascript, jsonata in _JAVASCRIPT:
        text = text.replace(javascript, jsonata)
    return text if not re.search(r"\s{2,}", text) else re.sub(r"[ ]{2,}", " ", text)


def _hyphen(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if isinstance(value, str):
        known = set(fixing.slugs)
        text = rename_in_jsonata(value, lambda slug: slug if slug in known else None)
        yield put("Write it in backticks", path, text)


def _unknown_name(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    """A text that reads a step, an input or a root that is not there."""
    path, value = fixing.found(finding)
    if value is ABSENT:
        return
    if extra := _NOT_IN_PATH.search(finding.message):
        yield from _other_token(fixing, path, value, extra[1], extra[2])
    elif not isinstance(value, str):
        return
    elif step := _UNKNOWN_STEP.search(finding.message):
        for slug in closest(step[1], fixing.slugs, besides=finding.step):
            yield put(f'Read step "{slug}"', path, _with_step(value, step[1], slug))
        yield _silenced(path, value, step[1])
    elif lost := _UNKNOWN_INPUT.search(finding.message):
        for name in closest(lost[1], sorted(fixing.subject.declared_inputs or ())):
            yield put(
                f'Read input "{name}"', path, _in_code(value, rf"(?<=inputs\.){re.escape(lost[1])}\b", name)
            )
        yield _declare_input(fixing, lost[1])
    elif root := _UNKNOWN_ROOT.search(finding.message):
        for name in closest(root[1], root[2].split(", ")):
            pattern = rf"(?<![\w.])(\.?){re.escape(root[1])}\b"
            yield put(f'Read "{name}"', path, _in_code(value, pattern, rf"\g<1>{name}"))


def _silenced(path: Path, text: str, slug: str) -> Fix:
    """Leave out what reads the step: its {{ }}, or the expression."""
    if "{{" in text:
        reads = re.compile(rf"\bsteps\.{re.escape(slug)}\b")
        left = _PLACEHOLDER.sub(lambda match: "" if reads.search(match[0]) else match[0], text)
        return put("Remove what reads it", path, left)
    return drop(path, "Remove the condition" if path[-1] == "conditionExpr" else "")


def _with_step(text: str, old: str, new: str) -> str:
    names: Callable[[str], str | None] = {old: new}.get
    return rename_in_template(text, names) if "{{" in text else rename_in_jsonata(text, names)


def _in_code(text: str, pattern: str, new: str) -> str:
    """Replace in what is evaluated: inside of {{ }}, or in the whole of an expression."""
    if "{{" not in text:
        return re.sub(pattern, new, text)
    return _PLACEHOLDER.sub(lambda match: re.sub(pattern, new, match[0]), text)


def _declare_input(fixing: Fixing, name: str) -> Fix:
    options = fixing.document.get("inputOptions")
    entries = [*(options if isinstance(options, list) else []), {"name": name, "type": "string"}]
    return put(f'Declare input "{name}"', ("inputOptions",), entries)


def _other_token(fixing: Fixing, path: Path, value: Any, key: str, address: str) -> Iterator[Fix]:
    given = fixing.at(path[:-1])
    tokens = [token for token in _TOKEN.findall(address) if isinstance(given, dict) and token not in given]
    for token in closest(key, tokens, most=1):
        yield Fix(f'Fill "{token}" with it', (Edit(path), Edit((*path[:-1], token), value)))
    yield drop(path)


def _template(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    """Close what was left open; else keep the braces out."""
    path, value = fixing.found(finding)
    if not isinstance(value, str):
        return
    closed = value.rstrip() + " }}"
    if value.count("{{") > value.count("}}") and expressions.template_error(closed) is None:
        yield put("Close it with }}", path, closed)
    plain = _PLACEHOLDER.sub(_sound, value)
    if plain != value and expressions.template_error(plain) is None:
        yield put("Remove what can't be read", path, plain)


def _sound(match: re.Match[str]) -> str:
    return match[0] if expressions.template_error(match[0]) is None else ""


FIXERS: Final[dict[str, Fixer]] = {
    "condition.malformed": _malformed_condition,
    "condition-invalid-jsonata": _not_jsonata,
    "expression-invalid-jsonata": _not_jsonata,
    "condition-hyphen-slug": _hyphen,
    "condition.unknown-step-ref": _unknown_name,
    "bridge.request-binding-unknown": _unknown_name,
    "template.unknown-binding": _unknown_name,
    "template.parse-error": _template,
}
