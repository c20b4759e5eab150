"""Two versions of a plan, compared in words."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from plans.language.diff import describe
from plans.language.spellings import read

PLAN: dict[str, Any] = {
    "slug": "p",
    "name": "Invoices",
    "inputOptions": [{"name": "channel", "required": True}],
    "layout": {"a": {"x": 1}},
    "steps": [
        {"slug": "a", "kind": "EXECUTION", "config": {"moduleRef": "acme/read"}},
        {
            "slug": "b",
            "kind": "SCRIPT",
            "dependsOn": ["a"],
            "config": {"scriptBody": "let x = 1;\nreturn {action: 'go'};", "scriptActions": [{"slug": "go"}]},
        },
        {"slug": "c", "kind": "EXECUTION", "dependsOn": ["b:go"], "config": {"moduleRef": "acme/write"}},
    ],
}


def change(**changes: Any) -> dict[str, Any]:
    """Make the plan with other keys at the top."""
    return {**deepcopy(PLAN), **changes}


def change_step(position: int, **changes: Any) -> dict[str, Any]:
    """Make the plan with other keys in one step."""
    plan = deepcopy(PLAN)
    plan["steps"][position] |= changes
    return plan


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (PLAN, []),
        (change(layout={"a": {"x": 500}}), []),
        (change(name="Bills"), ['name changed from "Invoices" to "Bills"']),
        (change(failurePolicy="output"), ['failurePolicy set to "output"']),
        (
            change(inputOptions=[{"name": "channel", "required": False}, {"name": "region"}]),
            ['inputOptions "channel": required changed from true to false', 'inputOptions: "region" added'],
        ),
        (
            change(steps=PLAN["steps"][:2]),
            ['step "c" (EXECUTION) removed'],
        ),
        (
            change(steps=[*PLAN["steps"], {"slug": "d", "kind": "APPROVAL", "dependsOn": ["a", "c?"]}]),
            ['step "d" (APPROVAL) added after a, c?'],
        ),
        (change(steps=[PLAN["steps"][1], PLAN["steps"][0], PLAN["steps"][2]]), ["steps are in another order"]),
        (
            change_step(2, dependsOn=["b?:go", "a"], conditionExpr="true"),
            [
                'step "c" no longer depends on "b:go"',
                'step "c" now depends on "b?:go"',
                'step "c" now depends on "a"',
                'step "c": conditionExpr set to "true"',
            ],
        ),
        (change_step(0, kind="AGENT", config={"agentRuntimeRef": "r"}), [
            'step "a": kind changed from "EXECUTION" to "AGENT"',
            'step "a": moduleRef removed',
            'step "a": agentRuntimeRef set to "r"',
        ]),
        (
            change_step(0, config={"moduleRef": "acme/read", "moduleOptions": {"deep": {"k": 1}}}),
            ['step "a": moduleOptions set to {"deep": {"k": 1}}'],
        ),
        (
            change_step(1, config={
                "scriptBody": "let x = 2;\nlet y = 3;\nreturn {action: 'go'};",
                "scriptActions": [{"slug": "stop"}, {"slug": "go", "name": "Go"}],
            }),
            [
                'step "b": scriptBody changed (lines added: 2, removed: 1)',
                'step "b": scriptActions: "stop" added',
                'step "b": scriptActions "go": name set to "Go"',
            ],
        ),
    ],
)  # fmt: skip
def test_each_change_is_a_sentence(new: dict[str, Any], words: list[str]) -> None:
    assert describe(read(PLAN)[0], read(new)[0]) == words


def test_true_and_one_are_different_values() -> None:
    old, new = change_step(0, input={"k": True}), change_step(0, input={"k": 1})

    assert describe(read(old)[0], read(new)[0]) == ['step "a": input.k changed from true to 1']


def test_a_step_that_cannot_be_read_is_compared_as_typed() -> None:
    old, new = change(steps=[{"slug": "a"}, "x"]), change(steps=[{"slug": "a", "name": "A"}, "y"])

    assert describe(read(old)[0], read(new)[0]) == ['step "a": name set to "A"', 'step "#2" changed']
