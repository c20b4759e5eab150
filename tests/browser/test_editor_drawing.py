"""A plan drawn from nothing as its author does, by mouse and by keys alone, until its first task waits for a person."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts, drawing, editing
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
WIDE = {"width": 1600, "height": 1000}
ASIDE = ("state", "slug", "layout", "test")


def test_the_demos_plan_is_drawn_by_mouse_and_runs(visit: Visit) -> None:
    page = visit("olivia", viewport=WIDE)
    acts.go(page, "Plans")
    page.get_by_role("link", name="New plan").click()
    page.get_by_label("Name", exact=True).fill("Drawn by mouse")
    page.get_by_role("checkbox", name=re.compile("^Bind it")).uncheck()
    page.get_by_role("button", name="Make plan").click()
    hands = drawing.Mouse(page)

    drawing.draw(hands, editing.demo_plan())
    save_publish_and_bind(page)

    expect(editing.problems(page)).to_have_text("Can start")
    expect_equal_to_the_demos(page, "drawn-by-mouse")
    page.get_by_role("link", name="Back to the plan").click()
    page.get_by_role("link", name="Start activity").click()
    page.get_by_label("tailspin-repairs-october.pdf").check()
    page.get_by_role("button", name="Start activity").click()
    acts.expect_step(page, "review", "Waiting for a person")


def test_the_demos_plan_is_drawn_by_keys_alone(visit: Visit) -> None:
    page = visit("olivia", viewport=WIDE)
    editing.make_plan(page, {"slug": "drawn-by-keys", "name": "Drawn by keys", "steps": []})
    editing.open_editor(page, "drawn-by-keys")

    drawing.draw(drawing.Keys(page), editing.demo_plan())
    page.keyboard.press("Control+s")
    expect(page.get_by_role("dialog").get_by_role("button", name="Save version")).to_be_enabled()
    page.keyboard.press("Enter")

    editing.expect_version(page, 2)
    expect_equal_to_the_demos(page, "drawn-by-keys")


def save_publish_and_bind(page: Page) -> None:
    """Do what makes a plan start: a version, published, in a project."""
    editing.save_version(page, number=2)
    page.get_by_role("button", name="Versions").click()
    versions = page.get_by_role("dialog", name="Versions")
    newest = versions.get_by_role("listitem").filter(has_text="Version 2").first
    newest.get_by_role("button", name="Publish").click()
    expect(newest.get_by_text("published")).to_be_visible()
    versions.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Plan settings").click()
    settings = page.get_by_role("dialog", name="Plan settings")
    settings.get_by_role("button", name="Projects").click()
    settings.get_by_role("button", name="Bind Accounts payable").click()
    expect(settings.get_by_text("Bound", exact=True)).to_be_visible()
    settings.get_by_role("button", name="Close").click()


def expect_equal_to_the_demos(page: Page, slug: str) -> None:
    """Compare what was saved with the demo's plan, the order of keys aside."""
    drawn = editing.saved_plan(page, slug)
    demo = editing.saved_plan(page, "supplier-invoice")
    assert editing.without(drawn, *ASIDE) == editing.without(demo, *ASIDE)
