"""Expression trees: what they need, and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from plans.language.expressions import (
    FailedBy,
    Needs,
    NotTakenBy,
    PathMissing,
    References,
    Resolved,
    SkippedBy,
    StepValue,
    references,
    resolve,
    should_skip,
    truthy,
)


@dataclass(frozen=True)
class Here:
    steps: Mapping[str, StepValue] = field(default_factory=dict)
    inputs: Mapping[str, object] = field(default_factory=dict)
    variables: Mapping[str, object] = field(default_factory=dict)

    def step(self, slug: str, /) -> StepValue | None:
        return self.steps.get(slug)


SCOPE = Here(
    steps={
        "good": StepValue("COMPLETED", {"n": 3, "data": {"deep": 4}}),
        "load": StepValue("COMPLETED", {"data": {"deep": 4}}, "data"),
        "empty": StepValue("COMPLETED", None),
        "bad": StepValue("FAILED"),
        "stopped": StepValue("CANCELLED"),
        "gone": StepValue("SKIPPED"),
        "off": StepValue("NOT_TAKEN"),
        "later": StepValue("PENDING"),
        "busy": StepValue("RUNNING"),
    },
    inputs={"flag": True, "no": False, "none": None, "zero": 0, "items": [7, 8], "list": []},
    variables={"region": "eu", "deep": {"a": 1}},
)


def step(slug: str, **more: object) -> dict[str, object]:
    return {"$from": {"step": slug}, **more}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"a": [1, None, "x"]}, Resolved({"a": [1, None, "x"]})),
        (step("good"), Resolved({"n": 3, "data": {"deep": 4}})),
        (step("good", path="n"), Resolved(3)),
        (step("empty"), Resolved(None)),
        (step("load", path="deep"), Resolved(4)),
        ({"$step": "good", "path": "$.data.deep"}, Resolved(4)),
        ({"$input": "items[1]"}, Resolved(8)),
        ({"$input": "$"}, Resolved(SCOPE.inputs)),
        ({"$from": {"workflow": "input"}, "path": "flag"}, Resolved(True)),
        ({"$from": {"variable": "region"}}, Resolved("eu")),
        ({"$variable": "deep.a"}, Resolved(1)),
        ({"$variable": "absent", "default": 9}, Resolved(9)),
        ({"$from": {"variable": "absent", "default": 9}}, Resolved(9)),
        ({"$literal": step("good")}, Resolved(step("good"))),
    ],
)
def test_a_tree_is_worth_its_values(tree: object, expected: object) -> None:
    assert resolve(tree, SCOPE) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"$on_skip": "use_default", "$default": {"k": 1}}, Resolved({"k": 1})),
        ({"$on_skip": "use_default"}, Resolved(None)),
        ({"$default": 2}, Resolved(2)),
        ({"$on_skip": "use_default", "$default": step("good", path="n")}, Resolved(3)),
        ({"onSkip": {"action": "useDefault", "defaultValue": 5}}, Resolved(5)),
        ({"onSkip": {"action": "useDefault"}}, Resolved(None)),
        ({"on_skip": {"action": "use_default", "default_value": 6}}, Resolved(6)),
        ({"$on_skip": "skip_step", "$default": 1}, SkippedBy("gone")),
        ({"onSkip": {"action": "skip"}}, SkippedBy("gone")),
    ],
)
def test_a_default_replaces_the_whole_reference_to_a_skipped_step(
    more: dict[str, object], expected: object
) -> None:
    assert resolve(step("gone", path="x.y", **more), SCOPE) == expected


def test_a_default_stands_in_for_a_step_not_taken_but_not_for_a_failed_one() -> None:
    assert resolve(step("off", **{"$default": 1}), SCOPE) == Resolved(1)
    assert resolve(step("bad", **{"$default": 1}), SCOPE) == FailedBy("bad")


@pytest.mark.parametrize(
    ("slugs", "expected"),
    [
        (["gone"], SkippedBy("gone")),
        (["gone", "off"], NotTakenBy("off")),
        (["off", "gone", "bad"], FailedBy("bad")),
        (["stopped"], FailedBy("stopped")),
        (["off", "later", "bad", "busy"], Needs(frozenset({"later", "busy"}))),
        (["gone", "good"], SkippedBy("gone")),
    ],
)
def test_verdicts_rank_wait_blocked_not_taken_skipped(slugs: list[str], expected: object) -> None:
    assert resolve({slug: [step(slug)] for slug in slugs}, SCOPE) == expected


@pytest.mark.parametrize(
    "tree",
    [
        step("good", path="m"),
        step("empty", path="x"),
        step("load", path="other"),
        {"$input": "absent"},
        {"$variable": "absent"},
        step("unknown"),
        {"$from": "input"},
        {"$step": 5},
        step("good", path="n["),
        step("good", path=3),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_missing_path(tree: object) -> None:
    assert isinstance(resolve(tree, SCOPE), PathMissing)


def test_a_missing_path_gives_way_to_every_other_verdict() -> None:
    assert resolve([step("good", path="m"), step("gone")], SCOPE) == SkippedBy("gone")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"$input": "flag"}, 1),
        ({"$input": "no"}, 2),
        ({"$input": "none"}, 2),
        ({"$input": "zero"}, 1),
        ({"$input": "list"}, 1),
        ("", 1),
    ],
)
def test_only_false_and_null_are_false_for_if(condition: object, expected: int) -> None:
    assert resolve({"$if": condition, "then": 1, "else": 2}, SCOPE) == Resolved(expected)


def test_the_side_of_if_that_is_not_taken_is_not_looked_at() -> None:
    assert resolve({"$if": True, "then": 1, "else": step("bad")}, SCOPE) == Resolved(1)
    assert resolve({"$if": False, "then": step("later")}, SCOPE) == Resolved(None)
    assert resolve({"$if": step("later"), "then": step("busy")}, SCOPE) == Needs(frozenset({"later"}))


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([step("gone", path="x"), None, {"$input": "items[1]"}, step("bad")], Resolved(8)),
        ([step("off"), {"$input": "no"}, step("later")], Resolved(False)),
        ([step("empty"), 0], Resolved(0)),
        ([step("gone"), step("later"), step("busy")], Needs(frozenset({"later"}))),
        ([step("bad"), 1], FailedBy("bad")),
        ([step("gone"), None], Resolved(None)),
        ([], Resolved(None)),
    ],
)
def test_coalesce_takes_the_first_value_and_looks_no_further(entries: list[object], expected: object) -> None:
    assert resolve({"$coalesce": entries}, SCOPE) == expected


def test_keys_keep_their_order_and_integers_stay_integers() -> None:
    value = resolve({"z": step("good", path="n"), "a": 1.0, "m": {"$input": "zero"}}, SCOPE)

    assert repr(value) == "Resolved(value={'z': 3, 'a': 1.0, 'm': 0})"


def test_references_tell_certain_from_possible_steps() -> None:
    tree = {
        "a": step("one", path="x"),
        "b": {"$if": {"$step": "two"}, "then": step("three"), "else": {"$input": "x.y"}},
        "c": {"$coalesce": [{"$step": "four"}, {"$step": "five"}, {"$step": "one"}]},
        "d": {"$literal": step("six")},
        "e": step("seven", **{"$default": step("eight")}),
        "f": [{"$variable": "v"}, {"$input": "$"}, {"$from": {"workflow": "input"}}],
    }

    assert references(tree) == References(
        steps=frozenset({"one", "two", "four", "seven"}),
        lazy=frozenset({"three", "five", "eight"}),
        inputs=frozenset({"x.y", "$", ""}),
        variables=frozenset({"v"}),
    )


@pytest.mark.parametrize("value", [False, None, 0, 0.0, -0.0, "", float("nan")])
def test_these_are_not_truthy(value: object) -> None:
    assert not truthy(value)


@pytest.mark.parametrize("value", [True, 1, -1, "0", "false", [], {}, [0]])
def test_all_else_is_truthy(value: object) -> None:
    assert truthy(value)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (step("bad"), False),
        (step("stopped"), False),
        (step("gone", path="x"), False),
        (step("off"), False),
        ({"$input": "absent"}, False),
        ({"$input": "zero"}, False),
        ({"$input": "list"}, True),
        (True, True),
        (step("gone", **{"$default": True}), True),
        (step("later"), Needs(frozenset({"later"}))),
    ],
)
def test_a_step_without_a_result_is_no_reason_to_skip(tree: object, expected: object) -> None:
    assert should_skip(tree, SCOPE) == expected
