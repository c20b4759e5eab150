"""A plan of the old days, with uuids instead of slugs, and slugs renamed wherever they are used."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts, drawing, editing
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
UUIDS: Final = [f"{number}1111111-1111-4111-8111-111111111111" for number in range(1, 6)]
SORT, YES, NO, LEFT, RIGHT = UUIDS
LEGACY: Final[dict[str, Any]] = {
    "slug": "legacy",
    "name": "Legacy",
    "steps": [
        {
            "uuid": SORT,
            "slug": "sort",
            "kind": "SCRIPT",
            "name": "Sort",
            "config": {
                "scriptBody": f"return {{action: '{YES}', count: 1}};",
                "scriptActions": [
                    {"uuid": YES, "name": "Yes"},
                    {"uuid": NO, "name": "No"},
                ],
            },
        },
        {
            "uuid": LEFT,
            "slug": "left",
            "kind": "SCRIPT",
            "dependsOn": [f"{SORT}:{YES}"],
            "conditionExpr": "steps.sort.count = 1",
            "config": {"scriptBody": "return {said: 'left ' + steps.sort.count};"},
        },
        {
            "uuid": RIGHT,
            "slug": "right",
            "kind": "SCRIPT",
            "dependsOn": [f"{SORT}:{NO}"],
            "config": {"scriptBody": "return {};"},
        },
    ],
}


def ended(page: Page, slug: str) -> dict[str, str | None]:
    """Start the published version on its page; return how each step stands at the end."""
    page.goto(f"/plans/{slug}/")
    page.get_by_role("link", name="Start activity").click()
    page.get_by_role("button", name="Start activity").click()
    acts.expect_status(page, "Completed")
    return {name: acts.node(page, name).locator(".status").inner_text() for name in ("sort", "left", "right")}


def test_a_legacy_plan_is_rewritten_when_it_is_saved_and_runs_as_before(visit: Visit) -> None:
    page = visit("olivia")
    acts.import_plan(page, LEGACY)
    before = ended(page, "legacy")
    editing.open_editor(page, "legacy")
    drawing.node(page, "left").click()
    name = page.get_by_role("complementary", name="Step left").get_by_role("textbox", name="Name", exact=True)
    name.fill("Left")

    page.get_by_role("button", name="Save version").click()
    dialog = page.get_by_role("dialog", name="Save version")
    expect(dialog.get_by_role("region", name="Rewrite")).to_contain_text(re.compile("sort"))
    dialog.get_by_role("button", name="Save version").click()
    editing.expect_version(page, 2)

    saved = json.dumps(editing.saved_plan(page, "legacy"))
    assert '"uuid"' not in saved
    # The script answers with the uuids of its actions: those are their slugs from now on.
    assert [uuid for uuid in UUIDS if uuid in saved] == [YES, NO]
    page.get_by_role("button", name="Versions").click()
    newest = page.get_by_role("dialog").get_by_role("listitem").filter(has_text="Version 2").first
    newest.get_by_role("button", name="Publish").click()
    expect(newest.get_by_text("published")).to_be_visible()
    assert ended(page, "legacy") == before


def test_a_slug_that_is_used_everywhere_is_renamed_without_a_finding(visit: Visit) -> None:
    page = visit("olivia")
    editing.make_plan(page, {**editing.demo_plan(), "slug": "renamed"})
    editing.open_editor(page, "renamed")
    expect(editing.problems(page)).to_have_text("Can start")

    for slug in ("extract", "triage", "review", "prepare", "finance-approval", "post"):
        drawing.node(page, slug).dispatch_event("click")
        form = page.get_by_role("complementary", name=f"Step {slug}")
        field = form.get_by_role("textbox", name="Slug", exact=True)
        field.fill(f"{slug}-anew")
        field.press("Enter")
        expect(page.get_by_role("complementary", name=f"Step {slug}-anew")).to_be_visible()
    editing.expect_kept(page)

    expect(editing.problems(page)).to_have_text("Can start")
    cases = editing.ask(
        page,
        "POST",
        f"/api/plan-editor/cases/?{editing.ORGANIZATION}",
        {
            "document": editing.ask(page, "GET", f"{editing.API}/renamed/draft?{editing.ORGANIZATION}")[
                "document"
            ]
        },
    )["cases"]
    assert [case["name"] for case in cases if not case["passed"]] == []
