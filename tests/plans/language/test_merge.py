"""Merging two people's changes of one plan."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.language.merge import Conflict, merge, same
from plans.language.spellings import read, write

Change = Callable[[dict[str, Any]], object]


def base() -> dict[str, Any]:
    """A plan of four steps."""
    return {
        "slug": "p",
        "name": "Plan",
        "inputOptions": [{"name": "a"}, {"name": "b", "label": "B"}],
        "steps": [
            {
                "slug": "route",
                "kind": "SCRIPT",
                "config": {"scriptBody": "x", "scriptActions": [{"slug": "x"}]},
            },
            {"slug": "post", "kind": "EXECUTION", "dependsOn": ["route:x"], "config": {"moduleRef": "m"}},
            {"slug": "gate", "kind": "APPROVAL", "dependsOn": ["route"], "config": {"approverRole": "r"}},
            {
                "slug": "end",
                "kind": "EXECUTION",
                "input": {"v": {"$step": "post"}},
                "config": {"moduleRef": "m"},
            },
        ],
        "layout": {"route": {"x": 0, "y": 0}},
    }


def changed(change: Change) -> dict[str, Any]:
    """Change a copy of the plan."""
    document = copy.deepcopy(base())
    change(document)
    return document


def put(*path: str | int, value: Any) -> Change:
    """Write a value at a path."""

    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    """Remove what is at a path."""

    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        del document[path[-1]]

    return change


def both(*changes: Change) -> Change:
    """Do one after the other."""

    def change(document: dict[str, Any]) -> None:
        for each in changes:
            each(document)

    return change


NEW = {"slug": "new", "kind": "SCRIPT", "config": {"scriptBody": "y"}}
OTHER = {"slug": "other", "kind": "SCRIPT", "config": {"scriptBody": "z"}}
APART: list[tuple[str, Change, Change]] = [
    ("fields of one step", put("steps", 0, "name", value="R"), put("steps", 0, "config", "scriptBody", value="y")),
    ("fields of two steps", put("steps", 0, "name", value="R"), put("steps", 1, "config", "moduleRef", value="n")),
    ("a step and the plan", put("name", value="Q"), drop("steps", 3)),
    ("two input options", put("inputOptions", 0, "label", value="A"), put("inputOptions", 1, "label", value="C")),
    ("an action of each",
     lambda d: d["steps"][0]["config"]["scriptActions"].append({"slug": "y"}),
     lambda d: d["steps"][0]["config"]["scriptActions"].insert(0, {"slug": "z"})),
    ("dependencies on two steps", put("steps", 2, "dependsOn", value=["route", "post"]),
     put("steps", 2, "dependsOn", value=["end?"])),
    ("a step added by each", lambda d: d["steps"].append(NEW), lambda d: d["steps"].insert(1, OTHER)),
    ("an order and a field", lambda d: d["steps"].reverse(), put("steps", 0, "name", value="R")),
    ("the same", put("name", value="Q"), put("name", value="Q")),
    ("the same step removed", drop("steps", 1), drop("steps", 1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "mine", "theirs"), APART, ids=[name for name, *_ in APART])
def test_what_does_not_touch_is_merged(name: str, mine: Change, theirs: Change) -> None:
    one, other = merge(base(), changed(mine), changed(theirs)), merge(base(), changed(theirs), changed(mine))

    assert (one.conflicts, other.conflicts) == ((), ())
    assert described(one.document) == described(other.document)
    for side in (changed(mine), changed(theirs)):
        assert merge(base(), one.document, side).document == one.document, "all of either side is in it"


def described(document: dict[str, Any]) -> Any:
    """What a document says whatever the order of its entries."""
    if isinstance(document, dict):
        return {key: described(value) for key, value in document.items()}
    if isinstance(document, list):
        return sorted((described(entry) for entry in document), key=repr)
    return document


CLASHES: list[tuple[Change, Change, list[Conflict]]] = [
    (put("name", value="Q"), put("name", value="R"), [Conflict(None, ("name",), "Plan", "Q", "R")]),
    (put("steps", 0, "config", "scriptBody", value="y"), put("steps", 0, "config", "scriptBody", value="z"),
     [Conflict("route", ("steps", 0, "config", "scriptBody"), "x", "y", "z")]),
    (drop("steps", 1), put("steps", 1, "name", value="N"),
     [Conflict("post", ("steps", 3), base()["steps"][1], None, {**base()["steps"][1], "name": "N"})]),
    (put("steps", 1, "name", value="N"), drop("steps", 1),
     [Conflict("post", ("steps", 1), base()["steps"][1], {**base()["steps"][1], "name": "N"}, None)]),
    (put("steps", 1, "dependsOn", value=["route:y"]), put("steps", 1, "dependsOn", value=["route?"]),
     [Conflict("post", ("steps", 1, "dependsOn"), ["route:x"], ["route:y"], ["route?"])]),
    (put("steps", 3, "input", "v", value={"$step": "gate"}),
     put("steps", 3, "input", "v", value={"$step": "post", "path": "a"}),
     [Conflict("end", ("steps", 3, "input", "v"), {"$step": "post"}, {"$step": "gate"},
               {"$step": "post", "path": "a"})]),
    (lambda d: d["steps"].append(NEW), lambda d: d["steps"].append({**NEW, "name": "N", "kind": "LLM"}),
     [Conflict("new", ("steps", 4, "kind"), {}, {"kind": "SCRIPT", "config": NEW["config"]},
               {"kind": "LLM", "config": NEW["config"]})]),
    (put("steps", 1, "kind", value="SCRIPT"), put("steps", 1, "config", "moduleRef", value="n"),
     [Conflict("post", ("steps", 1, "kind"), {"kind": "EXECUTION", "config": {"moduleRef": "m"}},
               {"kind": "SCRIPT", "config": {"moduleRef": "m"}}, {"kind": "EXECUTION", "config": {"moduleRef": "n"}})]),
    (lambda d: d["inputOptions"].reverse(), lambda d: d["inputOptions"].insert(0, d["inputOptions"].pop()),
     []),
]  # fmt: skip


@pytest.mark.parametrize(("mine", "theirs", "conflicts"), CLASHES)
def test_what_both_changed_differently_is_a_conflict_and_the_document_holds_mine(
    mine: Change, theirs: Change, conflicts: list[Conflict]
) -> None:
    merged = merge(base(), changed(mine), changed(theirs))

    assert list(merged.conflicts) == conflicts
    assert merge(base(), changed(mine), merged.document).document == merged.document


@pytest.mark.parametrize(("mine", "theirs", "conflicts"), CLASHES)
def test_a_conflict_can_be_decided_for_them(mine: Change, theirs: Change, conflicts: list[Conflict]) -> None:
    taken = merge(base(), changed(mine), changed(theirs), take=range(len(conflicts)))

    assert len(taken.conflicts) == len(conflicts)
    assert described(taken.document) == described(changed(theirs))


def test_two_orders_of_one_list_are_a_conflict() -> None:
    mine = changed(lambda document: document["steps"].reverse())
    theirs = changed(lambda document: document["steps"].insert(0, document["steps"].pop()))

    (conflict,) = merge(base(), mine, theirs).conflicts

    assert (conflict.path, conflict.mine) == (("steps",), ["end", "gate", "post", "route"])
    assert merge(base(), mine, theirs, take=[0]).document["steps"] == theirs["steps"]


def test_positions_are_no_conflict() -> None:
    mine = changed(
        both(put("layout", "route", value={"x": 5, "y": 5}), put("layout", "end", value={"x": 1, "y": 1}))
    )
    theirs = changed(
        both(put("layout", "route", value={"x": 7, "y": 7}), put("layout", "gate", value={"x": 2, "y": 2}))
    )

    merged = merge(base(), mine, theirs)

    assert merged.conflicts == ()
    assert merged.document["layout"] == {
        "route": {"x": 5, "y": 5},
        "end": {"x": 1, "y": 1},
        "gate": {"x": 2, "y": 2},
    }


def test_steps_that_cannot_be_read_are_kept() -> None:
    mine = changed(lambda document: document["steps"].append({"kind": "SPLIT"}))
    theirs = changed(lambda document: document["steps"].append(5))

    merged = merge(base(), mine, theirs)

    assert merged.conflicts == ()
    assert {repr(entry) for entry in merged.document["steps"][4:]} == {"{'kind': 'SPLIT'}", "5"}


SLUGS = st.sampled_from(["a", "b", "c", "d"])
STEPS = st.lists(
    st.fixed_dictionaries(
        {"slug": SLUGS, "kind": st.sampled_from(["SCRIPT", "LLM"])},
        optional={
            "name": st.sampled_from(["x", "y", "z"]),
            "dependsOn": st.lists(st.sampled_from(["a", "a?", "b:x", "c"]), max_size=3, unique=True),
            "config": st.dictionaries(
                st.sampled_from(["k", "l"]), st.sampled_from([1, True, "t", [1]]), max_size=2
            ),
            "input": st.sampled_from([None, {"$step": "a"}, {"v": 1}, {"v": 2, "w": 3}]),
        },
    ),
    max_size=4,
    unique_by=lambda step: step["slug"],
)
PLANS = st.fixed_dictionaries(
    {"slug": st.just("p"), "steps": STEPS},
    optional={
        "name": st.sampled_from(["m", "n"]),
        "inputOptions": st.lists(
            st.fixed_dictionaries({"name": SLUGS}, optional={"label": st.sampled_from(["1", "2"])}),
            max_size=3,
            unique_by=lambda option: option["name"],
        ),
        "variables": st.dictionaries(SLUGS, st.sampled_from([{"default": 1}, {"default": 2}]), max_size=2),
    },
)


@given(PLANS, PLANS)
def test_who_is_alone_changes_all(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert merge(before, after, before).document == after
    assert merge(before, before, after).document == after
    assert merge(before, after, after).document == after


def changes_of(before: Any, after: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Say which leaves a side wrote, entries of named lists by their name."""
    if before is None and isinstance(after, dict | list):
        before = type(after)()
    if (
        isinstance(before, dict)
        and isinstance(after, dict)
        and not any(key.startswith("$") for key in (*before, *after))
    ):
        for key in before.keys() | after.keys():
            yield from changes_of(before.get(key), after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and path[-1] in ("steps", "inputOptions"):
        left, right = by_name(before), by_name(after)
        for name in left.keys() | right.keys():
            yield from changes_of(left.get(name), right.get(name), (*path, name))
    elif not same(before, after) and path[-1] != "dependsOn":
        yield path, after


def by_name(entries: list[Any]) -> dict[str, Any]:
    return {entry.get("slug", entry.get("name")): entry for entry in entries}


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        if isinstance(document, list):
            document = by_name(document)
        document = document.get(key) if isinstance(document, dict) else None
    return document


def named(document: dict[str, Any], conflict: Conflict) -> tuple[Any, ...]:
    """The path of a conflict with names for places."""
    out: list[Any] = []
    here: Any = document
    for key in conflict.path:
        if isinstance(key, int):
            known = here[key] if isinstance(here, list) and key < len(here) else conflict.theirs
            out.append(known.get("slug", known.get("name")))
            here = known
        else:
            out.append(key)
            here = here.get(key) if isinstance(here, dict) else None
    return tuple(out)


@given(PLANS, PLANS, PLANS)
def test_nothing_of_either_side_is_lost_without_a_conflict(
    before: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    merged = merge(before, mine, theirs)
    clashes = [named(merged.document, conflict) for conflict in merged.conflicts]

    lost = [
        (path, value)
        for side in (mine, theirs)
        for path, value in changes_of(before, side)
        if not same(at(merged.document, path), value) and not any(covers(clash, path) for clash in clashes)
    ]

    assert [entry for entry in lost if not removed_with_its_parent(entry, merged.document)] == []


def covers(clash: tuple[Any, ...], path: tuple[Any, ...]) -> bool:
    """A conflict about the kind is one about the whole step."""
    clash = clash[:-1] if clash[-1:] == ("kind",) else clash
    return path[: len(clash)] == clash or clash[: len(path)] == path


def removed_with_its_parent(entry: tuple[tuple[Any, ...], Any], document: Any) -> bool:
    """A key that a side left out of what another one wrote anew is no loss."""
    return entry[1] is None and at(document, entry[0][:-1]) is None


@given(PLANS, PLANS, PLANS)
def test_all_conflicts_decided_for_them_leave_nothing_of_mine_there(
    before: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    merged = merge(before, mine, theirs)
    taken = merge(before, mine, theirs, take=range(len(merged.conflicts)))

    assert len(taken.conflicts) == len(merged.conflicts)
    assert [conflict.theirs for conflict in taken.conflicts] == [
        conflict.theirs for conflict in merged.conflicts
    ]


@given(PLANS, PLANS, PLANS)
def test_a_merge_reads_as_a_plan(
    before: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    documents = [write(read(document)[0]) for document in (before, mine, theirs)]
    merged = merge(*documents).document

    assert described(write(read(merged)[0])) == described(merged)
