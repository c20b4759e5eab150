"""What is drawn anew when a key is pressed in a plan of 500 steps with 100 findings: counted, not timed."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser import drawing, editing
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
STEPS: Final = 500
WRONG: Final = 100
# Keeps which steps and which fields the browser changed, from now on.
WATCH: Final = """() => {
  const nodes = new Set();
  const fields = new Set();
  const look = (records) => {
    for (const { target } of records) {
      const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
      const node = element?.closest(".react-flow__node");
      const field = element?.closest(".editor-right [data-field]");
      if (node) nodes.add(node.dataset.id);
      if (field) fields.add(field.dataset.field);
    }
  };
  const watching = {subtree: true, childList: true, characterData: true, attributes: true};
  new MutationObserver(look).observe(document.querySelector(".editor"), watching);
  window.changed = () => ({nodes: [...nodes].sort(), fields: [...fields].sort()});
}"""


def large() -> dict[str, Any]:
    """Make the plan; every fifth step names a module that is not there."""
    steps = [
        {
            "slug": f"s-{number}",
            "kind": "EXECUTION",
            "name": f"Step {number}",
            "dependsOn": [f"s-{number - 1}"] if number % 20 else [],
            "config": {"moduleRef": "gone/away" if number % (STEPS // WRONG) == 0 else "builtin/pdf-text"},
        }
        for number in range(STEPS)
    ]
    layout = {f"s-{number}": {"x": 230 * (number % 20), "y": 110 * (number // 20)} for number in range(STEPS)}
    return {"slug": "large", "name": "Large", "steps": steps, "layout": layout}


def changed(page: Page) -> dict[str, list[str]]:
    """Return the steps and the fields that were changed since the watch began."""
    found: dict[str, list[str]] = page.evaluate("window.changed()")
    return found


def test_a_keystroke_draws_only_its_step_and_its_field(visit: Visit) -> None:
    page = visit("olivia")
    editing.make_plan(page, large())
    editing.open_editor(page, "large")
    expect(editing.problems(page)).to_have_text(f"{WRONG} warnings")
    page.keyboard.press("/")
    page.get_by_role("dialog", name="Find step").get_by_role("combobox").fill("s-7")
    page.keyboard.press("Enter")
    form = page.get_by_role("complementary", name="Step s-7")
    name = form.get_by_role("textbox", name="Name", exact=True)
    name.fill("Named")
    expect(drawing.node(page, "s-7")).to_contain_text("Named")
    editing.expect_kept(page)
    page.evaluate(WATCH)

    name.press_sequentially(" anew")
    expect(drawing.node(page, "s-7")).to_contain_text("Named anew")
    editing.expect_kept(page)

    assert changed(page)["nodes"] == ["s-7"]
    assert set(changed(page)["fields"]) <= {"name"}
