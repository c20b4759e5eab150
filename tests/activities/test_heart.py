"""Signs of life: a claim is kept while it holds, and what works under a lost one is killed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from activities import services
from activities.engine.state import Phase
from activities.heart import Hold, renew
from activities.models import Step
from tests import builders

pytestmark = pytest.mark.django_db


class Work:
    """Something that can be killed."""

    def __init__(self) -> None:
        self.killed = False

    def kill(self) -> None:
        """Remember it."""
        self.killed = True


def claimed_step() -> Step:
    plan = builders.plan(
        builders.project(), {"slug": "a", "kind": "EXECUTION", "config": {"moduleRef": "builtin/noop"}}
    )
    activity = services.start(plan, project=builders.project(), by=None, inputs={})
    Step.objects.filter(activity=activity).update(phase=Phase.RUNNING, attempt=1, lease_until=timezone.now())
    return Step.objects.get(activity=activity)


def test_a_beat_moves_the_end_of_the_lease() -> None:
    step, work = claimed_step(), Work()
    hold = Hold("step", step.pk, 1)
    hold.started(work)

    renew(hold)

    step.refresh_from_db()
    assert step.lease_until is not None
    assert step.lease_until > timezone.now() + timedelta(seconds=5)
    assert not work.killed


def test_work_under_a_lost_claim_is_killed() -> None:
    step, work = claimed_step(), Work()
    hold = Hold("step", step.pk, 1)
    hold.started(work)
    Step.objects.filter(pk=step.pk).update(attempt=2)

    renew(hold)

    assert hold.lost
    assert work.killed


def test_work_that_starts_under_a_lost_claim_is_killed_at_once() -> None:
    hold, work = Hold("step", 0, 1), Work()
    hold.lose()

    hold.started(work)

    assert work.killed
