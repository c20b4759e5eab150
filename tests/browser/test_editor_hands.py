"""What hands expect of an editor: undo after a reload, copies from plan to plan, dropped files, search, an outline."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import drawing, editing
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
FLOW = """\
schema: https://stepflow.org/schemas/v1/flow.json
name: A flow
steps:
  - id: fetch
    component: /builtin/eval
    input: {input: {$input: url}}
  - id: shorten
    component: /builtin/eval
    input: {input: {$step: fetch}}
"""


def step(slug: str, *after: str) -> dict[str, Any]:
    """Make a step that can stand anywhere."""
    config = {"scriptBody": "return {};", "scriptActions": [{"slug": "go", "name": "Go"}]}
    return {"slug": slug, "kind": "SCRIPT", "name": slug.title(), "dependsOn": list(after), "config": config}


def opened(page: Page, slug: str, *steps: dict[str, Any]) -> None:
    """Make a plan of these steps and open it."""
    editing.make_plan(page, {"slug": slug, "name": slug.title(), "steps": list(steps)})
    editing.open_editor(page, slug)


def slugs(page: Page) -> list[str]:
    """Return the slugs of the plan as the draft has them, in plan order."""
    listed = page.locator(".outline-step")
    return [slug for slug in (each.get_attribute("data-slug") for each in listed.all()) if slug]


def test_undo_and_redo_reach_over_a_reload(visit: Visit) -> None:
    page = visit("olivia")
    opened(page, "reloaded", step("one"))
    page.get_by_role("button", name=re.compile("^Approval")).click()
    expect(drawing.node(page, "approval")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Task")).click()
    expect(drawing.node(page, "task")).to_be_visible()
    editing.expect_kept(page)

    page.reload()
    page.get_by_role("button", name="Undo: Add step task").click()
    expect(drawing.node(page, "task")).to_have_count(0)
    editing.expect_kept(page)
    page.reload()
    page.get_by_role("button", name="Undo: Add step approval").click()
    expect(drawing.node(page, "approval")).to_have_count(0)
    page.get_by_role("button", name="Do again: Add step approval").click()
    page.get_by_role("button", name="Do again: Add step task").click()

    expect(drawing.node(page, "approval")).to_be_visible()
    expect(drawing.node(page, "task")).to_be_visible()
    expect(drawing.node(page, "one")).to_be_visible()


def test_steps_are_copied_from_one_plan_to_another(visit: Visit) -> None:
    page = visit("olivia", permissions=["clipboard-read", "clipboard-write"])
    opened(page, "copied-from", step("one"), step("two", "one:go"))
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    expect(page.get_by_role("status").filter(has_text="Copied 2 steps")).to_be_attached()

    editing.make_plan(page, {"slug": "copied-to", "name": "To", "steps": [step("one")]})
    other = page.context.new_page()
    editing.open_editor(other, "copied-to")
    other.keyboard.press("Control+v")

    expect(other.locator(".react-flow__node")).to_have_count(3)
    editing.save_version(other, number=2)
    pasted = editing.saved_plan(other, "copied-to")["steps"]
    assert [each["slug"] for each in pasted] == ["one", "one-2", "two"]
    assert pasted[2]["dependsOn"] == ["one-2:go"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("plan.json", json.dumps({"slug": "x", "name": "X", "steps": [step("dropped")]}), ["dropped"]),
        ("plan.yaml", "slug: x\nname: X\nsteps: [{slug: dropped, kind: SCRIPT}]\n", ["dropped"]),
        ("flow.yaml", FLOW, ["fetch", "shorten"]),
    ],
)
def test_a_dropped_file_becomes_the_plan(name: str, text: str, expected: list[str], visit: Visit) -> None:
    page = visit("olivia")
    slug = f"dropped-{name.replace('.', '-')}"
    opened(page, slug, step("before"))
    page.get_by_role("tab", name="Outline").click()

    editing.drop_file(page, name, text)

    expect(page.get_by_role("button", name=f"Undo: Import {name}")).to_be_visible()
    assert slugs(page) == expected
    page.keyboard.press("Control+z")
    expect(drawing.node(page, "before")).to_be_visible()


def test_a_file_that_can_not_be_read_changes_nothing_and_says_where(visit: Visit) -> None:
    page = visit("olivia")
    opened(page, "unread", step("before"))

    editing.drop_file(page, "bad.json", '{"steps": [}')

    expect(page.get_by_text(re.compile(r"^bad\.json, line 1, column \d+"))).to_be_visible()
    expect(drawing.node(page, "before")).to_be_visible()


def test_a_step_is_found_by_name_or_slug(visit: Visit) -> None:
    page = visit("olivia")
    opened(page, "searched", *(step(f"s-{number}") for number in range(40)))

    page.keyboard.press("/")
    page.get_by_role("dialog", name="Find step").get_by_role("combobox").fill("s-37")
    page.keyboard.press("Enter")

    expect(page.get_by_role("complementary", name="Step s-37")).to_be_visible()
    expect(drawing.node(page, "s-37")).to_be_in_viewport()


def test_the_outline_alone_adds_connects_awaits_reorders_and_removes(visit: Visit) -> None:
    page = visit("olivia")
    opened(page, "outlined", step("one"), step("two"))
    page.get_by_role("tab", name="Outline").click()
    outline = page.get_by_role("tabpanel", name="Outline")

    outline.get_by_role("button", name=re.compile("^Two")).click()
    outline.get_by_role("button", name="Add step").click()
    page.keyboard.insert_text("Approval")
    page.keyboard.press("Enter")
    added = outline.get_by_role("button", name=re.compile("^approval"))
    expect(added).to_contain_text("after two")
    outline.get_by_role("button", name=re.compile("^One")).click()
    outline.get_by_role("button", name="Connect to…").click()
    page.keyboard.insert_text("go → Two")
    page.keyboard.press("Enter")
    outline.get_by_role("checkbox", name="Then Two on go: await only").check()
    expect(outline.get_by_role("button", name=re.compile("^Two"))).to_contain_text(re.compile(r"one\?"))
    outline.get_by_role("button", name=re.compile("^Two")).focus()
    outline.get_by_role("button", name=re.compile("^Two")).click()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".outline-step").first).to_have_attribute("data-slug", "two")
    assert slugs(page) == ["two", "one", "approval"]
    added.click()
    outline.get_by_role("button", name="Remove step").click()
    expect(added).to_have_count(0)
    outline.get_by_role("button", name=re.compile("^One")).click()
    outline.get_by_role("button", name=re.compile("^Then Two.*remove edge")).click()

    editing.save_version(page, number=2)
    saved = editing.saved_plan(page, "outlined")["steps"]
    assert [(each["slug"], each.get("dependsOn", [])) for each in saved] == [("two", []), ("one", [])]
