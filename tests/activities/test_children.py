"""Activities within activities: PLAN steps, and flows within `builtin/eval`, `map` and `iterate`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from activities import delivery, services, sweep
from activities.errors import CommandRefused
from activities.models import Activity, Child, ChildGroup, Outbox, Step
from activities.steps import (
    Completed,
    ErrorInfo,
    Failed,
    Outcome,
    Skipped,
    StepCall,
    StepHandler,
    registered,
    standing_in,
)
from plans.models import Plan, Project
from tests import builders
from tests.activities.running import FAILS, SKIPS, WAITS, World, complete, fresh, row, statuses

pytestmark = pytest.mark.django_db

OUTPUT = {"total": {"$step": "count"}}


class Handlers:
    """Built-in modules and PLAN steps are run for real, all else is answered by the world."""

    def __init__(self, world: World, kind: str) -> None:
        self.world, self.kind = world, kind

    def _for(self, step: Any) -> StepHandler:
        ref = getattr(step.config, "module_ref", "")
        own = self.kind == "PLAN" or (self.kind == "EXECUTION" and ref.startswith("builtin/"))
        return registered(self.kind) if own else self.world

    def pure(self, step: Any) -> bool:
        return self._for(step).pure(step)

    def run(self, call: StepCall) -> Outcome:
        return self._for(call.step).run(call)

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        self.world.close(activity_id, position, reason=reason)
        if self.kind in ("PLAN", "EXECUTION"):
            registered(self.kind).close(activity_id, position, reason=reason)


@pytest.fixture
def family(world: World) -> Iterator[World]:
    """A world in which activities have children."""
    with standing_in(lambda kind: Handlers(world, kind)):
        yield world


def child_plan(project: Project, **keys: Any) -> Plan:
    """Return the plan `count`, of one step of that name whose result is the output's `total`."""
    return builders.plan(project, builders.script("count"), slug="count", **{"output": OUTPUT} | keys)


def plan_step(slug: str = "sub", **keys: Any) -> dict[str, Any]:
    config = {"activityPlanRef": "count", **keys.pop("config", {})}
    return {"slug": slug, "kind": "PLAN", "config": config, **keys}


def module(slug: str, ref: str, given: Any, **keys: Any) -> dict[str, Any]:
    config = {"moduleRef": ref}
    return {"slug": slug, "kind": "EXECUTION", "config": config, "input": {"$literal": given}, **keys}


def flow(*, output: Any = None, **keys: Any) -> dict[str, Any]:
    """Return a StepFlow flow of one step, `work`, of a component that the world plays."""
    step = {"id": "work", "component": "/world/work", "input": {"$from": {"workflow": "input"}}}
    return {"name": "inner", "steps": [step], "output": output or {"$from": {"step": "work"}}, **keys}


def child_of(activity: Activity, number: int = 0) -> Activity:
    child = Child.objects.filter(group__activity=activity, number=number).order_by("-group__attempt").first()
    assert child is not None and child.activity is not None
    return child.activity


# -- PLAN ------------------------------------------------------------------------------------------------------------


def test_a_plan_step_gives_the_output_of_its_child(family: World, project: Project) -> None:
    child_plan(project)
    family.answers["count"] = Completed(3)

    done = family.play(family.start(plan_step(), builders.script("after", "sub")))

    assert statuses(done) == {"sub": "COMPLETED", "after": "COMPLETED"}
    assert row(done, "sub").result == {"total": 3}
    child = child_of(done)
    assert (child.parent_id, child.depth, child.status, child.nested) == (done.pk, 1, "COMPLETED", False)


def test_it_waits_for_its_child_and_holds_no_worker(family: World, project: Project) -> None:
    child_plan(project)
    family.answers["count"] = WAITS
    activity = family.play(family.start(plan_step()))
    assert (row(activity, "sub").status, row(activity, "sub").waiting_on) == ("RUNNING", "CHILD")

    complete(child_of(activity), "count", result=8)
    done = family.play(activity)

    assert (done.status, row(done, "sub").result) == ("COMPLETED", {"total": 8})


def test_the_child_gets_inputs_as_a_request_does_and_the_documents(family: World, project: Project) -> None:
    child_plan(project, inputOptions=[{"name": "amount", "type": "integer", "required": True}])
    step = plan_step(
        config={"inputs": {"amount": "inputs.n * 2", "note": "no {{ inputs.n }}"}}, input={"x": 1}
    )
    builders.plan(project, step, slug="outer")
    plan = Plan.objects.get(slug="outer")

    done = family.play(family.start_plan(plan, inputs={"n": 4}, documents=["a.csv"]))

    child = child_of(done)
    assert child.inputs == {"x": 1, "amount": 8, "note": "no 4"}
    assert [each.document.name for each in child.activity_documents.all()] == ["a.csv"]


def test_a_failed_child_fails_the_step_with_its_error(family: World, project: Project) -> None:
    child_plan(project)
    family.answers["count"] = Failed(ErrorInfo("no-money", "it is too much", "Poor", "1:2"))

    done = family.play(family.start(plan_step()))

    error = row(done, "sub").error
    assert done.status == "FAILED"
    assert {key: error[key] for key in ("code", "message", "class", "place")} == {
        "code": "no-money", "message": "it is too much", "class": "Poor", "place": "1:2",
    }  # fmt: skip
    assert error["data"] == {"activityId": str(child_of(done).pk)}


def test_on_error_is_for_failed_children(family: World, project: Project) -> None:
    child_plan(project)
    family.answers["count"] = FAILS

    done = family.play(family.start(plan_step(onError={"action": "continue", "defaultOutput": "none"})))

    assert (done.status, row(done, "sub").result) == ("COMPLETED", "none")


def test_a_child_whose_output_was_skipped_skips_the_step(family: World, project: Project) -> None:
    child_plan(project)
    family.answers["count"] = SKIPS

    done = family.play(family.start(plan_step()))

    assert statuses(done) == {"sub": "SKIPPED"}


def test_each_try_has_a_child_of_its_own(family: World, project: Project) -> None:
    child_plan(project)
    family.answers["count"] = [FAILS]
    policy = {"maxAttempts": 2, "backoff": "immediate"}
    activity = family.play(family.start(plan_step(executionPolicy=policy)))
    assert activity.children.count() == 2

    family.answers["count"] = Completed(1)
    services.retry_step(activity.pk, "sub", by=None)
    done = family.play(activity)

    assert (done.status, done.children.count(), row(done, "sub").result) == ("COMPLETED", 3, {"total": 1})


def test_cancel_reaches_the_child_and_its_children(family: World, project: Project) -> None:
    child_plan(project)
    builders.plan(project, plan_step(), slug="middle")
    family.answers["count"] = WAITS
    top = family.play(family.start(plan_step("down", config={"activityPlanRef": "middle"})))
    middle = child_of(top)
    low = child_of(middle)

    services.cancel(top.pk, by=None, reason="enough")
    family.play(top)

    assert [fresh(each).status for each in (top, middle, low)] == ["CANCELLED"] * 3


def test_a_cancelled_child_fails_its_step(family: World, project: Project) -> None:
    child_plan(project)
    family.answers["count"] = WAITS
    activity = family.play(family.start(plan_step()))

    services.cancel(child_of(activity).pk, by=None)
    done = family.play(activity)

    assert (done.status, row(done, "sub").error["code"]) == ("FAILED", "child-cancelled")


def test_a_timeout_cancels_the_child(family: World, project: Project) -> None:
    child_plan(project)
    family.answers["count"] = WAITS

    done = family.play(family.start(plan_step(executionPolicy={"timeoutSeconds": 60})))

    assert (done.status, row(done, "sub").error["code"]) == ("FAILED", "timeout")
    assert child_of(done).status == "CANCELLED"


def test_rerun_makes_a_new_child_and_cancels_the_old_one(family: World, project: Project) -> None:
    child_plan(project)
    family.answers["count"] = WAITS
    activity = family.play(family.start(builders.script("first"), plan_step(dependsOn=["first"])))
    old = child_of(activity)

    services.rerun(activity.pk, "first", by=None)
    family.play(activity)

    new = child_of(activity)
    assert (fresh(old).status, new.status, old.pk == new.pk) == ("CANCELLED", "RUNNING", False)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("nothing", 'unknown plan "nothing"'),
        ("other/count", 'unknown plan "other/count"'),
        ("loose", "is not bound"),
    ],
)
def test_a_plan_that_cannot_be_started_is_a_system_error(
    family: World, project: Project, reference: str, words: str
) -> None:
    child_plan(project)
    builders.plan(builders.project("elsewhere"), builders.script("a"), slug="loose")
    builders.plan(project, plan_step(onError={"action": "skip"}), slug="outer")
    plan = Plan.objects.get(slug="outer")
    # A plan that is there when the version is published may be gone when it runs.
    content = plan.published.content
    content.document["steps"][0]["config"]["activityPlanRef"] = reference
    content.save()

    done = family.play(family.start_plan(plan))

    error = row(done, "sub").error
    assert (done.status, error["code"]) == ("FAILED", 500)
    assert words in error["message"]


def test_inputs_that_the_plan_does_not_take_are_a_business_failure(family: World, project: Project) -> None:
    child_plan(project, inputOptions=[{"name": "amount", "type": "integer", "required": True}])

    done = family.play(family.start(plan_step()))

    assert row(done, "sub").error["code"] == "missing-required-inputs"
    assert row(done, "sub").error["message"] == "missing required inputs: amount"
    assert done.children.count() == 0


def test_a_plan_that_starts_itself_ends_at_the_tenth_within_another(family: World, project: Project) -> None:
    builders.plan(project, builders.script("a"), slug="count")
    builders.plan(project, plan_step(), slug="count")

    done = family.play(family.start_plan(Plan.objects.get(slug="count")))

    assert done.status == "FAILED"
    assert "within 10 others" in row(done, "sub").error["message"]
    assert Activity.objects.count() == 11


def test_a_doubled_or_late_word_of_a_child_changes_nothing(family: World, project: Project) -> None:
    child_plan(project)
    done = family.play(family.start(plan_step()))
    seq = done.seq

    word = Outbox.objects.get(activity=child_of(done), kind="child-ended")
    Outbox.objects.filter(pk=word.pk).update(delivered_at=None, due_at=done.created_at)
    delivery.deliver(word.activity_id)

    assert (fresh(done).seq, ChildGroup.objects.get().ended) == (seq, 1)


def test_a_child_cannot_be_replanned(family: World, project: Project, ann: Any) -> None:
    child_plan(project)
    child = child_of(family.play(family.start(plan_step())))

    with pytest.raises(CommandRefused, match="rerun that step"):
        services.replan(child.pk, by=ann)


# -- eval, map, iterate ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Completed({"n": 1}), {"outcome": "success", "result": {"n": 1}}),
        (SKIPS, {"outcome": "skipped"}),
        (FAILS, {"outcome": "failed", "error": {"code": "no", "message": "it would not"}}),
    ],
)
def test_eval_gives_the_outcome_whatever_it_is(
    family: World, project: Project, answer: Any, outcome: Any
) -> None:
    family.answers["work"] = answer

    done = family.play(family.start(module("inner", "builtin/eval", {"workflow": flow(), "input": {"a": 1}})))

    child = child_of(done)
    assert row(done, "inner").result == {"result": outcome, "run_id": str(child.pk)}
    assert (child.inputs, child.nested) == ({"a": 1}, True)
    assert family.called("work")[0].input == {"a": 1}


def test_a_flow_in_a_step_is_in_no_list_and_one_version_however_often_it_runs(
    family: World, project: Project, ann: Any
) -> None:
    for _ in range(2):
        family.play(family.start(module("inner", "builtin/eval", {"workflow": flow()})))

    assert Plan.objects.filter(slug__startswith="_").count() == 1
    assert not Plan.objects.visible_to(ann).filter(slug__startswith="_").exists()
    assert Activity.objects.count() == 4
    assert Activity.objects.listed().count() == 2


def test_a_flow_with_errors_is_a_business_failure_that_names_the_first(
    family: World, project: Project
) -> None:
    broken = {"steps": [{"id": "a", "component": "/x/y", "nonsense": 1}]}

    done = family.play(family.start(module("inner", "builtin/eval", {"workflow": broken})))

    assert row(done, "inner").error["code"] == "invalid-flow"
    assert "nonsense" in row(done, "inner").error["message"]


def test_map_keeps_order_counts_and_bounds_how_many_run_at_once(family: World, project: Project) -> None:
    def work(call: StepCall) -> Outcome:
        running.append(Activity.objects.filter(nested=True, status="RUNNING").count())
        return {"bad": FAILS, "none": SKIPS}.get(str(call.input), Completed(call.input))

    running: list[int] = []
    family.answers["work"] = work
    items = ["a", "bad", "none", "d", 5, None, {"x": 1}]

    done = family.play(
        family.start(
            module("each", "builtin/map", {"workflow": flow(), "items": items, "max_concurrency": 2})
        )
    )

    result = row(done, "each").result
    assert {key: result[key] for key in ("successful", "failed", "skipped")} == {
        "successful": 5,
        "failed": 1,
        "skipped": 1,
    }
    assert [each.get("result") for each in result["results"]] == ["a", None, None, "d", 5, None, {"x": 1}]
    assert max(running) == 2


def test_a_map_of_nothing_gives_nothing(family: World, project: Project) -> None:
    done = family.play(family.start(module("each", "builtin/map", {"workflow": flow(), "items": []})))

    assert row(done, "each").result == {"results": [], "successful": 0, "failed": 0, "skipped": 0}


def test_an_item_that_the_flow_does_not_take_fails_alone(family: World, project: Project) -> None:
    strict = flow(input_schema={"type": "integer"})

    done = family.play(
        family.start(module("each", "builtin/map", {"workflow": strict, "items": ["a", 1, "b"]}))
    )

    result = row(done, "each").result
    assert (result["successful"], result["failed"]) == (1, 2)
    assert result["results"][0]["error"]["code"] == "invalid-inputs"


def test_cancel_of_a_map_starts_no_more(family: World, project: Project) -> None:
    family.answers["work"] = WAITS
    given = {"workflow": flow(), "items": list(range(5)), "maxConcurrency": 2}
    activity = family.play(family.start(module("each", "builtin/map", given)))

    services.cancel(activity.pk, by=None)
    family.play(activity)

    assert list(activity.children.values_list("status", flat=True)) == ["CANCELLED"] * 2


def test_the_end_of_one_child_costs_the_same_however_many_there_are(
    family: World, project: Project, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for items in (3, 40):
        family.answers["work"] = WAITS
        given = {"workflow": flow(), "items": [items] * items, "max_concurrency": 2}
        activity = family.play(family.start(module("each", "builtin/map", given)))
        complete(child_of(activity), "work")
        with django_assert_max_num_queries(500) as asked:
            family.play(activity)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_iterate_goes_on_until_there_is_a_result(family: World, project: Project) -> None:
    def work(call: StepCall) -> Outcome:
        number = call.input["n"]
        return Completed({"result": number} if number == 3 else {"next": {"n": number + 1}})

    family.answers["work"] = work
    given = {"flow": flow(), "initial_input": {"n": 0}}

    done = family.play(family.start(module("loop", "builtin/iterate", given)))

    assert row(done, "loop").result == {"result": 3, "iterations": 4, "terminated": False}


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_iterate_ends_at_its_limit_with_the_next_input(family: World, project: Project, limit: int) -> None:
    family.answers["work"] = lambda call: Completed({"next": call.input + 1})
    given = {"flow": flow(), "initial_input": 7, "max_iterations": limit}

    done = family.play(family.start(module("loop", "builtin/iterate", given)))

    assert row(done, "loop").result == {"result": 7 + limit, "iterations": limit, "terminated": True}


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (Completed({"a": 1}), 400, "Workflow result must contain either 'result' or 'next' field"),
        (SKIPS, 400, "Workflow cannot be skipped during iteration"),
        (FAILS, "no", "it would not"),
    ],
)
def test_an_iteration_that_gives_neither_fails_the_step(
    family: World, project: Project, answer: Any, code: Any, message: str
) -> None:
    family.answers["work"] = answer

    done = family.play(family.start(module("loop", "builtin/iterate", {"flow": flow(), "initial_input": {}})))

    error = row(done, "loop").error
    assert (error["code"], error["message"]) == (code, message)


def test_a_flow_may_be_kept_as_a_blob_first(family: World, project: Project) -> None:
    store = module("store", "builtin/put_blob", {"data": flow(), "blob_type": "flow"})
    run = module("inner", "builtins/eval", None)
    run["input"] = {"flow_id": {"$from": {"step": "store"}, "path": "blob_id"}, "input": {}}

    done = family.play(family.start(store, run))

    assert row(done, "inner").result["result"] == {"outcome": "success", "result": {"by": "work"}}


# -- schemas ---------------------------------------------------------------------------------------------------------


def test_an_input_that_does_not_fit_is_a_business_failure_before_the_step_is_run(
    family: World, project: Project
) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    step = builders.script("a", input={"n": "x"}, inputSchema=schema)

    done = family.play(family.start(step))

    error = row(done, "a").error
    assert (error["code"], error["message"]) == ("invalid-input", "input /n: 'x' is not of type 'integer'")
    assert family.called("a") == []


def test_a_result_that_does_not_fit_is_tried_again(family: World, project: Project) -> None:
    family.answers["a"] = [Completed("x"), Completed(1)]
    step = builders.script(
        "a", outputSchema={"type": "integer"}, onError={"action": "retry", "maxRetries": 1}
    )

    done = family.play(family.start(step))

    assert (done.status, row(done, "a").result, len(family.called("a"))) == ("COMPLETED", 1, 2)


def test_an_output_that_does_not_fit_fails_the_activity(family: World, project: Project) -> None:
    schema = {"type": "object", "required": ["total"]}

    done = family.play(family.start(builders.script("a"), output={"sum": 1}, outputSchema=schema))

    assert (done.status, done.outcome, done.error["code"]) == ("FAILED", "failed", "invalid-output")
    assert done.error["message"] == "output /: 'total' is a required property"


def test_a_skipped_step_is_not_judged_by_its_output_schema(family: World, project: Project) -> None:
    family.answers["a"] = Skipped("no need")

    done = family.play(family.start(builders.script("a", outputSchema={"type": "integer"})))

    assert statuses(done) == {"a": "SKIPPED"}


# -- what is seen, and what is lost ----------------------------------------------------------------------------------


def test_every_word_may_be_lost_for_the_sweep_says_it_again(family: World, project: Project) -> None:
    given = {"workflow": flow(), "items": [1, 2, 3], "max_concurrency": 1}
    activity = family.start(module("each", "builtin/map", given))

    for _ in range(30):
        family.lose_hints()
        long_ago = timezone.now() - timedelta(minutes=5)
        Outbox.objects.filter(delivered_at=None).update(due_at=long_ago)
        Step.objects.filter(queued_at__isnull=False).update(queued_at=long_ago)
        sweep.sweep()
        family.commit()
        if family.line.hints:
            family.line.next()

    assert row(activity, "each").result["successful"] == 3


def test_parent_and_children_are_shown_and_runs_of_flows_are_in_no_list(
    family: World, project: Project, api: Any, page: Any, ann: Any, cy: Any
) -> None:
    child_plan(project)
    given = {"workflow": flow(), "items": [1, 2, 3]}
    steps = [plan_step(), module("each", "builtin/map", given)]
    top = family.play(family.start(*steps))
    child = child_of(top)

    listed = api(ann).get("/api/activities/").json()["results"]
    children = api(ann).get(f"/api/activities/{top.pk}/children/").json()["results"]
    detail = api(ann).get(f"/api/activities/{top.pk}/steps/each/").json()["children"]

    assert {each["id"]: each["parentActivityId"] for each in listed} == {
        str(top.pk): None,
        str(child.pk): str(top.pk),
    }
    assert len(children) == 4
    assert (detail["mode"], detail["total"], detail["ended"], len(detail["items"])) == ("map", 3, 3, 3)
    assert api(ann).get(f"/api/activities/{detail['items'][0]['id']}/").json()["inputs"] == 1
    assert api(cy).get(f"/api/activities/{top.pk}/children/").status_code == 404
    nested = Activity.objects.filter(nested=True).first()
    assert nested is not None
    assert page(ann).get(f"/activities/{nested.pk}/").status_code == 200
    assert str(nested.pk) not in page(ann).get("/activities/").content.decode()
