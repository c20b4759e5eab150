"""The inbox by keyboard alone: twenty tasks in a row, many at once, and what others do meanwhile."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
TEMPLATE = {
    "slug": "quick-check",
    "name": "Quick check",
    "organization": "northwind",
    "metadata": {
        "title": "Check",
        "actions": [
            {"slug": "fine", "label": "Fine", "style": "primary"},
            {
                "slug": "wrong",
                "label": "Wrong",
                "style": "danger",
                "properties": {"requireComment": True, "gatedByCompleteness": False},
            },
        ],
        "candidates": {"roles": ["reviewer"]},
    },
}


def checks(page: Page, slug: str, count: int) -> None:
    """Start a plan, as an author, that asks reviewers for so many checks at once."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": page.url}
    sent = page.request.post("/api/task-templates", data=TEMPLATE, headers=headers)
    assert sent.status in {201, 409}, sent.text()
    steps = [
        {
            "slug": f"check-{number:02d}",
            "kind": "CREATE_TASK",
            "config": {"taskTemplateRef": "quick-check", "title": f"{slug} {number:02d}"},
        }
        for number in range(1, count + 1)
    ]
    acts.import_plan(page, {"slug": slug, "name": slug.capitalize(), "steps": steps})
    start(page)


def start(page: Page) -> None:
    """Start the plan whose page is open."""
    page.get_by_role("link", name="Start activity").click()
    page.get_by_role("button", name="Start activity").click()
    page.wait_for_url("**/activities/*-*/")


def inbox(page: Page, slug: str) -> None:
    """Open the inbox, narrowed to one plan."""
    page.goto(f"/inbox/?plan={slug}&sort=oldest")


def rows(page: Page) -> Any:
    return page.locator("[data-inbox] > li")


def left(page: Page) -> Any:
    """The rows of tasks that are still there."""
    return page.locator("[data-inbox] > li:not([data-gone])")


def pane(page: Page) -> Any:
    return page.locator("[data-detail]")


def expect_selected_in_pane(page: Page) -> None:
    """Wait until the pane shows the selected task."""
    title = page.locator("[data-inbox] > li[data-selected]:not([data-gone]) .row-link").text_content() or ""
    expect(pane(page).get_by_role("heading", name=title)).to_be_visible()


def test_twenty_tasks_are_cleared_by_keyboard_alone(visit: Visit) -> None:
    checks(visit("olivia"), "twenty", 20)
    page = visit("ravi", viewport=DESK)
    inbox(page, "twenty")
    expect(left(page)).to_have_count(20)
    address = page.url
    page.evaluate("window.sameDocument = true")

    page.keyboard.press("j")
    for number in range(1, 21):
        expect_selected_in_pane(page)
        page.keyboard.press(("a", "1", "Control+Enter")[number % 3])
        expect(left(page)).to_have_count(20 - number)

    expect(pane(page)).to_contain_text("Nothing else waits on this list.")
    assert page.url == address
    assert page.evaluate("window.sameDocument") is True
    page.reload()
    expect(page.get_by_role("heading", name="Nothing fits the filter")).to_be_visible()
    page.goto("/inbox/?show=done&plan=twenty")
    expect(rows(page)).to_have_count(20)


def test_claim_release_and_a_comment_by_keyboard(visit: Visit) -> None:
    checks(visit("olivia"), "claims", 2)
    page = visit("ravi", viewport=DESK)
    inbox(page, "claims")
    page.keyboard.press("j")
    first = rows(page).first
    expect_selected_in_pane(page)

    page.keyboard.press("c")
    expect(first.get_by_text("Mine", exact=True)).to_be_visible()
    expect(pane(page)).to_contain_text("Claimed by me")
    page.keyboard.press("r")
    expect(first.get_by_role("button", name="Claim")).to_be_visible()
    page.keyboard.press("2")
    expect(pane(page).get_by_role("alert").or_(pane(page).locator(".field-error")).first).to_be_visible()
    expect(pane(page).locator("#comment")).to_be_focused()
    page.keyboard.type("no stamp")
    pane(page).get_by_role("button", name="Wrong").press("Enter")

    expect(left(page)).to_have_count(1)
    expect_selected_in_pane(page)


def test_what_others_do_is_seen_and_no_row_moves(visit: Visit) -> None:
    olivia = visit("olivia")
    checks(olivia, "others", 3)
    page = visit("ravi", viewport=DESK)
    inbox(page, "others")
    expect(page.locator("[data-inbox-freshness]")).to_have_text("Live")
    titles = rows(page).locator(".row-link").all_text_contents()
    count = page.locator('[data-nav-count="inbox"]')
    before = int(count.text_content() or "0")

    olivia.goto("/inbox/?show=everybody&plan=others&sort=oldest")
    olivia.get_by_role("link", name="others 02").press("Enter")
    olivia.get_by_label("Assign to").select_option("ravi")
    olivia.get_by_role("button", name="Assign task").click()
    expect(rows(page).filter(has_text="others 02").get_by_text("Mine", exact=True)).to_be_visible()
    olivia.goto("/plans/others/")
    start(olivia)

    expect(page.get_by_role("button", name="3 new, show them")).to_be_visible()
    expect(count).to_have_text(str(before + 3))
    assert rows(page).locator(".row-link").all_text_contents() == titles
    page.get_by_role("button", name="3 new, show them").click()
    expect(rows(page)).to_have_count(6)


def test_take_next_and_many_at_once_by_keyboard(visit: Visit) -> None:
    checks(visit("olivia"), "many", 4)
    page = visit("ravi", viewport=DESK)
    inbox(page, "many")
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(page.get_by_text("3 tasks selected")).to_be_visible()

    page.get_by_role("button", name="Claim selected").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Claim 3 tasks")).to_be_visible()
    expect(dialog.get_by_role("listitem")).to_have_count(3)
    dialog.get_by_role("button", name="Claim 3 tasks").press("Enter")
    expect(rows(page).get_by_text("Mine", exact=True)).to_have_count(3)
    expect(dialog).to_have_count(0)
    page.locator("[data-inbox] [data-choose]").last.check()
    page.get_by_role("button", name="Release selected").press("Enter")
    dialog.get_by_role("button", name=re.compile("Go back|Close")).press("Enter")
    expect(dialog).to_have_count(0)

    page.keyboard.press("t")
    expect(pane(page)).to_contain_text("Claimed by me")


def test_a_filter_is_kept_and_a_phone_opens_the_page(visit: Visit) -> None:
    checks(visit("olivia"), "phones", 1)
    page = visit("ravi", viewport=PHONE)
    inbox(page, "phones")
    page.get_by_label("Keep as").fill("My phones")
    page.get_by_role("button", name="Save filter").click()
    page.goto("/inbox/")
    page.get_by_role("link", name="My phones").click()
    expect(rows(page)).to_have_count(1)

    rows(page).get_by_role("link", name="phones 01").click()
    page.wait_for_url(re.compile("/tasks/.*/"))
    expect(page.get_by_role("heading", name="phones 01")).to_be_visible()


def test_an_inbox_without_websockets_asks(visit: Visit) -> None:
    olivia = visit("olivia")
    checks(olivia, "asking", 1)
    page = visit("ravi", viewport=DESK)
    page.route_web_socket(re.compile("/ws/inbox/"), lambda socket: socket.close())
    inbox(page, "asking")
    expect(page.locator("[data-inbox-freshness]")).to_have_text("Live, by asking every 3 s")

    olivia.goto("/plans/asking/")
    start(olivia)

    expect(page.get_by_role("button", name="1 new, show it")).to_be_visible()
