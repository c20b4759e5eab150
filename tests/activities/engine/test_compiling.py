"""From a plan as authored to the graph that the rules go by."""

from __future__ import annotations

from typing import Any

import pytest

from plans.language.graph import Edge, FanOut, Graph, RetryPolicy, compile_graph, taken_actions
from plans.language.spellings import read


def script(slug: str, *depends_on: str, **keys: Any) -> dict[str, Any]:
    """Return a SCRIPT step."""
    return {
        "slug": slug,
        "kind": "SCRIPT",
        "dependsOn": list(depends_on),
        "config": {"scriptBody": ""},
    } | keys


def compiled(*steps: dict[str, Any], actions: Any = None, **keys: Any) -> Graph:
    """Return the graph of a plan."""
    plan, _findings = read({"slug": "p", "steps": list(steps), **keys})
    return compile_graph(plan, actions or {})


def policy(**keys: Any) -> RetryPolicy:
    """Return the policy of a step with these keys."""
    return compiled(script("a", **keys)).nodes[0].retry


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, RetryPolicy(1, "exponential", 1, "fail")),
        ({"onError": {"action": "continue"}}, RetryPolicy(exhausted="default")),
        ({"onError": {"action": "useDefault", "defaultValue": 1}}, RetryPolicy(exhausted="default")),
        ({"onError": {"action": "skip"}}, RetryPolicy(exhausted="skip")),
        ({"onError": {"action": "terminate"}}, RetryPolicy(exhausted="fail")),
        ({"onError": {"action": "retry"}}, RetryPolicy(max_attempts=4)),
        ({"onError": {"action": "retry", "maxRetries": 1}}, RetryPolicy(max_attempts=2)),
        (
            {"onError": {"action": "retry", "maxRetries": 1}, "executionPolicy": {"maxAttempts": 5}},
            RetryPolicy(max_attempts=5),
        ),
        (
            {"onError": {"action": "retry", "maxRetries": 2, "defaultOutput": None}},
            RetryPolicy(max_attempts=3, exhausted="default"),
        ),
        (
            {
                "executionPolicy": {
                    "maxAttempts": 3,
                    "backoff": "linear",
                    "backoffBaseSeconds": 2,
                    "onExhausted": "skip",
                }
            },
            RetryPolicy(3, "linear", 2, "skip"),
        ),
        (
            {"executionPolicy": {"onExhausted": "skip"}},
            RetryPolicy(exhausted="skip"),
        ),
        (
            {"onError": {"action": "continue"}, "executionPolicy": {"onExhausted": "skip"}},  # onError first
            RetryPolicy(exhausted="default"),
        ),
    ],
)
def test_onerror_and_execution_policy_are_one_policy(keys: dict[str, Any], expected: RetryPolicy) -> None:
    assert policy(**keys) == expected


def test_dependencies_become_positions() -> None:
    graph = compiled(script("a"), script("b", "a", "a?", "a:x", "a?:x", "a:x?"))

    assert graph.nodes[1].edges == (Edge(0), Edge(0, True), Edge(0, False, "x"), Edge(0, True, "x"))
    assert graph.dependents == ((1,), ())


def test_references_become_implied_dependencies() -> None:
    graph = compiled(
        script("a"),
        script("b"),
        script("c"),
        script("d", skipIf={"$from": {"step": "b"}}, input={"x": {"$from": {"step": "a"}}}),
        script("e", input={"$if": {"$from": {"step": "a"}}, "then": {"$from": {"step": "b"}}, "else": 1}),
    )

    d, e = graph.nodes[3], graph.nodes[4]
    assert (d.data, d.skip_data, d.guarded) == ((0,), (1,), True)
    assert (e.data, e.guarded) == ((0,), True)
    assert graph.dependents == ((3, 4), (3, 4), (), (), ())  # what is read perhaps wakes the step as well


def test_a_step_that_input_and_skip_if_read_must_settle() -> None:
    both = script("b", skipIf={"$from": {"step": "a"}}, input={"$from": {"step": "a"}})

    assert (compiled(script("a"), both).nodes[1].data, compiled(script("a"), both).nodes[1].skip_data) == (
        (0,),
        (),
    )


@pytest.mark.parametrize(
    ("keys", "guarded"),
    [
        ({}, False),
        ({"conditionExpr": "true"}, True),
        ({"input": None}, True),
        ({"skipIf": False}, True),
        ({"bypass": True}, False),
    ],
)
def test_what_must_be_evaluated_first_is_guarded(keys: dict[str, Any], guarded: bool) -> None:
    assert compiled(script("a", **keys)).nodes[0].guarded is guarded


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, FanOut()),
        ({"maxParallel": 2, "joinPolicy": "ANY_COMPLETED"}, FanOut("ANY_COMPLETED", 2)),
        ({"maxFailed": 0}, FanOut(max_failed=0)),
        ({"maxFailed": "10%"}, FanOut(max_failed=10, max_failed_percent=True)),
    ],
)
def test_a_fan_out_keeps_its_limits(config: dict[str, Any], expected: FanOut) -> None:
    step = {
        "slug": "a",
        "kind": "EXECUTION",
        "config": {"moduleRef": "builtin/noop", "perDocument": True, **config},
    }

    assert compiled(step).nodes[0].fan_out == expected


@pytest.mark.parametrize(
    ("keys", "asks"),
    [({}, False), ({"output": None}, False), ({"output": 1}, True), ({"failurePolicy": "output"}, True)],
)
def test_the_end_asks_for_an_output_where_it_matters(keys: dict[str, Any], asks: bool) -> None:
    assert compiled(script("a"), **keys).asks_output is asks


def test_descendants_are_all_that_is_below() -> None:
    graph = compiled(script("a"), script("b", "a"), script("c", "b"), script("d"), script("e", "d", "c"))

    assert graph.descendants({0}) == {1, 2, 4}
    assert graph.descendants({1, 3}) == {2, 4}


def test_the_actions_that_some_dependency_takes() -> None:
    plan, _ = read(
        {"slug": "p", "steps": [script("a"), script("b", "a:x"), script("c", "a?:y"), script("d", "a")]}
    )

    assert taken_actions(plan, "a") == {"x", "y"}
