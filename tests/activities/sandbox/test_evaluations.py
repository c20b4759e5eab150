"""JSONata in a child: batches, bounds, and plain JSON."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from activities.sandbox import Evaluation, Verdict, configure, evaluate
from activities.sandbox.pool import pool


@pytest.fixture(scope="module", autouse=True)
def _one_worker() -> Iterator[None]:
    configure(workers={"jsonata": 1})
    yield
    configure()


ROOT = {"inputs": {"n": 1, "items": [3, 4], "nothing": None}, "steps": {}}


def test_a_batch_is_answered_in_order() -> None:
    texts = [
        "inputs.n = 1",
        "$sum(inputs.items)",
        "inputs.absent",
        "inputs.nothing",
        "1 +",
        "{'z': 1, 'a': inputs.items}",
    ]

    verdicts = evaluate([Evaluation(text, ROOT) for text in texts])

    assert verdicts[:4] == [Verdict(True, True), Verdict(7, True), Verdict(), Verdict(None, True)]
    assert verdicts[4].error == {
        "code": "invalid-expression",
        "class": "ExpressionError",
        "message": "Unexpected end of expression",
        "place": "1:4",
    }
    assert repr(verdicts[5].value) == "{'z': 1, 'a': [3, 4]}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("( $f := function($n){ $f($n) }; $f(1) )", "expression-timeout"),
        ("$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', /^(a+)+$/)", "expression-timeout"),
        ("( $f := function($n){ 1 + $f($n) }; $f(1) )", "expression-too-deep"),
        ("[1..9000000]", "expression-too-large"),
        ("$pad('x', 900000000)", "expression-too-large"),
        ("$error('own')", "expression-failed"),
    ],
)
def test_past_a_bound_is_an_error_and_the_rest_is_answered(text: str, code: str) -> None:
    jobs = [Evaluation(each, ROOT) for each in ("$count(inputs.items)", text, "$max(inputs.items)")]

    first, bad, last = evaluate(jobs, seconds=0.3)

    assert (first.value, last.value) == (2, 4)
    assert bad.error is not None
    assert bad.error["code"] == code


def test_a_process_that_does_not_answer_is_killed_and_the_rest_is_answered() -> None:
    evaluate([Evaluation("$sum([1..2])", ROOT)])
    with pool("jsonata").lease() as worker:
        os.kill(worker.pid, signal.SIGSTOP)

    stuck, last = evaluate(
        [Evaluation(text, ROOT) for text in ("$sum([1..3])", "$sum([1..4])")], seconds=0.05
    )

    assert stuck.error is not None
    assert stuck.error["code"] == "expression-timeout"
    assert last.value == 10


def test_an_empty_batch_needs_no_process() -> None:
    assert evaluate([]) == []
