"""An EXECUTION from its options to its outcome; the modules themselves are tested on their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from activities.steps import Completed, DocumentView, Failed, Waiting
from activities.steps.execution import Execution, fill_options
from tests.activities.steps.calls import call, view


def run(ref: str, options: dict[str, Any] | None = None, **more: Any) -> Any:
    return Execution().run(call("EXECUTION", {"moduleRef": ref, "moduleOptions": options or {}}, **more))


def text_file(folder: Path, name: str, text: str, **results: Any) -> DocumentView:
    path = folder / name
    path.write_text(text)
    return replace(view(name, **results), path=str(path), mime="text/plain", size=len(text))


def test_a_module_gets_the_input_of_the_step() -> None:
    outcome = run("builtin/noop", given={"a": [1, None]})

    assert isinstance(outcome, Completed)
    assert outcome.result == {"a": [1, None]}


@pytest.mark.parametrize("ref", ["acme/none", "builtin/nope", ""])
def test_a_module_that_nothing_provides_is_a_system_error_that_names_it(ref: str) -> None:
    outcome = run(ref)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("system", 500)
    assert f'module "{ref}"' in outcome.error.message


def test_options_that_do_not_fit_are_a_system_error_that_names_them() -> None:
    outcome = run("builtin/noop", {"speed": 3})

    assert isinstance(outcome, Failed)
    assert outcome.kind == "system"
    assert "speed" in outcome.error.message


def test_options_are_filled_in_from_the_run() -> None:
    options = {
        "a": "{{inputs.n}}",
        "b": ["x {{ .project.name }}"],
        "c": "${project.id}/${project.nope}",
        "d": {"e": 1},
    }

    filled, told = fill_options(
        call("EXECUTION", {"moduleRef": "builtin/noop", "moduleOptions": options}, inputs={"n": 3})
    )

    assert filled == {"a": 3, "b": ["x Payables"], "c": "payables/${project.nope}", "d": {"e": 1}}
    assert [line["text"] for line in told] == ["moduleOptions: ${project.nope} has no value"]


def test_a_per_document_run_gets_its_one_document(tmp_path: Path) -> None:
    documents = tuple(
        text_file(tmp_path, name, f"Total: {total}") for name, total in (("a.txt", 1), ("b.txt", 2))
    )
    options = {"patterns": {"total": r"Total: (\d+)"}, "types": {"total": "number"}}

    outcome = run("builtin/regex-extract", options, documents=documents, document=documents[1])

    assert isinstance(outcome, Completed)
    assert outcome.result["fields"] == {"total": 2}


def test_a_module_reads_what_an_earlier_step_gave_for_the_document(tmp_path: Path) -> None:
    document = text_file(tmp_path, "a.txt", "nothing", read={"text": "Total: 7"})
    options = {"patterns": {"total": r"Total: (\d+)"}, "from": "read"}

    outcome = run("builtin/regex-extract", options, documents=(document,), document=document)

    assert isinstance(outcome, Completed)
    assert outcome.result["fields"] == {"total": "7"}


def test_what_a_module_refuses_is_a_business_failure(tmp_path: Path) -> None:
    document = text_file(tmp_path, "a.pdf", "not a pdf \0")

    outcome = run(
        "builtin/pdf-text", documents=(replace(document, mime="application/pdf"),), document=document
    )

    assert isinstance(outcome, Failed)
    assert outcome.kind == "business"
    assert "a.pdf" in outcome.error.message


@pytest.mark.parametrize(
    ("options", "given"),
    [({"seconds": 60}, None), ({}, {"durationMs": 60_000}), ({"seconds": "{{inputs.n}}"}, None)],
)
def test_a_module_that_only_waits_becomes_a_timer(options: dict[str, Any], given: Any) -> None:
    outcome = run("builtin/sleep", options, given=given, inputs={"n": 60})

    assert isinstance(outcome, Waiting)
    assert outcome.on == "TIMER"
    assert outcome.until is not None
    assert 50 < (outcome.until - timezone.now()).total_seconds() <= 60


def test_waiting_no_time_is_over_at_once() -> None:
    assert isinstance(run("builtin/sleep", {"seconds": 0}), Completed)


def test_a_duration_that_is_none_is_a_system_error() -> None:
    outcome = run("builtin/sleep", {"seconds": "soon"})

    assert isinstance(outcome, Failed)
    assert outcome.kind == "system"


def test_a_step_is_pure_if_its_module_says_so() -> None:
    assert Execution().pure(call("EXECUTION", {"moduleRef": "builtin/noop"}).step)
