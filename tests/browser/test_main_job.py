"""The main job, as a newcomer does it: from two PDFs to a bill in the ledger, with three people in three windows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

THREE_MINUTES = 180
Invoice = Callable[[str, str], Path]
Screenshot = Callable[[Page, str], Path]


def test_two_invoices_become_a_bill_before_the_eyes_of_who_started_them(
    visit: Visit, invoice: Invoice, screenshot: Screenshot
) -> None:
    began = time.monotonic()
    olivia = visit("olivia")
    from_disk = invoice("contoso", "contoso-by-post.pdf")
    acts.start_invoice(olivia, upload=[from_disk], take=["tailspin-repairs-october.pdf"])
    acts.watch(olivia)
    acts.expect_step(olivia, "review", "Waiting for a person")
    screenshot(olivia, "1-olivia-waits-for-the-review")

    ravi = visit("ravi")
    acts.open_from_inbox(ravi, re.compile("Tailspin Repairs"))
    expect(ravi.locator("iframe.preview")).to_be_visible()
    ravi.get_by_label("Invoice number").fill("INV-20877, October")
    screenshot(ravi, "2-ravi-reviews")
    ravi.get_by_role("button", name="Approve", exact=True).click()
    expect(ravi.get_by_text("Ravi Rao ended this with “Approve”")).to_be_visible()
    acts.expect_step(olivia, "finance-approval", "Waiting for approval")
    screenshot(olivia, "3-olivia-waits-for-the-approval")

    fiona = visit("fiona")
    acts.open_from_inbox(fiona, "Finance approval")
    screenshot(fiona, "4-fiona-decides")
    fiona.get_by_role("button", name="Approve", exact=True).click()
    expect(fiona.get_by_text("Fiona Falk approved").first).to_be_visible()
    acts.expect_status(olivia, "Completed")
    screenshot(olivia, "5-olivia-sees-the-end")

    ravi.goto("/demo/erp/")
    bill = ravi.locator("[data-ledger=bills] tbody tr").first
    expect(bill).to_contain_text("EUR 19,431.31")
    expect(bill).to_contain_text("INV-20877, October")
    expect(bill).to_contain_text("contoso-by-post.pdf")
    screenshot(ravi, "6-the-ledger")
    assert time.monotonic() - began < THREE_MINUTES
    seen = acts.seen(olivia)
    assert seen[""] == ["Running", "Completed"]
    assert in_order(seen["review"], "Waiting for a person", "Completed")
    assert in_order(seen["prepare"], "Pending", "Completed")
    assert in_order(seen["finance-approval"], "Pending", "Waiting for approval", "Completed")
    assert in_order(seen["post"], "Pending", "Completed")
    assert in_order(seen["notify"], "Pending", "Not taken")
    assert acts.logged(olivia) == list(range(1, len(acts.logged(olivia)) + 1))


def test_a_clean_small_invoice_is_posted_without_a_person(visit: Visit) -> None:
    olivia = visit("olivia")

    acts.start_invoice(olivia, take=["fabrikam-office-FO-2026-1041.pdf"])

    acts.expect_status(olivia, "Completed")
    acts.expect_step(olivia, "review", "Not taken")
    olivia.goto("/demo/erp/")
    expect(olivia.locator("[data-ledger=bills]")).to_contain_text("FO-2026-1041")


def test_a_rejected_invoice_ends_in_a_notice_to_the_supplier(visit: Visit, screenshot: Screenshot) -> None:
    olivia, ravi = visit("olivia"), visit("ravi")
    acts.start_invoice(olivia, take=["litware-design-LD-554.pdf"])
    acts.expect_step(olivia, "review", "Waiting for a person")

    acts.open_from_inbox(ravi, re.compile("Litware"))
    ravi.get_by_role("button", name="Reject").click()
    expect(ravi.locator(".field-error")).to_be_visible()  # the supplier is told why, so a reason is needed
    ravi.locator("#comment").fill("This is addressed to Adventure Works.")
    ravi.get_by_role("button", name="Reject").click()

    acts.expect_status(olivia, "Completed")
    acts.expect_step(olivia, "post", "Not taken")
    acts.expect_step(olivia, "notify", "Completed")
    olivia.goto("/demo/erp/")
    notice = olivia.locator("[data-ledger=notices] tbody tr").first
    expect(notice).to_contain_text("Litware Design")
    expect(notice).to_contain_text("This is addressed to Adventure Works.")
    screenshot(olivia, "the-ledger")


def in_order(seen: list[str], *wanted: str) -> bool:
    """Tell if the wanted statuses were seen in this order, whatever else was seen between them."""
    rest = iter(seen)
    return all(status in rest for status in wanted)
