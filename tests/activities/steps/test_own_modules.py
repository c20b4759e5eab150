"""The built-in modules that the worker runs itself, and those beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from activities.modules import ModuleCall, ModuleFailed, find_module, modules
from activities.steps import Completed, Failed
from activities.steps.execution import Execution
from activities.steps.files import files_below
from plans.models import Project
from tests.activities.running import World, row
from tests.activities.steps.calls import call
from tests.activities.steps.models import completion, sent, serve_model

pytestmark = pytest.mark.django_db


def run(ref: str, given: Any, options: dict[str, Any] | None = None, **more: Any) -> Any:
    return Execution().run(
        call("EXECUTION", {"moduleRef": ref, "moduleOptions": options or {}}, given=given, **more)
    )


def code(outcome: Any) -> Any:
    assert isinstance(outcome, Failed)
    return outcome.kind, outcome.error.code


def test_all_built_in_modules_of_the_language_are_there() -> None:
    names = [
        "load_file",
        "put_blob",
        "get_blob",
        "eval",
        "map",
        "iterate",
        "create_messages",
        "noop",
        "sleep",
    ]

    assert {f"builtin/{name}" for name in names} | {"http/get"} <= set(modules())
    assert find_module("/builtins/http/get") is find_module("http/get")


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ({"user_prompt": "Hi"}, [{"role": "user", "content": "Hi"}]),
        (
            {"user_prompt": "Hi", "system_instructions": "Be kind", "else": 1},
            [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Hi"}],
        ),
        ({"userPrompt": "Hi", "system_instructions": None}, [{"role": "user", "content": "Hi"}]),
    ],
)
def test_messages_are_made_of_a_prompt(given: Any, messages: Any) -> None:
    module = find_module("/builtin/create_messages")
    assert module is not None

    assert module.run(ModuleCall(input=given)) == {"messages": messages}


def test_messages_need_a_prompt() -> None:
    module = find_module("builtin/create_messages")
    assert module is not None

    with pytest.raises(ModuleFailed, match="it needs user_prompt"):
        module.run(ModuleCall(input={}))


@pytest.mark.parametrize(
    ("name", "text", "form", "data"),
    [
        ("a.json", '{"b": 1, "a": 2}', "json", {"b": 1, "a": 2}),
        ("sub/a.yaml", "on: yes\nday: 2026-11-20\n", "yaml", {"on": "yes", "day": "2026-11-20"}),
        ("a.YML", "[1, 2]", "yaml", [1, 2]),
        ("a.txt", "{no json", "text", "{no json"),
    ],
)
def test_a_file_is_loaded_by_its_ending(tmp_path: Path, name: str, text: str, form: str, data: Any) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / name).write_text(text)

    with files_below(tmp_path):
        outcome = run("builtin/load_file", {"path": name})

    assert isinstance(outcome, Completed)
    metadata = {"resolved_path": name, "size_bytes": len(text), "format": form}
    assert outcome.result == {"data": data, "metadata": metadata}


def test_a_format_that_is_named_wins(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")

    with files_below(tmp_path):
        assert run("builtin/load_file", {"path": "a.json", "format": "text"}).result["data"] == "{}"


@pytest.mark.parametrize(
    "path", ["../secret.json", "/etc/hostname", "sub/../../secret.json", "link.json", "a\0b", "~/x"]
)
def test_no_path_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (tmp_path / "secret.json").write_text("{}")
    (folder / "link.json").symlink_to(tmp_path / "secret.json")

    with files_below(folder):
        outcome = run("builtin/load_file", {"path": path})

    assert code(outcome)[0] == "business"
    assert code(outcome)[1] in ("path-refused", "invalid-path", "not-found")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("gone.json", None, "not-found"),
        ("a.json", b"{", "unreadable"),
        ("a.txt", b"\xff\xfe\x00", "unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_business_failure(
    tmp_path: Path, name: str, content: bytes | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with files_below(tmp_path):
        assert code(run("builtin/load_file", {"path": name})) == ("business", expected)


def test_without_a_folder_nothing_is_loaded(settings: Any) -> None:
    settings.PLAN_FILES = ""

    assert code(run("builtin/load_file", {"path": "a.json"})) == ("system", 500)


def test_the_folder_may_be_a_setting(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    settings.PLAN_FILES = str(tmp_path)

    assert run("builtin/load_file", None, {"path": "a.txt"}).result["data"] == "x"


def test_http_get_gives_status_headers_and_body(service: Any) -> None:
    service.says(200, {"ok": True})

    outcome = run("http/get", {"url": f"{service.url}/a?x=1", "query": {"y": 2}, "headers": {"X-Name": "v"}})

    assert isinstance(outcome, Completed)
    assert (outcome.result["status"], outcome.result["body"]) == (200, {"ok": True})
    assert service.requests[0]["path"] == "/a?x=1&y=2"
    assert service.requests[0]["headers"]["x-name"] == "v"


def test_http_get_fails_by_the_status_of_the_answer(service: Any) -> None:
    service.says(404)

    assert code(run("http/get", {"url": service.url})) == ("business", 404)


def test_http_get_goes_out_as_bridges_do(settings: Any) -> None:
    settings.EGRESS_ALLOW = []

    assert code(run("http/get", {"url": "http://127.0.0.1:9/"})) == ("system", 500)
    assert code(run("http/get", {"url": "file:///etc/passwd"})) == ("business", "invalid-url")


@pytest.mark.parametrize(
    ("ref", "given", "words"),
    [
        ("builtin/map", {"workflow": {}, "items": 3}, "items"),
        ("builtin/map", {"workflow": {}, "items": [], "max_concurrency": 0}, "max_concurrency"),
        ("builtin/get_blob", {}, "it needs blob_id"),
        ("builtin/put_blob", None, "it needs data"),
    ],
)
def test_what_a_module_does_not_take_is_a_business_failure_that_names_it(
    ref: str, given: Any, words: str
) -> None:
    outcome = run(ref, given)

    assert code(outcome) == ("business", "invalid-input")
    assert words in outcome.error.message


def test_a_chat_is_sent_in_its_roles_and_kept_on_record(
    world: World, project: Project, service: Any, settings: Any
) -> None:
    serve_model(service, settings, completion("Good day"))
    world.answers["ask"] = Execution().run
    said = [("system", "Be kind"), ("user", "Hi"), ("assistant", "Hello"), ("user", "And?")]
    given = {
        "messages": [{"role": role, "content": text} for role, text in said],
        "max_tokens": 9,
        "api_key": "sk-no",
    }
    step = {
        "slug": "ask",
        "kind": "EXECUTION",
        "config": {"moduleRef": "builtin/openai"},
        "input": {"$literal": given},
    }

    done = world.play(world.start(step))

    assert row(done, "ask").result == {"response": "Good day"}
    body = sent(service.requests[0])
    assert [(message["role"], message["content"]) for message in body["messages"]] == said
    assert body["max_tokens"] == 9
    assert "sk-no" not in str(service.requests[0])
    assert done.model_uses.count() == 1


def test_without_a_model_the_stand_in_says_that_it_is_one(
    world: World, project: Project, settings: Any
) -> None:
    settings.MODEL_PROVIDER = settings.MODEL_BASE_URL = settings.MODEL_API_KEY = settings.MODEL_SMALL = ""
    world.answers["ask"] = Execution().run
    given = {"messages": [{"role": "user", "content": "Hi"}]}
    step = {
        "slug": "ask",
        "kind": "EXECUTION",
        "config": {"moduleRef": "builtin/openai"},
        "input": {"$literal": given},
    }

    done = world.play(world.start(step))

    assert row(done, "ask").result["standIn"] is True
