"""Which documents a per-document step begins with: those that the steps before it let through."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import Any
from uuid import UUID

from activities import runtime
from activities.compiled import Compiled
from activities.engine import events as facts
from activities.engine import routing
from activities.engine.routing import Standing
from activities.engine.state import PUBLIC_STATUS, ActivityState, Phase, unpack
from activities.heart import WORKER
from activities.models import Activity, ActivityDocument, Step, StepDocument


def open_documents(activity_id: UUID, plan: Compiled, position: int, attempt: int) -> None:
    """Give a claimed per-document step its documents: those that every per-document step before it let through."""
    slug = plan.graph.nodes[position].slug
    with runtime.locked(activity_id) as activity:
        step = Step.objects.get(activity_id=activity_id, position=position)
        if step.attempt != attempt or step.phase != Phase.RUNNING:
            return
        counts = _make_rows(step, Upstream(plan, activity, position))
        runtime.record(
            activity_id,
            facts.DocumentsOpened(at=runtime.now(), step=slug, attempt=attempt, **counts),
            worker=WORKER,
        )


class Upstream:
    """How the documents of an activity stand in the per-document steps before one."""

    def __init__(
        self, plan: Compiled, activity: Activity, position: int, state: ActivityState | None = None
    ) -> None:
        self.plan, self.activity = plan, activity
        self.state = state = state or unpack(activity.state)
        self.graph, self.node = plan.graph, plan.graph.nodes[position]
        before = {edge.upstream for edge in self.node.edges} | set(self.node.data)
        fanned = [upstream for upstream in before if self.graph.nodes[upstream].fan_out is not None]
        # A step that never opened its documents stands for all of them as it stands itself.
        self.whole = {upstream: Standing(PUBLIC_STATUS[state.phase(upstream)]) for upstream in fanned}
        self.own: defaultdict[UUID, dict[int, Standing]] = defaultdict(dict)
        rows = StepDocument.objects.filter(step__activity=activity, step__position__in=fanned)
        for document_id, upstream, status, action in rows.values_list(
            "document_id", "step__position", "status", "action"
        ):
            self.own[document_id][upstream] = Standing(status, action)

    def takes(self, document_id: UUID) -> bool:
        """Tell if the step takes the document."""
        own = self.own.get(document_id, {})
        passed_by = {
            upstream: Standing("NOT_TAKEN")
            for upstream, above in self.above_skipped.items()
            if upstream not in own and not above.takes(document_id)
        }
        return routing.takes(self.graph, self.node, self.whole | passed_by | own)

    @cached_property
    def above_skipped(self) -> dict[int, Upstream]:
        """Return, where documents take branches, what is above each step that was skipped as a whole.

        It was skipped for the documents that would have come to it; the others were not taken there.
        """
        skipped = [upstream for upstream, standing in self.whole.items() if standing.status == "SKIPPED"]
        return {
            upstream: Upstream(self.plan, self.activity, upstream, self.state)
            for upstream in skipped
            if self.graph.routing
        }


def _make_rows(step: Step, upstream: Upstream) -> dict[str, Any]:
    """Make the rows that are missing, judge those that are to be done again, and count what an earlier run left."""
    known = {row.document_id: row for row in StepDocument.objects.filter(step=step)}
    wanted = list(
        ActivityDocument.objects.filter(activity_id=step.activity_id).values_list("document_id", "position")
    )
    at, made, left_out = runtime.now(), [], []
    for document_id, position in wanted:
        row = known.get(document_id)
        if row is not None and row.status != "PENDING":
            continue
        taken = upstream.takes(document_id)
        if row is None:
            row = StepDocument(
                step=step, document_id=document_id, position=position, queued_at=at, run=step.run
            )
            made.append(row)
        elif not taken:
            left_out.append(row.pk)
        row.status = "PENDING" if taken else "NOT_TAKEN"
        known[document_id] = row
    StepDocument.objects.bulk_create(made, batch_size=500)
    StepDocument.objects.filter(pk__in=left_out).update(status="NOT_TAKEN")
    StepDocument.objects.filter(step=step, status="PENDING").update(queued_at=at)
    counts = Counter(row.status for row in known.values())
    actions = Counter(row.action for row in known.values() if row.action and row.status == "COMPLETED")
    return {
        "total": len(wanted),
        "not_taken": counts["NOT_TAKEN"],
        "kept_completed": counts["COMPLETED"],
        "kept_skipped": counts["SKIPPED"],
        "kept_actions": tuple(sorted(actions.items())),
    }


def comes_any(activity: Activity, plan: Compiled, position: int, state: ActivityState) -> bool:
    """Tell if the steps before let at least one document through to the step, or the activity has none at all."""
    upstream = Upstream(plan, activity, position, state)
    known = list(ActivityDocument.objects.filter(activity=activity).values_list("document_id", flat=True))
    return not known or any(map(upstream.takes, known))


def unopened_documents(activity: Activity, plan: Compiled, position: int) -> dict[str, str]:
    """Return by name how documents stand in a step that settled as a whole: as it does, if they came so far."""
    upstream = Upstream(plan, activity, position)
    status = PUBLIC_STATUS[unpack(activity.state).phase(position)]
    branches = plan.graph.routing and status == "SKIPPED"
    known = ActivityDocument.objects.filter(activity=activity).values_list("document_id", "document__name")
    return {name: "NOT_TAKEN" if branches and not upstream.takes(pk) else status for pk, name in known}


def unrouted_documents(activity: Activity, plan: Compiled) -> int:
    """Count the documents that ended at a router with an action that no edge takes; each once."""
    lost: set[UUID] = set()
    for position, taken in plan.graph.routers.items():
        rows = StepDocument.objects.filter(
            step__activity=activity, step__position=position, status="COMPLETED"
        ).values_list("document_id", "action")
        lost |= {
            document for document, action in rows if routing.unrouted(taken, Standing("COMPLETED", action))
        }
    return len(lost)
