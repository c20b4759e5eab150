"""Every page at a desk and on a phone, by day and by night: screenshots to look at, and what a machine can see.

That is: no violation of WCAG 2.2 AA that axe knows, nothing to scroll sideways, no error in the console, no request
that failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser import acts
from tests.browser.conftest import PATIENCE, SCREENSHOTS
from tests.support.programs import ROOT, EmbeddedServer

pytestmark = pytest.mark.browser

AXE: Final = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
# Frames hold PDFs, drawn by the browser's own viewer.
RUN_AXE: Final = """() => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"], iframes: false,
}).then(({ violations }) => violations.map(({ id, nodes }) =>
  `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary})`).join("; ")}`))"""
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WIDTHS: Final = {1440: 900, 390: 844}
BROKEN: Final[dict[str, Any]] = {
    "slug": "broken",
    "name": "Broken",
    "steps": [{"slug": "breaks", "kind": "SCRIPT", "config": {"scriptBody": "throw new Error('no rate');"}}],
}
Act = Callable[[Page], object]


def drawn(page: Page) -> None:
    """Wait until the graph stands."""
    expect(acts.node(page, "").first).to_be_visible()


def detailed(page: Page) -> None:
    """Wait until the drawer has loaded what it tells."""
    drawn(page)
    drawer = page.get_by_role("complementary")
    expect(drawer).to_be_visible()
    expect(drawer.get_by_text("Loading what went in and came out…")).to_have_count(0)


@dataclass(frozen=True, slots=True)
class Look:
    """A page as somebody sees it; `path` may name an address of the seed, `act` is done before it is looked at."""

    path: str
    person: str = "olivia"
    act: Act = field(default=lambda page: None)
    errors: int = 0  # the browser writes one for a page that is not there


LOOKS: Final[Mapping[str, Look]] = {
    "sign-in": Look("/accounts/login/", person=""),
    "password-reset": Look("/accounts/password/reset/", person=""),
    "home": Look("/"),
    "home-of-a-viewer": Look("/", person="vera"),
    "palette": Look("/", act=lambda page: page.keyboard.press("Control+k")),
    "keyboard": Look("/", act=lambda page: page.keyboard.press("?")),
    "plans": Look("/plans/"),
    "no-plan": Look("/plans/?q=nothing-of-this-name"),
    "plan": Look("/plans/supplier-invoice/", act=drawn),
    "plan-step": Look("/plans/supplier-invoice/#step=triage", act=drawn),
    "start": Look("/plans/supplier-invoice/start/"),
    "new-plan": Look("/plans/-/new/"),
    "compare": Look("/plans/supplier-invoice/compare/", act=drawn),
    "import": Look("/plans/-/import/"),
    "activities": Look("/activities/"),
    "no-activity": Look("/activities/?q=nothing-of-this-name"),
    "activity-waiting": Look("{waiting}", act=drawn),
    "activity-step": Look("{waiting}#step=read", act=detailed),
    "activity-completed": Look("{completed}", act=drawn),
    "activity-failed": Look("{failed}#step=breaks", act=detailed),
    "inbox": Look("/inbox/", person="ravi"),
    "inbox-empty": Look("/inbox/", person="vera"),
    "inbox-done": Look("/inbox/?show=done", person="ravi"),
    "task": Look("{review}", person="ravi"),
    "task-done": Look("{reviewed}", person="ravi"),
    "approval": Look("{approval}", person="fiona"),
    "documents": Look("/documents/"),
    "settings": Look("/settings/"),
    "members": Look("/settings/members/"),
    "bindings": Look("/settings/bindings/"),
    "secrets": Look("/settings/secrets/"),
    "task-templates": Look("/settings/task-templates/"),
    "task-template": Look("/settings/task-templates/invoice-review/"),
    "task-statuses": Look("/settings/task-statuses/"),
    "service-bridges": Look("/settings/service-bridges/"),
    "service-bridge": Look("/settings/service-bridges/erp/"),
    "ledger": Look("/demo/erp/"),
    "not-there": Look("/nothing/", errors=1),
}


@dataclass(frozen=True, slots=True)
class Seed:
    """Who is signed in, by name, and the addresses of what was made to be looked at."""

    sessions: Mapping[str, Any]
    addresses: Mapping[str, str]


@pytest.fixture(scope="module")
def seed(server: EmbeddedServer, chromium: Browser) -> Iterator[Seed]:
    """Let the demo people work until there is something on every page."""
    windows = {
        name: chromium.new_context(base_url=server.url) for name in ("olivia", "ravi", "fiona", "vera")
    }
    pages = {name: _signed_in(window, name) for name, window in windows.items()}
    addresses = _work(pages["olivia"], pages["ravi"], pages["fiona"])
    yield Seed({name: window.storage_state() for name, window in windows.items()}, addresses)
    for window in windows.values():
        window.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", LOOKS)
def test_the_page_is_in_order(
    name: str, width: int, seed: Seed, server: EmbeddedServer, chromium: Browser
) -> None:
    look = LOOKS[name]
    window = chromium.new_context(
        base_url=server.url,
        viewport={"width": width, "height": WIDTHS[width]},
        locale="en-GB",
        reduced_motion="reduce",
        bypass_csp=True,
        **({"storage_state": seed.sessions[look.person]} if look.person else {}),
    )
    window.set_default_timeout(PATIENCE)
    page = window.new_page()
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "requestfailed",
        lambda request: wrong.append(f"{request.url}: {request.failure}") if ours(request) else None,
    )

    page.goto(look.path.format_map(seed.addresses))
    look.act(page)
    violations = {theme: _violations(page, theme, f"{name}-{width}-{theme}") for theme in THEMES}
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    window.close()

    assert violations == {theme: [] for theme in THEMES}
    assert wider <= 0, f"{wider} px to scroll sideways"
    assert len(wrong) == look.errors, wrong


def ours(request: Request) -> bool:
    """Tell if the page asked, and not the browser's PDF viewer."""
    return request.url.startswith("http")


def _violations(page: Page, theme: Literal["light", "dark"], picture: str) -> list[str]:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.screenshot(path=SCREENSHOTS / f"{picture}.png", full_page="#" not in page.url)
    if theme == THEMES[0]:
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE)
    return found


def _signed_in(window: BrowserContext, person: str) -> Page:
    window.set_default_timeout(PATIENCE)
    page = window.new_page()
    acts.sign_in(page, person)
    acts.signed_in(page)
    return page


def _work(olivia: Page, ravi: Page, fiona: Page) -> dict[str, str]:
    addresses: dict[str, str] = {}
    addresses["completed"] = acts.start_invoice(olivia, take=["fabrikam-office-FO-2026-1041.pdf"])
    acts.expect_status(olivia, "Completed")
    acts.start_invoice(olivia, take=["contoso-machinery-20877.pdf"])
    acts.expect_step(olivia, "review", "Waiting for a person")
    acts.open_from_inbox(ravi, re.compile("Contoso"))
    addresses["reviewed"] = ravi.url
    ravi.get_by_role("button", name="Approve", exact=True).click()
    acts.expect_step(olivia, "finance-approval", "Waiting for approval")
    acts.open_from_inbox(fiona, "Finance approval")
    addresses["approval"] = fiona.url
    addresses["waiting"] = acts.start_invoice(
        olivia, take=["tailspin-repairs-october.pdf", "proseware-rechnung-RE-2026-0815.pdf"]
    )
    acts.expect_step(olivia, "review", "Waiting for a person")
    acts.open_from_inbox(ravi, re.compile("Tailspin"))
    addresses["review"] = ravi.url
    acts.import_plan(olivia, BROKEN)
    olivia.get_by_role("link", name="Start activity").click()
    olivia.get_by_role("button", name="Start activity").click()
    acts.expect_status(olivia, "Failed")
    addresses["failed"] = olivia.url.split("#")[0]
    return addresses
