"""What a task is made of: the template as it was when the task opened, read once into frozen values. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from tasks.time.dates import Service

Json = Any
STYLES: Final = frozenset({"primary", "danger", "default"})
DONE: Final = "DONE"
_SLUG_MARKS: Final = re.compile(r"[_-]+")


@dataclass(frozen=True, slots=True)
class TaskAction:
    """A way to end a task, or to move it: `status_slug` is the status it sets, `finishes` if that one is final."""

    slug: str
    label: str
    style: str = "default"
    status_slug: str = ""
    finishes: bool = True
    require_comment: bool = False
    complete: bool = True  # taken only when the form holds all that it requires
    comment_prompt: str = ""
    shortcut: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return the wire shape."""
        return {
            "slug": self.slug,
            "label": self.label,
            "style": self.style,
            "statusSlug": self.status_slug or None,
            "finishes": self.finishes,
            "requireComment": self.require_comment,
            "gatedByCompleteness": self.complete,
            "commentPrompt": self.comment_prompt or None,
            "shortcut": self.shortcut or None,
        }


@dataclass(frozen=True, slots=True)
class Definition:
    """A task template, pinned. `statuses` are the final ones: slug to label; each is an action as well."""

    template: str = ""
    name: str = ""
    title: str = ""
    description: str = ""
    form: Mapping[str, Json] | None = None  # JSON Schema of an object
    layout: Sequence[Json] = ()
    actions: tuple[TaskAction, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)
    candidates: Mapping[str, Sequence[str]] = field(default_factory=dict)  # roles, teams, people
    priority: int | None = None
    due_in_hours: float | None = None
    service: Service = field(default_factory=Service)

    def action(self, slug: str) -> TaskAction | None:
        """Return the action of the slug, or the final status of the slug as an action; None if there is neither."""
        known = next((action for action in self.actions if action.slug == slug), None)
        if known is not None or slug not in self.statuses:
            return known
        return TaskAction(slug=slug, label=self.statuses[slug], status_slug=slug)

    def offered(self) -> tuple[TaskAction, ...]:
        """Return what a person is offered: the template's actions, else the final statuses."""
        if self.actions:
            return self.actions
        return tuple(
            TaskAction(slug=slug, label=label, status_slug=slug) for slug, label in self.statuses.items()
        )

    def as_json(self) -> dict[str, Json]:
        """Return what `Task.definition` keeps; `definition_of` reads it."""
        return {
            "template": self.template,
            "name": self.name,
            "form": self.form,
            "layout": list(self.layout),
            "actions": [action.as_json() for action in self.actions],
            "statuses": dict(self.statuses),
            "service": self.service.as_json(),
        }


def read_template(slug: str, document: Mapping[str, Json], statuses: Mapping[str, Json]) -> Definition:
    """Read a pinned task template: its columns, and `metadata` beside or inside them.

    `statuses` are the organization's, by slug; unknown keys are left alone, for templates hold more than is used here.
    """
    merged = {**document, **_mapping(document.get("metadata"))}
    form = _mapping(merged.get("form")) or None
    layout = (form or {}).get("layout") or merged.get("layout") or ()
    types = {name: status_type(status) for name, status in statuses.items()}
    return Definition(
        template=slug,
        name=_text(document.get("name")) or words(slug),
        title=_text(merged.get("title")),
        description=_text(document.get("description")),
        form={key: value for key, value in form.items() if key != "layout"} if form else None,
        layout=layout if isinstance(layout, Sequence) and not isinstance(layout, str) else (),
        actions=tuple(
            _action(action, types) for action in _list(merged.get("actions")) if _action_slug(action)
        ),
        statuses={name: _label(name, statuses[name]) for name, type_ in types.items() if type_ == DONE},
        candidates={
            kind: _texts(_mapping(merged.get("candidates")).get(kind))
            for kind in ("roles", "teams", "people")
        },
        priority=_whole(merged.get("priority")),
        due_in_hours=_number(merged.get("dueInHours")),
        service=Service.read(merged),
    )


def definition_of(stored: Mapping[str, Json]) -> Definition:
    """Read back what `Definition.as_json` wrote."""
    return Definition(
        template=stored.get("template", ""),
        name=stored.get("name", ""),
        form=stored.get("form"),
        layout=stored.get("layout", ()),
        actions=tuple(
            TaskAction(
                slug=action["slug"],
                label=action["label"],
                style=action["style"],
                status_slug=action["statusSlug"] or "",
                finishes=action["finishes"],
                require_comment=action["requireComment"],
                complete=action["gatedByCompleteness"],
                comment_prompt=action["commentPrompt"] or "",
                shortcut=action["shortcut"] or "",
            )
            for action in stored.get("actions", ())
        ),
        statuses=stored.get("statuses", {}),
        service=Service.read(stored.get("service", {})),
    )


def form_problem(form: Mapping[str, Json] | None) -> str:
    """Tell why the form is no JSON Schema of an object, "" if it is one."""
    if form is None:
        return ""
    try:
        Draft202012Validator.check_schema(form)
    except SchemaError as error:
        return f"{error.json_path}: {error.message}"
    if form.get("type", "object") != "object" or not isinstance(form.get("properties", {}), Mapping):
        return "$: a form is an object with properties"
    return ""


def status_type(status: Json) -> str:
    """Return the type of a pinned task status; "" for one of no type that is known."""
    document = _mapping(status)
    return _text(document.get("statusType") or document.get("status_type") or document.get("type")).upper()


def words(slug: str) -> str:
    """Turn a slug into words: `needs-info` to `Needs info`."""
    return _SLUG_MARKS.sub(" ", slug).strip().capitalize()


def _action_slug(action: Json) -> str:
    document = _mapping(action)
    return _text(document.get("slug") or document.get("uuid"))


def _action(action: Json, types: Mapping[str, str]) -> TaskAction:
    document = {**_mapping(action), **_mapping(_mapping(action).get("properties"))}
    slug = _action_slug(action)
    status = _text(document.get("statusSlug"))
    style = _text(document.get("style") or document.get("type")).lower()
    return TaskAction(
        slug=slug,
        label=_text(document.get("label") or document.get("name")) or words(slug),
        style=style if style in STYLES else "default",
        status_slug=status,
        finishes=types.get(status, DONE) == DONE,
        require_comment=document.get("requireComment") is True,
        complete=document.get("gatedByCompleteness") is not False,
        comment_prompt=_text(document.get("commentPrompt")),
        shortcut=_text(document.get("shortcut"))[:1].lower(),
    )


def _label(slug: str, status: Json) -> str:
    document = _mapping(status)
    return _text(document.get("label") or document.get("name")) or words(slug)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(item for item in _list(value) if isinstance(item, str) and item)


def _whole(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5 else None


def _number(value: Json) -> float | None:
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
    )
