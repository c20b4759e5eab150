"""Mocks that stand in for language models and agents in a trial (plan language 7)."""

from __future__ import annotations

from typing import Any

import pytest

from activities.steps import Completed, Failed, Outcome, Skipped
from activities.trial.mocks import Mocks, PlayedHandler
from tests.activities.steps.calls import call

ACTIONS = {"promptActions": [{"slug": "ask", "name": "Ask"}, {"slug": "clear"}]}
MAPPED = {"outputMapping": {"action": "$.verdict"}} | ACTIONS


def play(config: dict[str, Any], *mocks: dict[str, Any], kind: str = "LLM", **more: Any) -> Outcome:
    defaults = {"promptBody": "Judge {vendor}"} if kind == "LLM" else {"agentRuntimeRef": "clerk"}
    entries = [{"step": "push"} | mock for mock in mocks]
    return PlayedHandler(kind, Mocks(entries)).run(call(kind, defaults | config, **more))


def success(result: Any, **more: Any) -> dict[str, Any]:
    return {"returns": {"outcome": "success", "result": result} | more}


@pytest.mark.parametrize(
    ("config", "reply", "result", "action"),
    [
        (MAPPED, {"verdict": "ask"}, {"action": "ask"}, "ask"),
        (MAPPED, '{"verdict": "ASK"}', {"action": "ASK"}, "ask"),
        (MAPPED, {"verdict": "no"}, {"action": "no"}, None),
        (ACTIONS, {"action": "clear"}, {"action": "clear"}, "clear"),
        ({}, "a text", {"response": "a text"}, None),
        ({}, {"a": 1}, {"a": 1}, None),
    ],
)
def test_a_mock_is_the_reply_before_it_is_mapped(
    config: dict[str, Any], reply: Any, result: Any, action: str | None
) -> None:
    outcome = play(config, success(reply))

    assert isinstance(outcome, Completed)
    assert (outcome.result, outcome.action) == (result, action)


def test_a_mock_decides_whatever_it_says() -> None:
    outcome = play(MAPPED, success({"verdict": "ask"}, action="elsewhere"))

    assert isinstance(outcome, Completed)
    assert outcome.action == "elsewhere"


def test_the_first_mock_whose_prompt_is_that_of_the_step_answers() -> None:
    config = {"promptVariables": {"vendor": "inputs.vendor"}}
    mocks = [
        {"when_input": {"prompt": f"Judge {name}"}} | success({"for": name})
        for name in ("Litware", "Fabrikam")
    ]

    outcome = play(config, *mocks, inputs={"vendor": "Fabrikam"})

    assert isinstance(outcome, Completed)
    assert outcome.result == {"for": "Fabrikam"}


def test_enrichment_is_answered_by_the_mocks_of_bridges() -> None:
    entry = {"serviceBridgeRef": "acme/erp", "operation": "vendor"}
    config = {"promptBody": "{enrichment.vendor.name}", "enrichment": [entry]}
    bridge = {"step": "-", "bridge": "erp", "endpoint": "vendor"} | success({"name": "Fabrikam"})

    outcome = play(config, {"when_input": {"prompt": "Fabrikam"}} | success({}), bridge)

    assert isinstance(outcome, Completed)


def test_a_prompt_template_is_taken_on_trust() -> None:
    outcome = play({"promptBody": "", "promptTemplateRef": "nobody/knows"}, success({"a": 1}))

    assert isinstance(outcome, Completed)


@pytest.mark.parametrize(
    "mocks", [[], [{"when_input": {"prompt": "another"}} | success({})]], ids=["none", "none that matches"]
)
def test_without_a_mock_that_matches_a_model_is_a_system_error(mocks: list[dict[str, Any]]) -> None:
    outcome = play({}, *mocks)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("system", 500)


def test_an_agent_is_played_by_its_result() -> None:
    answered = play({}, success({"output": "done"}), kind="AGENT")

    assert isinstance(answered, Completed)
    assert answered.result == {"output": "done"}
    assert isinstance(play({}, {"returns": {"outcome": "skipped"}}, kind="AGENT"), Skipped)
    unplayed = play({}, kind="AGENT")
    assert isinstance(unplayed, Failed)
    assert unplayed.kind == "system"
