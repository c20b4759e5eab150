"""Every finding of the language in the editor: in the list, at its step, at its field; and its fixes mend it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser import acts, drawing, editing
from tests.browser.conftest import PATIENCE, WINDOW
from tests.plans.language.test_finding_codes import ROWS, SHOP, Row
from tests.support.programs import EmbeddedServer

pytestmark = pytest.mark.browser
LOOK: Final = f"/api/plan-editor/look/?{editing.ORGANIZATION}"
SLUG: Final = "findings"
CONTROL: Final = "input, textarea, select, [contenteditable=true], button"


# What the rows refer to, as the demo's organization has it or gets it here.
NAMES: Final = {
    '"acme/work"': '"builtin/pdf-text"',
    '"acme/nap"': '"builtin/sleep"',
    '"erp"': '"till"',
    '"o/': '"northwind/',
}
# What never comes to the editor: no template with an action twice can be saved, a flow is renamed as it is imported,
# the slug of a plan is its address, and 2,001 steps are for the benchmark.
NEVER_THERE: Final = ("action-ambiguous 0", "stepflow-id-renamed 0", "slug-format 2", "too-large 1")
# Of these no step can be drawn: they stand in the list alone.
NOT_DRAWN: Final = ("step-missing-slug-or-kind", "steps.parse-error", "unknown-kind")
RESOURCES: Final = {
    "task-templates": [
        {"slug": "review", "name": "Review", "metadata": {"actions": [{"slug": "approve"}]}},
    ],
    "service-bridges": [
        {
            "slug": "till",
            "name": "Till",
            "definition": {**SHOP.service_bridges["erp"], "baseUrl": "https://till.example"},
        }
    ],
    "prompt-templates": [{"slug": "triage", "name": "Triage", "prompt": "Vendor {vendor}."}],
    "agent-runtimes": [
        {"slug": "r", "name": "R", "definition": {}},
        {"slug": "off", "name": "Off", "definition": {"status": "PAUSED"}},
    ],
}


@pytest.fixture(scope="module")
def page(server: EmbeddedServer, chromium: Browser) -> Iterator[Page]:
    """One editor for all rows: each plan is dropped into it."""
    window = chromium.new_context(
        base_url=server.url, viewport=WINDOW, locale="en-GB", reduced_motion="reduce"
    )
    window.set_default_timeout(PATIENCE)
    opened = window.new_page()
    acts.sign_in(opened, "olivia")
    acts.signed_in(opened)
    for kind, resources in RESOURCES.items():
        for resource in resources:
            editing.ask(opened, "POST", f"/api/{kind}?{editing.ORGANIZATION}", resource, status=201)
    editing.make_plan(opened, {"slug": SLUG, "name": "Findings", "steps": []})
    editing.open_editor(opened, SLUG)
    opened.get_by_role("tab", name="Findings").click()
    yield opened
    window.close()


@pytest.mark.parametrize(
    ("code", "row"),
    [
        pytest.param(code, row, id=f"{code} {index}")
        for code, rows in ROWS.items()
        for index, row in enumerate(rows)
        if f"{code} {index}" not in NEVER_THERE
    ],
)
def test_a_finding_shows_on_list_step_and_field_and_its_fixes_mend_it(
    page: Page, code: str, row: Row
) -> None:
    document = here({**row.plan, "slug": SLUG, "name": "Findings", "steps": row.steps})
    found = editing.ask(page, "POST", LOOK, {"document": document})["findings"]
    wanted = [each for each in found if each["code"] == code]
    assert wanted, f"the server says {found}"

    if page.locator("dialog[open]").count():
        drawing.leave(page, page.locator("dialog[open]"))
    # Two plans after each other may have the same words in their lists: the second answer is waited for.
    with page.expect_response(is_look_at_a_document):
        editing.show(page, document)

    lines = page.locator(".findings .finding-words")
    expect(lines).to_have_text([f"{each['severity']}: {each['message']}" for each in found])
    for finding in wanted:
        line = page.locator(".findings .finding").nth(found.index(finding))
        if code not in NOT_DRAWN:
            expect_mark(page, finding)
            line.locator(".finding-words").click()
            expect_led(page, finding)
        for fix in finding["fixes"]:
            line.get_by_role("button", name=fix["title"], exact=True).click()
            expect(lines.filter(has_text=finding["message"])).to_have_count(0)
            page.keyboard.press("ControlOrMeta+z")
            expect(lines.filter(has_text=finding["message"])).not_to_have_count(0)


def is_look_at_a_document(response: Response) -> bool:
    """Tell if the server looked at what stands on the canvas, and not at a file."""
    return "/plan-editor/look" in response.url and '"document":' in (response.request.post_data or "")


def here(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with the names that things have in the demo's organization."""
    text = json.dumps(document)
    for name, other in NAMES.items():
        text = text.replace(name, other)
    renamed: dict[str, Any] = json.loads(text)
    return renamed


def expect_mark(page: Page, finding: Mapping[str, Any]) -> None:
    """See the mark on the step that the finding is about."""
    if finding["step"] is not None and drawing.node(page, finding["step"]).count():
        expect(drawing.node(page, finding["step"]).locator(".step-node-mark").first).to_be_visible()


def expect_led(page: Page, finding: Mapping[str, Any]) -> None:
    """See the words beside the field, and the keyboard in it, or in what holds it; then go back."""
    of_plan = finding["step"] is None
    form = page.get_by_role("dialog", name="Plan settings") if of_plan else drawing.inspector(page)
    expect(form.get_by_text(finding["message"]).first).to_be_visible()
    places = [form.locator(f'[data-field="{each}"]') for each in places_around(finding["field"] or "")]
    there = [each for each in places if each.locator(CONTROL).count()]
    if there:
        expect(there[0].first.locator(":focus").first).to_be_attached()
    if of_plan:
        drawing.leave(page, form)


def places_around(place: str) -> list[str]:
    """Return the place and those that it lies in: `a.b[0]` gives `a.b[0]`, `a.b`, `a`."""
    ends = [at.start() for at in re.finditer(r"[.\[]", place)]
    return [place, *(place[:end] for end in reversed(ends))]
