"""What hostile plans do to a run: the step says what happened, within its bounds, and the steps after it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import script

if TYPE_CHECKING:
    from plans.models import Person

# Committed for real: the thread that keeps a lease alive looks from a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)
QUICK = {"executionPolicy": {"timeoutSeconds": 0.5}}


def run(*steps: dict[str, Any], by: Person) -> dict[str, Any]:
    """Run a plan to its end; return its steps' rows by slug."""
    from tests.tasks.running import start

    return {row.slug: row for row in start(*steps, by=by).steps.all()}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("while (true) {}", "timeout"),
        ("return {a: /^(a+)+$/.test('a'.repeat(40) + 'b')}", "timeout"),
        ("const a = []; while (true) a.push('x'.repeat(1e6) + a.length)", "out-of-memory"),
        ("return {a: 'x'.repeat(3e6)}", "output-too-large"),
        ("const a = {}; a.a = a; return a", "not-json"),
        ("throw new Error('a\\0b\\ud800')", "script-error"),
        ("return {", "syntax-error"),
    ],
)
def test_a_hostile_script_fails_its_step_alone(body: str, code: str, ann: Person) -> None:
    steps = run(script("hostile", body=body, **QUICK), script("other", body="return {n: 1};"), by=ann)

    assert (steps["hostile"].status, steps["hostile"].error["code"]) == ("FAILED", code)
    assert (steps["other"].status, steps["other"].result) == ("COMPLETED", {"n": 1})


@pytest.mark.parametrize(
    ("body", "result", "log"),
    [
        ("console.log('a\\0b'); return {a: '\\0'}", {"a": "\0"}, "a\0b"),
        ("console.log('a\\ud800b'); return {a: '\\ud800'}", {"a": "\ufffd"}, "a\ufffdb"),
        ("console.log('x'); return {a: Infinity, b: NaN}", {"a": None, "b": None}, "x"),
    ],
)
def test_texts_that_no_file_takes_are_kept_as_far_as_they_are_text(
    body: str, result: dict[str, Any], log: str, ann: Person
) -> None:
    step = run(script("odd", body=body), by=ann)["odd"]

    assert (step.status, step.result, step.logs[0]["text"]) == ("COMPLETED", result, log)
