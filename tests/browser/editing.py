"""What authors do in the plan editor besides drawing, and what they see there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect
from ruamel.yaml import YAML

from tests.support.programs import ROOT

Json = Any
DROPPED: Final = count()
DEMO: Final = ROOT / "config/demo/plans/supplier-invoice.yaml"
API: Final = "/api/activity-plans"
ORGANIZATION: Final = "organization=northwind"
AROUND: Final = (
    *("organization", "createdAt", "updatedAt", "changeSequence", "versionNumber", "publishedVersionNumber"),
    "findings",
)
ASK: Final = """async ({url, method, body}) => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const headers = {"Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token};
  const answer = await fetch(url, {method, headers, body: body === null ? undefined : JSON.stringify(body)});
  const text = await answer.text();
  return {status: answer.status, body: text === "" ? null : JSON.parse(text)};
}"""
# What a hand does that drops a file: the browser makes the event, the page reads it as any other.
DROP: Final = """([pane, name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  for (const type of ["dragover", "drop"])
    pane.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
}"""


def demo_plan() -> dict[str, Json]:
    """Return the demo's plan as JSON."""
    return read_yaml(DEMO.read_text())


def read_yaml(text: str) -> dict[str, Json]:
    """Return a document of YAML as JSON."""
    document: dict[str, Json] = json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))
    return document


def ask(page: Page, method: str, url: str, body: Json = None, *, status: int = 200) -> Json:
    """Ask the API as the person of the page does."""
    answer = page.evaluate(ASK, {"url": url, "method": method, "body": body})
    assert answer["status"] == status, f"{method} {url}: {answer}"
    return answer["body"]


def make_plan(page: Page, document: Mapping[str, Json]) -> str:
    """Save a plan as its first version and return its slug."""
    ask(page, "POST", f"{API}?{ORGANIZATION}", dict(document), status=201)
    return str(document["slug"])


def open_editor(page: Page, slug: str) -> None:
    """Open a plan in the editor, and wait until the server has looked at it."""
    page.goto(f"/plans/{slug}/edit/")
    expect(page.locator(".editor-canvas .react-flow__pane")).to_be_visible()
    checked(page)


def checked(page: Page) -> None:
    """Wait until the bar says how the plan stands."""
    expect(problems(page)).to_be_visible()


def problems(page: Page) -> Locator:
    """Return the button that says how many errors or warnings there are."""
    return page.locator(".editor-actions .badge")


def saved_plan(page: Page, slug: str) -> dict[str, Json]:
    """Return the newest version of a plan, without what stands around it."""
    answer = ask(page, "GET", f"{API}/{slug}?{ORGANIZATION}")
    return without(answer, *AROUND)


def save_version(page: Page, *, number: int | None = None) -> None:
    """Save by the button and the dialog; `number` is the version that it makes."""
    page.get_by_role("button", name="Save version").click()
    dialog = page.get_by_role("dialog", name="Save version")
    dialog.get_by_role("button", name="Save version").click()
    expect(dialog).to_have_count(0)
    if number is not None:
        expect_version(page, number)


def expect_version(page: Page, number: int) -> None:
    """Wait until the bar names the version, with nothing changed since."""
    expect(page.locator(".editor-title [role=status]")).to_have_text(f"Version {number}")


def expect_kept(page: Page) -> None:
    """Wait until the bar says that the draft is on the server."""
    expect(page.locator(".editor-title [role=status]")).to_have_text(re.compile("draft kept$"))


def drop_file(page: Page, name: str, text: str) -> None:
    """Drop a file of this text onto the canvas."""
    pane = page.locator(".editor-canvas .react-flow__pane")
    page.evaluate(DROP, [pane.element_handle(), name, text])


def show(page: Page, document: Mapping[str, Json]) -> None:
    """Put a document onto the canvas, by dropping it."""
    name = f"plan-{next(DROPPED)}.json"
    drop_file(page, name, json.dumps(dict(document)))
    expect(page.get_by_role("button", name=f"Undo: Import {name}")).to_be_visible()


def without(document: Mapping[str, Json], *keys: str) -> dict[str, Json]:
    """Return a document without some of its keys."""
    return {key: value for key, value in document.items() if key not in keys}
