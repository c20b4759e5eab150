"""What scripts ask of language models, against a real server."""

from __future__ import annotations

from typing import Any

import pytest

from activities.ai import LABEL
from activities.sandbox import HostError
from activities.steps import Completed
from activities.steps.script import Script
from activities.steps.script_models import MAX_CALLS, ScriptModels
from tests.activities.steps.calls import call
from tests.activities.steps.models import completion, sent, serve_model

DEFINITIONS = {"promptTemplates": {"greet": {"prompt": "Greet {name}, {other}"}}}


def models(**more: Any) -> tuple[ScriptModels, list[Any]]:
    replies: list[Any] = []
    made = call("SCRIPT", {"scriptBody": "return {}"}, definitions=DEFINITIONS, **more)
    return ScriptModels(made, record=lambda made, reply: replies.append(reply)), replies


@pytest.mark.parametrize(
    ("argument", "prompt", "model"),
    [("Hello", "Hello", "tiny"), ({"prompt": "Hello", "model": "LARGE"}, "Hello", "big")],
)
def test_invoke_gives_the_text_of_the_reply(
    argument: Any, prompt: str, model: str, service: Any, settings: Any
) -> None:
    serve_model(service, settings, completion("Hi"))
    host, replies = models()

    assert host("llm.invoke", [argument]) == "Hi"

    body = sent(service.requests[0])
    assert (body["model"], body["messages"][0]["content"]) == (model, prompt)
    assert [reply.input_tokens for reply in replies] == [21]


def test_a_prompt_template_is_filled(service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("Hi"))
    host, _replies = models()

    host("llm.invokeWithPromptRef", ["acme/greet", {"name": "Ann"}])

    assert sent(service.requests[0])["messages"][0]["content"] == "Greet Ann, {other}"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("llm.invoke", []),
        ("llm.invoke", [7]),
        ("llm.invoke", [{"prompt": "x", "temperature": 2}]),
        ("llm.invokeWithPromptRef", ["nope"]),
        ("llm.stream", ["x"]),
    ],
)
def test_what_cannot_be_asked_is_thrown_in_the_script(name: str, arguments: list[Any]) -> None:
    host, _replies = models()

    with pytest.raises(HostError):
        host(name, arguments)


def test_a_script_asks_only_so_often() -> None:
    host, replies = models()
    for _ in range(MAX_CALLS):
        host("llm.invoke", ["x"])

    with pytest.raises(HostError, match="one more"):
        host("llm.invoke", ["x"])

    assert len(replies) == MAX_CALLS


def test_an_error_of_the_model_is_thrown_in_the_script(service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("Hi"))
    service.says(500, {"error": {"message": "broken"}})
    host, _replies = models()

    with pytest.raises(HostError, match="answered 500: broken"):
        host("llm.invoke", ["x"])


def test_a_script_without_a_model_gets_the_labelled_stand_in() -> None:
    host, _replies = models()
    made = call("SCRIPT", {"scriptBody": "return {said: llm.invoke('Hello')}"})

    outcome = Script(host=lambda _call: host).run(made)

    assert isinstance(outcome, Completed)
    assert LABEL in outcome.result["said"]
