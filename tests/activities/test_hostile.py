"""What authors may write by mistake or in spite: each is cut off in its bounds, and the worker goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from activities import dispatch, fanout, sandbox, services, worker
from activities.errors import CannotStart
from activities.heart import Heart
from activities.sandbox.pool import pool
from activities.sandbox.workers import KEPT_BYTES
from plans.language.expressions import interpolate
from tests import builders
from tests.activities.running import World, row, statuses

pytestmark = pytest.mark.django_db
CATASTROPHE = "^(a+)+$"
VICTIM = "a" * 40 + "!"

SCRIPTS = {
    "endless": ("while (true) {}", "timeout"),
    "endless promises": ("const on = () => Promise.resolve().then(on); return on();", "timeout or out-of-memory"),
    "a regular expression that goes back and forth": (f"return {{x: /{CATASTROPHE}/.test('{VICTIM}')}};", "timeout"),
    "deep": ("const deep = (n) => deep(n + 1) + 1; return {n: deep(0)};", "script-error"),
    "ever more memory": ("const all = []; while (true) all.push(new Array(10000).fill('x'));", "out-of-memory"),
    "a long text": ("return {text: 'x'.repeat(5e6)};", "output-too-large"),
    "a value in itself": ("const me = {}; me.me = me; return me;", "not-json"),
    "toJSON for ever": ("Object.prototype.toJSON = () => { while (true) {} }; return {a: 1};", "timeout"),
    "a getter for ever": ("return {get a() { while (true) {} }};", "timeout"),
    "a proxy for ever": ("return new Proxy({a: 1}, {ownKeys() { while (true) {} }});", "timeout"),
    "the way out": ("return [].constructor.constructor('return process')().env;", "script-error"),
}  # fmt: skip
EXPRESSIONS = {
    "many numbers": "$sum([1..9999999]) > 0",
    "many pairs": "$count([1..9999].[1..9999]) > 0",
    "endless": "($f := function($n) { $f($n) }; $f(1)) = 1",
    "deep": "($f := function($n) { 1 + $f($n + 1) }; $f(1)) = 1",
    "a regular expression that goes back and forth": f"$contains('{VICTIM}', /{CATASTROPHE}/)",
    "a long text": "$length($pad('x', 999999999)) > 0",
    "text upon text": "$length($reduce([1..40], function($a) { $a & $a }, 'xx')) > 0",
}


@pytest.fixture
def real() -> Iterator[World]:
    """The workers' own handlers, one step at a time."""
    world, still = World(), Heart()
    still.beats = False
    with (
        dispatch.using(world.line),
        patch.object(worker, "heart", still),
        patch.object(fanout, "heart", still),
    ):
        yield world


def script(body: str) -> dict[str, Any]:
    """Return a script that has a second."""
    return builders.script("bad", body=body) | {"executionPolicy": {"timeoutSeconds": 1}}


@pytest.mark.parametrize(("body", "code"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_is_cut_off_and_the_next_step_runs(real: World, body: str, code: str) -> None:
    activity = real.play(real.start(script(body), builders.script("after")))

    assert statuses(activity) == {"bad": "FAILED", "after": "COMPLETED"}
    assert row(activity, "bad").error["code"] in code.split(" or ")


@pytest.mark.parametrize("text", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_a_condition_is_cut_off_and_the_next_step_runs(real: World, text: str) -> None:
    bad = builders.script("bad", "first") | {"conditionExpr": text}

    activity = real.play(real.start(builders.script("first"), bad, builders.script("after", "first")))

    assert statuses(activity) == {"first": "COMPLETED", "bad": "NOT_TAKEN", "after": "COMPLETED"}
    assert row(activity, "bad").logs or row(activity, "bad").reason


@pytest.mark.parametrize("where", ["inputSchema", "outputSchema"])
def test_a_pattern_of_a_schema_is_cut_off_and_the_next_step_runs(real: World, where: str) -> None:
    bad = {
        "slug": "bad",
        "kind": "EXECUTION",
        "config": {"moduleRef": "builtin/noop"},
        "input": VICTIM,
        where: {"type": "string", "pattern": CATASTROPHE},
    }

    activity = real.play(real.start(bad, builders.script("after")))

    assert statuses(activity) == {"bad": "FAILED", "after": "COMPLETED"}
    assert "cannot be judged in time" in row(activity, "bad").error["message"]


def test_a_pattern_for_the_inputs_of_a_plan_is_cut_off(real: World) -> None:
    schema = {"properties": {"name": {"pattern": CATASTROPHE}}}
    plan = builders.plan(builders.project(), builders.script("a"), inputsSchema=schema)

    with pytest.raises(CannotStart, match="cannot be judged in time"):
        services.start(plan, project=builders.project(), by=None, inputs={"name": VICTIM})
    assert services.start(plan, project=builders.project(), by=None, inputs={"name": "aaa"}).pk


def test_patterns_that_behave_are_judged_as_ever() -> None:
    schema = {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "uniqueItems": True}

    assert sandbox.schema_problems(schema, {"x-a": 1}) == []
    assert sandbox.schema_problems(schema, {"x-a": "1"}) == [("/x-a", "'1' is not of type 'integer'")]


def test_a_process_that_has_grown_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.configure(workers={"javascript": 1})

    def process() -> int:
        with pool("javascript").lease() as child:
            return child.pid

    first, same = process(), process()
    monkeypatch.setitem(KEPT_BYTES, "javascript", -1)  # so that it has grown too much, however little
    process()
    monkeypatch.undo()
    other = process()
    sandbox.configure()

    assert first == same != other


@pytest.mark.parametrize("text", ["{{" * 50_000, "{{" + " " * 100_000, "{{ inputs.a }}" + "{{-" * 50_000])
def test_a_template_that_never_closes_is_read_in_passing(text: str) -> None:
    filled, _warnings = interpolate([text], {"inputs": {"a": 1}})

    assert filled == [text.replace("{{ inputs.a }}", "1")]
