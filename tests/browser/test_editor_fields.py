"""The form of a step in the editor: what is typed follows everywhere, what is wrong is told where it stands."""

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
IN_FIELD: Final = "document.activeElement?.closest('[data-field]')?.dataset.field"
MANY: Final = 60


def edit(page: Page, step: str) -> Locator:
    """Open the plan as it was saved, and the form of one step."""
    assert page.evaluate(FORGET, DRAFT) in (204, 404)
    page.goto(EDITOR)
    acts.node(page, step).click()
    form = page.get_by_role("complementary", name=f"Step {step}")
    expect(form.get_by_role("textbox", name="Slug", exact=True)).to_have_value(step)
    return form


def open_section(form: Locator, name: str) -> None:
    """Unfold a section of the form."""
    form.locator(".form-section-head", has_text=re.compile(f"^{name}")).click()


def test_a_slug_is_renamed_wherever_it_is_used(visit: Visit) -> None:
    page = visit("olivia")
    form = edit(page, "triage")
    slug = form.get_by_role("textbox", name="Slug", exact=True)

    slug.fill("sort")
    expect(form.locator(".rename-list")).to_contain_text('step "review", dependsOn[0]')
    slug.press("Enter")

    renamed = page.get_by_role("complementary", name="Step sort")
    expect(renamed.get_by_role("textbox", name="Slug", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Can start")).to_be_visible()
    acts.node(page, "review").click()
    review = page.get_by_role("complementary", name="Step review")
    expect(review.get_by_role("textbox", name="Title", exact=True)).to_contain_text("steps.sort.headline")


def test_a_slug_that_is_taken_stays_typed_and_says_why(visit: Visit) -> None:
    form = edit(visit("olivia"), "triage")
    slug = form.get_by_role("textbox", name="Slug", exact=True)

    slug.fill("extract")

    expect(form.locator('[data-field="slug"] .field-error')).to_have_text(
        'another step is named "extract"; choose a slug that is free'
    )
    expect(slug).to_have_value("extract")
    expect(slug).to_have_attribute("aria-invalid", "true")


def test_a_finding_leads_into_its_field_and_goes_when_it_is_mended(visit: Visit) -> None:
    page = visit("olivia")
    form = edit(page, "post")
    bridge = form.get_by_role("combobox", name="Service bridge")
    bridge.fill("erpp")
    bridge.press("Tab")
    expect(form.locator('[data-field="config.serviceBridgeRef"] .field-findings')).to_contain_text("erpp")
    acts.node(page, "triage").click()

    page.get_by_role("tab", name=re.compile("^Findings")).click()
    page.locator(".finding-words", has_text="erpp").first.click()

    expect(form).to_be_visible()
    expect(bridge).to_be_focused()
    bridge.fill("demo")
    expect(form.get_by_role("option", name="Demo ERP erp")).to_be_visible()
    bridge.press("ArrowDown")
    bridge.press("Enter")
    expect(bridge).to_have_value("erp")
    expect(page.get_by_role("button", name="Can start")).to_be_visible()


def test_real_data_is_pressed_into_the_field_that_has_the_cursor(visit: Visit) -> None:
    page = visit("olivia")
    acts.start_invoice(page, take=["fabrikam-office-FO-2026-1041.pdf"])
    acts.expect_status(page, "Completed")
    form = edit(page, "post")
    open_section(form, "When it runs")
    form.get_by_role("button", name="Data", exact=True).first.click()
    condition = form.get_by_role("textbox", name="Condition")
    condition.click()
    page.keyboard.press("ControlOrMeta+A")

    data = form.get_by_role("region", name="Data of an earlier run")
    data.get_by_role("button", name="channel", exact=True).click()

    expect(condition).to_have_text("inputs.channel")
    expect(condition).to_be_focused()


def test_a_step_is_filled_by_keys_alone(visit: Visit) -> None:
    page = visit("olivia")
    form = edit(page, "finance-approval")
    form.get_by_role("textbox", name="Name").focus()
    seen = []
    for _ in range(MANY):
        seen.append(page.evaluate(IN_FIELD))
        if seen[-1] == "config.approvers":
            break
        page.keyboard.press("Tab")

    page.keyboard.type("fio")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    assert seen[-1] == "config.approvers", f"Tab leads through {seen}"
    expect(form.get_by_role("list", name="Approvers: chosen")).to_contain_text("Fiona Falk")
    expect(form.get_by_role("combobox", name="Approvers")).to_be_focused()


def test_the_start_form_is_built_beside_what_people_will_see(visit: Visit) -> None:
    page = visit("olivia")
    edit(page, "triage")
    page.get_by_role("button", name="Plan settings").click()
    settings = page.get_by_role("dialog", name="Plan settings")
    settings.get_by_role("button", name="Start form").click()

    adding = settings.get_by_role("textbox", name="Inputs: label of an input to add")
    adding.fill("PO number")
    adding.press("Enter")
    settings.get_by_role("checkbox", name="poNumber is required").check()

    preview = settings.get_by_role("region", name="Preview of the start form")
    expect(preview.get_by_role("textbox", name="PO number")).to_be_visible()
    expect(settings.get_by_role("textbox", name="Name of input 3")).to_have_value("poNumber")
