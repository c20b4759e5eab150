"""Nothing that was typed is lost: two authors in one plan, a tab that is killed, a server that is killed."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from tests.browser import drawing, editing
from tests.browser.conftest import Visit
from tests.support.programs import EmbeddedServer

pytestmark = pytest.mark.browser


def plan(slug: str) -> dict[str, Any]:
    """Make a plan of two steps that can stand anywhere."""
    steps = [
        {"slug": name, "kind": "SCRIPT", "name": name.title(), "config": {"scriptBody": "return {};"}}
        for name in ("left", "right")
    ]
    return {"slug": slug, "name": "Together", "steps": steps}


def field_of(page: Page, step: str, name: str = "Name") -> Locator:
    """Select a step and return a field of its form."""
    drawing.node(page, step).click()
    return page.get_by_role("complementary", name=f"Step {step}").get_by_role(
        "textbox", name=name, exact=True
    )


def rename(page: Page, step: str, name: str) -> None:
    """Give a step a name, and wait until the draft is kept."""
    field_of(page, step).fill(name)
    editing.expect_kept(page)


@pytest.fixture
def authors(visit: Visit) -> tuple[Page, Page]:
    """Two authors: Olivia, who makes Ravi one."""
    olivia = visit("olivia")
    olivia.goto("/settings/members/")
    roles = olivia.get_by_label("Roles of Ravi Rao")
    roles.fill("author reviewer")
    roles.press("Enter")
    expect(olivia.get_by_label("Roles of Ravi Rao")).to_have_value(re.compile("author"))
    return olivia, visit("ravi")


def test_two_authors_see_each_other_and_both_their_work_is_saved(authors: tuple[Page, Page]) -> None:
    olivia, ravi = authors
    editing.make_plan(olivia, plan("both"))
    editing.open_editor(olivia, "both")
    editing.open_editor(ravi, "both")

    drawing.node(ravi, "right").click()
    expect(olivia.get_by_role("list", name="Also in this plan")).to_contain_text("Ravi Rao")
    expect(drawing.node(olivia, "right").locator(".editor-node-people")).to_contain_text("Ravi")
    expect(ravi.get_by_role("list", name="Also in this plan")).to_contain_text("Olivia Ortega")
    rename(olivia, "left", "Left by Olivia")
    editing.save_version(olivia, number=2)
    expect(ravi.get_by_text("Olivia Ortega saved version 2")).to_be_visible()
    rename(ravi, "right", "Right by Ravi")
    ravi.get_by_role("button", name="Save version").click()
    ravi.get_by_role("dialog").get_by_role("button", name="Save version").click()

    merge = ravi.get_by_role("dialog", name="Merge")
    expect(merge.get_by_role("region", name="You changed")).to_contain_text("right")
    expect(merge.get_by_role("region", name="Olivia Ortega changed")).to_contain_text("left")
    expect(merge.get_by_text("Nothing of it touches")).to_be_visible()
    merge.get_by_role("button", name="Take both in").click()
    ravi.get_by_role("dialog", name="Save version").get_by_role("button", name="Save version").click()
    editing.expect_version(ravi, 3)
    names = [step["name"] for step in editing.saved_plan(ravi, "both")["steps"]]
    assert names == ["Left by Olivia", "Right by Ravi"]


def test_what_both_changed_stands_side_by_side_and_one_is_chosen(authors: tuple[Page, Page]) -> None:
    olivia, ravi = authors
    editing.make_plan(olivia, plan("clash"))
    editing.open_editor(olivia, "clash")
    editing.open_editor(ravi, "clash")

    rename(olivia, "left", "By Olivia")
    editing.save_version(olivia, number=2)
    rename(ravi, "right", "Also by Ravi")
    rename(ravi, "left", "By Ravi")
    ravi.get_by_role("button", name="Save version").click()
    ravi.get_by_role("dialog").get_by_role("button", name="Save version").click()

    conflict = ravi.get_by_role("group", name="Step left, name")
    expect(conflict).to_contain_text("By Ravi")
    expect(conflict).to_contain_text("By Olivia")
    conflict.get_by_role("radio", name=re.compile("Olivia")).check()
    ravi.get_by_role("button", name="Take both in").click()
    ravi.get_by_role("dialog", name="Save version").get_by_role("button", name="Save version").click()
    editing.expect_version(ravi, 3)
    names = [step["name"] for step in editing.saved_plan(ravi, "clash")["steps"]]
    assert names == ["By Olivia", "Also by Ravi"]
    ravi.get_by_role("button", name=re.compile("^Undo")).click()
    expect(drawing.node(ravi, "left")).to_contain_text("By Ravi")


def test_a_tab_killed_while_typing_comes_back_with_the_text_and_its_undo(visit: Visit) -> None:
    page = visit("olivia")
    editing.make_plan(page, plan("killed"))
    editing.open_editor(page, "killed")
    page.route(re.compile(r"/killed/draft"), lambda route: route.abort())

    name = field_of(page, "left")
    name.press("End")
    name.press_sequentially(" is typed")
    expect(page.get_by_text("draft kept in this browser")).to_be_visible()
    crash(page)

    again = page.context.new_page()
    editing.open_editor(again, "killed")
    expect(drawing.node(again, "left")).to_contain_text("Left is typed")
    again.get_by_role("button", name=re.compile("^Undo")).click()
    expect(drawing.node(again, "left").locator(".step-node-name")).to_have_text("Left")


def test_a_server_that_is_killed_loses_nothing(visit: Visit, server: EmbeddedServer) -> None:
    page = visit("olivia")
    editing.make_plan(page, plan("dead"))
    editing.open_editor(page, "dead")

    server.kill()
    field_of(page, "left").fill("Typed into the void")
    expect(page.get_by_text("the server can't be reached")).to_be_visible()
    server.start()

    editing.expect_kept(page)
    editing.save_version(page, number=2)
    assert editing.saved_plan(page, "dead")["steps"][0]["name"] == "Typed into the void"


def crash(page: Page) -> None:
    """End the process behind the tab: no handler of the page runs any more."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
