"""A running server and a real browser: one of each for a module, a fresh context for every person."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from config.demo.invoices import INVOICES, pdf
from tests.browser import acts
from tests.support.programs import EmbeddedServer

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
# For a machine that is busy with something else; a page that is right answers at once.
PATIENCE = int(os.environ.get("PATIENCE", "60")) * acts.SECONDS
expect.set_options(timeout=PATIENCE)
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "data/screenshots")).resolve()


class Visit(Protocol):
    """A window of one's own."""

    def __call__(self, person: str = "", **context: Any) -> Page:
        """Open a window, signed in if a person is named; `context` is what playwright's new_context takes."""


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
    """Give a demo person a window of their own: `page = visit("olivia")`. Errors of the page fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_window(person: str = "", **context: Any) -> Page:
        settings: dict[str, Any] = {"viewport": WINDOW, "locale": "en-GB", "reduced_motion": "reduce"}
        window = chromium.new_context(base_url=server.url, **{**settings, **context})
        window.set_default_timeout(PATIENCE)
        contexts.append(window)
        page = window.new_page()
        page.on("pageerror", lambda error: errors.append(f"{person} on {page.url}: {error}"))
        if person:
            acts.sign_in(page, person)
            acts.signed_in(page)
        return page

    yield open_window
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


@pytest.fixture
def invoice(tmp_path: Path) -> Callable[[str, str], Path]:
    """Put an invoice of the demo on one's own disk: `invoice("contoso", "from-the-post.pdf")`."""

    def save(supplier: str, name: str) -> Path:
        found = next(each for each in INVOICES if each.file.startswith(supplier))
        path = tmp_path / name
        path.write_bytes(pdf(found))
        return path

    return save
