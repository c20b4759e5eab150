"""Forms of the plans pages: the start form made from a plan's inputs, new plans, import, and JSON as a field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plans.language.schema import InputOption
from plans.language.schema import Plan as Document
from plans.language.slugs import kebab
from plans.language.source import SourceError, parse_source

PREFIX: Final = "input"
IMPORT_SUFFIXES: Final = (".json", ".yaml", ".yml")


class JsonField(forms.CharField):
    """JSON in a text area; `shape` is the type that it must have."""

    widget = forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"})

    def __init__(self, *, shape: type, **options: Any) -> None:
        self.shape = shape
        super().__init__(strip=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a value as text; what was typed stays as typed."""
        return (
            value
            if isinstance(value, str) or value is None
            else json.dumps(value, ensure_ascii=False, indent=2)
        )

    def clean(self, value: Any) -> Any:
        """Return the value, or None for an empty field."""
        text = super().clean(value)
        if not text.strip():
            return None
        try:
            parsed = parse_source(text, filename="field.json")
        except SourceError as error:
            raise forms.ValidationError(_("This is not JSON: %(why)s."), params={"why": error}) from error
        if not isinstance(parsed, self.shape):
            wanted = _("an object in { }") if self.shape is dict else _("a list in [ ]")
            raise forms.ValidationError(_("This must be %(wanted)s."), params={"wanted": wanted})
        return parsed


class NumberField(forms.FloatField):
    """A number; whole ones stay whole."""

    def clean(self, value: Any) -> Any:
        """Return int where nothing is lost."""
        number = super().clean(value)
        return int(number) if number is not None and number.is_integer() and abs(number) < 2**53 else number


class ChoiceOfValues(forms.TypedChoiceField):
    """A choice whose values may be of any JSON type; the browser sends their position."""

    def __init__(self, options: list[tuple[Any, str]], *, initial: Any = None, **rest: Any) -> None:
        self.values = [value for value, _label in options]
        choices = [(str(index), label) for index, (_value, label) in enumerate(options)]
        super().__init__(
            choices=[("", _("Choose…")), *choices],
            coerce=self._value,
            empty_value=None,
            initial=str(self.values.index(initial)) if initial in self.values else "",
            **rest,
        )

    def _value(self, key: str) -> Any:
        return self.values[int(key)]


class StartForm(forms.Form):
    """Title and inputs of a new activity. Fields of inputs are called `input-<position>`."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Left empty, the plan makes one."),
    )

    def __init__(self, plan: Document, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.plan = plan
        for index, option in enumerate(plan.input_options):
            self.fields[f"{PREFIX}-{index}"] = _field(option)

    def inputs(self) -> dict[str, Any]:
        """Return the inputs by name, without those that were left empty."""
        found: dict[str, Any] = {}
        for index, option in enumerate(self.plan.input_options):
            value = self.cleaned_data.get(f"{PREFIX}-{index}")
            if value is not None and value != "":
                found[option.name] = value
        return found

    def add_problem(self, message: str) -> None:
        """Put a message of the checker at its input: one about an input begins with its JSON pointer."""
        pointer, separator, what = message.partition(": ")
        if separator and pointer.startswith("/"):
            name = pointer[1:].split("/")[0].replace("~1", "/").replace("~0", "~")
            for index, option in enumerate(self.plan.input_options):
                if option.name == name:
                    self.add_error(f"{PREFIX}-{index}", what)
                    return
        self.add_error(None, message)


class ImportForm(forms.Form):
    """A plan as a file, or as text."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("JSON or YAML, in any spelling: activity plan or StepFlow flow."),
        widget=forms.FileInput(attrs={"accept": ",".join(IMPORT_SUFFIXES)}),
    )
    source = forms.CharField(
        label=gettext_lazy("Or the text of it"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "class": "mono", "spellcheck": "false"}),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)


class NewPlanForm(forms.Form):
    """Name and slug of a new plan, and what it begins with: `blank`, `starter:<slug>` or `plan`."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    slug = forms.CharField(
        label=gettext_lazy("Slug"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Its address: a-z, 0-9 and -. Left empty, it is made of the name."),
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocapitalize": "none"}),
    )
    origin = forms.ChoiceField(label=gettext_lazy("Begin with"), initial="blank", widget=forms.RadioSelect)
    plan = forms.ChoiceField(label=gettext_lazy("Which plan"), required=False)
    bind = forms.BooleanField(required=False, initial=True)

    def __init__(
        self, data: Any, *, starters: Iterable[Any], plans: Iterable[Any], initial: Mapping[str, str]
    ) -> None:
        super().__init__(data, initial=dict(initial))
        named = [(plan.slug, plan.name) for plan in plans]
        self.starters = list(starters)
        origins = [("blank", _("An empty plan"))]
        origins += [(f"starter:{starter.slug}", starter.name) for starter in self.starters]
        self.fields["origin"].choices = [*origins, *([("plan", _("Another plan"))] if named else [])]  # type: ignore[attr-defined]
        self.fields["plan"].choices = [("", _("Choose…")), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Make a slug of the name where there is none; a plan to copy must be named."""
        cleaned = super().clean() or {}
        cleaned["slug"] = cleaned.get("slug") or kebab(cleaned.get("name", ""))[:80].strip("-")
        if cleaned.get("name") and not cleaned["slug"] and not self.errors:
            self.add_error("slug", _("Type a slug: nothing of the name can be one."))
        if cleaned.get("origin") == "plan" and not cleaned.get("plan"):
            self.add_error("plan", _("Choose the plan to begin with."))
        return cleaned


def _field(option: InputOption) -> forms.Field:
    make = _FIELDS.get(option.type, _text)
    # A checkbox always says something, so "required" asks nothing more of it.
    required = option.required and option.type != "boolean"
    return make(
        option,
        {
            "label": option.label or option.name,
            "help_text": option.description or "",
            "required": required,
            "initial": option.default,
        },
    )


def _text(option: InputOption, common: dict[str, Any]) -> forms.Field:
    return forms.CharField(**common)


def _long_text(option: InputOption, common: dict[str, Any]) -> forms.Field:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), strip=False, **common)


def _number(option: InputOption, common: dict[str, Any]) -> forms.Field:
    return NumberField(widget=forms.NumberInput(attrs={"step": "any"}), **common)


def _integer(option: InputOption, common: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(**common)


def _boolean(option: InputOption, common: dict[str, Any]) -> forms.Field:
    return forms.BooleanField(**common)


def _date(option: InputOption, common: dict[str, Any]) -> forms.Field:
    return _iso(forms.DateField, "date", common)


def _datetime(option: InputOption, common: dict[str, Any]) -> forms.Field:
    return _iso(forms.DateTimeField, "datetime-local", common)


def _selection(option: InputOption, common: dict[str, Any]) -> forms.Field:
    pairs = [_option(entry) for entry in option.options]
    return ChoiceOfValues(pairs, **common) if pairs else _text(option, common)


def _object(option: InputOption, common: dict[str, Any]) -> forms.Field:
    return JsonField(shape=dict, **common)


def _array(option: InputOption, common: dict[str, Any]) -> forms.Field:
    return JsonField(shape=list, **common)


def _iso(kind: type[forms.Field], input_type: str, common: dict[str, Any]) -> forms.Field:
    """Make a date or time field that gives ISO text, as inputs are JSON."""

    class Iso(kind):  # type: ignore[misc, valid-type]
        def clean(self, value: Any) -> Any:
            moment = super().clean(value)
            return moment.isoformat() if moment is not None else None

    return Iso(widget=forms.TextInput(attrs={"type": input_type}), **common)


def _option(entry: Any) -> tuple[Any, str]:
    if isinstance(entry, dict):
        value = entry.get("value", entry.get("id", entry.get("label")))
        return value, str(entry.get("label", value))
    return entry, str(entry)


_FIELDS: Final[dict[str, Callable[[InputOption, dict[str, Any]], forms.Field]]] = {
    "text": _long_text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "selection": _selection,
    "object": _object,
    "array": _array,
}
