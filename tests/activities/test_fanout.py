"""Fan-outs on the database: lanes, repeats, losses, and what a pause, a cancel and a retry do to documents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from activities import fanout, services, sweep
from activities.models import Activity, Attempt, StepDocument
from activities.steps import Completed, Outcome, StepCall, Waiting
from tests import builders
from tests.activities.running import BREAKS, FAILS, SKIPS, WAITS, World, fan, fresh, log, row, statuses

pytestmark = pytest.mark.django_db
FILES = ["a.csv", "b.csv", "c.csv"]


def documents(activity: Activity, slug: str = "read") -> dict[str, str]:
    """Return the status of each document of a step."""
    rows = StepDocument.objects.filter(step__activity=activity, step__slug=slug).order_by("position")
    return dict(rows.values_list("document__name", "status"))


def by_name(**answers: Any) -> Any:
    """Answer by the first letter of the document's name; the others complete with their name."""

    def answer(call: StepCall) -> Outcome:
        assert call.document is not None
        known = answers.get(call.document.name[0], Completed(call.document.name))
        if isinstance(known, list):
            known = known[min(call.attempt, len(known)) - 1]
        return known  # type: ignore[no-any-return]

    return answer


def test_every_document_is_done_once(world: World) -> None:
    activity = world.play(world.start(fan("read"), builders.script("after", "read"), documents=FILES))

    assert statuses(activity) == {"read": "COMPLETED", "after": "COMPLETED"}
    assert documents(activity) == dict.fromkeys(FILES, "COMPLETED")
    assert sorted(call.document.name for call in world.called("read") if call.document) == FILES


def test_quick_documents_are_counted_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "BATCH_SECONDS", 60.0)  # a busy machine must not make them slow
    names = [f"{number:03}.csv" for number in range(60)]

    activity = world.play(world.start(fan("read", maxParallel=100), documents=names))

    batches = log(activity).count("DocumentsSettled read")
    assert batches < 10
    assert row(activity, "read").documents_completed == 60


def test_a_document_that_fails_leaves_the_others_alone(world: World) -> None:
    world.answers["read"] = by_name(b=FAILS, c=SKIPS)

    activity = world.play(world.start(fan("read"), documents=FILES))

    assert documents(activity) == {"a.csv": "COMPLETED", "b.csv": "FAILED", "c.csv": "SKIPPED"}
    assert (activity.status, statuses(activity)["read"]) == ("COMPLETED", "COMPLETED")


def test_onerror_and_tries_are_for_each_document(world: World) -> None:
    world.answers["read"] = by_name(a=[FAILS, Completed("at last")], b=FAILS, c=BREAKS)
    policy = {"maxAttempts": 2, "backoffBaseSeconds": 30}
    step = fan("read") | {
        "executionPolicy": policy,
        "onError": {"action": "continue", "defaultOutput": "none"},
    }

    activity = world.play(world.start(step, documents=FILES))

    results = dict(
        StepDocument.objects.filter(step__activity=activity).values_list("document__name", "result")
    )
    assert documents(activity) == {"a.csv": "COMPLETED", "b.csv": "COMPLETED", "c.csv": "FAILED"}
    assert results == {"a.csv": "at last", "b.csv": "none", "c.csv": None}
    assert Attempt.objects.filter(step__activity=activity).count() == 2


def test_a_document_waits_its_backoff(world: World) -> None:
    world.answers["read"] = by_name(a=[FAILS, Completed("ok")])
    step = fan("read") | {"executionPolicy": {"maxAttempts": 2, "backoffBaseSeconds": 600}}
    activity = world.start(step, documents=FILES)

    world.play(activity, until_timers=True)

    assert documents(activity) == {"a.csv": "PENDING", "b.csv": "COMPLETED", "c.csv": "COMPLETED"}
    assert world.play(activity).status == "COMPLETED"
    assert world.ahead > timedelta(minutes=9)


def test_beyond_max_failed_nothing_more_is_launched(world: World) -> None:
    world.answers["read"] = FAILS
    names = [f"{number}.csv" for number in range(6)]

    activity = world.play(world.start(fan("read", maxFailed=1, maxParallel=1), documents=names))

    assert sorted(documents(activity).values()) == ["CANCELLED"] * 4 + ["FAILED"] * 2
    assert len(world.calls) == 2
    assert activity.status == "FAILED"


def test_any_completed_goes_on_with_the_rest(world: World) -> None:
    steps = [fan("read", joinPolicy="ANY_COMPLETED"), builders.script("after", "read")]

    activity = world.play(world.start(*steps, documents=FILES))

    assert (activity.status, documents(activity)) == ("COMPLETED", dict.fromkeys(FILES, "COMPLETED"))
    assert statuses(activity)["after"] == "COMPLETED"


def held_after_one(world: World, **keys: Any) -> Activity:
    """Return an activity whose fan-out has one document done and the others not begun."""
    activity = world.start(fan("read", **keys), documents=FILES)

    def pausing(call: StepCall) -> Outcome:
        if fresh(activity).status == "RUNNING":
            services.pause(activity.pk, by=None)
        return Completed({})

    world.answers["read"] = pausing
    world.play(activity)
    world.answers["read"] = Completed({})
    return activity


def test_a_pause_lets_the_documents_in_work_end_and_starts_none(world: World) -> None:
    activity = held_after_one(world)

    assert documents(activity) == {"a.csv": "COMPLETED", "b.csv": "PENDING", "c.csv": "PENDING"}
    assert fresh(activity).status == "PAUSED"


@pytest.mark.parametrize("join", ["ALL_SETTLED", "ANY_COMPLETED"])
def test_a_resume_takes_the_documents_up_again(world: World, join: str) -> None:
    activity = held_after_one(world, joinPolicy=join)

    services.resume(activity.pk, by=None)

    assert world.play(activity).status == "COMPLETED"
    assert documents(activity) == dict.fromkeys(FILES, "COMPLETED")


@pytest.mark.parametrize("join", ["ALL_SETTLED", "ANY_COMPLETED"])
def test_the_sweep_takes_up_documents_whose_announcement_was_lost(
    world: World, join: str, settings: Any
) -> None:
    activity = held_after_one(world, joinPolicy=join)
    services.resume(activity.pk, by=None)
    world.lose_hints()
    settings.ANNOUNCE_AGAIN_SECONDS = -60

    sweep.sweep()

    assert world.play(activity).status == "COMPLETED"


@pytest.mark.parametrize(("join", "status"), [("ALL_SETTLED", "CANCELLED"), ("ANY_COMPLETED", "COMPLETED")])
def test_a_cancel_settles_the_documents_that_have_not_begun(world: World, join: str, status: str) -> None:
    activity = held_after_one(world, joinPolicy=join)

    services.cancel(activity.pk, by=None)

    assert documents(activity) == {"a.csv": "COMPLETED", "b.csv": "CANCELLED", "c.csv": "CANCELLED"}
    assert statuses(activity) == {"read": status}
    assert row(activity, "read").documents_cancelled == 2


def test_a_retry_keeps_what_was_completed(world: World) -> None:
    world.answers["read"] = by_name(b=FAILS)
    activity = world.play(world.start(fan("read", joinPolicy="ALL_COMPLETED"), documents=FILES))
    assert activity.status == "FAILED"
    world.calls.clear()
    world.answers["read"] = by_name()

    services.retry(activity.pk, by=None)
    activity = world.play(activity)

    assert [call.document.name for call in world.calls if call.document] == ["b.csv"]
    assert (activity.status, documents(activity)) == ("COMPLETED", dict.fromkeys(FILES, "COMPLETED"))
    kept = Attempt.objects.get(step__activity=activity, step_document__isnull=False)
    assert (kept.status, kept.run, kept.error["message"]) == ("FAILED", 1, "it would not")


def test_a_rerun_does_every_document_again(world: World) -> None:
    activity = world.play(world.start(fan("read"), documents=FILES))

    services.rerun(activity.pk, "read", by=None)
    activity = world.play(activity)

    assert len(world.called("read")) == 6
    assert {call.idempotency_key for call in world.calls if call.run == 2} == {
        f"{activity.pk}/read/{known.document_id}/2" for known in StepDocument.objects.all()
    }


def test_documents_that_were_not_let_through_are_not_taken_below(world: World) -> None:
    world.answers["read"] = by_name(b=FAILS, c=SKIPS)

    activity = world.play(world.start(fan("read"), fan("post", "read"), documents=FILES))

    assert documents(activity, "post") == {"a.csv": "COMPLETED", "b.csv": "NOT_TAKEN", "c.csv": "COMPLETED"}


def test_a_later_step_sees_what_the_earlier_gave_for_its_document(world: World) -> None:
    world.play(world.start(fan("read"), fan("post", "read"), documents=FILES))

    assert {call.document.name: call.document.results for call in world.called("post") if call.document} == {
        name: {"read": {"by": "read"}} for name in FILES
    }


def test_without_documents_the_step_completes(world: World) -> None:
    activity = world.play(world.start(fan("read")))

    assert (activity.status, world.calls) == ("COMPLETED", [])


def test_a_document_cannot_wait_for_a_person(world: World) -> None:
    world.answers["read"] = WAITS

    activity = world.play(world.start(fan("read"), documents=["a.csv"]))

    assert StepDocument.objects.get().error["message"] == "a per-document step cannot wait"
    assert activity.status == "FAILED"


def test_a_lost_document_is_taken_by_another_worker_and_the_late_result_is_refused(world: World) -> None:
    activity = world.start(fan("read", maxParallel=1), documents=["a.csv"])

    def dies(call: StepCall) -> Outcome:
        """The lease runs out while the first worker is still at it; another does the work."""
        world.answers["read"] = Completed("by another")
        StepDocument.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        sweep.sweep()
        world.commit()
        fanout.run_lane(activity.pk, 0)
        return Completed("too late")

    world.answers["read"] = dies
    activity = world.play(activity)

    known = StepDocument.objects.get()
    assert (known.result, known.attempt, known.status) == ("by another", 2, "COMPLETED")
    assert (row(activity, "read").documents_completed, activity.status) == (1, "COMPLETED")


def test_three_losses_fail_a_document(world: World) -> None:
    activity = world.start(fan("read"), documents=["a.csv"])

    def dies(call: StepCall) -> Outcome:
        StepDocument.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        sweep.sweep()
        return Completed("too late")

    world.answers["read"] = dies
    activity = world.play(activity)

    known = StepDocument.objects.get()
    assert (known.status, known.error["message"], known.attempt) == ("FAILED", "worker died 3 times", 3)
    assert activity.status == "FAILED"


def sleeping(world: World, *, names: list[str], **keys: Any) -> Activity:
    """Start a step that waits an hour for each document."""

    def sleeps(call: StepCall) -> Outcome:
        until = world.now() + timedelta(hours=1)
        return Waiting(on="TIMER", until=until, result={"of": call.document.name})  # type: ignore[union-attr]

    world.answers["nap"] = sleeps
    return world.start(fan("nap", moduleRef="builtin/sleep", **keys), documents=names)


def test_a_document_that_sleeps_holds_no_lane_and_completes_in_time(world: World) -> None:
    activity = sleeping(world, names=FILES)

    world.play(activity, until_timers=True)
    asleep = documents(activity, "nap")
    activity = world.play(activity)

    assert asleep == dict.fromkeys(FILES, "RUNNING")
    assert (activity.status, documents(activity, "nap")) == ("COMPLETED", dict.fromkeys(FILES, "COMPLETED"))
    assert len(world.calls) == 3
    results = StepDocument.objects.order_by("position").values_list("result", flat=True)
    assert list(results) == [{"of": name} for name in FILES]


def test_documents_that_sleep_are_in_flight(world: World) -> None:
    activity = sleeping(world, names=FILES, maxParallel=2)

    world.play(activity, until_timers=True)
    asleep = documents(activity, "nap")
    activity = world.play(activity)

    assert asleep == {"a.csv": "RUNNING", "b.csv": "RUNNING", "c.csv": "PENDING"}
    assert activity.status == "COMPLETED"
    assert timedelta(minutes=90) < world.ahead < timedelta(minutes=150)


@pytest.mark.parametrize(
    ("keys", "status", "result"),
    [
        ({}, "FAILED", None),
        ({"onError": {"action": "skip"}}, "SKIPPED", None),
        ({"onError": {"action": "continue", "defaultOutput": {"n": 1}}}, "COMPLETED", {"n": 1}),
    ],
)
def test_a_document_whose_time_is_out_before_its_sleep_is_over_has_failed(
    world: World, keys: Any, status: str, result: Any
) -> None:
    step = fan("nap", moduleRef="builtin/sleep") | {"executionPolicy": {"timeoutSeconds": 60}, **keys}
    until = world.now() + timedelta(hours=1)
    world.answers["nap"] = Waiting(on="TIMER", until=until, result={"slept": True})
    activity = world.play(world.start(step, documents=["a.csv"]))

    known = StepDocument.objects.get()
    assert (known.status, known.result, known.error["code"]) == (status, result, "timeout")
    assert timedelta(seconds=50) < world.ahead < timedelta(minutes=2)
    assert activity.status == ("FAILED" if status == "FAILED" else "COMPLETED")


def test_a_document_that_slept_too_long_is_tried_again(world: World) -> None:
    again = {"timeoutSeconds": 60, "maxAttempts": 2, "backoffBaseSeconds": 0}
    step = fan("nap", moduleRef="builtin/sleep") | {"executionPolicy": again}
    naps = [timedelta(hours=1), timedelta(seconds=5)]
    world.answers["nap"] = lambda call: Waiting(
        on="TIMER", until=world.now() + naps.pop(0), result={"slept": True}
    )

    activity = world.play(world.start(step, documents=["a.csv"]))

    known = StepDocument.objects.get()
    assert (activity.status, known.status, known.attempt, known.result) == (
        "COMPLETED",
        "COMPLETED",
        2,
        {"slept": True},
    )


def test_a_cancel_wakes_nobody(world: World) -> None:
    activity = sleeping(world, names=FILES)
    world.play(activity, until_timers=True)

    services.cancel(activity.pk, by=None)

    assert documents(activity, "nap") == dict.fromkeys(FILES, "CANCELLED")
    assert world.play(activity).status == "CANCELLED"


def test_the_sweep_wakes_documents_whose_timer_was_lost(world: World, settings: Any) -> None:
    activity = sleeping(world, names=FILES)
    world.play(activity, until_timers=True)
    world.lose_hints()
    StepDocument.objects.update(queued_at=timezone.now() - timedelta(hours=1))
    settings.ANNOUNCE_AGAIN_SECONDS = 0

    sweep.sweep()

    assert world.play(activity, until_timers=True).status == "COMPLETED"
