"""The editor with 500 steps and 100 findings, its inspector open, beside bare React Flow with 500 nodes."""

from __future__ import annotations

import functools
import http.server
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.programs import SIGN_IN, EmbeddedServer  # noqa: E402  found only from here on

CHROMIUM: Final = "/usr/bin/chromium"
STEPS, LANES = 500, 20
TYPED = "what the step is for, in a few plain words"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
CSRF = "document.querySelector('meta[name=csrf-token]').content"
SAVE = """async ([url, plan, token]) => (await fetch(url, {
  method: "POST", headers: {"Content-Type": "application/json", "X-CSRFToken": token}, body: JSON.stringify(plan),
})).status"""
# Milliseconds between frames while the hand moves, until `stop` is called.
FRAMES = """() => {
  const gaps = []; let last = performance.now(); let going = true;
  const frame = () => { const now = performance.now(); gaps.push(now - last); last = now;
    if (going) requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  window.stopFrames = () => { going = false; return gaps; };
}"""
# Milliseconds from a key until what it changed is painted.
KEYS = """() => {
  window.keyTimes = [];
  document.addEventListener("keydown", () => {
    const began = performance.now();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.keyTimes.push(performance.now() - began);
      port2.postMessage(null);
    });
  }, { capture: true });
}"""


def main() -> None:
    """Measure and print; without a browser say so."""
    if not Path(CHROMIUM).exists():
        print(f"The editor was not measured: there is no {CHROMIUM}. Install the package chromium.")
        return
    for line in lines(measured()):
        print(line)


def measured() -> dict[str, Any]:
    """Return milliseconds: opening, a keystroke, a frame while panning and zooming, ours and bare."""
    with bare_page() as bare_url, started_server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        bare = browser.new_page(viewport={"width": 1440, "height": 900})
        bare.goto(bare_url)
        bare.wait_for_selector(".react-flow__node")
        page = browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900}).new_page()
        sign_in(page)
        opening = [opened(page) for _ in range(3)]
        page.wait_for_function("document.querySelectorAll('.react-flow__node').length > 0")
        page.keyboard.press("/")
        page.keyboard.type("Step 42")
        page.keyboard.press("Enter")
        page.get_by_role("complementary", name="Step s42").wait_for()
        keys = keystrokes(page)
        # In turns, so that what else the machine does falls on both.
        frames = [(moved(page), moved(bare)) for _ in range(3)]
        browser.close()
    return {
        "opening": median(opening),
        "keys": keys,
        "ours": [gap for ours, _bare in frames for gap in ours],
        "bare": [gap for _ours, theirs in frames for gap in theirs],
    }


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Say what was measured."""
    ours, bare = found["ours"], found["bare"]
    yield f"editor, {STEPS} steps, 100 findings, inspector open"
    yield f"  opening, until the findings show: {found['opening']:.0f} ms"
    yield f"  a keystroke until it is painted: {median(found['keys']):.0f} ms, p95 {p95(found['keys']):.0f} ms"
    yield (
        f"  a frame while panning and zooming: {mean(ours):.1f} ms (p95 {p95(ours):.0f}), bare React Flow "
        f"{mean(bare):.1f} ms (p95 {p95(bare):.0f}), ratio {mean(ours) / mean(bare):.2f}"
    )


def plan() -> dict[str, Any]:
    """Return a plan of lanes; every fifth step lacks what it needs."""
    steps = []
    for index in range(STEPS):
        step: dict[str, Any] = {"slug": f"s{index}", "kind": "SCRIPT", "name": f"Step {index}", "config": {}}
        if index % 5 != 1:
            step["config"] = {"scriptBody": f"return {{n: {index}}};"}
        if index >= LANES:
            step["dependsOn"] = [f"s{index - LANES}"]
            step["conditionExpr"] = f"steps.s{index - LANES}.n >= 0"
        steps.append(step)
    return {"slug": "large", "name": "Large", "steps": steps}


def sign_in(page: Page) -> None:
    """Be the demo's author, with the large plan saved."""
    page.goto(SIGN_IN)
    page.get_by_label("User name or e-mail").fill("olivia")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: SIGN_IN not in url)
    page.goto("/plans/")
    page.evaluate(SAVE, ["/api/activity-plans?organization=northwind", plan(), page.evaluate(CSRF)])


def opened(page: Page) -> float:
    """Open the editor; return milliseconds until the graph and its findings are there."""
    began = time.monotonic()
    page.goto("/plans/large/edit/")
    page.get_by_role("button", name="100 errors").wait_for()
    page.wait_for_selector(".react-flow__node")
    return (time.monotonic() - began) * 1000


def keystrokes(page: Page) -> list[float]:
    """Type into the name of a step; return milliseconds until each key is painted."""
    page.get_by_role("complementary", name="Step s42").get_by_label("Name", exact=True).click()
    page.evaluate(KEYS)
    for letter in TYPED:
        page.keyboard.type(letter)
        page.wait_for_timeout(40)
    page.wait_for_timeout(200)
    found: list[float] = page.evaluate("window.keyTimes")
    return found


def moved(page: Page) -> list[float]:
    """Pan by hand and zoom by wheel; return milliseconds between frames."""
    box = page.locator(".react-flow__pane").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.evaluate(FRAMES)
    for turn in range(24):
        page.mouse.wheel(0, -60 if turn % 12 < 6 else 60)
        page.wait_for_timeout(16)
    page.keyboard.down("Space")
    page.mouse.down()
    for turn in range(40):
        page.mouse.move(x + 8 * (turn % 20), y + 3 * (turn % 20))
        page.wait_for_timeout(8)
    page.mouse.up()
    page.keyboard.up("Space")
    gaps: list[float] = page.evaluate("window.stopFrames()")
    return gaps


def mean(values: list[float]) -> float:
    """Return the mean."""
    return sum(values) / len(values)


def p95(values: list[float]) -> float:
    """Return what 95 of 100 values do not exceed."""
    return sorted(values)[int(len(values) * 0.95)]


@contextmanager
def started_server() -> Iterator[EmbeddedServer]:
    """The embedded server, in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder,
        EmbeddedServer(Path(folder)) as server,
    ):
        yield server


@contextmanager
def bare_page() -> Iterator[str]:
    """Build the page with bare React Flow, and serve it."""
    with tempfile.TemporaryDirectory(prefix="throughline-bare-") as folder:
        config = ROOT / "tests" / "benchmarks" / "canvas" / "vite.config.ts"
        subprocess.run(
            [
                "node_modules/.bin/vite",
                "build",
                "--config",
                str(config),
                "--outDir",
                folder,
                "--logLevel",
                "error",
            ],
            cwd=ROOT,
            check=True,
        )
        handler = functools.partial(Quiet, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    main()
