"""Every kind of step is added and configured in its form: what is written there is what the plan holds."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from playwright.sync_api import expect

from tests.browser import drawing, editing
from tests.browser.conftest import Visit
from tests.support.programs import ROOT

pytestmark = pytest.mark.browser
Schema = dict[str, Any]
# What is written into each widget; a widget that is not here has no value that the test could write, and fails it.
SAMPLES: Final[dict[str, Any]] = {
    "text": "some text",
    "multiline": "several words",
    "number": 2,
    "jsonata": "inputs.count = 1",
    "script": "return {};",
    "template": "About {{ inputs.count }}",
    "json": {"some": [1, 2]},
    "keyValues": {"some": "inputs.count"},
    "planInputs": {"some": "inputs.count"},
    "actions": [{"slug": "go", "name": "Go"}],
    "module": "builtin/regex-extract",
    "moduleOptions": {"patterns": {"total": "Total (.+)"}},
    "bridge": "erp",
    "endpoint": "create-bill",
    "taskTemplate": "invoice-review",
    "taskStatus": "to-do",
    "prompt": "triage",
    "agentRuntime": "northwind/clerk",
    "role": "finance-manager",
    "people": ["fiona", "ravi"],
    "plan": "supplier-invoice",
    "steps": ["first"],
    "sidecars": ["northwind/money"],
    "modules": ["builtin/regex-extract"],
    "slugList": ["one", "two"],
    "model": "SMALL",
    "documentStatus": "paid",
}
# Made of several controls of their own; that they are there is all that is asked of them here.
SHOWN_ONLY: Final = ("badges", "enrichment", "object", "share", "quorum", "schema", "tree")


def schemas() -> Schema:
    """Return the schemas that the forms are made of."""
    text = (ROOT / "static/src/editor/schema.gen.ts").read_text()
    start = text.index("{", text.index("export const EDITOR_SCHEMA"))
    found: Schema = json.JSONDecoder().raw_decode(text[start:])[0]
    return found


def sample(schema: Schema) -> Any:
    """Return a value for a key, other than its default."""
    hint = schema["editor"]
    match hint["widget"]:
        case "switch":
            return schema.get("default") is not True
        case "choice":
            values = [choice["value"] for choice in hint.get("choices", ())] or schema["enum"]
            return next(value for value in reversed(values) if value != schema.get("default"))
        case widget:
            return SAMPLES[widget]


@pytest.mark.parametrize("kind", drawing.KINDS)
def test_a_kind_is_configured_wholly_in_its_form(kind: str, visit: Visit) -> None:
    page = visit("olivia", viewport={"width": 1600, "height": 1000})
    slug = f"whole-{kind.lower().replace('_', '-')}"
    first = {"slug": "first", "kind": "APPROVAL", "name": "First"}
    editing.make_plan(page, {"slug": slug, "name": kind, "steps": [first]})
    editing.open_editor(page, slug)
    keys = {
        key: schema
        for key, schema in schemas()["configs"][kind]["properties"].items()
        if schema.get("editor", {"widget": "hidden"})["widget"] != "hidden"
    }
    hands = drawing.Mouse(page)
    hands.add(kind, 1)
    hands.reach("dependsOn")
    form = drawing.inspector(page)
    config: dict[str, Any] = {}

    for key, schema in keys.items():
        place = drawing.field(form, f"config.{key}")
        if "when" in schema["editor"] and not place.count():
            continue
        expect(place).to_be_visible()
        if schema["editor"]["widget"] not in SHOWN_ONLY:
            config[key] = sample(schema)
            drawing.write(hands, form, f"config.{key}", config[key])
    page.keyboard.press("Escape")
    editing.save_version(page, number=2)

    step = editing.saved_plan(page, slug)["steps"][1]
    assert (step["kind"], step["config"]) == (kind, config)
