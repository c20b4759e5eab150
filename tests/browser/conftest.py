"""A running server and a real browser: one of each for a module, a fresh context for every person."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.support.programs import SIGN_IN, EmbeddedServer

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WINDOW: ViewportSize = {"width": 1280, "height": 800}
PASSWORD = "demo"
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "data/screenshots")).resolve()

Visit = Callable[[str], Page]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """The embedded server with its demo, started as `make run` does; its rows are its own, not those of the test."""
    with EmbeddedServer(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Not for the session: playwright's event loop would stay, and async tests need their own."""
    if not Path(CHROMIUM).exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            f"no {CHROMIUM}: apt-get install chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(server: EmbeddedServer, chromium: Browser) -> Iterator[Visit]:
    """Sign a demo person in with a window of their own: `page = visit("olivia")`. Errors of the page fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def sign_in(person: str) -> Page:
        context = chromium.new_context(
            base_url=server.url, viewport=WINDOW, locale="en-GB", reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{person} on {page.url}: {error}"))
        page.goto(SIGN_IN)
        page.locator("input[name=login]").fill(person)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form:has(input[name=password]) [type=submit]").click()
        page.wait_for_url(re.compile(rf"^(?!.*{SIGN_IN})"))
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert errors == [], "scripts of the page failed"


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """Save what a page looks like: `screenshot(page, "inbox")`, below SCREENSHOTS, by name of the test."""

    def save(page: Page, name: str) -> Path:
        path = SCREENSHOTS / f"{request.node.name}-{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return save
