"""Which documents a per-document step begins with: those that the steps before it let through."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from activities import runtime
from activities.compiled import Compiled
from activities.engine import events as facts
from activities.engine import routing
from activities.engine.routing import Standing
from activities.engine.state import PUBLIC_STATUS, ActivityState, Phase, unpack
from activities.heart import WORKER
from activities.models import Activity, ActivityDocument, Step, StepDocument

PAGE: Final = 1000
Page = list[tuple[UUID, int]]  # documents with their positions


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
    """How documents of an activity stand in the per-document steps before one; read for so many as are asked for."""

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

    def takes(self, documents: Collection[UUID]) -> set[UUID]:
        """Return those of the documents that the step takes."""
        if not self.whole:
            return set(documents) if routing.takes(self.graph, self.node, {}) else set()
        own = self._own(documents)
        above = {upstream: each.takes(documents) for upstream, each in self.above_skipped.items()}
        taken: set[UUID] = set()
        for document in documents:
            mine = own.get(document, {})
            passed_by = {
                upstream: Standing("NOT_TAKEN")
                for upstream, reached in above.items()
                if upstream not in mine and document not in reached
            }
            if routing.takes(self.graph, self.node, self.whole | passed_by | mine):
                taken.add(document)
        return taken

    def _own(self, documents: Collection[UUID]) -> Mapping[UUID, dict[int, Standing]]:
        """Return by document its standing in each step that opened it."""
        own: defaultdict[UUID, dict[int, Standing]] = defaultdict(dict)
        rows = StepDocument.objects.filter(
            step__activity=self.activity, step__position__in=self.whole, document_id__in=documents
        )
        known = rows.values_list("document_id", "step__position", "status", "action")
        for document, upstream, status, action in known:
            own[document][upstream] = Standing(status, action)
        return own

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
    at, total = runtime.now(), 0
    counts: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    opened = StepDocument.objects.filter(step=step).exists()
    for page in _pages(step.activity_id):
        rows = _rows_of(step, page) if opened else {}
        _judge(step, page, rows, taken=upstream.takes([document for document, _ in page]), at=at)
        total += len(page)
        counts.update(row.status for row in rows.values())
        actions.update(row.action for row in rows.values() if row.action and row.status == "COMPLETED")
    return {
        "total": total,
        "not_taken": counts["NOT_TAKEN"],
        "kept_completed": counts["COMPLETED"],
        "kept_skipped": counts["SKIPPED"],
        "kept_actions": tuple(sorted(actions.items())),
    }


def _judge(
    step: Step, page: Page, rows: dict[UUID, StepDocument], *, taken: Collection[UUID], at: datetime
) -> None:
    """Put the page's documents in line or leave them out, unless an earlier run settled them; add the rows made."""
    made: list[StepDocument] = []
    again: dict[str, list[int]] = {"PENDING": [], "NOT_TAKEN": []}
    for document, position in page:
        row, status = rows.get(document), "PENDING" if document in taken else "NOT_TAKEN"
        if row is None:
            row = StepDocument(
                step=step, document_id=document, position=position, queued_at=at, run=step.run, status=status
            )
            made.append(row)
            rows[document] = row
        elif row.status == "PENDING":
            row.status = status
            again[status].append(row.pk)
    StepDocument.objects.bulk_create(made, batch_size=500)
    if again["PENDING"]:
        StepDocument.objects.filter(pk__in=again["PENDING"]).update(queued_at=at)
    if again["NOT_TAKEN"]:
        StepDocument.objects.filter(pk__in=again["NOT_TAKEN"]).update(status="NOT_TAKEN")


def _rows_of(step: Step, page: Page) -> dict[UUID, StepDocument]:
    rows = StepDocument.objects.filter(step=step, document_id__in=[document for document, _ in page])
    return {row.document_id: row for row in rows.only("document_id", "status", "action")}


def _pages(activity_id: UUID) -> Iterator[Page]:
    """Give the activity's documents with their positions, so many at a time that memory does not grow with them."""
    known = ActivityDocument.objects.filter(activity_id=activity_id).order_by("position")
    last = -1
    while page := list(known.filter(position__gt=last).values_list("document_id", "position")[:PAGE]):
        yield page
        last = page[-1][1]


def comes_any(activity: Activity, plan: Compiled, position: int, state: ActivityState) -> bool:
    """Tell if the steps before let at least one document through to the step, or the activity has none at all."""
    upstream = Upstream(plan, activity, position, state)
    none = True
    for page in _pages(activity.pk):
        none = False
        if upstream.takes([document for document, _ in page]):
            return True
    return none


def unopened_documents(activity: Activity, plan: Compiled, position: int) -> dict[str, str]:
    """Return by name how documents stand in a step that settled as a whole: as it does, if they came so far."""
    upstream = Upstream(plan, activity, position)
    status = PUBLIC_STATUS[unpack(activity.state).phase(position)]
    known = dict(
        ActivityDocument.objects.filter(activity=activity).values_list("document_id", "document__name")
    )
    branches = plan.graph.routing and status == "SKIPPED"
    reached = upstream.takes(known) if branches else known.keys()
    return {name: status if document in reached else "NOT_TAKEN" for document, name in known.items()}


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
