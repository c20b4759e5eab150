"""The activity page on bad days: commands, a failing step, a lost connection, no websockets."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.support.programs import EmbeddedServer

pytestmark = pytest.mark.browser

Screenshot = Callable[[Page, str], Path]

BROKEN: dict[str, Any] = {
    "slug": "broken",
    "name": "Broken",
    "steps": [
        {"slug": "first", "kind": "SCRIPT", "config": {"scriptBody": "return {};"}},
        {
            "slug": "breaks",
            "kind": "SCRIPT",
            "dependsOn": ["first"],
            "config": {"scriptBody": "throw new Error('the rate is missing');"},
        },
        {"slug": "after", "kind": "SCRIPT", "dependsOn": ["breaks"], "config": {"scriptBody": "return {};"}},
    ],
}


def test_cancelling_says_what_it_will_do_and_does_it(visit: Visit, screenshot: Screenshot) -> None:
    olivia = visit("olivia")
    acts.start_invoice(olivia, take=["scan-0047.pdf"])
    acts.expect_step(olivia, "review", "Waiting for a person")
    asks = olivia.get_by_role("dialog")

    olivia.get_by_role("button", name="Cancel activity").click()
    expect(asks).to_contain_text("1 open task is closed, 4 pending steps will not run")
    asks.get_by_role("button", name="Go back").click()
    acts.expect_status(olivia, "Running")
    olivia.get_by_role("button", name="Cancel activity").click()
    asks.get_by_role("button", name="Cancel activity").click()

    acts.expect_status(olivia, "Cancelled")
    acts.expect_step(olivia, "review", "Cancelled")
    screenshot(olivia, "cancelled")
    acts.go(olivia, "Inbox")
    expect(olivia.get_by_role("link", name=re.compile("scan-0047"))).to_have_count(0)


def test_a_failed_step_says_why_and_can_be_tried_again(visit: Visit, screenshot: Screenshot) -> None:
    olivia = visit("olivia")
    acts.import_plan(olivia, BROKEN)
    olivia.get_by_role("link", name="Start activity").click()
    olivia.get_by_role("button", name="Start activity").click()

    acts.expect_status(olivia, "Failed")
    expect(olivia.locator(".notice-error").first).to_contain_text("the rate is missing")
    acts.expect_step(olivia, "breaks", "Failed")
    before = len(acts.logged(olivia))
    acts.watch(olivia)
    acts.node(olivia, "breaks").click()
    expect(olivia.get_by_role("complementary")).to_contain_text("the rate is missing")
    screenshot(olivia, "failed")
    olivia.get_by_role("button", name="Retry failed steps").click()
    olivia.get_by_role("dialog").get_by_role("button", name="Retry failed steps").click()

    expect(olivia.locator(".event", has_text="tried again")).to_be_visible()
    expect(olivia.get_by_role("complementary")).to_contain_text("run 2")
    acts.expect_status(olivia, "Failed")
    assert len(acts.logged(olivia)) > before


def test_a_page_that_lost_the_server_says_so_and_misses_nothing(
    visit: Visit, server: EmbeddedServer, screenshot: Screenshot
) -> None:
    olivia = visit("olivia")
    acts.start_invoice(olivia, take=["litware-design-LD-554.pdf"])
    acts.watch(olivia)
    acts.expect_step(olivia, "review", "Waiting for a person")
    acts.expect_freshness(olivia, "Live")

    server.stop()
    acts.expect_freshness(olivia, re.compile("^Stale since"))
    screenshot(olivia, "stale")
    server.start()
    ravi = visit("ravi")
    acts.open_from_inbox(ravi, re.compile("Litware"))
    ravi.get_by_role("button", name="Approve", exact=True).click()

    acts.expect_freshness(olivia, "Live")
    acts.expect_status(olivia, "Completed")
    assert acts.seen(olivia)[""] == ["Running", "Completed"]
    assert acts.logged(olivia) == list(range(1, len(acts.logged(olivia)) + 1))


def test_a_page_without_websockets_asks_instead(visit: Visit) -> None:
    olivia, ravi = visit("olivia"), visit("ravi")
    olivia.route_web_socket(re.compile("/ws/"), lambda socket: socket.close())

    acts.start_invoice(olivia, take=["litware-design-LD-554.pdf"])
    acts.watch(olivia)
    acts.expect_freshness(olivia, "Live, by asking every 3 s")
    acts.open_from_inbox(ravi, re.compile("Litware"))
    ravi.get_by_role("button", name="Approve", exact=True).click()

    acts.expect_status(olivia, "Completed")
    assert acts.seen(olivia)[""] == ["Running", "Completed"]


def test_who_may_only_look_gets_no_buttons(visit: Visit) -> None:
    olivia, vera = visit("olivia"), visit("vera")
    address = acts.start_invoice(olivia, take=["scan-0047.pdf"])

    vera.goto(address)

    acts.expect_step(vera, "review", "Waiting for a person")
    expect(vera.locator(".monitor-head button")).to_have_count(0)
