"""The verbs of a run. Each opens the transaction, guards, records, and leaves effects for after the commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from activities import runtime, schemas
from activities.compiled import Compiled, compiled
from activities.engine import events as facts
from activities.engine.readiness import action_of
from activities.engine.state import PUBLIC_STATUS, SETTLED, ActivityState, ActivityStatus, Phase, unpack
from activities.errors import CommandRefused, StepUnknown
from activities.models import Activity, DocumentFamily
from activities.runtime import Recorded, locked
from activities.start_checks import require_alone
from activities.starting import prepare, start
from activities.steps import Completed
from activities.worker import outcome_event
from plans.models import Person

__all__ = [
    "cancel",
    "complete_step",
    "locked",
    "pause",
    "replan",
    "rerun",
    "resume",
    "retry",
    "retry_step",
    "skip_step",
    "start",
]


def cancel(activity_id: UUID, *, by: Person | None, reason: str = "") -> Recorded:
    """End the activity now: what is pending is settled, what runs is stopped, open tasks are closed."""
    return _command(
        activity_id,
        facts.CancelRequested(at=runtime.now(), reason=reason),
        by=by,
        refusal=_("Only an activity that has not ended can be cancelled; this one is %(status)s."),
    )


def pause(activity_id: UUID, *, by: Person | None) -> Recorded:
    """Let running steps end and start none."""
    return _command(
        activity_id,
        facts.PauseRequested(at=runtime.now()),
        by=by,
        refusal=_("Only a running activity can be paused; this one is %(status)s."),
    )


def resume(activity_id: UUID, *, by: Person | None) -> Recorded:
    """Go on after a pause."""
    return _command(
        activity_id,
        facts.ResumeRequested(at=runtime.now()),
        by=by,
        refusal=_("Only a paused activity can be resumed; this one is %(status)s."),
    )


def retry(activity_id: UUID, *, by: Person | None) -> Recorded:
    """Run failed and cancelled steps again and keep completed work."""
    return _command(
        activity_id,
        facts.RetryRequested(at=runtime.now()),
        by=by,
        refusal=_("There is nothing to retry: no step is FAILED or CANCELLED (the activity is %(status)s)."),
    )


def retry_step(activity_id: UUID, slug: str, *, by: Person | None) -> Recorded:
    """Run one failed or cancelled step again."""
    return _step_command(
        activity_id,
        slug,
        facts.RetryRequested(at=runtime.now(), steps=(slug,)),
        by=by,
        refusal=_("Only a FAILED or CANCELLED step can be retried; “%(step)s” is %(step_status)s."),
    )


def rerun(activity_id: UUID, slug: str, *, by: Person | None) -> Recorded:
    """Do a settled step, and all that comes after it, again in the same activity."""
    return _step_command(
        activity_id,
        slug,
        facts.RerunRequested(at=runtime.now(), step=slug),
        by=by,
        refusal=_("Only a step that has ended can be rerun; “%(step)s” is %(step_status)s."),
    )


def skip_step(activity_id: UUID, slug: str, *, by: Person | None, reason: str) -> Recorded:
    """Pass over a failed step, with a reason that stays on record."""
    if not reason.strip():
        raise CommandRefused(_("Skipping a step needs a reason."), code="reason-required")
    return _step_command(
        activity_id,
        slug,
        facts.SkipRequested(at=runtime.now(), step=slug, reason=reason.strip()),
        by=by,
        refusal=_("Only a FAILED step can be skipped; “%(step)s” is %(step_status)s."),
    )


def replan(activity_id: UUID, *, by: Person | None) -> Activity:
    """Start a fresh activity of the plan's published version, and mark the old one REPLANNED."""
    for known in Activity.objects.select_related("plan__published__content").filter(pk=activity_id):
        prepare(known.plan, _documents_of(known))
    with locked(activity_id) as held:  # of two at once, the second finds it replanned
        if held.status == ActivityStatus.REPLANNED:
            raise CommandRefused(_("This activity has been replanned already."))
        old = Activity.objects.select_related("plan", "project").get(pk=activity_id)
        documents = _documents_of(old)
        fresh = start(
            old.plan, project=old.project, by=by, inputs=old.inputs or {}, documents=documents, variables=old.variables,
            replanned_from=old,
        )  # fmt: skip
        runtime.record(
            activity_id,
            facts.Replanned(at=runtime.now(), successor=str(fresh.pk)),
            actor_id=by.pk if by else None,
        )
    return fresh


def _documents_of(activity: Activity) -> list[DocumentFamily]:
    return [row.document for row in activity.activity_documents.select_related("document")]


def complete_step(
    activity_id: UUID,
    slug: str,
    *,
    run: int,
    action: str | None,
    result: Any,
    by: Person | None,
    logs: Sequence[Mapping[str, str]] = (),
) -> bool:
    """Complete a step that waits for a person; tell if it counted. The caller holds the activity (`locked`).

    A result that does not fit the step's `outputSchema` fails the step, as that of every other kind does.
    """
    with locked(activity_id) as activity:
        state, position, plan = _standing(activity, slug)
        extra = state.extra(position)
        if extra.run != run or state.phase(position) is not Phase.WAITING:
            return False
        done = schemas.judged(plan.steps[position], Completed(result, action, logs))
        event, _open = outcome_event(slug, extra.attempt, done)
        return runtime.record(activity_id, event, actor_id=by.pk if by else None).all_counted


def why_not(activity: Activity, slug: str) -> str:
    """Say in a sentence why a step does not run now."""
    state, position, plan = _standing(activity, slug)
    node, phase = plan.graph.nodes[position], state.phase(position)
    match phase:
        case Phase.PENDING:
            return _pending_sentence(plan, state, position)
        case Phase.QUEUED | Phase.GUARDING:
            return _("It is ready and waits for a worker.")
        case Phase.BACKOFF if activity.steps.filter(position=position, waiting_on="SLOT").exists():
            return _("It waits for its turn: as many agents as its runtime allows are at work.")
        case Phase.BACKOFF:
            return _("It failed and will be tried again.")
        case Phase.WAITING if node.kind in ("CREATE_TASK", "APPROVAL"):
            return _("It waits for a person.")
        case Phase.WAITING if node.kind == "PLAN":
            return _("It waits for the activity that it has started.")
        case Phase.WAITING:
            return _("It waits for work that is under way.")
        case Phase.NOT_TAKEN | Phase.SKIPPED:
            row = activity.steps.get(position=position)
            return row.reason or _dead_sentence(plan, state, position)
        case _:
            return ""


def _pending_sentence(plan: Compiled, state: ActivityState, position: int) -> str:
    node = plan.graph.nodes[position]
    waits, blocks = [], []
    for upstream in dict.fromkeys(
        [*(edge.upstream for edge in node.edges), *node.data, *state.extra(position).needs]
    ):
        phase = state.phase(upstream)
        slug = plan.graph.nodes[upstream].slug
        if phase in (Phase.FAILED, Phase.CANCELLED):
            blocks.append(f"{slug} ({PUBLIC_STATUS[phase]})")
        elif phase not in SETTLED:
            waits.append(slug)
    if blocks:
        return _("It is blocked by %(steps)s; retry or skip that step.") % {"steps": ", ".join(blocks)}
    if waits:
        return _("It waits for %(steps)s.") % {"steps": ", ".join(waits)}
    if state.status is ActivityStatus.PAUSED:
        return _("The activity is paused.")
    return _("It has not been reached.")


def _dead_sentence(plan: Compiled, state: ActivityState, position: int) -> str:
    for edge in plan.graph.nodes[position].edges:
        upstream, phase = plan.graph.nodes[edge.upstream].slug, state.phase(edge.upstream)
        if phase is Phase.NOT_TAKEN and not edge.await_only:
            return _("%(step)s was not taken.") % {"step": upstream}
        if phase is Phase.COMPLETED and edge.action and not edge.await_only:
            took = action_of(plan.graph, state, edge.upstream)
            if took != edge.action:
                return _("%(step)s ended with %(took)s, not with %(wanted)s.") % {
                    "step": upstream,
                    "took": took or _("no action"),
                    "wanted": edge.action,
                }
    return ""


def _command(activity_id: UUID, event: facts.Event, *, by: Person | None, refusal: str) -> Recorded:
    with locked(activity_id) as activity:
        _guard_reopening(activity, event)
        recorded = runtime.record(activity_id, event, actor_id=by.pk if by else None)
        if not recorded.all_counted:
            raise CommandRefused(
                refusal % {"status": recorded.activity.status}, activityStatus=recorded.activity.status
            )
    return recorded


def _guard_reopening(activity: Activity, event: facts.Event) -> None:
    """Refuse what lets an ended activity run again, where its plan runs once at a time and another one does."""
    if isinstance(event, facts.RetryRequested | facts.RerunRequested | facts.SkipRequested):
        require_alone(activity, compiled(activity.version_id, activity.pinned_id).plan)


def _step_command(
    activity_id: UUID, slug: str, event: facts.Event, *, by: Person | None, refusal: str
) -> Recorded:
    with locked(activity_id) as activity:
        state, position, _compiled = _standing(activity, slug)
        _guard_reopening(activity, event)
        status = PUBLIC_STATUS[state.phase(position)]
        recorded = runtime.record(activity_id, event, actor_id=by.pk if by else None)
        if not recorded.all_counted:
            words = {"step": slug, "step_status": status, "status": activity.status}
            raise CommandRefused(refusal % words, stepStatus=status, activityStatus=activity.status)
    return recorded


def _standing(activity: Activity, slug: str) -> tuple[ActivityState, int, Compiled]:
    plan = compiled(activity.version_id, activity.pinned_id)
    position = plan.graph.positions.get(slug)
    if position is None:
        raise StepUnknown(slug)
    return unpack(activity.state), position, plan
