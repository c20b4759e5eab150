"""What hostile authors put into requests and mappings of bridges: cut off, named by its field, harming nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from activities import sandbox
from activities.steps import Completed, Failed
from activities.steps.bridge_answer import map_answer
from activities.steps.bridge_request import Resolved, resolve_request
from tests.activities.steps.calls import call

ERP = {"serviceBridgeRef": "erp", "endpointName": "post"}
ANSWER = {"_statusCode": 200, "_body": {"n": 1}}
HOSTILE = {
    "huge range": "[1..9999999]",
    "endless": "($f := function($n){$f($n + 1)}; $f(1))",
    "deep": "($f := function($n){1 + $f($n + 1)}; $f(1))",
    "catastrophic": "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', /^(a+)+$/)",
    "huge text": "($f := function($t, $n){$n = 0 ? $t : $f($t & $t, $n - 1)}; $f('xxxxxxxxxx', 40))",
    "long": "1" + "+1" * 50_000,
    "brackets": "(" * 50_000,
}

pytestmark = pytest.mark.django_db


def resolve(**config: Any) -> Any:
    return resolve_request(call("BRIDGE_CALL", ERP | config))


def answered(**config: Any) -> Any:
    return map_answer(call("BRIDGE_CALL", ERP | config).step.config, ANSWER)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("part", ["requestBody", "requestQuery", "requestPath", "requestHeaders"])
def test_a_hostile_request_fails_its_step_alone(part: str, text: str) -> None:
    outcome = resolve(**{part: {"fine": "1 + 1", "evil": text}})

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.message.startswith(f"{part}.evil: ")) == ("system", True)
    after = resolve(requestBody={"n": "40 + 2"})
    assert isinstance(after, Resolved)
    assert after.values.body == {"n": 42}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_mapping_fails_its_step_alone(text: str) -> None:
    outcome = answered(outputMapping={"fine": "n + 1", "evil": text})

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.message.startswith("outputMapping.evil: ")) == ("system", True)
    after = answered(outputMapping={"m": "n + 1"})
    assert isinstance(after, Completed)
    assert after.result["m"] == 2


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_judgement_of_an_answer_fails_its_step_alone(text: str) -> None:
    outcome = answered(treatAsError=text, outputMapping={"m": "n + 1"})

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.message.startswith("treatAsError: ")) == ("system", True)


def test_a_thousand_slow_expressions_cost_no_more_than_one() -> None:
    slow = sandbox.Evaluation(HOSTILE["catastrophic"], {})

    first, *others = sandbox.evaluate([slow] * 1_000, seconds=0.2, until_error=True)

    assert first.error is not None
    assert first.error["code"] == "expression-timeout"
    assert {each.error["code"] for each in others if each.error} == {"not-evaluated"}
    assert len(others) == 999
