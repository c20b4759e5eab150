"""What people do in the browser, and what they see there. Every wait is for something that the person would see."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.programs import SIGN_IN

PASSWORD = "demo"
SECONDS = 1000  # playwright counts milliseconds

# Keeps what the activity page shows, in order and for as long as the page is not loaded again.
WATCH = """() => {
  const now = () => Object.fromEntries([
    ["", document.querySelector(".monitor-head .status")],
    ...[...document.querySelectorAll(".react-flow__node")].map(
      (node) => [node.dataset.id, node.querySelector(".status")]),
  ].map(([slug, status]) => [slug, status ? status.textContent : null]));
  const seen = (window.seen = {});
  const look = () => {
    for (const [slug, word] of Object.entries(now())) {
      if (word && (seen[slug] ??= []).at(-1) !== word) seen[slug].push(word);
    }
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def sign_in(page: Page, person: str, password: str = PASSWORD) -> None:
    """Fill the sign-in form and send it; what comes after is for the caller to expect."""
    page.goto(SIGN_IN)
    page.get_by_label("User name or e-mail").fill(person)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def signed_in(page: Page) -> None:
    """Wait for the page behind the sign-in."""
    page.wait_for_url(re.compile(rf"^(?!.*{SIGN_IN})"))


def go(page: Page, place: str) -> None:
    """Go to a place of the rail."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile(rf"^{place}\b")).click()


def start_invoice(page: Page, *, upload: Sequence[Path] = (), take: Sequence[str] = ()) -> str:
    """Start the demo's plan on files of one's own and documents of the project; return the activity's address."""
    go(page, "Plans")
    page.get_by_role("link", name="Supplier invoice", exact=True).click()
    page.get_by_role("link", name="Start activity").click()
    if upload:
        page.get_by_label("Drop files here, or choose them").set_input_files(upload)
    for name in take:
        page.get_by_label(name).check()
    page.get_by_role("button", name="Start activity").click()
    page.wait_for_url("**/activities/*-*/")
    return page.url


def watch(page: Page) -> None:
    """Begin to keep the statuses that the activity page shows."""
    expect(node(page, "").first).to_be_visible()
    page.evaluate(WATCH)


def seen(page: Page) -> dict[str, list[str]]:
    """Return the statuses shown since `watch`, by slug, the activity's under "", each when it changed."""
    shown: dict[str, list[str]] = page.evaluate("window.seen")
    return shown


def node(page: Page, slug: str) -> Locator:
    """Return the steps of that slug on the canvas, all with an empty one."""
    return page.locator(f'.react-flow__node[data-id="{slug}"]' if slug else ".react-flow__node")


def expect_status(page: Page, status: str) -> None:
    """Wait until the head of the activity page shows the status."""
    expect(page.locator(".monitor-head .status")).to_have_text(status)


def expect_step(page: Page, slug: str, status: str) -> None:
    """Wait until the canvas shows the step with this status."""
    expect(node(page, slug).locator(".status")).to_have_text(status)


def expect_freshness(page: Page, text: str | re.Pattern[str]) -> None:
    """Wait until the activity page says how fresh it is in these words."""
    expect(page.locator(".freshness")).to_have_text(text)


def logged(page: Page) -> list[int]:
    """Return the sequence numbers of the event log, from the top."""
    return [int(text) for text in page.locator(".event-seq").all_text_contents()]


def open_from_inbox(page: Page, title: str | re.Pattern[str]) -> None:
    """Open what waits for the person under that title."""
    go(page, "Inbox")
    page.locator("[data-inbox]").get_by_role("link", name=title).first.press("Enter")
    page.wait_for_url("**/tasks/*/")


def import_plan(page: Page, document: Mapping[str, Any]) -> None:
    """Import a plan by its text, bind it to the project and publish it; ends on the plan's page."""
    page.goto("/plans/-/import/")
    page.get_by_label("Or the text of it").fill(json.dumps(document))
    page.get_by_role("button", name="Save plan").click()
    page.get_by_role("button", name="Publish").first.click()
    expect(page.get_by_role("link", name="Start activity")).to_be_visible()
