"""How the prompt of an LLM step is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from activities.steps import DocumentView, Failed, StepView
from activities.steps.llm_prompt import Prompt, resolve_prompt
from tests.activities.steps.calls import bridge, call, view

STEPS = {"triage": StepView("COMPLETED", "clean", {"total": 12.5})}


def prompt(config: dict[str, Any], **more: Any) -> Prompt:
    found = resolve_prompt(call("LLM", {"promptBody": ""} | config, **more))
    assert isinstance(found, Prompt), found
    return found


def failed(config: dict[str, Any], **more: Any) -> Failed:
    found = resolve_prompt(call("LLM", config, **more))
    assert isinstance(found, Failed)
    return found


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Vendor {vendor}, {unknown}.", "Vendor Fabrikam, {unknown}."),
        ("{{inputs.vendor}} and {{ .inputs.lines }}", 'Fabrikam and [{"n":1}]'),
        (
            "{context.inputs.vendor} {steps.triage.total} {steps.triage.mapped_output.total}",
            "Fabrikam 12.5 12.5",
        ),
        ('Reply {"verdict": "ask"|"clear"}', 'Reply {"verdict": "ask"|"clear"}'),
        ("{hostile}", "{vendor} {{inputs.vendor}}"),
        ("{{inputs.hostile}}", "{vendor} {{inputs.vendor}}"),
        ("{number} {all}", '7 {"n":1}'),
    ],
)
def test_names_and_templates_are_filled_in_one_pass(body: str, text: str) -> None:
    inputs = {"vendor": "Fabrikam", "lines": [{"n": 1}], "hostile": "{vendor} {{inputs.vendor}}"}
    variables = {
        "vendor": "inputs.vendor",
        "hostile": "inputs.hostile",
        "number": 7,
        "all": "$.steps.triage ? inputs.lines[0] : null",
    }

    made = prompt({"promptBody": body, "promptVariables": variables}, inputs=inputs, steps=STEPS)

    assert made.text == text


@pytest.mark.parametrize("expression", ["inputs.nope", "$number('x')", "("])
def test_a_variable_without_a_value_is_not_added_and_warned_about(expression: str) -> None:
    made = prompt({"promptBody": "Vendor {vendor}", "promptVariables": {"vendor": expression}})

    assert made.text == "Vendor {vendor}"
    assert ["promptVariables.vendor" in line["text"] for line in made.logs] == [True]


def test_the_body_wins_over_the_template() -> None:
    definitions = {"promptTemplates": {"triage": {"prompt": "From the template: {x}"}}}
    config = {"promptTemplateRef": "acme/triage", "promptVariables": {"x": "1 + 1"}}

    assert prompt(config, definitions=definitions).text == "From the template: 2"
    assert prompt(config | {"promptBody": "own"}, definitions=definitions).text == "own"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, 'step "push" has neither promptBody nor promptTemplateRef'),
        ({"promptTemplateRef": "x/y"}, 'prompt "x/y" not found'),
    ],
)
def test_a_prompt_that_is_not_there_is_a_system_error(config: dict[str, Any], message: str) -> None:
    found = failed(config)

    assert (found.kind, found.error.message) == ("system", message)


def text_file(tmp_path: Path, content: str) -> DocumentView:
    path = tmp_path / "a.txt"
    path.write_text(content)
    return DocumentView("id-a", "a.txt", str(path), "text/plain", len(content), {}, ("invoice",), "")


def test_a_document_is_put_in_with_what_earlier_steps_read(tmp_path: Path) -> None:
    document = text_file(tmp_path, "Total 12,50")
    body = {"promptBody": "{documentPath}: {documentText}", "includeDocument": True, "perDocument": True}

    assert prompt(body, document=document, documents=(document,)).text == "a.txt: Total 12,50"


def test_the_text_that_an_earlier_step_read_is_not_read_again() -> None:
    document = view("a.pdf", text={"text": "read before", "pages": ["read before"]}, fields={"total": 12.5})
    body = "{documentText} {extractedData.fields.total}"

    made = prompt({"promptBody": body, "includeDocument": True, "perDocument": True}, document=document)

    assert made.text == "read before 12.5"


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        ({"maxCharacters": 5}, "document-too-large"),
        ({"maxPages": 1}, "document-too-large"),
    ],
)
def test_a_document_beyond_its_bounds_fails(bounds: dict[str, int], code: str, tmp_path: Path) -> None:
    document = text_file(tmp_path, "first page\fsecond page")

    found = failed(
        {"promptBody": "{documentText}", "includeDocument": bounds, "perDocument": True}, document=document
    )

    assert (found.kind, found.error.code) == ("business", code)


def test_a_document_that_cannot_be_read_fails(tmp_path: Path) -> None:
    document = text_file(tmp_path, "")

    found = failed({"promptBody": "x", "includeDocument": True, "perDocument": True}, document=document)

    assert (found.kind, found.error.code) == ("business", "empty")


def test_a_document_of_another_type_is_named_but_not_read() -> None:
    document = view("a.pdf")
    config = {
        "promptBody": "{documentPath} {documentText}",
        "includeDocument": {"documentTypes": ["txt"]},
        "perDocument": True,
    }

    assert prompt(config, document=document).text == "a.pdf {documentText}"


def test_include_document_without_per_document_is_warned_about() -> None:
    made = prompt({"promptBody": "x", "includeDocument": True})

    assert [line["text"] for line in made.logs] == ["includeDocument does nothing without perDocument"]


@pytest.mark.django_db
def test_enrichment_is_asked_before_the_prompt_is_made(service: Any) -> None:
    service.says(200, {"name": "Fabrikam Inc"})
    first = {"serviceBridgeRef": "acme/erp", "operation": "one", "outputKey": "vendor"}
    second = {"serviceBridgeRef": "erp", "operation": "post"}
    config = {
        "promptBody": "{enrichment.vendor.name} {who}",
        "promptVariables": {"who": "$.enrichment.post.name"},
        "enrichment": [
            first | {"inputMapping": {"vendor": "$.inputs.vendor", "number": "inputs.number"}},
            second | {"inputMapping": {"n": "enrichment.vendor.name", "gone": "inputs.nope"}},
        ],
    }

    made = prompt(config, inputs={"vendor": "fab", "number": 7}, definitions=bridge(service.url))

    assert made.text == "Fabrikam Inc Fabrikam Inc"
    assert [(each["method"], each["path"], each["body"]) for each in service.requests] == [
        ("GET", "/bills/fab/7", b""),
        ("POST", "/bills", b'{"n":"Fabrikam Inc"}'),
    ]
    assert [line["text"] for line in made.logs] == [
        "enrichment[1].inputMapping.gone: inputs.nope has no value"
    ]


@pytest.mark.django_db
def test_enrichment_that_is_refused_fails_the_step(service: Any) -> None:
    service.says(503, {"message": "closed"})
    config = {"promptBody": "x", "enrichment": [{"serviceBridgeRef": "erp", "operation": "post"}]}

    found = failed(config, definitions=bridge(service.url))

    assert (found.kind, found.error.code) == ("business", 503)


def test_enrichment_of_an_unknown_bridge_is_a_system_error() -> None:
    config = {"promptBody": "x", "enrichment": [{"serviceBridgeRef": "nope", "operation": "post"}]}

    assert failed(config).kind == "system"
