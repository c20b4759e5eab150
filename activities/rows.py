"""From decisions to step rows: collects what changed and writes it in a few statements, however many steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Field

from activities import blobs
from activities.compiled import Compiled
from activities.engine import events as facts
from activities.engine.draft import Change, Decision
from activities.engine.effects import CancelDocuments
from activities.engine.readiness import action_of
from activities.engine.state import PUBLIC_STATUS, ActivityState, Documents, Extra, Phase
from activities.models import Activity, Attempt, Event, Step, StepDocument

TO_ANNOUNCE = (Phase.GUARDING, Phase.QUEUED)
STOPPED = (Phase.FAILED, Phase.CANCELLED)
WORKER_DIED = {"code": "worker-lost", "class": "WorkerLost", "message": "worker died 3 times", "place": ""}
WORKER_SILENT = WORKER_DIED | {"message": "the worker gave no sign of life for a lease"}
TIMED_OUT = {
    "code": "timeout",
    "class": "Timeout",
    "message": "the step was not done in its time",
    "place": "",
}
WIRE = {
    "status": "status",
    "action": "action",
    "waiting_on": "waitingOn",
    "attempt": "attempt",
    "run": "run",
    "started_at": "startedAt",
    "finished_at": "finishedAt",
    "error": "error",
}
LARGE_COLUMNS = frozenset({"result", "input"})  # kept as blobs where they are huge


class StepChanges:
    """The step rows of one activity that a transaction changes, by position."""

    def __init__(self, activity: Activity, compiled: Compiled) -> None:
        self.activity = activity
        self.compiled = compiled
        self.fields: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        self.archive: list[Attempt] = []

    def apply(self, event: facts.Event, decision: Decision, *, worker: str) -> list[dict[str, Any]]:
        """Note what a decision moved; return the changed steps as a browser sees them."""
        touched: dict[int, None] = {}
        own = self._own_position(event)
        for change in decision.changes:
            columns = self._columns(change, event, decision.state, worker=worker)
            if change.position == own:
                columns |= _payload(event, change)
                if change.after == Phase.FAILED and isinstance(
                    event, facts.DocumentsOpened | facts.DocumentsSettled
                ):
                    columns["error"] = self._documents_error(change.position, decision.state)
            if change.how in {"reset", "again", "lost"}:
                self._keep_attempt(change, columns)
            self.fields[change.position].update(columns)
            touched[change.position] = None
        if isinstance(event, facts.DocumentsOpened | facts.DocumentsSettled) and own is not None:
            touched[own] = None
        touched |= {e.position: None for e in decision.effects if isinstance(e, CancelDocuments)}
        for position in touched:
            documents = decision.state.extra(position).documents
            if documents is not None:
                self.fields[position].update(_document_columns(documents))
        return [self._view(position, decision.state) for position in touched]

    def with_blocked(
        self, views: list[dict[str, Any]], before: ActivityState, after: ActivityState
    ) -> list[dict[str, Any]]:
        """Add to the views which steps a failure blocks now, and which it no longer does."""
        if not any(phase in before.phases or phase in after.phases for phase in STOPPED):
            return views
        was, now = blocked(self.compiled, before), blocked(self.compiled, after)
        if was == now:
            return views
        by_slug = {view["slug"]: view for view in views}
        for position in sorted(was ^ now):
            slug = self.compiled.graph.nodes[position].slug
            by_slug.setdefault(slug, {"slug": slug})["blocked"] = position in now
        return list(by_slug.values())

    def first_error(self, state: ActivityState) -> Any:
        """Return the error of the first failed step in plan order, with the step's slug."""
        position = state.phases.index(Phase.FAILED)
        error = self.fields.get(position, {}).get("error")
        if error is None:
            error = self.activity.steps.values_list("error", flat=True).get(position=position)
        return {"step": self.compiled.graph.nodes[position].slug} | (error or {})

    def save(self) -> None:
        """Write the rows: one statement for each set of columns that changed together."""
        if self.archive:
            for attempt in self.archive:
                attempt.result = blobs.kept_value(self.activity, attempt.result)
            Attempt.objects.bulk_create(self.archive)
        groups: defaultdict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for position, columns in self.fields.items():
            names = tuple(sorted(columns))
            groups[names].append((*(self._prepared(name, columns[name]) for name in names), position))
        for names, values in groups.items():
            _update_steps(self.activity, names, values)

    def _prepared(self, name: str, value: Any) -> Any:
        field = Step._meta.get_field(name)
        assert isinstance(field, Field)
        prepared = field.get_db_prep_save(value, connection)
        return blobs.kept(self.activity, prepared) if name in LARGE_COLUMNS else prepared

    def cancel_documents(self, position: int, at: datetime) -> None:
        """Settle as cancelled what has not begun, and take from the workers what runs."""
        waiting = StepDocument.objects.filter(
            step__activity=self.activity, step__position=position, status__in=["PENDING", "RUNNING"]
        )
        waiting.update(status="CANCELLED", finished_at=at, lease_until=None)

    def reset_documents(self, position: int, *, keep_completed: bool) -> None:
        """Archive and put back the documents of a step that is done again."""
        known = StepDocument.objects.filter(step__activity=self.activity, step__position=position)
        if keep_completed:
            known = known.exclude(status__in=["COMPLETED", "SKIPPED"])
        rows = list(known.exclude(status="PENDING"))
        self.archive.extend(_attempt(row.step_id, row, step_document=row) for row in rows)
        for row in rows:
            row.status, row.action, row.result, row.error, row.logs = "PENDING", None, None, None, None
            row.started_at = row.finished_at = row.lease_until = None
            row.run, row.losses, row.worker = row.run + 1, 0, ""
        StepDocument.objects.bulk_update(
            rows,
            ["status", "action", "result", "error", "logs", "started_at", "finished_at", "lease_until", "run",
             "losses", "worker"],
            batch_size=200,
        )  # fmt: skip

    def _documents_error(self, position: int, state: ActivityState) -> dict[str, Any]:
        """Say why a per-document step failed: how many of its documents, and the first of them with its error."""
        counts = state.extra(position).documents or Documents()
        failed = StepDocument.objects.filter(
            step__activity=self.activity, step__position=position, status="FAILED"
        )
        first = failed.order_by("position").values_list("document__name", "error").first()
        name, why = first if first is not None else ("", None)
        error = {"code": "documents-failed", "message": "no document completed"} | (why or {})
        if first is not None:
            message = f"{counts.failed} of {counts.total} documents failed; {name}: {error['message']}"
            error |= {"message": message}
        return error | {"class": "DocumentsFailed", "place": ""}

    def _own_position(self, event: facts.Event) -> int | None:
        slug = getattr(event, "step", None)
        return None if slug is None else self.compiled.graph.positions[slug]

    def _columns(
        self, change: Change, event: facts.Event, state: ActivityState, *, worker: str
    ) -> dict[str, Any]:
        extra = state.extra(change.position)
        columns: dict[str, Any] = {"phase": int(change.after), "status": PUBLIC_STATUS[change.after]}
        match change.after:
            case Phase.GUARDING | Phase.QUEUED:
                columns |= {"queued_at": event.at} | _unclaimed(change)
            case Phase.RUNNING:
                columns |= _claimed(event.at, worker, extra, repeated=extra.attempt > 1)
            case Phase.WAITING:
                on = getattr(event, "on", "EXECUTION")
                columns |= {"waiting_on": on, "lease_until": None, "worker": ""}
            case Phase.PENDING if change.how == "reset":
                columns |= _cleared(extra)
            case Phase.BACKOFF if isinstance(event, facts.StepDeferred):
                columns |= {"waiting_on": event.on, "started_at": None, "lease_until": None, "worker": ""}
            case Phase.PENDING | Phase.BACKOFF:
                columns |= {"queued_at": None, "lease_until": None, "worker": "", "waiting_on": ""}
            case _:
                columns |= {
                    "finished_at": event.at,
                    "action": action_of(self.compiled.graph, state, change.position),
                }
                columns |= {"queued_at": None} if change.before in TO_ANNOUNCE else {}
                columns |= {"lease_until": None, "worker": ""} if change.before == Phase.RUNNING else {}
                columns |= {"waiting_on": ""} if change.before == Phase.WAITING else {}
        if change.how == "default":
            columns["result"] = self.compiled.steps[change.position].on_error.default_output
        if change.how == "lost" and change.after == Phase.FAILED:
            columns["error"] = WORKER_DIED
        return columns

    def _keep_attempt(self, change: Change, columns: Mapping[str, Any]) -> None:
        """Copy the row as it stands, with what this transaction has for it, before it is used again."""
        row = Step.objects.get(activity=self.activity, position=change.position)
        for name, value in (self.fields.get(change.position) or {}).items():
            setattr(row, name, value)
        error = WORKER_SILENT if change.how == "lost" else columns.get("error")
        if error is not None:
            row.error, row.status = error, "FAILED"
        if row.started_at is not None:
            self.archive.append(_attempt(row.pk, row))

    def _view(self, position: int, state: ActivityState) -> dict[str, Any]:
        fields = self.fields[position]
        view: dict[str, Any] = {"slug": self.compiled.graph.nodes[position].slug}
        for name, wire in WIRE.items():
            if name in fields:
                value = fields[name]
                view[wire] = value.isoformat() if isinstance(value, datetime) else value
        if "waitingOn" in view:
            view["waitingOn"] = view["waitingOn"] or None
        documents = state.extra(position).documents
        if documents is not None or "documents_total" in fields:
            view["documents"] = documents_view(documents)
        return view


def blocked(compiled: Compiled, state: ActivityState) -> set[int]:
    """Return the pending steps downstream of a failed or cancelled one."""
    roots = {p for p, phase in enumerate(state.phases) if phase in STOPPED}
    if not roots:
        return set()
    return {p for p in compiled.graph.descendants(roots) if state.phases[p] == Phase.PENDING}


def documents_view(documents: Documents | None) -> dict[str, int] | None:
    """Return the counts of a fan-out as a browser sees them."""
    if documents is None:
        return None
    return {
        "total": documents.total,
        "completed": documents.completed,
        "failed": documents.failed,
        "cancelled": documents.cancelled,
        "skipped": documents.skipped,
        "notTaken": documents.not_taken,
    }


def insert_events(events: Sequence[Event]) -> None:
    """Append to the log, in one statement."""
    quote = connection.ops.quote_name
    known = [field for field in Event._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quote(str(field.column)) for field in known)
    marks = ", ".join(["%s"] * len(known))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(Event._meta.db_table)} ({columns}) VALUES ({marks})",
            [
                [field.get_db_prep_save(getattr(event, field.attname), connection) for field in known]
                for event in events
            ],
        )


def _update_steps(activity: Activity, names: tuple[str, ...], values: Iterable[tuple[Any, ...]]) -> None:
    table, quote = Step._meta.db_table, connection.ops.quote_name
    assignments = ", ".join(f"{quote(name)} = %s" for name in names)
    key = Activity._meta.pk.get_db_prep_save(activity.pk, connection)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(table)} SET {assignments} WHERE {quote('position')} = %s AND {quote('activity_id')} = %s",
            [(*row, key) for row in values],
        )


def _payload(event: facts.Event, change: Change) -> dict[str, Any]:
    """The event's own contents, for the row of its step."""
    match event:
        case facts.StepCompleted():
            return {"result": event.result} | _logs(event.logs)
        case facts.StepFailed() if change.how == "default":
            return {"error": event.error} | _logs(event.logs)
        case facts.StepFailed():
            kept = {"error": event.error or TIMED_OUT} | _logs(event.logs)
            return kept | ({"result": event.result} if event.result is not None else {})
        case facts.TimerFired(kind="timeout"):
            return {"error": TIMED_OUT}
        case facts.StepWaiting():
            return _logs(event.logs) | ({"result": event.result} if event.result is not None else {})
        case facts.GuardEvaluated():
            kept = {"reason": event.reason} if event.reason else {}
            kept |= {"input": event.input} if event.verdict == "run" and event.input is not None else {}
            return kept | ({"error": event.error} if event.verdict == "fail" else {}) | _logs(event.logs)
        case facts.SkipRequested():
            return {"reason": event.reason}
        case facts.StepSkipped():
            return {"reason": event.reason} | _logs(event.logs)
        case facts.StepDeferred():
            return _logs(event.logs)
        case _:
            return {}


def _logs(lines: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {"logs": list(lines)} if lines else {}


def _claimed(at: datetime, worker: str, extra: Extra, *, repeated: bool) -> dict[str, Any]:
    lease = at + timedelta(seconds=settings.LEASE_SECONDS)
    columns = {
        "started_at": at,
        "queued_at": None,
        "lease_until": lease,
        "worker": worker,
        "attempt": extra.attempt,
    }
    if repeated:
        columns |= {"finished_at": None, "result": None, "error": None, "logs": None, "waiting_on": ""}
    return columns


def _unclaimed(change: Change) -> dict[str, Any]:
    if change.before in (Phase.RUNNING, Phase.WAITING, Phase.BACKOFF):
        return {"lease_until": None, "worker": "", "waiting_on": ""}
    return {}


def _cleared(extra: Extra) -> dict[str, Any]:
    return {
        "run": extra.run,
        "action": None,
        "result": None,
        "error": None,
        "logs": None,
        "input": None,
        "reason": "",
        "waiting_on": "",
        "started_at": None,
        "finished_at": None,
        "queued_at": None,
        "lease_until": None,
        "worker": "",
    } | _document_columns(None)


def _document_columns(documents: Documents | None) -> dict[str, Any]:
    counts = documents or Documents()
    return {
        "documents_total": counts.total,
        "documents_completed": counts.completed,
        "documents_failed": counts.failed,
        "documents_cancelled": counts.cancelled,
        "documents_skipped": counts.skipped,
        "documents_not_taken": counts.not_taken,
    }


def _attempt(step_id: int, row: Step | StepDocument, *, step_document: StepDocument | None = None) -> Attempt:
    return Attempt(
        step_id=step_id,
        step_document=step_document,
        status=row.status,
        action=row.action,
        result=row.result,
        error=row.error,
        logs=row.logs,
        attempt=row.attempt,
        run=row.run,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
