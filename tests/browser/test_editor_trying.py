"""The demo's plan walked to its end: the author plays people and service; the walk becomes a test case."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import drawing, editing
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
WIDE = {"width": 1600, "height": 1000}
BILL = '{"_statusCode": 201, "_body": {"id": "B-00042"}}'


def to_the_end(page: Page) -> None:
    """Let the walk go as far as it goes."""
    pane = page.get_by_role("region", name="Try the plan")
    expect(pane).to_have_attribute("aria-busy", "false")
    end = pane.get_by_role("button", name="To the end")
    if end.is_enabled():
        end.click()


def test_a_walk_is_decided_kept_as_a_case_and_shows_what_it_covers(visit: Visit) -> None:
    page = visit("olivia", viewport=WIDE)
    editing.make_plan(page, editing.without(editing.demo_plan(), "test") | {"slug": "tried"})
    editing.open_editor(page, "tried")
    page.keyboard.press("t")
    pane = page.get_by_role("region", name="Try the plan")
    pane.get_by_label(re.compile("^Documents")).fill("large.pdf")

    pane.get_by_role("button", name="Start walk").click()
    to_the_end(page)
    review = pane.get_by_role("region", name="Decide review")
    review.get_by_label(re.compile("^Form data")).fill('{"number": "C-9", "total": 18450}')
    review.get_by_role("button", name="Approve", exact=True).click()
    to_the_end(page)
    finance = pane.get_by_role("region", name="Decide finance-approval")
    finance.get_by_role("button", name=re.compile("^Approve")).click()
    to_the_end(page)
    post = pane.get_by_role("form", name="Answer for post")
    post.get_by_label(re.compile("^Result")).fill(BILL)
    post.get_by_role("button").last.click()
    to_the_end(page)
    expect(pane.get_by_text("COMPLETED", exact=True)).to_be_visible()
    expect(drawing.node(page, "post").locator(".status")).to_have_text("Completed")
    expect(drawing.node(page, "notify").locator(".status")).to_have_text("Not taken")
    pane.get_by_role("button", name="To the start").click()
    expect(drawing.node(page, "post").locator(".status")).not_to_have_text("Completed")
    pane.get_by_role("button", name="To the end").click()

    pane.get_by_label("Name of the test case").fill("large and approved")
    pane.get_by_role("button", name="Keep as test case").click()
    pane.get_by_role("button", name="Run 1 test case").click()
    expect(pane.get_by_role("listitem").filter(has_text="large and approved")).to_contain_text("passed")
    expect(drawing.node(page, "notify").locator(".step-node")).not_to_have_attribute(
        "data-status", "completed"
    )
    editing.save_version(page, number=2)
    cases = editing.saved_plan(page, "tried")["test"]["cases"]
    assert [case["name"] for case in cases] == ["large and approved"]
