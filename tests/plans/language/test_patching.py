"""The author's text patched: what did not change stays to the letter, and the whole reads as the document."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from plans import source_patch
from plans.language import patching
from plans.language.merge import same
from plans.language.source import SourceError, parse_source
from plans.language.spellings import read, write
from tests.plans.language.documents import DOCUMENTS


def patch_source(text: str, document: dict[str, Any], *, is_json: bool) -> str | None:
    """Patch; give the text alone."""
    found = patching.patch_source(text, document, is_json=is_json)
    return found.text if found is not None else None


def patched(text: str, document: dict[str, Any], notation: str) -> str:
    """Patch, or write anew; give the text alone."""
    return source_patch.patched(text, document, notation).text


TEXT = """\
# Invoices, from mail to ledger.
slug: invoices   # never rename
name: 'Invoices'

steps:
  # What comes in.
  - slug: read
    kind: EXECUTION
    config: {moduleRef: builtin/pdf-text,   perDocument: true}   # pages

  # Who looks at it.
  - slug: route
    kind: SCRIPT
    dependsOn: [read]
    config:
      scriptActions: [{slug: review}, {slug: "post"}]
      # adds it up
      scriptBody: |
        const total = 1;

        return {action: 'post'};

  - slug: review
    type: TASK         # an older spelling
    dependsOn: route:review
    taskTemplateRef: check
    name: Look at it
# The end.
"""


def document() -> dict[str, Any]:
    """What the text says, in the normal form."""
    return write(read(parse_source(TEXT, filename="plan.yaml"))[0])


def lines_changed(text: str, other: str) -> tuple[list[str], list[str]]:
    """Say which lines went and which came."""
    before, after = text.splitlines(), other.splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


def change(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    """Write a value at a path."""

    def apply(found: Any) -> None:
        for key in path[:-1]:
            found = found[key]
        found[path[-1]] = value

    return apply


def remove(*path: str | int) -> Callable[[dict[str, Any]], None]:
    """Remove what is at a path."""

    def apply(found: Any) -> None:
        for key in path[:-1]:
            found = found[key]
        del found[path[-1]]

    return apply


CHANGES: list[tuple[str, Callable[[dict[str, Any]], Any], list[str], list[str]]] = [
    ("nothing", lambda found: None, [], []),
    ("a quoted name", change("name", value="Bills"), ["name: 'Invoices'"], ["name: 'Bills'"]),
    ("a value inside of braces", change("steps", 0, "config", "moduleRef", value="acme/read"),
     ["    config: {moduleRef: builtin/pdf-text,   perDocument: true}   # pages"],
     ["    config: {moduleRef: acme/read,   perDocument: true}   # pages"]),
    ("a key inside of braces", change("steps", 0, "config", "maxParallel", value=3),
     ["    config: {moduleRef: builtin/pdf-text,   perDocument: true}   # pages"],
     ["    config: {moduleRef: builtin/pdf-text,   maxParallel: 3,   perDocument: true}   # pages"]),
    ("an entry of a list in brackets", change("steps", 1, "dependsOn", value=["read", "new?"]),
     ["    dependsOn: [read]"], ["    dependsOn: [read, new?]"]),
    ("an action", lambda found: found["steps"][1]["config"]["scriptActions"].append({"slug": "stop"}),
     ['      scriptActions: [{slug: review}, {slug: "post"}]'],
     ['      scriptActions: [{slug: review}, {slug: "post"}, {slug: stop}]']),
    ("a line of a script",
     change("steps", 1, "config", "scriptBody", value="const total = 2;\n\nreturn {action: 'post'};\n"),
     ["        const total = 1;"], ["        const total = 2;"]),
    ("a key at the end of a step", change("steps", 0, "conditionExpr", value="inputs.total > 1"), [],
     ["    conditionExpr: inputs.total > 1"]),
    ("a key of a step in an older spelling", change("steps", 2, "name", value="Look twice"),
     ["    name: Look at it"], ["    name: Look twice"]),
    ("a step removed", remove("steps", 1),
     ["  # Who looks at it.", "  - slug: route", "    kind: SCRIPT", "    dependsOn: [read]", "    config:",
      '      scriptActions: [{slug: review}, {slug: "post"}]', "      # adds it up", "      scriptBody: |",
      "        const total = 1;", "        return {action: 'post'};"], []),
    ("a step added", lambda found: found["steps"].append(
        {"slug": "end", "kind": "SCRIPT", "config": {"scriptBody": "return {};", "scriptActions": [{"slug": "x"}]}}),
     [], ["  - slug: end", "    config: {scriptBody: 'return {};', scriptActions: [{slug: x}]}"]),
    ("a step renamed", change("steps", 0, "slug", value="load"), ["  - slug: read"], ["  - slug: load"]),
    ("positions", change("layout", value={"read": {"x": 1, "y": 2}}), [], ["layout: {read: {x: 1, y: 2}}"]),
    ("a key of the plan removed", remove("name"), ["name: 'Invoices'"], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "apply", "gone", "come"), CHANGES, ids=[name for name, *_ in CHANGES])
def test_only_the_lines_of_what_changed_change(
    name: str, apply: Callable[[dict[str, Any]], Any], gone: list[str], come: list[str]
) -> None:
    wanted = document()
    apply(wanted)

    found = patch_source(TEXT, wanted, is_json=False)

    assert found is not None
    assert write(read(parse_source(found, filename="plan.yaml"))[0]) == wanted
    assert lines_changed(TEXT, found) == (gone, come)


def test_steps_in_another_order_take_their_comments_along() -> None:
    wanted = document()
    wanted["steps"].reverse()

    found = patch_source(TEXT, wanted, is_json=False)

    assert found is not None
    assert lines_changed(TEXT, found) == ([], [])
    assert (
        found.index("# an older spelling") < found.index("# Who looks at it.") < found.index("- slug: route")
    )
    assert found.index("- slug: route") < found.index("builtin/pdf-text")


def test_a_new_step_stands_apart_where_the_others_do() -> None:
    wanted = document()
    wanted["steps"].insert(1, {"slug": "new", "kind": "SCRIPT"})

    assert "# pages\n\n  - slug: new\n    kind: SCRIPT\n    config: {}\n\n  # Who" in (
        patch_source(TEXT, wanted, is_json=False) or ""
    )


def test_the_lines_of_the_steps_come_along() -> None:
    wanted = document()
    wanted["steps"].insert(1, {"slug": "new", "kind": "SCRIPT"})

    found = patching.patch_source(TEXT, wanted, is_json=False)

    assert found is not None
    assert found.lines == {"read": (7, 9), "new": (11, 13), "route": (16, 25), "review": (27, 31)}
    assert source_patch.patched("", wanted, "json").lines["read"] == (5, 12)


def test_a_step_in_another_spelling_changes_as_a_whole_where_it_must() -> None:
    wanted = document()
    wanted["steps"][2]["config"]["taskTemplateRef"] = "other"

    found = patch_source(TEXT, wanted, is_json=False)

    assert found is not None
    assert write(read(parse_source(found, filename="plan.yaml"))[0]) == wanted
    assert lines_changed(TEXT, found)[0][-1] == "    taskTemplateRef: check"


JSON_TEXT = """\
{
  "slug": "p",
  "steps": [
    {"slug": "a", "kind": "SCRIPT"},
    {
      "slug": "b"
    }
  ]
}
"""


@pytest.mark.parametrize(
    ("apply", "gone", "come"),
    [
        (change("steps", 0, "name", value="A"), ['    {"slug": "a", "kind": "SCRIPT"},'],
         ['    {"slug": "a", "kind": "SCRIPT", "name": "A"},']),
        (lambda found: found["steps"].append({"slug": "c", "kind": "LLM"}), [],
         ["    },", '      "slug": "c",', '      "kind": "LLM",', '      "config": {}']),
        (change("name", value="P"), [], ['  "name": "P",']),
        (remove("steps", 1), ['    {"slug": "a", "kind": "SCRIPT"},', "    {", '      "slug": "b"', "    }"],
         ['    {"slug": "a", "kind": "SCRIPT"}']),
    ],
)  # fmt: skip
def test_json_is_patched_too(
    apply: Callable[[dict[str, Any]], Any], gone: list[str], come: list[str]
) -> None:
    wanted = write(read(json.loads(JSON_TEXT))[0])
    apply(wanted)

    found = patch_source(JSON_TEXT, wanted, is_json=True)

    assert found is not None
    assert write(read(json.loads(found))[0]) == write(read(wanted)[0])
    assert lines_changed(JSON_TEXT, found) == (gone, come)


@pytest.mark.parametrize(
    "text",
    [
        "steps:\n- slug: a\n  kind: SCRIPT",
        "steps:\n-\n  slug: a\n  kind: SCRIPT\n",
        "- 1",
        "",
        "# nothing\n",
        "steps: &s\n- &a {slug: a, kind: SCRIPT}\nvariables: {x: *a}\n",
        '"slug": p\n"steps":\n    - slug: a\n      kind: SCRIPT\n      name: >\n        folded\n        text\n\n\n',
        "slug: p\nsteps: []\n",
        "{slug: p, steps: [{slug: a, kind: SCRIPT}]}",
        "slug: p\r\nsteps:\r\n- slug: a\r\n  kind: SCRIPT\r\n",
        "---\nslug: p\nsteps:\n- {slug: a, kind: SCRIPT}\n...\n",
        "slug: p\nsteps:\n- slug: a\n  kind: SCRIPT\n  name:\n  description:\n",
        "? slug\n: p\nsteps:\n- slug: a\n  kind: SCRIPT\n",
        "steps: [",
    ],
)
def test_whatever_stands_in_the_text_the_result_reads_as_the_document(text: str) -> None:
    wanted = {
        "slug": "q",
        "name": "a: b # no",
        "steps": [
            {"slug": "a", "kind": "SCRIPT", "name": "N", "config": {"scriptBody": " x\n y \n\n"}},
            {"slug": "b", "kind": "LLM", "description": "\ttab\x07", "config": {"promptBody": "yes"}},
        ],
    }

    for notation in ("yaml", "json"):
        found = patched(text, wanted, notation)
        assert write(read(parse_source(found, filename=f"plan.{notation}"))[0]) == wanted


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
) | st.sampled_from(
    [
        "yes",
        "null",
        "1e3",
        "0x1f",
        "- a",
        "a: b",
        "a #b",
        "'",
        '"',
        "",
        " ",
        "a\n",
        "\na",
        "a\n\n",
        "x\n  y\n",
        "a?",
        "{a}",
    ]
)
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
PLANS = st.fixed_dictionaries(
    {
        "slug": st.just("p"),
        "steps": st.lists(
            st.fixed_dictionaries(
                {"slug": st.sampled_from("abcde"), "kind": st.sampled_from(["SCRIPT", "LLM", "X"])},
                optional={
                    "name": TEXTS,
                    "input": VALUES,
                    "dependsOn": st.lists(st.sampled_from("abc"), max_size=3),
                },
            ),
            max_size=4,
        ),
    },
    optional={"name": TEXTS, "variables": st.dictionaries(TEXTS, VALUES, max_size=3), "output": VALUES},
)


@given(PLANS, PLANS, st.sampled_from(["yaml", "json"]), st.booleans())
def test_any_document_can_be_put_into_the_text_of_any_other(
    before: dict[str, Any], after: dict[str, Any], notation: str, inline: bool
) -> None:
    text = patched("", before, notation)
    if inline:
        text = json.dumps(before)
    wanted = write(read(copy.deepcopy(after))[0])

    found = patch_source(text, after, is_json=notation == "json")

    assert found is not None, "nothing has to be written anew"
    assert same(write(read(parse_source(found, filename=f"plan.{notation}"))[0]), wanted)


def is_json(text: str) -> bool:
    """Tell if a text is read here: no NUL, no number that JSON has not."""
    try:
        parse_source(text, filename="plan.json")
    except SourceError:
        return False
    return True


@given(DOCUMENTS, DOCUMENTS)
def test_any_spelling_can_be_patched_or_is_written_anew(before: Any, after: Any) -> None:
    wanted = write(read(after)[0]) if isinstance(after, dict) else {"slug": "p", "steps": []}
    text = json.dumps(before)
    assume(is_json(text) and is_json(json.dumps(wanted)))

    found = patched(text, wanted, "json")

    assert same(write(read(parse_source(found, filename="plan.json"))[0]), write(read(wanted)[0]))


@given(PLANS)
def test_a_text_that_says_it_already_stays_to_the_letter(document: dict[str, Any]) -> None:
    for notation in ("yaml", "json"):
        text = patched("", document, notation)
        assert patched(text, write(read(document)[0]), notation) == text
