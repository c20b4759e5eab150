"""The plan as text in the editor, both ways, and its fields of code."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import acts
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

EDITOR: Final = "/plans/supplier-invoice/edit/"
DRAFT: Final = "/api/activity-plans/supplier-invoice/draft?organization=northwind"
FORGET: Final = """url => fetch(url, {method: "DELETE", headers: {
  "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content,
}}).then(({status}) => status)"""
FIRST_LINE: Final = re.compile("^# From PDF invoices to a bill")


def edit(page: Page) -> None:
    """Open the plan as it was saved."""
    assert page.evaluate(FORGET, DRAFT) in (204, 404)
    page.goto(EDITOR)
    expect(acts.node(page, "triage")).to_be_visible()


def source(page: Page) -> Locator:
    """Show the source; the cursor is in it then."""
    page.get_by_role("button", name="Source", exact=True).click()
    text = page.get_by_role("textbox", name="Source of the plan as YAML")
    expect(text).to_be_focused()
    expect(text).not_to_have_attribute("aria-readonly", "true")
    return text


def line(text: Locator, words: str) -> Locator:
    """Return the line of a text that holds the words."""
    return text.locator(".cm-line", has_text=words).first


def go_to_end(page: Page, text: Locator, words: str) -> None:
    """Put the cursor behind a line."""
    line(text, words).click(position={"x": 30, "y": 8})
    page.keyboard.press("End")


def condition(page: Page, step: str) -> Locator:
    """Return the field of a step's condition, empty."""
    acts.node(page, step).click()
    form = page.get_by_role("complementary", name=f"Step {step}")
    form.locator(".form-section-head", has_text="When it runs").click()
    field = form.get_by_role("textbox", name="Condition")
    expect(field).to_have_class(re.compile("cm-content"))
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    return field


def test_what_is_typed_in_the_source_is_the_plan_and_undone_as_one(visit: Visit) -> None:
    page = visit("olivia")
    edit(page)
    text = source(page)

    go_to_end(page, text, "name: Supplier invoice")
    page.keyboard.type(" of ours")

    expect(page.get_by_role("heading", name="Supplier invoice of ours")).to_be_visible()
    page.get_by_role("button", name="Undo: Edit source").click()
    expect(page.get_by_role("heading", name="Supplier invoice", exact=True)).to_be_visible()
    expect(line(text, "name: Supplier invoice")).to_have_text("name: Supplier invoice")
    expect(text.locator(".cm-line").first).to_have_text(FIRST_LINE)


def test_a_change_on_the_canvas_is_written_into_the_text_beside_its_comments(visit: Visit) -> None:
    page = visit("olivia")
    edit(page)
    text = source(page)
    go_to_end(page, text, "slug: supplier-invoice")
    page.keyboard.type("  # as the ERP calls it")

    acts.node(page, "read").click()
    page.get_by_role("complementary", name="Step read").get_by_label("Name", exact=True).fill("Read all")

    expect(line(text, "- slug: read")).to_be_visible()
    expect(line(text, "name: Read all")).to_be_visible()
    page.keyboard.press("Escape")
    text.focus()
    page.keyboard.press("Control+Home")
    expect(line(text, "slug: supplier-invoice")).to_have_text("slug: supplier-invoice  # as the ERP calls it")


def test_a_text_that_can_not_be_read_stays_over_a_reload_and_the_plan_stays_as_it_was(visit: Visit) -> None:
    page = visit("olivia")
    edit(page)
    text = source(page)

    go_to_end(page, text, "name: Supplier invoice")
    page.keyboard.type(": [half")

    expect(page.get_by_role("alert").filter(has_text="Line 3, column")).to_be_visible()
    expect(page.get_by_role("heading", name="Supplier invoice", exact=True)).to_be_visible()
    expect(page.locator(".editor-title")).to_contain_text("Version 1")
    with page.expect_response(lambda answer: "/draft" in answer.url and answer.request.method == "PUT"):
        page.keyboard.type("!")
    page.reload()
    text = source(page)
    expect(line(text, "name: Supplier invoice")).to_have_text("name: Supplier invoice: [half!]")
    page.get_by_role("button", name="Write from the canvas").click()
    expect(line(text, "name: Supplier invoice")).to_have_text("name: Supplier invoice")
    expect(text.locator(".cm-line").first).to_have_text(FIRST_LINE)


def test_the_selection_is_the_same_in_text_and_canvas(visit: Visit) -> None:
    page = visit("olivia")
    edit(page)
    text = source(page)

    acts.node(page, "prepare").click()
    expect(text.locator(".code-lifted").first).to_contain_text("- slug: prepare")
    line(text, "dependsOn: [triage, review?]").click(position={"x": 30, "y": 8})
    page.keyboard.press("ArrowUp")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")

    expect(page.get_by_role("complementary", name=re.compile("^Step (triage|review)"))).to_be_visible()


def test_a_condition_is_completed_with_steps_and_their_actions_and_its_error_is_underlined(
    visit: Visit,
) -> None:
    page = visit("olivia")
    edit(page)
    field = condition(page, "post")
    options = page.get_by_role("listbox", name="Completions")

    page.keyboard.type("steps.fin")
    expect(options.get_by_role("option")).to_have_count(1)
    options.get_by_role("option").click()
    page.keyboard.type(".action = '")
    expect(options.get_by_role("option")).to_have_count(3)
    options.get_by_role("option", name="rejected").click()
    expect(field).to_have_text("steps.`finance-approval`.action = 'rejected'")

    page.keyboard.press("End")
    page.keyboard.type(" and > 1")
    expect(field.locator(".cm-lintRange-error")).to_have_text(">")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Try Condition")).to_be_focused()


def test_a_condition_is_tried_and_tells_its_value_or_its_error(visit: Visit) -> None:
    page = visit("olivia")
    edit(page)
    condition(page, "post")

    page.keyboard.type("1 + 1 = 2")
    page.get_by_role("button", name="Try Condition").click()
    trial = page.get_by_role("region", name="Try", exact=True)
    expect(trial.get_by_role("region", name="Value")).to_have_text("true")
    page.get_by_role("textbox", name="Condition").click()
    page.keyboard.press("End")
    page.keyboard.type(" and $unheard(1)")

    expect(trial).to_contain_text(re.compile(r"Line 1, column \d+: Attempted to invoke a non-function"))
