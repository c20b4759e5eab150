"""The verbs of a run: what they do, what they refuse and in which words, and what stays on record."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from activities import services
from activities.errors import ActivityUnknown, CannotStart, CommandRefused, PlanNotBound, StepUnknown
from activities.models import Activity, Attempt
from activities.steps import Completed
from plans.errors import Invalid
from plans.models import Binding, Person, Project
from plans.services import publish, save_plan
from tests import builders
from tests.activities.running import (
    BREAKS,
    FAILS,
    WAITS,
    World,
    acting,
    chain,
    complete,
    fresh,
    log,
    row,
    statuses,
)

pytestmark = pytest.mark.django_db


# -- start -------------------------------------------------------------------------------------------------------------


def test_a_plan_that_is_not_bound_does_not_start(project: Project, ann: Person) -> None:
    plan = builders.plan(project)
    Binding.objects.all().delete()

    with pytest.raises(PlanNotBound) as refused:
        services.start(plan, project=project, by=ann, inputs={})

    assert refused.value.message == (
        f'activity-plan "invoices" is not bound to project {project.pk}; create a project-resource binding first'
    )


def test_a_plan_that_was_never_published_does_not_start(project: Project, ann: Person) -> None:
    plan = save_plan(project.organization, builders.document(), by=ann).plan
    builders.bind(project, "activity-plan", "invoices")

    with pytest.raises(Invalid) as refused:
        services.start(plan, project=project, by=ann, inputs={})

    assert refused.value.code == "not-published"


def test_missing_inputs_are_named_all_at_once(project: Project, ann: Person) -> None:
    options = [{"name": name, "type": "string", "required": True} for name in ("supplier", "number")]
    plan = builders.plan(project, inputOptions=options)

    with pytest.raises(CannotStart) as refused:
        services.start(plan, project=project, by=ann, inputs={})

    assert refused.value.message == "missing required inputs: supplier, number"
    assert [finding["code"] for finding in refused.value.extra["findings"]] == ["missing-required-inputs"]
    assert not Activity.objects.exists()


def test_starts_use_the_published_version(world: World, project: Project, ann: Person) -> None:
    plan = builders.plan(project)
    save_plan(project.organization, builders.document(builders.script("newer")), by=ann)

    activity = world.start_plan(plan, by=ann)

    assert list(statuses(activity)) == ["first"]
    assert (activity.version.number, activity.started_by) == (1, ann)


def test_a_running_activity_keeps_its_version(world: World, project: Project) -> None:
    world.answers["first"] = WAITS
    plan = builders.plan(project)
    activity = world.play(world.start_plan(plan))
    publish(
        save_plan(project.organization, builders.document(builders.script("newer")), by=None).plan, by=None
    )

    complete(activity, "first")

    assert world.play(activity).status == "COMPLETED"
    assert list(statuses(activity)) == ["first"]


def test_a_plan_of_two_thousand_steps_starts(world: World) -> None:
    activity = world.start(*chain(2000))

    assert activity.steps.count() == 2000
    assert world.hints == [("drive", None)]


# -- what makes no sense -----------------------------------------------------------------------------------------------


def refusal(deed: Any) -> tuple[str, str]:
    """Return the code and the sentence of what a verb refuses."""
    with pytest.raises(CommandRefused) as refused:
        deed()
    assert refused.value.status == 409
    return refused.value.code, refused.value.message


def test_a_second_cancel_is_refused(world: World, ann: Person) -> None:
    activity = world.start(*chain(2))
    services.cancel(activity.pk, by=ann, reason="wrong file")
    seq = fresh(activity).seq

    assert refusal(lambda: services.cancel(activity.pk, by=ann)) == (
        "command-refused",
        "Only an activity that has not ended can be cancelled; this one is CANCELLED.",
    )
    assert fresh(activity).seq == seq


def test_each_verb_says_what_it_takes(world: World) -> None:
    world.answers["s0"] = WAITS
    activity = world.play(world.start(*chain(2)))
    id = activity.pk

    assert (
        refusal(lambda: services.resume(id, by=None))[1]
        == "Only a paused activity can be resumed; this one is RUNNING."
    )
    assert refusal(lambda: services.retry(id, by=None))[1] == (
        "There is nothing to retry: no step is FAILED or CANCELLED (the activity is RUNNING)."
    )
    assert refusal(lambda: services.retry_step(id, "s0", by=None))[1] == (
        "Only a FAILED or CANCELLED step can be retried; “s0” is RUNNING."
    )
    assert refusal(lambda: services.rerun(id, "s1", by=None))[1] == (
        "Only a step that has ended can be rerun; “s1” is PENDING."
    )
    assert refusal(lambda: services.skip_step(id, "s0", by=None, reason="x"))[1] == (
        "Only a FAILED step can be skipped; “s0” is RUNNING."
    )
    services.pause(id, by=None)
    assert (
        refusal(lambda: services.pause(id, by=None))[1]
        == "Only a running activity can be paused; this one is PAUSED."
    )


@pytest.mark.parametrize("reason", ["", "   "])
def test_skipping_takes_a_reason(world: World, reason: str) -> None:
    world.answers["s0"] = FAILS
    activity = world.play(world.start(*chain(1)))

    assert (
        refusal(lambda: services.skip_step(activity.pk, "s0", by=None, reason=reason))[0] == "reason-required"
    )


@pytest.mark.parametrize(
    "verb", [services.cancel, services.pause, services.resume, services.retry, services.replan]
)
def test_an_activity_that_does_not_exist_is_unknown(db: None, verb: Any) -> None:
    with pytest.raises(ActivityUnknown):
        verb(uuid4(), by=None)


@pytest.mark.parametrize("verb", [services.retry_step, services.rerun])
def test_a_step_that_does_not_exist_is_unknown(world: World, verb: Any) -> None:
    activity = world.start(*chain(1))

    with pytest.raises(StepUnknown):
        verb(activity.pk, "nope", by=None)


# -- what they do ------------------------------------------------------------------------------------------------------


def test_every_verb_is_in_the_log_with_the_person(world: World, ann: Person) -> None:
    world.answers["s0"] = [FAILS, FAILS, Completed({})]
    activity = world.start(*chain(2))
    services.pause(activity.pk, by=ann)
    services.resume(activity.pk, by=ann)
    world.play(activity)
    services.retry_step(activity.pk, "s0", by=ann)
    world.play(activity)
    services.skip_step(activity.pk, "s0", by=ann, reason=" not needed ")
    world.play(activity)
    services.rerun(activity.pk, "s0", by=ann)
    services.cancel(activity.pk, by=ann, reason="enough")

    told = activity.events.filter(actor=ann).order_by("seq").values_list("type", flat=True)
    assert [kind for kind in told if kind.endswith("Requested")] == [
        "PauseRequested",
        "ResumeRequested",
        "RetryRequested",
        "SkipRequested",
        "RerunRequested",
        "CancelRequested",
    ]
    assert activity.events.get(type="SkipRequested").data == {"reason": "not needed"}
    assert activity.events.get(type="CancelRequested").data == {"reason": "enough"}


def test_a_skipped_step_says_why(world: World) -> None:
    world.answers["s0"] = FAILS
    activity = world.play(world.start(*chain(2)))

    services.skip_step(activity.pk, "s0", by=None, reason="paid by hand")

    assert world.play(activity).status == "COMPLETED"
    assert (row(activity, "s0").status, row(activity, "s0").reason) == ("SKIPPED", "paid by hand")


def test_cancel_withdraws_open_work(world: World) -> None:
    world.answers |= {"s0": WAITS}
    activity = world.play(world.start(*chain(2)))

    services.cancel(activity.pk, by=None, reason="wrong file")

    assert world.closed == [(0, "wrong file")]
    assert statuses(activity) == {"s0": "CANCELLED", "s1": "CANCELLED"}
    assert not complete(activity, "s0")


def test_retry_keeps_completed_work_and_the_earlier_try(world: World) -> None:
    world.answers["s1"] = [BREAKS, Completed("fine")]
    activity = world.play(world.start(*chain(3)))

    services.retry(activity.pk, by=None)
    activity = world.play(activity)

    assert (activity.status, activity.error) == ("COMPLETED", None)
    assert [len(world.called(slug)) for slug in ("s0", "s1", "s2")] == [1, 2, 1]
    assert (row(activity, "s1").run, row(activity, "s1").attempt) == (2, 2)
    kept = Attempt.objects.get()
    assert (kept.run, kept.attempt, kept.error["message"]) == (1, 1, "it is broken")


def test_rerun_takes_another_branch_and_keeps_what_was(world: World) -> None:
    world.answers["a"] = [Completed({}, "left"), Completed({}, "right")]
    activity = world.start(
        acting("a", actions=["left", "right"]),
        builders.script("b", "a:left"),
        builders.script("c", "a:right"),
    )
    world.play(activity)

    services.rerun(activity.pk, "a", by=None)
    activity = world.play(activity)

    assert statuses(activity) == {"a": "COMPLETED", "b": "NOT_TAKEN", "c": "COMPLETED"}
    assert list(Attempt.objects.order_by("step__position").values_list("step__slug", "action")) == [
        ("a", "left"),
        ("b", None),
    ]
    assert row(activity, "b").result is None


def test_a_completion_for_an_earlier_run_is_refused(world: World) -> None:
    world.answers["s0"] = WAITS
    activity = world.play(world.start(*chain(1)))
    assert services.complete_step(activity.pk, "s0", run=1, action=None, result={}, by=None)
    services.rerun(activity.pk, "s0", by=None)
    world.play(activity)

    assert not services.complete_step(activity.pk, "s0", run=1, action=None, result={}, by=None)
    assert services.complete_step(activity.pk, "s0", run=2, action=None, result={}, by=None)


# -- replan ------------------------------------------------------------------------------------------------------------


def test_a_replan_starts_the_newest_version_and_ends_the_old_run(
    world: World, ann: Person, project: Project
) -> None:
    world.answers["first"] = WAITS
    plan = builders.plan(project)
    old = world.play(world.start_plan(plan, documents=["a.csv"]))
    publish(
        save_plan(project.organization, builders.document(builders.script("newer")), by=None).plan, by=None
    )

    new = services.replan(old.pk, by=ann)

    assert (fresh(old).status, statuses(old), world.closed) == (
        "REPLANNED",
        {"first": "CANCELLED"},
        [(0, "replanned")],
    )
    assert (new.replanned_from, list(statuses(new)), new.started_by) == (old, ["newer"], ann)
    assert new.activity_documents.count() == 1
    assert old.events.get(type="Replanned").data == {"successor": str(new.pk)}


def test_a_second_replan_is_refused(world: World) -> None:
    activity = world.start(*chain(1))
    services.replan(activity.pk, by=None)

    assert (
        refusal(lambda: services.replan(activity.pk, by=None))[1]
        == "This activity has been replanned already."
    )
    assert Activity.objects.count() == 2


def test_a_replan_that_cannot_start_leaves_the_old_run_alone(world: World, project: Project) -> None:
    plan = builders.plan(project)
    activity = world.start_plan(plan)
    required = [{"name": "supplier", "type": "string", "required": True}]
    publish(save_plan(project.organization, builders.document(inputOptions=required), by=None).plan, by=None)

    with pytest.raises(CannotStart):
        services.replan(activity.pk, by=None)

    assert (fresh(activity).status, Activity.objects.count()) == ("RUNNING", 1)


def test_a_replan_of_what_runs_once_per_project_is_a_fresh_run(world: World, project: Project) -> None:
    world.answers["first"] = WAITS
    plan = builders.plan(project, metadata={"serializePerProject": True})
    activity = world.play(world.start_plan(plan))

    again = services.replan(activity.pk, by=None)

    assert again.pk != activity.pk
    assert (fresh(activity).status, fresh(again).status) == ("REPLANNED", "RUNNING")


# -- why a step does not run -------------------------------------------------------------------------------------------


def test_why_a_step_does_not_run_is_said_in_a_sentence(world: World) -> None:
    world.answers |= {"a": FAILS, "e": WAITS, "g": Completed({}, "left")}
    activity = world.start(
        builders.script("a"),
        builders.script("b", "a"),
        builders.script("c", "e"),
        builders.script("d", "f"),
        builders.script("e"),
        builders.script("f", "g:right"),
        acting("g", actions=["left", "right"]),
    )
    activity = world.play(activity)

    assert {slug: services.why_not(activity, slug) for slug in "abcdfg"} == {
        "a": "",
        "b": "It is blocked by a (FAILED); retry or skip that step.",
        "c": "It waits for e.",
        "d": "f was not taken.",
        "f": "g ended with left, not with right.",
        "g": "",
    }


def test_a_paused_step_says_so(world: World) -> None:
    activity = world.start(*chain(1))
    services.pause(activity.pk, by=None)

    assert services.why_not(fresh(activity), "s0") == "The activity is paused."
    assert log(activity)[-1] == "PauseRequested"
