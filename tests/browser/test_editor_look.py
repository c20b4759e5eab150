"""The editor in all its states by day and by night: nothing that axe finds, nothing written to the console."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import acts, drawing, editing
from tests.browser.conftest import PATIENCE
from tests.browser.test_pages_look import AXE, RUN_AXE, THEMES
from tests.support.programs import EmbeddedServer

pytestmark = pytest.mark.browser
WIDE: Final = {"width": 1440, "height": 900}
KINDS_PLAN: Final = {
    "slug": "kinds",
    "name": "Kinds",
    "steps": [{"slug": f"s-{kind.lower().replace('_', '-')}", "kind": kind} for kind in drawing.KINDS],
}
Act = Callable[[Page], object]


def pressed(key: str, dialog: str) -> Act:
    """Press a key that opens a dialog."""

    def act(page: Page) -> None:
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=dialog)).to_be_visible()

    return act


def selected(slug: str, then: Act = lambda page: None) -> Act:
    """Select a step by its slug, unfold its form, and go on."""

    def act(page: Page) -> None:
        page.keyboard.press("/")
        page.get_by_role("dialog", name="Find step").get_by_role("combobox").fill(slug)
        page.keyboard.press("Enter")
        expect(page.get_by_role("complementary", name=f"Step {slug}")).to_be_visible()
        drawing.Mouse(page).reach("dependsOn")
        then(page)

    return act


def settings(part: str) -> Act:
    """Open a part of the plan's settings."""

    def act(page: Page) -> None:
        pressed("p", "Plan settings")(page)
        page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{part}")).click()

    return act


def walked(page: Page) -> None:
    """Begin a walk that waits for answers."""
    page.keyboard.press("t")
    page.get_by_role("button", name="Start walk").click()
    expect(page.get_by_text("Walking…")).to_have_count(0)


def sourced(page: Page) -> None:
    """Open the source."""
    page.keyboard.press("s")
    expect(page.get_by_role("region", name="Source").locator(".cm-line").first).to_be_visible()


STATES: Final[Mapping[str, tuple[str, Act]]] = {
    "empty": ("nothing", lambda page: None),
    "full": ("supplier-invoice", lambda page: None),
    "add": ("supplier-invoice", pressed("a", "Add step")),
    "find": ("supplier-invoice", pressed("/", "Find step")),
    "field": ("supplier-invoice", pressed("Control+.", "Go to field")),
    "connect": ("supplier-invoice", selected("triage", pressed("c", "Connect triage to"))),
    "save": ("supplier-invoice", pressed("Control+s", "Save version")),
    "versions": ("supplier-invoice", pressed("v", "Versions")),
    **{
        f"settings {part}": ("supplier-invoice", settings(part))
        for part in (
            "General",
            "Start form",
            "Documents",
            "Variables and output",
            "Running",
            "Projects",
            "Other keys",
        )
    },
    **{
        f"inspector {kind}": ("kinds", selected(f"s-{kind.lower().replace('_', '-')}"))
        for kind in drawing.KINDS
    },
    "inspector filled": ("supplier-invoice", selected("post")),
    "outline": ("supplier-invoice", lambda page: page.keyboard.press("2")),
    "findings": ("kinds", lambda page: page.keyboard.press("3")),
    "source": ("supplier-invoice", sourced),
    "try": ("supplier-invoice", walked),
}


@pytest.fixture(scope="module")
def page(server: EmbeddedServer, chromium: Browser) -> Iterator[Page]:
    """One window for all states."""
    window = chromium.new_context(
        base_url=server.url, viewport=WIDE, locale="en-GB", reduced_motion="reduce", bypass_csp=True
    )
    window.set_default_timeout(PATIENCE)
    opened = window.new_page()
    acts.sign_in(opened, "olivia")
    acts.signed_in(opened)
    editing.make_plan(opened, KINDS_PLAN)
    editing.make_plan(opened, {"slug": "nothing", "name": "Nothing", "steps": []})
    yield opened
    window.close()


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(state: str, page: Page) -> None:
    slug, act = STATES[state]
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    editing.open_editor(page, slug)
    act(page)
    page.evaluate(AXE)

    found: dict[str, list[str]] = {}
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found[theme] = page.evaluate(RUN_AXE)

    assert found == {theme: [] for theme in THEMES}
    assert wrong == []
