"""An agent at work, against a real server: its tools, its bounds, its conversation on record."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from activities import blobs, services
from activities.ai import LABEL
from activities.heart import heart
from activities.models import BlobUse
from activities.steps import DocumentView, Failed, StepCall
from activities.steps.agent import Agent
from plans.errors import Invalid
from plans.models import AgentRuntime, Person
from plans.services import save_resource
from tests import builders
from tests.activities.running import World, document, row
from tests.activities.steps.calls import call
from tests.activities.steps.models import completion, sent, serve_model

pytestmark = pytest.mark.django_db
TEXT = "builtin_pdf-text"


def work(**config: Any) -> dict[str, Any]:
    return {"slug": "work", "kind": "AGENT", "config": {"agentRuntimeRef": "northwind/clerk"} | config}


@pytest.fixture
def agents(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(heart, "beats", False)  # its thread would outlive the test's database
    world.touching = {"work"}
    world.answers["work"] = Agent().run
    return world


def runtime(**definition: Any) -> None:
    save_resource(AgentRuntime, builders.organization(), "clerk", {"definition": definition}, by=None)


def play(world: World, *documents: str, **config: Any) -> Any:
    return row(world.play(world.start(work(**config), documents=documents, inputs={"n": 7})), "work")


def test_an_agent_without_tools_gives_its_output(agents: World, service: Any, settings: Any) -> None:
    serve_model(service, settings, completion('{"total": 12.5}'))
    runtime(model="SMALL", instructions="You are a clerk.")

    step = play(agents, prompt="Add {inputs.n} and {{inputs.n}}")

    assert step.status == "COMPLETED"
    assert step.result == {
        "messages": [
            {"role": "system", "text": "You are a clerk."},
            {"role": "user", "text": "Add 7 and 7"},
            {"role": "assistant", "text": '{"total": 12.5}'},
        ],
        "output": {"total": 12.5},
    }
    assert sent(service.requests[0])["model"] == "tiny"


def test_an_agent_calls_modules_as_typed_tools(agents: World, service: Any, settings: Any) -> None:
    calls = completion(calls=[(TEXT, {"options": {"maxPages": 1}, "documents": ["a.csv"]})])
    serve_model(service, settings, calls, completion("Two columns."))
    runtime(moduleRefs=["builtin/pdf-text"])

    step = play(agents, "a.csv", "b.csv", prompt="What is in it?")

    assert step.status == "COMPLETED"
    [tool] = sent(service.requests[0])["tools"]
    parameters = tool["function"]["parameters"]
    assert tool["function"]["name"] == TEXT
    assert set(parameters["properties"]) == {"options", "input", "documents"}
    assert "maxPages" in parameters["properties"]["options"]["properties"]
    assert parameters["properties"]["documents"]["items"]["enum"] == ["a.csv", "b.csv"]
    called, answered, last = step.result["messages"][-3:]
    assert called["calls"] == [
        {"id": "call-1", "tool": TEXT, "arguments": {"options": {"maxPages": 1}, "documents": ["a.csv"]}}
    ]
    assert (answered["role"], answered["tool"]) == ("tool", TEXT)
    assert "a,b" in answered["text"]
    assert last == {"role": "assistant", "text": "Two columns."}
    assert [line["text"].split(" with ")[0] for line in step.logs][-3:] == [
        f"the model called {TEXT}",
        f"{TEXT} answered",
        "the model said 12 characters",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"options": {"colour": "red"}}, "colour"),
        ({"documents": ["nope.pdf"]}, "documents are of a.csv"),
        ({"options": {}, "documents": []}, "no-document"),
    ],
)
def test_a_tool_that_cannot_do_it_tells_the_model(
    arguments: dict[str, Any], told: str, agents: World, service: Any, settings: Any
) -> None:
    serve_model(service, settings, completion(calls=[(TEXT, arguments)]), completion("I give up."))
    runtime()

    step = play(agents, "a.csv", prompt="Read", moduleRefs=["builtin/pdf-text"])

    assert step.status == "COMPLETED"
    answered = next(message for message in step.result["messages"] if message["role"] == "tool")
    assert answered["failed"] is True
    assert told in answered["text"]


def test_what_all_requests_took_together_is_on_record(
    agents: World, service: Any, settings: Any, ann: Person, api: Any
) -> None:
    serve_model(service, settings, completion(calls=[(TEXT, {})]), completion("Done.", tokens=(100, 10)))
    runtime()
    step = play(agents, "a.csv", prompt="Read", moduleRefs=["builtin/pdf-text"])

    usage = api(ann).get(f"/api/activities/{step.activity_id}/steps/work").json()["usage"]

    assert (usage["requests"], usage["inputTokens"], usage["outputTokens"]) == (2, 121, 15)


def test_an_agent_that_never_ends_is_stopped_by_its_requests(
    agents: World, service: Any, settings: Any
) -> None:
    serve_model(service, settings, completion(calls=[(TEXT, {})]))
    runtime(maxRequests=2)

    step = play(agents, "a.csv", prompt="Read", moduleRefs=["builtin/pdf-text"])

    assert (step.status, step.error["code"]) == ("FAILED", "model-limit")
    assert len(service.requests) == 2
    assert len(step.result["messages"]) > 2


def test_an_error_of_the_model_keeps_the_conversation(agents: World, service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("x"))
    service.says(503, {"error": {"message": "overloaded"}})
    runtime()

    step = play(agents, prompt="Hello")

    assert (step.status, step.error["code"]) == ("FAILED", 503)
    assert {"role": "user", "text": "Hello"} in step.result["messages"]


def test_an_agent_that_takes_too_long_is_a_timeout(agents: World, service: Any, settings: Any) -> None:
    released = threading.Event()
    serve_model(service, settings, completion("late"))
    answer = service.answer
    service.answer = lambda request: (released.wait(10), answer(request))[1]
    runtime()
    agents.answers["work"] = lambda call: Agent().run(replace(call, timeout_seconds=0.3))

    step = play(agents, prompt="Hello")
    released.set()

    assert (step.status, step.error["code"]) == ("FAILED", "timeout")


def test_an_agent_that_is_killed_stops_at_once(agents: World, service: Any, settings: Any) -> None:
    released, started = threading.Event(), []
    serve_model(service, settings, completion("late"))
    answer = service.answer

    def held(request: dict[str, Any]) -> Any:
        started[0].kill()
        released.wait(10)
        return answer(request)

    service.answer = held
    runtime()
    agents.answers["work"] = lambda call: Agent().run(replace(call, on_start=started.append))

    step = play(agents, prompt="Hello")
    released.set()

    assert (step.status, step.error["code"]) == ("FAILED", "cancelled")


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        ({"moduleRefs": ["acme/none"]}, 'names module "acme/none", which nothing provides'),
        ({"moduleRefs": ["builtin/sleep"]}, "can't be a tool of an agent: it only waits"),
        ({"moduleRefs": ["builtin/map"]}, "can't be a tool of an agent: it runs flows"),
    ],
)
def test_a_runtime_with_a_tool_that_is_none_is_a_system_error(
    definition: dict[str, Any], told: str, agents: World
) -> None:
    runtime(**definition)

    step = play(agents, prompt="Hello")

    assert (step.status, step.error["code"]) == ("FAILED", 500)
    assert told in step.error["message"]


@pytest.mark.parametrize(
    ("runtimes", "told"),
    [
        ({}, 'names unknown agent runtime "clerk"'),
        ({"clerk": {"status": "PAUSED"}}, 'names agent runtime "clerk", which is PAUSED, not READY'),
        (
            {"clerk": {"maxConcurrent": 0}},
            'names agent runtime "clerk", which can\'t be used: /maxConcurrent',
        ),
    ],
)
def test_what_no_start_checked_is_a_system_error(runtimes: dict[str, Any], told: str) -> None:
    made = call("AGENT", {"agentRuntimeRef": "clerk"}, definitions={"agentRuntimes": runtimes})

    failed = Agent().run(made)

    assert isinstance(failed, Failed)
    assert (failed.kind, told in failed.error.message) == ("system", True)


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"agentRuntimeRef": "northwind/lost"}, "unknown-agent-runtime"),
        ({"moduleRefs": ["builtin/map"]}, "module-no-tool"),
    ],
)
def test_what_no_agent_can_work_with_is_not_published(
    config: dict[str, Any], code: str, agents: World
) -> None:
    runtime()

    with pytest.raises(Invalid) as refused:
        agents.start(work(prompt="Hello", **config))

    assert [finding["code"] for finding in refused.value.extra["findings"]] == [code]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda rows: rows.update(definition={"status": "PAUSED"}),
            'agent runtime "northwind/clerk" is PAUSED',
        ),
        (lambda rows: rows.delete(), 'names unknown agent runtime "northwind/clerk"'),
    ],
)
def test_a_start_is_refused_while_its_runtime_takes_no_work(change: Any, told: str, agents: World) -> None:
    runtime()
    plan = builders.plan(builders.project(), work(prompt="Hello"))
    change(AgentRuntime.objects.filter(slug="clerk"))

    with pytest.raises(Invalid, match=told):
        agents.start_plan(plan)


def test_without_a_key_a_labelled_stand_in_answers(agents: World) -> None:
    runtime()

    step = play(agents, prompt="Hello")

    assert step.status == "COMPLETED"
    assert step.result["standIn"] is True
    assert LABEL in step.result["output"]
    assert any(LABEL in line["text"] for line in step.logs)


@pytest.mark.django_db(transaction=True)
def test_modules_that_the_worker_runs_itself_are_tools_too(
    agents: World, service: Any, settings: Any
) -> None:
    kept = hashlib.sha256(blobs.compact({"n": 1})).hexdigest()
    calls = [
        ("builtin_put_blob", {"data": {"n": 1}}),
        ("builtin_get_blob", {"blobId": kept}),
        ("builtin_get_blob", {"blobId": "none"}),
        ("builtin_get_blob", {"colour": "red"}),
    ]
    serve_model(service, settings, *(completion(calls=[each]) for each in calls), completion("done"))
    runtime(moduleRefs=["builtin/put_blob", "builtin/get_blob"])

    step = play(agents)

    said = [message for message in step.result["messages"] if message["role"] == "tool"]
    assert [(json.loads(each["text"]), each.get("failed")) for each in said[:2]] == [
        ({"blob_id": kept}, None),
        ({"data": {"n": 1}}, None),
    ]
    assert (said[2]["failed"], 'there is no blob "none"' in said[2]["text"]) == (True, True)
    told = sent(service.requests[-1])["messages"][-1]["content"]
    assert "builtin/get_blob has no option colour" in told
    assert (step.status, BlobUse.objects.filter(activity=step.activity).count()) == ("COMPLETED", 1)


@pytest.mark.django_db(transaction=True)
def test_a_web_address_is_a_tool_with_the_rules_of_bridges(
    agents: World, service: Any, settings: Any
) -> None:
    calls = [("http_get", {"url": f"{service.url}/page"}), ("http_get", {"url": "http://127.0.0.1:9/"})]
    serve_model(service, settings, *(completion(calls=[each]) for each in calls), completion("done"))
    model = service.answer
    service.answer = lambda request: (200, {}, b"a page") if request["path"] == "/page" else model(request)
    runtime(moduleRefs=["http/get"])

    step = play(agents)

    page, refused = [message for message in step.result["messages"] if message["role"] == "tool"]
    assert json.loads(page["text"])["body"] == "a page"
    assert (refused["failed"], "is not at a public address" in refused["text"]) == (True, True)


def test_a_module_sees_the_inputs_and_the_input_of_the_model(tmp_path: Path) -> None:
    from activities.ai.stopping import Stop
    from activities.steps.agent_tools import Workshop, module_tools

    path = tmp_path / "a.txt"
    path.write_text("hello")
    view = DocumentView("id-a", "a.txt", str(path), "text/plain", 5, {}, (), "")
    made: StepCall = call("AGENT", {"agentRuntimeRef": "clerk"}, documents=(view,))
    [tool] = module_tools(["/builtin/pdf-text"], Workshop(made, Stop(), 1e12))

    assert tool.call({})["text"] == "hello"


def test_documents_of_the_activity_are_named_to_the_agent(agents: World, service: Any, settings: Any) -> None:
    serve_model(service, settings, completion("ok"))
    runtime()
    plan = builders.plan(builders.project(), work(prompt="Hello"))
    started = services.start(
        plan, project=builders.project(), by=None, inputs={}, documents=[document("x.csv")]
    )

    step = row(agents.play(started), "work")

    assert step.result["messages"][0] == {"role": "system", "text": "Documents: x.csv."}
