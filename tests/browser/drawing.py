"""Draw a plan in the editor as an author does, by hand or by keys alone, with the document to be drawn as the model.

Fields are found by the wire path and the widget that the form says of them (`data-field`, `data-widget`); what is done
in them is what a person would do: press, type, choose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from playwright.sync_api import Locator, Page, expect

Json = Any
KINDS: Final = {
    "EXECUTION": "Module",
    "SCRIPT": "Script",
    "BRIDGE_CALL": "Bridge call",
    "LLM": "Model",
    "AGENT": "Agent",
    "CREATE_TASK": "Task",
    "APPROVAL": "Approval",
    "PLAN": "Plan",
}
HANDLE_BODY: Final = "body"
FIRST = {"x": 40, "y": 60}
APART = {"x": 232, "y": 150}
COLUMNS = 3
SETTINGS: Final = {
    "General": ("name", "description", "defaultTitleTemplate", "defaultDescriptionTemplate"),
    "Start form": ("inputOptions", "inputsSchema"),
    "Documents": ("documentFamilyGroups",),
    "Variables and output": ("variables", "output", "outputSchema"),
    "Running": ("failurePolicy", "metadata"),
}
MOST_TABS = 60
# Where the keyboard is, seen from the place: "here"; "after" or "before" within the same field; "far" else.
WHERE = """place => {
  const now = document.activeElement;
  if (place.contains(now)) return "here";
  const root = place.closest("dialog[open], .editor-right") ?? document.body;
  const top = (element) => {
    let found = null;
    for (let at = element; at && at !== root; at = at.parentElement) if (at.dataset?.field) found = at;
    return found;
  };
  if (!root.contains(now) || top(now) !== top(place)) return "far";
  return place.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING ? "after" : "before";
}"""
FIELD_OF = """place => {
  let found = "";
  for (let at = place; at; at = at.parentElement) if (at.dataset?.field) found = at.dataset.field;
  return place.closest("dialog[open]") && found ? `plan.${found}` : found;
}"""
TYPING = "document.activeElement.closest('input, textarea, select, [contenteditable]') !== null"
IN_MUCH_CODE = "!!document.activeElement?.closest('.cm-editor')?.querySelector('.cm-lineNumbers')"


class Hands(Protocol):
    """How a person gets at things."""

    page: Page

    def focus(self, place: Locator) -> None:
        """Let what is typed go into the place."""

    def press(self, button: Locator) -> None:
        """Press a button, tick a box."""

    def reach(self, path: str) -> None:
        """Bring a field of the selected step, or "plan.…" of the plan's settings, on the screen."""

    def add(self, kind: str, number: int) -> None:
        """Add a step of the kind, the n-th of the plan; it is selected then."""

    def connect(self, source: str, action: str | None, target: str, *, name: str) -> None:
        """Draw an edge; `name` is what people read of the target."""

    def select(self, slug: str) -> None:
        """Select a step."""


class Mouse:
    """Points, drags and presses; types what has to be typed."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focus(self, place: Locator) -> None:
        """Press the field."""
        place.click()

    def press(self, button: Locator) -> None:
        """Press it."""
        button.click()

    def reach(self, path: str) -> None:
        """Unfold the sections of the step's form, or open the part of the settings."""
        scope, _, key = path.rpartition("plan.")
        dialog = self.page.get_by_role("dialog", name="Plan settings")
        if not scope and path == key:
            folded = inspector(self.page).locator('.form-section-head[aria-expanded="false"]')
            while folded.count():
                folded.first.click()
            return
        if not dialog.is_visible():
            self.page.get_by_role("button", name="Plan settings").click()
        part = next(part for part, keys in SETTINGS.items() if key.split(".")[0] in keys)
        dialog.get_by_role("button", name=re.compile(rf"^{part}")).click()

    def add(self, kind: str, number: int) -> None:
        """Drag the kind out of the palette."""
        row, column = divmod(number, COLUMNS)
        at = {"x": FIRST["x"] + APART["x"] * column + 92, "y": FIRST["y"] + APART["y"] * row + 35}
        palette = self.page.locator(f'.palette-kind[data-kind="{kind}"]')
        palette.drag_to(self.page.locator(".react-flow__pane"), target_position=at)

    def connect(self, source: str, action: str | None, target: str, *, name: str) -> None:
        """Drag from the handle of the action to the other step."""
        handle_of(self.page, source, action).hover()
        self.page.mouse.down()
        node(self.page, target).locator(".handle-in").hover()
        self.page.mouse.up()

    def select(self, slug: str) -> None:
        """Press the step."""
        node(self.page, slug).click()


class Keys:
    """Never touches the mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focus(self, place: Locator) -> None:
        """Go to the field by its name, and from there by Tab; elsewhere by Tab alone."""
        place.wait_for()
        where = place.evaluate(WHERE)
        field_of = place.evaluate(FIELD_OF)
        if where == "far" and field_of:
            self.reach(top_of(field_of))
            where = place.evaluate(WHERE)
        for _ in range(MOST_TABS):
            if where == "here":
                return
            self._tab("Shift+Tab" if where == "after" else "Tab")
            where = place.evaluate(WHERE)
        raise AssertionError(f"no Tab leads to {place}")

    def press(self, button: Locator) -> None:
        """Go there, and press Space."""
        self.focus(button)
        self.page.keyboard.press("Space")

    def reach(self, path: str) -> None:
        """Ctrl and the full stop, the field, Enter: it has the keyboard then."""
        self._choose("Control+.", path)
        scope = self.page.get_by_role("dialog") if path.startswith("plan.") else inspector(self.page)
        place = field(scope, path.removeprefix("plan."))
        expect(place.locator(":focus")).to_have_count(1)

    def add(self, kind: str, number: int) -> None:
        """A, the kind, Enter; with nothing selected, or the step would come after what is."""
        self._leave()
        self.page.keyboard.press("Escape")
        self._choose("a", KINDS[kind])

    def connect(self, source: str, action: str | None, target: str, *, name: str) -> None:
        """C, the action and the step, Enter."""
        self.select(source)
        self._choose("c", name if action is None else f"{action} → {name}")

    def select(self, slug: str) -> None:
        """Slash, the slug, Enter."""
        self._leave()
        self._choose("/", slug)

    def _choose(self, key: str, words: str) -> None:
        self.page.keyboard.press(key)
        self.page.get_by_role("dialog").get_by_role("combobox").and_(self.page.locator(":focus")).wait_for()
        self.page.keyboard.insert_text(words)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("dialog.palette[open]")).to_have_count(0)

    def _leave(self) -> None:
        """Go out of the field that has the keyboard, and of what it offers: letters are keys there."""
        for _ in range(3):
            if not self.page.evaluate(TYPING):
                return
            self.page.keyboard.press("Escape")
        raise AssertionError("Escape does not lead out of the field")

    def _tab(self, key: str) -> None:
        """Go to the next control; in much code, Tab indents until Escape was pressed."""
        if self.page.evaluate(IN_MUCH_CODE):
            self.page.keyboard.press("Escape")
        self.page.keyboard.press(key)


def draw(hands: Hands, plan: Mapping[str, Json]) -> None:
    """Draw all steps, connect them, fill every field; then the settings of the plan."""
    steps: Sequence[Mapping[str, Json]] = plan["steps"]
    for number, step in enumerate(steps):
        hands.add(step["kind"], number)
        form = inspector(hands.page)
        write_text(hands, field(form, "name").locator("input"), step["name"])
        name_slug(hands, form, step["slug"])
        for path, value in declared_actions(step):
            write(hands, form, path, value)
    for step in steps:
        for entry in step.get("dependsOn", ()):
            source, awaits, action = parsed(entry)
            expect(handle_of(hands.page, source, action)).to_have_count(1)
            hands.connect(source, action, step["slug"], name=step["name"])
            if awaits:
                hands.select(step["slug"])
                hands.reach("dependsOn")
                row = inspector(hands.page).locator('[data-widget="dependsOn"] .entry-row').last
                expect(row).to_contain_text(source)
                hands.press(row.get_by_role("checkbox"))
    for step in steps:
        hands.select(step["slug"])
        configure(hands, step)
    settings(hands, plan)


def configure(hands: Hands, step: Mapping[str, Json]) -> None:
    """Fill the form of the selected step."""
    form = inspector(hands.page)
    written = {path for path, _value in declared_actions(step)}
    for key, value in step.items():
        if key == "config":
            for name, item in value.items():
                if f"config.{name}" not in written:
                    hands.reach(f"config.{name}")
                    write(hands, form, f"config.{name}", item)
        elif key not in ("slug", "kind", "name", "dependsOn"):
            hands.reach(key)
            write(hands, form, key, value)


def settings(hands: Hands, plan: Mapping[str, Json]) -> None:
    """Fill the settings of the plan, part by part."""
    dialog = hands.page.get_by_role("dialog", name="Plan settings")
    for keys in SETTINGS.values():
        for key in keys:
            if key in plan:
                hands.reach(f"plan.{key}")
                write(hands, dialog, key, plan[key])
    leave(hands.page, dialog)


def write(hands: Hands, form: Locator, path: str, value: Json) -> None:
    """Write a value into the field of the path, by what its widget is."""
    place = field(form, path)
    widget = place.get_attribute("data-widget")
    match widget:
        case "text" | "multiline" | "number":
            write_text(hands, place.locator("input, textarea").first, str(value))
        case "switch":
            hands.press(place.get_by_role("checkbox"))
        case "choice":
            choose(hands, place.locator("select"), value)
        case "script" | "jsonata" | "template":
            write_code(hands, place, str(value))
        case "json" | "tree" | "schema":
            write_code(hands, place, json.dumps(value, ensure_ascii=False))
        case "keyValues" | "planInputs":
            write_rows(hands, form, place, path, value)
        case "actions":
            write_actions(hands, form, place, path, value)
        case "moduleOptions" | "object":
            for key, item in value.items():
                write(hands, form, f"{path}.{key}", item)
        case "inputOptions":
            write_inputs(hands, form, place, path, value)
        case "documentGroups":
            write_groups(hands, form, place, path, value)
        case "steps" | "people" | "modules" | "sidecars" | "slugList":
            for entry in [value] if isinstance(value, str) else value:
                write_text(hands, place.get_by_role("combobox"), entry)
                hands.page.keyboard.press("Enter")
        case _:
            write_text(hands, place.get_by_role("combobox"), str(value))
            hands.page.keyboard.press("Enter")


def write_text(hands: Hands, place: Locator, text: str) -> None:
    """Replace what stands in a field."""
    hands.focus(place)
    hands.page.keyboard.press("ControlOrMeta+A")
    hands.page.keyboard.insert_text(text)


def write_code(hands: Hands, place: Locator, text: str) -> None:
    """Replace the code in a field."""
    hands.focus(place.locator(".cm-content"))
    hands.page.keyboard.press("ControlOrMeta+A")
    hands.page.keyboard.insert_text(text)


def choose(hands: Hands, select: Locator, value: str) -> None:
    """Choose by typing what the choice is called."""
    label = select.locator(f'option[value="{value}"]').inner_text()
    hands.focus(select)
    hands.page.keyboard.type(label)
    hands.page.keyboard.press("Enter")
    expect(select).to_have_value(value)


def write_rows(hands: Hands, form: Locator, place: Locator, path: str, value: Mapping[str, Json]) -> None:
    """Add a row for each name, and write what stands behind it."""
    for name, item in value.items():
        write_text(hands, place.get_by_role("textbox", name=re.compile(": name to add$")), name)
        hands.page.keyboard.press("Enter")
        row = field(form, f"{path}.{name}")
        if not isinstance(item, str):
            choose(hands, row.locator("select"), "json")
        write_code(hands, row, item if isinstance(item, str) else json.dumps(item, ensure_ascii=False))


def write_actions(hands: Hands, form: Locator, place: Locator, path: str, value: Sequence[Json]) -> None:
    """Add each action; a name gives its slug where it can."""
    for index, action in enumerate(value):
        adding = place.get_by_role("textbox", name=re.compile("name of an action to add$"))
        name = action.get("name", action["slug"])
        write_text(hands, adding, name if slug_of(name) == action["slug"] else action["slug"])
        hands.page.keyboard.press("Enter")
        row = field(form, f"{path}[{index}]")
        expect(row).to_be_visible()
        for key, item in action.items():
            if key == "slug" or (key == "name" and slug_of(item) == action["slug"]):
                continue
            if row.locator(f'[data-field="{path}[{index}].{key}"]').count() == 0:
                hands.press(row.locator(".disclosure"))
            write(hands, form, f"{path}[{index}].{key}", item)


def write_inputs(hands: Hands, form: Locator, place: Locator, path: str, value: Sequence[Json]) -> None:
    """Build the start form."""
    for index, option in enumerate(value):
        adding = place.get_by_role("textbox", name=re.compile("label of an input to add$"))
        write_text(hands, adding, option["name"])
        hands.page.keyboard.press("Enter")
        row = field(form, f"{path}[{index}]")
        choose(hands, row.get_by_role("combobox", name=re.compile("^Type of")), option.get("type", "string"))
        if option.get("required"):
            hands.press(row.get_by_role("checkbox"))
        for position, choice in enumerate(option.get("options", ())):
            words = choice if isinstance(choice, dict) else {"value": choice}
            write_text(hands, row.get_by_role("textbox", name=re.compile("^Value to add")), words["value"])
            hands.page.keyboard.press("Enter")
            if "label" in words:
                label = row.get_by_role("textbox", name=re.compile(rf"^Words of value {position + 1} of"))
                write_text(hands, label, words["label"])
        hands.press(row.locator(".disclosure"))
        for key in ("label", "description"):
            if key in option:
                write(hands, form, f"{path}[{index}].{key}", option[key])
        if "default" in option:
            place_of_default = field(form, f"{path}[{index}].default")
            write_text(hands, place_of_default.locator("input, textarea").first, option["default"])


def write_groups(hands: Hands, form: Locator, place: Locator, path: str, value: Sequence[Json]) -> None:
    """Add the document groups."""
    for index, group in enumerate(value):
        adding = place.get_by_role("textbox", name=re.compile("name of a group to add$"))
        write_text(hands, adding, group["name"])
        hands.page.keyboard.press("Enter")
        for key, item in group.items():
            if key != "name":
                write(hands, form, f"{path}[{index}].{key}", item)


def name_slug(hands: Hands, form: Locator, slug: str) -> None:
    """Take the slug that the name proposes, or write another one."""
    proposal = form.locator(".slug-proposal")
    expect(proposal).to_be_visible()
    if proposal.locator("code").inner_text() == slug:
        hands.press(proposal)
    else:
        write_text(hands, field(form, "slug").locator("input"), slug)
        hands.page.keyboard.press("Enter")
    expect(node(hands.page, slug)).to_have_count(1)


def declared_actions(step: Mapping[str, Json]) -> list[tuple[str, Json]]:
    """Return the fields that declare actions: edges need them first."""
    keys = ("scriptActions", "bridgeActions", "promptActions")
    found = [(f"config.{key}", step["config"][key]) for key in keys if key in step["config"]]
    # What a task or an approval may end with comes from what it names.
    named = ("taskTemplateRef", "approverRole")
    return found + [(f"config.{key}", step["config"][key]) for key in named if key in step["config"]]


def parsed(entry: str) -> tuple[str, bool, str | None]:
    """Return step, await and action of an entry of dependsOn."""
    head, _, action = entry.partition(":")
    return head.rstrip("?"), head.endswith("?") or action.endswith("?"), action.rstrip("?") or None


def leave(page: Page, dialog: Locator) -> None:
    """Close a dialog by Escape; what is offered in a field of it closes first."""
    for _ in range(3):
        page.keyboard.press("Escape")
        if not dialog.is_visible():
            return
    raise AssertionError(f"Escape does not close {dialog}")


def top_of(path: str) -> str:
    """Return the field of the form in which a place lies: `config.requestBody` of `config.requestBody.total`."""
    found = re.match(r"(plan\.)?(config\.)?[^.\[]+", path)
    assert found is not None, path
    return found[0]


def slug_of(name: str) -> str:
    """Return the slug that the editor makes of a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def inspector(page: Page) -> Locator:
    """Return the form of the selected step."""
    return page.locator(".editor-right")


def field(form: Locator, path: str) -> Locator:
    """Return the field of a wire path."""
    return form.locator(f'[data-field="{path}"]').first


def node(page: Page, slug: str) -> Locator:
    """Return a step on the canvas."""
    return page.locator(f'.react-flow__node[data-id="{slug}"]')


def handle_of(page: Page, slug: str, action: str | None) -> Locator:
    """Return the handle from which an edge leaves."""
    return node(page, slug).locator(f'[data-handleid="{action or HANDLE_BODY}"]')
