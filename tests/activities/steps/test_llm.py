"""An LLM step from its prompt to its result, against a real server."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from activities.ai import LABEL, Reply
from activities.steps import Completed, Failed, StepCall
from activities.steps.llm import Llm
from tests.activities.steps.calls import call
from tests.activities.steps.models import completion, sent, serve_model

VERDICTS = {"promptActions": [{"slug": "ask", "name": "Ask"}, {"slug": "clear", "name": "All clear"}]}
MAPPED = {"outputMapping": {"action": "$.verdict", "why": "$.why"}} | VERDICTS


class Kept:
    """What models took, as the step tells it."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    def __call__(self, made: StepCall, reply: Reply) -> None:
        self.replies.append(reply)


def ask(config: dict[str, Any], kept: Kept | None = None, **more: Any) -> Completed | Failed:
    made = call("LLM", {"promptBody": "Judge {vendor}."} | config, **more)
    outcome = Llm(record=kept or Kept()).run(made)
    assert isinstance(outcome, Completed | Failed)
    return outcome


def texts(outcome: Completed | Failed) -> str:
    return "\n".join(f"{line['level']} {line['text']}" for line in outcome.logs)


def test_the_prompt_goes_out_and_the_reply_is_mapped(service: Any, settings: Any) -> None:
    serve_model(service, settings, completion('{"verdict": "clear", "why": "known"}'))
    kept = Kept()

    outcome = ask(
        MAPPED | {"promptVariables": {"vendor": "inputs.vendor"}}, kept, inputs={"vendor": "Fabrikam"}
    )

    assert isinstance(outcome, Completed)
    assert (outcome.result, outcome.action) == ({"action": "clear", "why": "known"}, "clear")
    [request] = service.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["headers"]["authorization"] == "Bearer sk-tests-only"
    body = sent(request)
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("tiny", 4096, 0.1)
    assert body["messages"] == [{"role": "user", "content": "Judge Fabrikam."}]
    assert kept.replies == [
        replace(
            Reply("", "openai-compatible", "tiny-1", input_tokens=21, output_tokens=5),
            text=kept.replies[0].text,
            seconds=kept.replies[0].seconds,
        )
    ]


def test_logs_name_model_and_tokens_and_never_the_prompt_the_reply_or_the_key(
    service: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    serve_model(service, settings, completion("a private reply"))

    outcome = ask({"promptBody": "a private prompt"})

    told = texts(outcome) + caplog.text
    assert "openai-compatible tiny-1 replied" in told
    assert "21 tokens in, 5 out" in told
    for hidden in ("a private reply", "a private prompt", "sk-tests-only"):
        assert hidden not in told


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Looks fine.", {"response": "Looks fine."}),
        ("42", {"response": "42"}),
        ('{"a": [1, 2.5]}', {"a": [1, 2.5]}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ("[1, 2]", [1, 2]),
        ('{"a": NaN}', {"response": '{"a": NaN}'}),
    ],
)
def test_a_reply_without_a_mapping_is_the_result(text: str, result: Any, service: Any, settings: Any) -> None:
    serve_model(service, settings, completion(text))

    outcome = ask({})

    assert isinstance(outcome, Completed)
    assert outcome.result == result


@pytest.mark.parametrize(
    ("verdict", "action"),
    [("clear", "clear"), ("ALL CLEAR", "clear"), ("Clear", None), ("maybe", None), (None, None), (7, None)],
)
def test_an_action_is_matched_by_slug_or_by_name_ignoring_case(
    verdict: Any, action: str | None, service: Any, settings: Any
) -> None:
    serve_model(service, settings, completion(json.dumps({"verdict": verdict, "why": "?"})))

    outcome = ask(MAPPED)

    assert isinstance(outcome, Completed)
    assert outcome.action == action
    assert ("warn action" in texts(outcome)) is (action is None)


@pytest.mark.parametrize(("size", "model"), [("SMALL", "tiny"), ("LARGE", "big"), ("llama3:8b", "llama3:8b")])
def test_sizes_and_ids_name_a_model(size: str, model: str, service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("ok"))

    ask({"llmModelName": size})

    assert sent(service.requests[0])["model"] == model


def test_429_is_a_business_failure_that_says_when_to_come_back(service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("ok"))
    service.says(429, {"error": {"message": "slow down, sk-tests-only"}}, Retry_After="7")

    outcome = ask({})

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code, outcome.retry_after) == ("business", 429, 7.0)
    assert "slow down" in outcome.error.message
    assert "sk-tests-only" not in outcome.error.message
    assert len(service.requests) == 1


def test_500_is_a_business_failure_and_is_asked_once(service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("ok"))
    service.says(500, {"error": {"message": "broken"}})

    outcome = ask({})

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("business", 500)
    assert len(service.requests) == 1


def test_a_redirect_is_not_followed(service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("ok"))
    service.says(307, None, Location=f"{service.url}/elsewhere")

    outcome = ask({})

    assert isinstance(outcome, Failed)
    assert [request["path"] for request in service.requests] == ["/v1/chat/completions"]


def test_a_model_that_does_not_answer_is_a_timeout(service: Any, settings: Any) -> None:
    released = threading.Event()
    serve_model(service, settings, completion("late"))
    answer = service.answer
    service.answer = lambda request: (released.wait(10), answer(request))[1]

    outcome = ask({}, timeout_seconds=0.3)
    released.set()

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("timeout", "timeout")


def test_a_step_that_is_cancelled_stops_waiting_for_its_model(service: Any, settings: Any) -> None:
    released = threading.Event()
    serve_model(service, settings, completion("late"))
    answer, started = service.answer, []

    def held(request: dict[str, Any]) -> Any:
        started[0].kill()
        released.wait(10)
        return answer(request)

    service.answer = held
    made = replace(call("LLM", {"promptBody": "x"}), on_start=started.append)

    outcome = Llm(record=Kept()).run(made)
    released.set()

    assert isinstance(outcome, Failed)
    assert outcome.error.code == "cancelled"


def test_a_server_that_is_not_there_is_a_business_failure(service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("ok"))
    settings.MODEL_BASE_URL = "http://127.0.0.1:9/v1"

    outcome = ask({})

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("business", "model-unreachable")


def test_a_reply_that_is_no_completion_is_a_business_failure(service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("ok"))
    service.says(200, {"hello": "world"})

    outcome = ask({})

    assert isinstance(outcome, Failed)
    assert outcome.kind == "business"


def test_without_a_key_a_labelled_stand_in_answers_and_takes_the_first_action() -> None:
    kept = Kept()

    outcome = ask(MAPPED, kept)

    assert isinstance(outcome, Completed)
    assert (outcome.result, outcome.action) == ({"action": "ask", "why": LABEL}, "ask")
    assert f"warn {LABEL}: no language model answered" in texts(outcome)
    assert [(reply.stand_in, reply.provider) for reply in kept.replies] == [(True, LABEL)]
    assert ask(MAPPED) == replace(outcome)


def test_the_reply_of_the_stand_in_says_what_it_is() -> None:
    outcome = ask({})

    assert isinstance(outcome, Completed)
    assert outcome.result["standIn"] is True
    assert LABEL in outcome.result["response"]


def test_a_plan_does_not_take_the_key_of_the_settings_to_another_provider(
    service: Any, settings: Any
) -> None:
    serve_model(service, settings, completion("ok"))

    outcome = ask({"llmModelName": "anthropic:claude-haiku-4-5"})

    assert isinstance(outcome, Failed)
    assert outcome.kind == "system"
    assert "MODEL_PROVIDERS" in outcome.error.message
    assert service.requests == []


def test_a_broken_mapping_is_a_system_error_that_names_the_key(service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("{}"))

    outcome = ask({"outputMapping": {"why": "$number('x')"}})

    assert isinstance(outcome, Failed)
    assert outcome.kind == "system"
    assert "outputMapping.why" in outcome.error.message


def test_a_known_price_is_kept() -> None:
    from pydantic_ai.messages import ModelResponse, TextPart
    from pydantic_ai.usage import RequestUsage

    from activities.ai import price_of

    usage = RequestUsage(input_tokens=1_000_000, output_tokens=0)
    response = ModelResponse([TextPart("x")], usage=usage, model_name="gpt-4o-mini", provider_name="openai")

    assert price_of(response) == Decimal("0.15")
    assert price_of(replace(response, model_name="nobody-knows")) is None
