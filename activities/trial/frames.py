"""A walk, told event by event: what a browser plays step by step, in words and changes of status."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from activities.models import Activity, Attempt, Event, Step

Json = Any
SHOWN: Final = ("status", "action", "waitingOn", "documents")
DOCUMENT_WORDS: Final = {
    "completed": gettext_lazy("done"),
    "failed": gettext_lazy("failed"),
    "cancelled": gettext_lazy("cancelled"),
    "skipped": gettext_lazy("skipped"),
    "notTaken": gettext_lazy("not taken"),
}


@dataclass(frozen=True, slots=True)
class Tale:
    """What the log leaves out, by step: rows as they ended, errors of earlier tries, what needs a mock."""

    rows: Mapping[str, Step]
    errors: Mapping[tuple[str, int], Json]
    unplayed: Collection[str]


@dataclass(slots=True)
class _Frame:
    seq: int
    at: str
    step: str | None
    words: str
    changes: dict[str, dict[str, Json]] = field(default_factory=dict)
    status: str | None = None

    def shown(self) -> dict[str, Json]:
        """Return it as it goes to the browser."""
        shape = {
            "seq": self.seq,
            "at": self.at,
            "step": self.step,
            "words": self.words,
            "changes": self.changes,
        }
        return shape | ({"status": self.status} if self.status else {})


def frames_of(
    activity: Activity, *, shown: Collection[str] | None, unplayed: Collection[str]
) -> list[dict[str, Json]]:
    """Return what happened in order, one frame for each event or group of them; of the steps in `shown`, None: all."""
    events = Event.objects.filter(activity=activity).order_by("seq")
    tale = _tale(activity, unplayed)
    told: list[_Frame] = []
    for event in events:
        frame = _frame(event, tale, shown)
        if frame is None:
            continue
        last = told[-1] if told else None
        if last is not None and last.step == frame.step and _is_start(last):
            frame.changes = _together(last.changes, frame.changes)
            told[-1] = frame
        else:
            told.append(frame)
    return [frame.shown() for frame in told]


def _tale(activity: Activity, unplayed: Collection[str]) -> Tale:
    rows = {row.slug: row for row in Step.objects.filter(activity=activity)}
    attempts = Attempt.objects.filter(step__activity=activity, step_document=None)
    known = attempts.values_list("step__slug", "attempt", "error")
    return Tale(rows, {(slug, attempt): error for slug, attempt, error in known}, unplayed)


def _frame(event: Event, tale: Tale, shown: Collection[str] | None) -> _Frame | None:
    """Return the frame of an event; None where it moves nothing that can be seen."""
    if event.step and shown is not None and event.step not in shown:
        return None
    changes = _changes(event, shown)
    ended = (event.changes.get("activity") or {}).get("status")
    words = _words(event, tale, changes)
    if not words or (not changes and not ended):
        return None
    others = {slug: change for slug, change in changes.items() if slug != event.step}
    aside = [slug for slug, change in others.items() if change.get("status") == "NOT_TAKEN"]
    if aside:
        words += _("; not taken: %(steps)s") % {"steps": ", ".join(aside)}
    if ended and ended != "RUNNING" and shown is None:
        words += _("; the activity is %(status)s") % {"status": ended}
    return _Frame(
        event.seq, event.at.isoformat(), event.step or None, words, changes, ended if shown is None else None
    )


def _changes(event: Event, shown: Collection[str] | None) -> dict[str, dict[str, Json]]:
    """Return the steps whose status or documents the event moved."""
    return {
        view["slug"]: {key: view[key] for key in SHOWN if key in view}
        for view in event.changes.get("steps", ())
        if (shown is None or view["slug"] in shown) and _moved(event, view)
    }


def _moved(event: Event, view: Mapping[str, Json]) -> bool:
    """Tell if a step's view changed: one that gets ready to run is PENDING still, and one that failed is again."""
    if view.get("status") == "PENDING":
        return event.type == "StepFailed" and view["slug"] == event.step
    return "status" in view or "documents" in view


def _together(
    first: Mapping[str, dict[str, Json]], then: Mapping[str, dict[str, Json]]
) -> dict[str, dict[str, Json]]:
    return {slug: {**first.get(slug, {}), **then.get(slug, {})} for slug in dict.fromkeys([*first, *then])}


def _is_start(frame: _Frame) -> bool:
    return [change.get("status") for change in frame.changes.values()] == ["RUNNING"] and not frame.status


def _words(event: Event, tale: Tale, changes: Mapping[str, Mapping[str, Json]]) -> str:
    """Say what happened in a sentence; "" for what is part of something else."""
    step, row = event.step, tale.rows.get(event.step)
    match event.type:
        case "ActivityStarted":
            return _("The activity starts")
        case "GuardEvaluated":
            return _guarded(event, row)
        case "StepStarted":
            return _("%(step)s runs") % {"step": step}
        case "StepWaiting":
            return _waits(event, tale)
        case "StepCompleted":
            action = changes.get(step, {}).get("action")
            return (_("%(step)s ends with %(action)s") if action else _("%(step)s is done")) % {
                "step": step,
                "action": action,
            }
        case "StepFailed":
            return _failed(event, tale, changes)
        case "StepSkipped":
            return _because(_("%(step)s finds that it need not run") % {"step": step}, row)
        case "DocumentsOpened":
            total = event.data.get("total", 0)
            return ngettext(
                "%(step)s takes %(total)d document", "%(step)s takes %(total)d documents", total
            ) % {"step": step, "total": total}
        case "DocumentsSettled":
            return _settled(event, changes)
        case "TimerFired":
            return _fired(event)
        case "CancelRequested":
            return _("The activity is cancelled")
        case "OutputEvaluated":
            return _("The output is evaluated")
        case _:
            return (
                _("%(step)s waits for a place") % {"step": step}
                if event.type == "StepDeferred"
                else event.type
            )


def _guarded(event: Event, row: Step | None) -> str:
    step = event.step
    match event.data.get("verdict"):
        case "skip":
            return _because(_("%(step)s is skipped") % {"step": step}, row)
        case "not_taken":
            return not_taken_words(step, row.reason if row else "")
        case "fail":
            why = (row.error or {}).get("message", "") if row else ""
            return _("%(step)s fails before it runs: %(why)s") % {"step": step, "why": why}
        case _:
            return ""


def not_taken_words(step: str, reason: str) -> str:
    """Say that a step is not taken, and why."""
    if not reason.startswith("condition "):
        return (_("%(step)s is not taken: %(why)s") if reason else _("%(step)s is not taken")) % {
            "step": step,
            "why": reason,
        }
    gave = reason.rpartition(" gave ")[2]
    known = {"False": _("false"), "no result": _("without a result")}
    return _("Condition of %(step)s is %(gave)s: not taken") % {
        "step": step,
        "gave": known.get(gave, _("no truth value (%(value)s)") % {"value": gave}),
    }


def _waits(event: Event, tale: Tale) -> str:
    if event.step in tale.unplayed:
        return _("%(step)s needs a mock") % {"step": event.step}
    words = {
        "TASK": _("%(step)s waits for a person"),
        "APPROVAL": _("%(step)s waits for a decision"),
        "CHILD": _("%(step)s waits for the activity that it has started"),
        "TIMER": _("%(step)s lets time pass"),
    }
    return words.get(str(event.data.get("on")), _("%(step)s waits")) % {"step": event.step}


def _failed(event: Event, tale: Tale, changes: Mapping[str, Mapping[str, Json]]) -> str:
    row = tale.rows.get(event.step)
    error = tale.errors.get((event.step, event.data.get("attempt", 0))) or (row.error if row else None) or {}
    said = {"step": event.step, "why": error.get("message", "")}
    match changes.get(event.step, {}).get("status"):
        case "PENDING":
            return _("%(step)s failed and will be tried again: %(why)s") % said
        case "COMPLETED":
            return _("%(step)s failed and goes on with its default: %(why)s") % said
        case "SKIPPED":
            return _("%(step)s failed and is skipped: %(why)s") % said
        case _:
            return _("%(step)s fails: %(why)s") % said


def _settled(event: Event, changes: Mapping[str, Mapping[str, Json]]) -> str:
    change = changes.get(event.step, {})
    counts = change.get("documents") or {}
    parts = [f"{counts[key]} {word}" for key, word in DOCUMENT_WORDS.items() if counts.get(key)]
    total = counts.get("total", 0)
    words = ngettext(
        "%(step)s: %(parts)s of %(total)d document", "%(step)s: %(parts)s of %(total)d documents", total
    ) % {"step": event.step, "parts": ", ".join(parts), "total": total}
    return words + (_("; it fails") if change.get("status") == "FAILED" else "")


def _fired(event: Event) -> str:
    words = {
        "backoff": _("%(step)s is tried again"),
        "slot": _("%(step)s is looked at again"),
        "wake": _("%(step)s goes on: its time has passed"),
        "timeout": _("%(step)s ran out of time"),
    }
    return words.get(str(event.data.get("kind")), "") % {"step": event.step}


def _because(words: str, row: Step | None) -> str:
    return f"{words}: {row.reason}" if row is not None and row.reason else words
