"""What the oracle found: the smallest plan for each difference, kept so that it does not come back."""

from __future__ import annotations

from typing import Any

import pytest

from activities.trial.run import Trial

pytestmark = pytest.mark.django_db(transaction=True)
FAILS = {"outcome": "failed", "error": {"code": "E7", "message": "unreadable"}}
WORKS = {"outcome": "success", "result": {"n": 1}}


def work(slug: str, *after: str, **more: Any) -> dict[str, Any]:
    """Return a step that a mock answers."""
    return {
        "slug": slug,
        "kind": "EXECUTION",
        "dependsOn": [*after],
        "config": {"moduleRef": "acme/work"},
        **more,
    }


def each(slug: str, *after: str, join: str = "ALL_SETTLED", **more: Any) -> dict[str, Any]:
    """Return a step that a mock answers for each document."""
    return work(slug, *after, **more) | {
        "config": {"moduleRef": "acme/work", "perDocument": True, "joinPolicy": join}
    }


def mock(step: str, returns: Any, document: str = "") -> dict[str, Any]:
    """Return a mock of a step, or of one document in it."""
    return {"step": step, "returns": returns} | ({"document": document} if document else {})


def ran(*steps: dict[str, Any], mocks: Any = (), documents: Any = (), **plan: Any) -> dict[str, Any]:
    """Run the steps; what has no mock of its own works."""
    everything = [*mocks, {"moduleRef": "acme/work", "returns": WORKS}]
    document = {"slug": "p", "name": "P", "steps": list(steps), **plan}
    return Trial(document, mocks=everything, documents=documents).run()


def statuses(report: dict[str, Any]) -> dict[str, str]:
    """Return the status of each step."""
    return {slug: step["status"] for slug, step in report["steps"].items()}


def test_a_per_document_step_that_failed_says_why_and_so_does_the_activity() -> None:
    report = ran(
        each("read", join="ALL_COMPLETED"), documents=["a.txt", "b.txt"], mocks=[mock("read", FAILS, "b.txt")]
    )
    error = report["steps"]["read"]["error"]
    assert error["code"] == "E7"
    assert error["message"] == "1 of 2 documents failed; b.txt: unreadable"
    assert report["error"]["message"] == error["message"]


def test_a_skip_if_that_reads_a_step_only_perhaps_is_judged_when_that_step_has_settled() -> None:
    skips = {"$if": {"$step": "first"}, "then": {"$step": "second", "path": "n"}}
    report = ran(work("a", skipIf=skips), work("second", "between"), work("between"), work("first"), mocks=())
    assert statuses(report)["a"] == "SKIPPED"


def test_a_failed_step_that_only_skip_if_reads_perhaps_does_not_block() -> None:
    skips = {"$if": {"$step": "first"}, "then": {"$step": "second"}}
    report = ran(
        work("a", skipIf=skips), work("first"), work("second", "first"), mocks=[mock("second", FAILS)]
    )
    assert statuses(report) == {"a": "COMPLETED", "first": "COMPLETED", "second": "FAILED"}


def test_a_per_document_step_whose_documents_were_all_skipped_is_skipped() -> None:
    report = ran(
        each("read", onError={"action": "skip"}),
        work("next", input={"$from": {"step": "read"}, "$on_skip": "use_default", "$default": "none"}),
        documents=["a.txt"],
        mocks=[mock("read", FAILS), mock("next", {"outcome": "success", "echo": "got"})],
    )
    assert statuses(report) == {"read": "SKIPPED", "next": "COMPLETED"}
    assert report["steps"]["next"]["result"] == {"got": "none"}


def test_any_completed_fails_where_no_document_completed() -> None:
    report = ran(
        each("read", join="ANY_COMPLETED", onError={"action": "skip"}),
        documents=["a.txt"],
        mocks=[mock("read", FAILS)],
    )
    assert statuses(report) == {"read": "FAILED"}
    assert report["error"]["message"] == "no document completed"


def test_nothing_is_launched_beyond_the_tolerated_failures() -> None:
    report = ran(
        {**each("read"), "config": {"moduleRef": "acme/work", "perDocument": True, "maxFailed": 0}},
        documents=["a.txt", "b.txt", "c.txt", "d.txt"],
        mocks=[mock("read", FAILS, "b.txt")],
    )
    documents = {name: one["status"] for name, one in report["steps"]["read"]["documents"].items()}
    assert documents == {"a.txt": "COMPLETED", "b.txt": "FAILED", "c.txt": "CANCELLED", "d.txt": "CANCELLED"}


ROUTER = {
    "slug": "route",
    "kind": "SCRIPT",
    "config": {
        "perDocument": True,
        "scriptBody": "return {action: families[0].name[0]};",
        "scriptActions": [{"slug": "a"}, {"slug": "b"}],
    },
}


def test_a_document_of_another_branch_does_not_pass_through_a_bypassed_step() -> None:
    report = ran(
        ROUTER,
        each("read", "route:a", bypass=True),
        each("keep", "read"),
        each("other", "route:b"),
        documents=["a.txt", "b.txt"],
    )
    kept = {name: one["status"] for name, one in report["steps"]["keep"]["documents"].items()}
    read = {name: one["status"] for name, one in report["steps"]["read"]["documents"].items()}
    assert read == {"a.txt": "SKIPPED", "b.txt": "NOT_TAKEN"}
    assert kept == {"a.txt": "COMPLETED", "b.txt": "NOT_TAKEN"}


def test_a_document_that_was_skipped_at_the_router_passes_every_edge() -> None:
    router = {**ROUTER, "onError": {"action": "skip"}}
    report = ran(
        router,
        each("read", "route:a"),
        documents=["a.txt", "b.txt"],
        mocks=[mock("route", FAILS, "a.txt"), mock("route", {**WORKS, "action": "b"})],
    )
    read = {name: one["status"] for name, one in report["steps"]["read"]["documents"].items()}
    assert read == {"a.txt": "COMPLETED", "b.txt": "NOT_TAKEN"}


def test_a_condition_of_a_document_sees_the_steps_that_do_not_run_per_document() -> None:
    report = ran(
        ROUTER,
        each("read", "route:a"),
        work("first"),
        each("last", "first", conditionExpr="steps.first.result.n = 1"),
        documents=["a.txt"],
    )
    assert statuses(report)["last"] == "COMPLETED"


def test_a_document_whose_action_an_await_only_edge_names_is_not_unrouted() -> None:
    report = ran(ROUTER, work("note", "route:a?", conditionExpr="true"), documents=["a.txt", "b.txt"])
    assert report["unrouted"] == 1


def test_the_condition_of_a_document_comes_before_the_references_of_the_input() -> None:
    report = ran(
        work("gone", bypass=True),
        {**ROUTER, "conditionExpr": "document.path = 'a.txt'", "input": {"$step": "gone"}},
        each("read", "route:a"),
        documents=["a.txt", "b.txt"],
    )
    route = {name: one["status"] for name, one in report["steps"]["route"]["documents"].items()}
    assert route == {"a.txt": "SKIPPED", "b.txt": "NOT_TAKEN"}


def test_a_bypassed_join_to_which_no_document_came_is_not_taken() -> None:
    report = ran(
        ROUTER,
        each("join", "route:b?", join="ANY_BRANCH", bypass=True),
        work("after", "join"),
        documents=["a.txt"],
    )
    assert statuses(report) == {"route": "COMPLETED", "join": "NOT_TAKEN", "after": "NOT_TAKEN"}


def test_the_error_is_that_of_the_first_failed_step_in_plan_order_that_the_output_needs() -> None:
    report = ran(
        work("first"),
        work("second"),
        failurePolicy="output",
        output={"a": {"$step": "second"}, "b": {"$step": "first"}},
        mocks=[
            mock("first", FAILS),
            mock("second", {"outcome": "failed", "error": {"code": 2, "message": "no"}}),
        ],
    )
    assert report["error"]["code"] == "E7"


def test_a_failed_step_behind_a_pending_one_counts_beside_one_that_the_output_names() -> None:
    report = ran(
        work("first"),
        work("second", "first"),
        work("third"),
        failurePolicy="output",
        output={"a": {"$step": "third"}, "b": {"$step": "second"}},
        mocks=[
            mock("first", FAILS),
            mock("third", {"outcome": "failed", "error": {"code": 3, "message": "no"}}),
        ],
    )
    assert report["error"]["code"] == "E7"


def test_a_failed_step_that_only_skip_if_names_does_not_count_without_an_output() -> None:
    report = ran(
        work("bad"),
        work("last", skipIf={"$step": "bad"}),
        failurePolicy="output",
        mocks=[mock("bad", FAILS)],
    )
    assert statuses(report) == {"bad": "FAILED", "last": "COMPLETED"}
    assert report["status"] == "COMPLETED"
