"""Renames in JavaScript that are told by tokens: patterns over `steps`, and the action that a script ends with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.language.mentions import rename_in_script
from plans.language.scripts import rename_own_action

NAMES = {"a": "z", "a-b": "y-y", "c": "c-c"}


@pytest.mark.parametrize(
    ("script", "renamed"),
    [
        ("const {a} = steps;", "const {z: a} = steps;"),
        ("const {a: x, other} = steps", "const {z: x, other} = steps"),
        ("const {'a-b': x} = steps", "const {'y-y': x} = steps"),
        ("const {c} = steps", 'const {"c-c": c} = steps'),
        ("const {c: x} = steps", 'const {"c-c": x} = steps'),
        ("let { a = {}, ...rest } = steps", "let { z: a = {}, ...rest } = steps"),
        ("const {a: {result: {a}}, b} = steps", "const {z: {result: {a}}, b} = steps"),
        ("const {['a-b']: x, a} = ctx.steps;", "const {['y-y']: x, z: a} = ctx.steps;"),
        ("const {a, // of {c}\n c} = steps", 'const {z: a, // of {c}\n "c-c": c} = steps'),
        ("({a} = steps); return {n: steps.a.n}", "({z: a} = steps); return {n: steps.z.n}"),
        ("const {a} = steps.a", "const {a} = steps.z"),
        ("const {a} = steps['a-b']", "const {a} = steps['y-y']"),
        ("const {a} = inputs; const x = {a: steps}", "const {a} = inputs; const x = {a: steps}"),
        ("const {a} = my.steps", "const {a} = my.steps"),
        ("const t = '{a} = steps'", "const t = '{a} = steps'"),
    ],
)
def test_a_step_is_renamed_in_a_pattern(script: str, renamed: str) -> None:
    assert rename_in_script(script, NAMES.get) == renamed


# `@` stands for the action where it is renamed; elsewhere "ok" stays.
@pytest.mark.parametrize(
    "script",
    [
        "return {action: '@'}",
        'return {"action": `@`, b: "ok"}',
        "return {action: n > 1 ? '@' : 'no'}",
        "return {action: a ? 'no' : (b ? 'no' : '@'), c: 'ok'}",
        "return {action: inputs.x === 'ok' ? '@' : 'no'}",
        "return {action: x || '@'}",
        "const action = '@';\nreturn {action};",
        "let action = 'no'\nif (n) action = '@'\nreturn {n, action}",
        "const way = n ? '@' : 'no'; return {action: way}",
        "let action = '@'; if (action === '@') n = 1; return {action}",
        "const out = {}; out.action = '@'; return out",
        "const other = 'ok'; const action = 'no'; return {action}",
        "return {action: pick('ok')}",
        "return {action: {a: 'ok'}[x]}",
        "return {action: 'o' + 'k' + 'ok'}",
        "// action: 'ok'\nreturn {action: /['\"]ok/.test(x) ? '@' : 'no'}",
        "if (inputs.action === 'ok') return {action: 'no'}",
        "const action = steps.x.action === 'ok'\n'ok'\nreturn {action}",
    ],
)
def test_an_action_is_renamed_where_the_script_ends_with_it(script: str) -> None:
    assert rename_own_action(script.replace("@", "ok"), "ok", "go") == script.replace("@", "go")


WORDS = ("steps", "ctx.", "action", "'ok'", "a", "...", ".", "return")
MARKS = tuple("{}()[]=:?,;/'`\"\\\n ")
SCRIPTS = st.lists(st.sampled_from((*WORDS, *MARKS, "===", "//", "/*")), max_size=30).map("".join)


@given(SCRIPTS)
def test_whatever_a_script_holds_it_loses_nothing(script: str) -> None:
    assert rename_in_script(script, {}.get) == script
    assert rename_own_action(script, "missing", "go") == script
    assert rename_own_action(rename_own_action(script, "ok", "new"), "new", "ok") == script
