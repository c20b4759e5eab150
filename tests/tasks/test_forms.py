"""Forms from JSON Schema: what is drawn, what is read, what is wrong."""

from __future__ import annotations

import json

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tasks.definitions import form_problem, read_template
from tasks.forms import Section, defaults, flat, read_sent, sections
from tasks.validation import MAX_BYTES, faults

SCHEMA = {
    "type": "object",
    "required": ["supplier", "total"],
    "properties": {
        "supplier": {"type": "string", "title": "Supplier", "maxLength": 80},
        "poNumber": {"type": "string", "pattern": "^PO-[0-9]+$"},
        "total": {"type": "number", "minimum": 0, "description": "With tax"},
        "lines": {"type": "integer", "maximum": 99},
        "paid": {"type": "boolean"},
        "due": {"type": "string", "format": "date"},
        "currency": {"enum": ["EUR", "USD"], "default": "EUR"},
        "terms": {"oneOf": [{"const": 30, "title": "30 days"}, {"const": 60, "title": "60 days"}]},
        "notes": {"type": "string", "maxLength": 2000},
        "tags": {"type": "array", "items": {"type": "string"}},
        "checks": {"type": "array", "items": {"enum": ["stamp", "sum"]}},
        "address": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        "raw": {"type": "array", "items": {"type": "object"}},
        "source": {"type": "string", "readOnly": True},
    },
}


def sent(**fields):
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query.setlist(f"data/{name}", value if isinstance(value, list) else [value])
    return query


def drawn(data=None, layout=(), errors=None):
    return {field.pointer: field for field in flat(sections(SCHEMA, layout, data or {}, errors=errors))}


def test_each_type_has_its_control():
    controls = {pointer: (field.control, field.input_type) for pointer, field in drawn().items()}

    assert controls == {
        "/supplier": ("input", "text"),
        "/poNumber": ("input", "text"),
        "/total": ("input", "number"),
        "/lines": ("input", "number"),
        "/paid": ("checkbox", ""),
        "/due": ("input", "date"),
        "/currency": ("select", ""),
        "/terms": ("select", ""),
        "/notes": ("textarea", ""),
        "/tags": ("lines", ""),
        "/checks": ("checkboxes", ""),
        "/address": ("group", ""),
        "/address/city": ("input", "text"),
        "/raw": ("json", ""),
        "/source": ("input", "text"),
    }


def test_labels_come_from_titles_or_names():
    fields = drawn()

    assert [fields[f"/{name}"].label for name in ("supplier", "poNumber", "total")] == [
        "Supplier",
        "Po number",
        "Total",
    ]
    assert fields["/total"].help == "With tax"
    assert fields["/total"].required
    assert not fields["/due"].required


def test_the_layout_orders_and_groups_and_nothing_is_lost():
    layout = [
        "total",
        {"title": "Who", "fields": ["supplier", {"field": "notes", "widget": "textarea"}]},
        "nowhere",
        "due",
    ]

    first, who, rest = sections(SCHEMA, layout, {})

    assert [field.pointer for field in first.fields] == ["/total"]
    assert (who.title, [field.pointer for field in who.fields]) == ("Who", ["/supplier", "/notes"])
    assert who.fields[1].control == "textarea"
    assert rest.fields[0].pointer == "/due"
    assert len(first.fields + who.fields + rest.fields) == len(SCHEMA["properties"])


def test_a_form_without_properties_draws_nothing():
    assert sections({"type": "object"}, [], {}) == ()
    assert sections({}, ["x"], None) == ()


def test_values_are_read_as_the_schema_types_them():
    data = read_sent(
        SCHEMA,
        sent(
            supplier=" Acme ",
            total="12.50",
            lines="3",
            paid="on",
            due="2026-03-31",
            currency="USD",
            terms="60",
            notes="a\r\nb",
            tags="one\n\n two ",
            checks=["sum"],
            raw='[{"a": 1}]',
            source="forged",
            **{"address/city": "Oslo"},
        ),
        kept={"source": "scan"},
    )

    assert data == {
        "supplier": "Acme",
        "total": 12.5,
        "lines": 3,
        "paid": True,
        "due": "2026-03-31",
        "currency": "USD",
        "terms": 60,
        "notes": "a\nb",
        "tags": ["one", "two"],
        "checks": ["sum"],
        "address": {"city": "Oslo"},
        "raw": [{"a": 1}],
        "source": "scan",
    }
    assert faults(SCHEMA, data) == {}


def test_empty_fields_are_left_out_and_a_box_not_ticked_is_false():
    assert read_sent(SCHEMA, sent(supplier="  ", total="")) == {"paid": False, "checks": []}


@pytest.mark.parametrize("typed", ["12x", "", "1e999", "nan", "9" * 60, "1,5"])
def test_what_does_not_fit_stays_as_typed(typed):
    data = read_sent(SCHEMA, sent(total=typed, supplier="Acme"))

    assert drawn(data)["/total"].value == typed
    assert list(faults(SCHEMA, data)) == ["/total"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"supplier": "A", "total": 1}, {}),
        ({"total": 1}, {"/supplier": ["Supplier is missing."]}),
        ({"supplier": "A", "total": "12x"}, {"/total": ['This takes a number, not "12x".']}),
        ({"supplier": "A", "total": -1}, {"/total": ["0 is the least."]}),
        ({"supplier": "A", "total": 1, "lines": 1.5}, {"/lines": ["This takes a whole number, not 1.5."]}),
        ({"supplier": "A", "total": 1, "lines": 100}, {"/lines": ["99 is the most."]}),
        (
            {"supplier": "A", "total": 1, "due": "31.3."},
            {"/due": ['This takes a date like 2026-03-31, not "31.3.".']},
        ),
        (
            {"supplier": "A", "total": 1, "currency": "CHF"},
            {"/currency": ['"CHF" is not one of the choices.']},
        ),
        ({"supplier": "A", "total": 1, "terms": 31}, {"/terms": ["31 is not one of the choices."]}),
        (
            {"supplier": "A", "total": 1, "poNumber": "12"},
            {"/poNumber": ['"12" does not have the form that is asked for here.']},
        ),
        ({"supplier": "A" * 81, "total": 1}, {"/supplier": ["Too long: 80 is the most."]}),
        ({"supplier": "A", "total": 1, "address": {}}, {"/address/city": ["city is missing."]}),
        ({"supplier": "A", "total": 1, "tags": ["a", 2]}, {"/tags/1": ["This takes a text, not 2."]}),
        ([], {"": ["form data is an object of fields and their values"]}),
        ("text", {"": ["form data is an object of fields and their values"]}),
        ({"supplier": "\ud800", "total": 1}, {"": ["form data holds half a character; type the text again"]}),
        ({"supplier": {1}, "total": 1}, {"": ["form data is not JSON"]}),
        ({"supplier": "A", "total": float("nan")}, {"": ["form data is not JSON"]}),
    ],
)
def test_faults_are_sentences_at_their_field(data, found):
    assert faults(SCHEMA, data) == found


def test_data_that_is_too_large_or_too_deep_is_refused():
    deep: object = []
    for _level in range(100_000):
        deep = [deep]

    assert "1048576 are the most" in faults(None, {"a": "x" * MAX_BYTES})[""][0]
    assert faults(None, {"a": deep}) == {"": ["form data is nested too deeply"]}


def test_missing_fields_are_no_fault_for_an_action_that_does_not_need_them():
    assert faults(SCHEMA, {"total": "x"}, complete=False) == {"/total": ['This takes a number, not "x".']}


def test_a_pattern_that_runs_for_ever_is_cut_off():
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}

    assert list(faults(schema, {"a": "a" * 40 + "!"})) == ["/a"]


def test_a_reference_to_elsewhere_is_not_fetched():
    schema = {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:1/schema.json"}}}

    assert "refers to something" in faults(schema, {"a": 1})[""][0]


def test_names_with_slashes_and_tildes_keep_their_place():
    schema = {"type": "object", "required": ["a/b~c"], "properties": {"a/b~c": {"type": "string"}}}
    pointer = "/a~1b~0c"

    query = QueryDict(mutable=True)
    query["data" + pointer] = "x"

    assert read_sent(schema, query) == {"a/b~c": "x"}
    assert list(faults(schema, {})) == [pointer]
    assert next(flat(sections(schema, [], {}, errors=faults(schema, {})))).errors == ("A/b~c is missing.",)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_data_can_be_drawn_and_judged(value):
    data = value if isinstance(value, dict) else dict.fromkeys(SCHEMA["properties"], value)

    found = faults(SCHEMA, data)

    assert all(isinstance(section, Section) for section in sections(SCHEMA, [], data, errors=found))
    json.dumps(found)


def test_defaults_of_the_schema():
    assert defaults(SCHEMA) == {"currency": "EUR"}


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        (None, ""),
        ({"type": "object", "properties": {}}, ""),
        ({"type": "array"}, "$: a form is an object with properties"),
        ({"type": "object", "properties": {"a": {"type": "texty"}}}, "$.properties.a.type: "),
        ({"type": "object", "required": "a"}, "$.required: "),
    ],
)
def test_what_is_wrong_with_a_form(form, problem):
    found = form_problem(form)

    assert found.startswith(problem)
    assert bool(found) == bool(problem)


def test_a_template_is_read_with_its_actions_and_final_statuses():
    definition = read_template(
        "review",
        {
            "name": "Review",
            "metadata": {
                "form": {"type": "object", "properties": {}, "layout": ["a"]},
                "actions": [
                    {"slug": "approve", "label": "Approve", "style": "primary"},
                    {"slug": "park", "properties": {"statusSlug": "waiting"}},
                    {"slug": "needs-work", "properties": {"requireComment": True, "statusSlug": "closed"}},
                    "nonsense",
                    {"label": "no slug"},
                ],
                "candidates": {"roles": ["reviewer"]},
                "priority": 2,
            },
        },
        {"waiting": {"statusType": "PENDING"}, "closed": {"name": "Closed", "statusType": "DONE"}},
    )

    assert [(action.slug, action.label, action.finishes) for action in definition.actions] == [
        ("approve", "Approve", True),
        ("park", "Park", False),
        ("needs-work", "Needs work", True),
    ]
    assert definition.actions[2].require_comment
    assert definition.action("closed").status_slug == "closed"
    assert definition.action("waiting") is None
    assert definition.layout == ["a"]
    assert definition.form == {"type": "object", "properties": {}}
    assert definition.candidates == {"roles": ("reviewer",), "teams": (), "people": ()}
