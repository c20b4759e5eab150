"""Language models in whole runs: prompts that are pinned, documents one by one, what it took on record."""

from __future__ import annotations

from typing import Any

import pytest

from activities import services
from activities.ai import LABEL
from activities.heart import heart
from activities.models import ModelUse, StepDocument
from activities.steps.llm import Llm
from activities.steps.script import Script
from plans.models import Person, PromptTemplate
from plans.services import save_resource
from tests import builders
from tests.activities.running import World, document, row
from tests.activities.steps.models import completion, sent, serve_model

pytestmark = pytest.mark.django_db


def llm(slug: str, *depends_on: str, **config: Any) -> dict[str, Any]:
    return {"slug": slug, "kind": "LLM", "dependsOn": list(depends_on), "config": config}


@pytest.fixture
def models(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(heart, "beats", False)  # its thread would outlive the test's database
    world.touching = {"ask"}
    world.answers["ask"] = Llm().run
    return world


def test_a_prompt_template_is_pinned_and_reads_steps(models: World, service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("fine"))
    organization = builders.organization()
    save_resource(PromptTemplate, organization, "judge", {"prompt": "Total {{steps.first.by}} {x}"}, by=None)
    activity = models.start(builders.script("first"), llm("ask", "first", promptTemplateRef="judge"))
    save_resource(PromptTemplate, organization, "judge", {"prompt": "changed"}, by=None)

    models.play(activity)

    assert sent(service.requests[0])["messages"][0]["content"] == "Total first {x}"
    assert row(activity, "ask").result == {"response": "fine"}


def test_the_step_says_what_models_took(
    models: World, service: Any, settings: Any, ann: Person, api: Any
) -> None:
    serve_model(service, settings, completion("fine", model="gpt-unknown"))
    activity = models.play(models.start(llm("ask", promptBody="Hello")))

    usage = api(ann).get(f"/api/activities/{activity.pk}/steps/ask").json()["usage"]

    one = {
        "provider": "openai-compatible",
        "model": "gpt-unknown",
        "standIn": False,
        "requests": 1,
        "inputTokens": 21,
        "outputTokens": 5,
        "cost": None,
    }
    assert usage == {
        "requests": 1,
        "inputTokens": 21,
        "outputTokens": 5,
        "cost": None,
        "standIn": False,
        "models": [one],
    }


def test_the_stand_in_is_labelled_in_result_logs_and_usage(models: World, ann: Person, api: Any) -> None:
    activity = models.play(models.start(llm("ask", promptBody="Hello")))

    shown = api(ann).get(f"/api/activities/{activity.pk}/steps/ask").json()

    assert shown["result"]["standIn"] is True
    assert shown["usage"]["standIn"] is True
    assert [use["model"] for use in shown["usage"]["models"]] == ["offline-stand-in"]
    assert any(LABEL in line["text"] for line in shown["logs"])


def test_a_document_beyond_its_bounds_fails_alone(models: World, service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("fine"))
    step = llm("ask", promptBody="{documentText}", perDocument=True, includeDocument={"maxCharacters": 8})
    plan = builders.plan(builders.project(), step)
    families = [document("a.csv"), document("b.csv", b"much too long")]

    activity = models.play(
        services.start(plan, project=builders.project(), by=None, inputs={}, documents=families)
    )

    rows = StepDocument.objects.filter(step__activity=activity).order_by("position")
    assert [(each.status, each.result, (each.error or {}).get("code")) for each in rows] == [
        ("COMPLETED", {"response": "fine"}, None),
        ("FAILED", None, "document-too-large"),
    ]
    assert ModelUse.objects.filter(activity=activity).count() == 1


def test_a_script_asks_a_model_and_what_it_took_is_on_record(
    models: World, service: Any, settings: Any, ann: Person, api: Any
) -> None:
    serve_model(service, settings, completion("Hi"))
    models.answers["ask"] = Script().run
    activity = models.play(models.start(builders.script("ask", body="return {said: llm.invoke('Hello')};")))

    shown = api(ann).get(f"/api/activities/{activity.pk}/steps/ask").json()

    assert shown["result"] == {"said": "Hi"}
    assert (shown["usage"]["requests"], shown["usage"]["inputTokens"]) == (1, 21)
