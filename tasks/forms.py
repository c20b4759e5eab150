"""Forms made from JSON Schema: what a page shows, what it sends back, and what is wrong with it by field.

Fields are addressed by JSON pointer (`/supplier`, `/address/city`); an input's name is `data` and the pointer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from tasks.definitions import words

Json = Any
PREFIX: Final = "data"
LONG_TEXT: Final = 200
_INPUT_TYPES: Final = {
    "date": "date",
    "date-time": "datetime-local",
    "time": "time",
    "email": "email",
    "uri": "url",
}
_LIMITS: Final = {"minimum": "min", "maximum": "max", "minLength": "minlength", "maxLength": "maxlength"}


class Sent(Protocol):
    """What a browser sent: a QueryDict."""

    def get(self, key: str, /) -> str | None:
        """Return the last value of the name."""

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of the name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a field allows; `key` is what the browser sends."""

    key: str
    label: str
    value: Json
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as a template draws it.

    `control` is one of input, textarea, checkbox, select, checkboxes, lines (a list, one item a line), json, group.
    """

    pointer: str
    label: str
    control: str
    input_type: str = "text"
    help: str = ""
    required: bool = False
    read_only: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    choices: tuple[Choice, ...] = ()
    fields: tuple[FormField, ...] = ()
    value: str = ""  # as the control shows it
    checked: bool = False
    errors: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the input."""
        return PREFIX + self.pointer

    @property
    def id(self) -> str:
        """The id of the input in the page."""
        return "field" + self.pointer.replace("/", "-")


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under a heading; the heading may be empty."""

    title: str
    fields: tuple[FormField, ...]


def sections(
    schema: Mapping[str, Json],
    layout: Sequence[Json],
    data: Json,
    *,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Section, ...]:
    """Return the form as it is drawn: by the layout, then what the layout leaves out, in the schema's order.

    A layout is a list of property names, of `{"field", "widget"}` and of `{"title", "fields": […]}`.
    """
    values = data if isinstance(data, Mapping) else {}
    found = errors or {}
    known = _properties(schema)
    placed: list[Section] = []
    loose: list[FormField] = []
    seen: set[str] = set()

    def place(entries: Sequence[Json]) -> list[FormField]:
        fields = []
        for entry in entries:
            name, hints = _layout_entry(entry)
            if name in known and name not in seen:
                seen.add(name)
                fields.append(_filled(_field(schema, name, "", hints), values.get(name), found))
        return fields

    for entry in layout:
        if isinstance(entry, Mapping) and isinstance(entry.get("fields"), list):
            placed += [Section("", tuple(loose))] if loose else []
            loose = []
            placed.append(Section(str(entry.get("title", "")), tuple(place(entry["fields"]))))
        else:
            loose += place([entry])
    loose += place([name for name in known if name not in seen])
    return (*placed, Section("", tuple(loose))) if loose else tuple(placed)


def read_sent(
    schema: Mapping[str, Json], sent: Sent, *, kept: Json = None, pointer: str = ""
) -> dict[str, Json]:
    """Read what the browser sent, as the schema types it; what does not fit stays as typed.

    Empty fields are left out; read-only ones keep the value of `kept`.
    """
    before = kept if isinstance(kept, Mapping) else {}
    data: dict[str, Json] = {}
    for name in _properties(schema):
        field = _field(schema, name, pointer, {})
        if field.read_only:
            if name in before:
                data[name] = before[name]
            continue
        present, value = _sent_value(_properties(schema)[name], field, sent, before.get(name))
        if present:
            data[name] = value
    return data


def flat(fields: Sequence[Section]) -> Iterator[FormField]:
    """Walk all fields of all sections, groups included."""
    waiting = [field for section in reversed(fields) for field in reversed(section.fields)]
    while waiting:
        field = waiting.pop()
        yield field
        waiting.extend(reversed(field.fields))


def defaults(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Return the defaults that the schema itself states."""
    found: dict[str, Json] = {}
    for name, rule in _properties(schema).items():
        if "default" in rule:
            found[name] = rule["default"]
        elif rule.get("type") == "object" and (inner := defaults(rule)):
            found[name] = inner
    return found


def labels(schema: Mapping[str, Json] | None) -> dict[str, str]:
    """Return the label of each property, by name."""
    return {name: _label(name, rule) for name, rule in _properties(schema or {}).items()}


def escape(name: str) -> str:
    """Write a property name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _properties(schema: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    properties = schema.get("properties")
    rules = properties if isinstance(properties, Mapping) else {}
    return {name: rule if isinstance(rule, Mapping) else {} for name, rule in rules.items()}


def _layout_entry(entry: Json) -> tuple[str, Mapping[str, Json]]:
    if isinstance(entry, Mapping):
        return str(entry.get("field") or entry.get("name") or ""), entry
    return str(entry), {}


def _field(schema: Mapping[str, Json], name: str, pointer: str, hints: Mapping[str, Json]) -> FormField:
    rule = _properties(schema)[name]
    here = f"{pointer}/{escape(name)}"
    required = schema.get("required")
    control, input_type = _control(rule, str(hints.get("widget", "")))
    return FormField(
        pointer=here,
        label=_label(name, rule),
        control=control,
        input_type=input_type,
        help=str(rule.get("description", "")),
        required=isinstance(required, list) and name in required,
        read_only=rule.get("readOnly") is True,
        attributes=_attributes(rule, input_type),
        choices=_choices(_items(rule) if control == "checkboxes" else rule),
        fields=tuple(_field(rule, inner, here, {}) for inner in _properties(rule))
        if control == "group"
        else (),
    )


def _label(name: str, rule: Mapping[str, Json]) -> str:
    spaced = "".join(
        f" {letter}" if letter.isupper() and index else letter for index, letter in enumerate(name)
    )
    return str(rule.get("title") or words(spaced))


def _control(rule: Mapping[str, Json], widget: str) -> tuple[str, str]:
    kind = _type(rule)
    form = str(rule.get("format", ""))
    if _choices(rule):
        return "select", ""
    match kind:
        case "boolean":
            return "checkbox", ""
        case "integer" | "number":
            return "input", "number"
        case "object":
            return ("group", "") if _properties(rule) else ("json", "")
        case "array":
            return _list_control(rule), ""
        case "string" | "":
            long = (
                widget == "textarea"
                or form in {"textarea", "multiline"}
                or rule.get("maxLength", 0) > LONG_TEXT
            )
            return ("textarea", "") if long else ("input", _INPUT_TYPES.get(form, "text"))
        case _:
            return "json", ""


def _list_control(rule: Mapping[str, Json]) -> str:
    items = _items(rule)
    if _choices(items):
        return "checkboxes"
    return "lines" if _type(items) in {"string", "integer", "number", ""} else "json"


def _items(rule: Mapping[str, Json]) -> Mapping[str, Json]:
    items = rule.get("items")
    return items if isinstance(items, Mapping) else {}


def _type(rule: Mapping[str, Json]) -> str:
    kind = rule.get("type", "")
    if isinstance(kind, list):
        return next((str(item) for item in kind if item != "null"), "")
    return str(kind)


def _choices(rule: Mapping[str, Json]) -> tuple[Choice, ...]:
    if isinstance(rule.get("enum"), list):
        return tuple(Choice(_key(value), _key(value), value) for value in rule["enum"] if value is not None)
    options = rule.get("oneOf") or rule.get("anyOf") or ()
    if not all(isinstance(option, Mapping) and "const" in option for option in options):
        return ()
    return tuple(
        Choice(_key(option["const"]), str(option.get("title") or _key(option["const"])), option["const"])
        for option in options
    )


def _key(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _attributes(rule: Mapping[str, Json], input_type: str) -> tuple[tuple[str, str], ...]:
    found = [
        (html, str(rule[key])) for key, html in _LIMITS.items() if isinstance(rule.get(key), int | float)
    ]
    if input_type == "number":
        step = rule.get("multipleOf") or (1 if _type(rule) == "integer" else "any")
        found.append(("step", str(step)))
        found.append(("inputmode", "numeric" if _type(rule) == "integer" else "decimal"))
    examples = rule.get("examples")
    if isinstance(examples, list) and examples:
        found.append(("placeholder", str(examples[0])))
    return tuple(found)


def _filled(field: FormField, value: Json, errors: Mapping[str, Sequence[str]]) -> FormField:
    chosen = value if isinstance(value, list) else [value]
    inner = value if isinstance(value, Mapping) else {}
    return replace(
        field,
        value=_shown(field, value),
        checked=value is True,
        choices=tuple(replace(choice, chosen=choice.value in chosen) for choice in field.choices),
        fields=tuple(_filled(part, inner.get(_last(part.pointer)), errors) for part in field.fields),
        errors=_errors_at(field, errors),
    )


def _last(pointer: str) -> str:
    return pointer.rsplit("/", 1)[1].replace("~1", "/").replace("~0", "~")


def _errors_at(field: FormField, errors: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Errors of a list's items are shown at the list: its items have no control of their own."""
    whole = field.control in {"lines", "checkboxes", "json"}
    return tuple(
        message
        for pointer, messages in errors.items()
        if pointer == field.pointer or (whole and pointer.startswith(field.pointer + "/"))
        for message in messages
    )


def _shown(field: FormField, value: Json) -> str:
    if value is None or field.control in {"checkbox", "checkboxes", "group"}:
        return ""
    if field.control == "lines" and isinstance(value, list):
        return "\n".join(_key(item) for item in value)
    if field.control == "json" and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, indent=2)
    return _key(value)


def _sent_value(rule: Mapping[str, Json], field: FormField, sent: Sent, before: Json) -> tuple[bool, Json]:
    if field.control == "group":
        inner = read_sent(rule, sent, kept=before, pointer=field.pointer)
        return bool(inner) or field.required, inner
    if field.control == "checkbox":
        return True, sent.get(field.name) is not None
    if field.control == "checkboxes":
        return True, [_chosen(_choices(_items(rule)), key) for key in sent.getlist(field.name)]
    text = (sent.get(field.name) or "").replace("\r\n", "\n")
    if field.control == "lines":
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return bool(lines) or field.required, [_typed(line, _type(_items(rule))) for line in lines]
    if not text.strip():
        return False, None
    if field.control == "select":
        return True, _chosen(_choices(rule), text)
    if field.control == "json":
        return True, _parsed(text)
    return True, _typed(text if field.control == "textarea" else text.strip(), _type(rule))


def _chosen(choices: Sequence[Choice], key: str) -> Json:
    return next((choice.value for choice in choices if choice.key == key), key)


def _typed(text: str, kind: str) -> Json:
    if kind not in {"integer", "number"} or len(text) > 40:
        return text
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    if number != number or number in (float("inf"), float("-inf")):
        return text
    return int(number) if kind == "integer" and number.is_integer() else number


def _parsed(text: str) -> Json:
    try:
        return json.loads(text, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        return text
