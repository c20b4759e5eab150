"""A task's history as sentences, oldest first: what happened, what was decided, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from plans.models import Person
from tasks.definitions import definition_of, words
from tasks.models import Comment, Decision, Task, TaskEvent
from tasks.refusals import when


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: who did what when, and the words of a comment or decision."""

    at: datetime
    who: str
    did: str
    text: str = ""


def timeline(task: Task) -> list[Entry]:
    """Return the history of the task; three queries."""
    entries = [_event(task, row) for row in task.history.select_related("person", "subject")]
    entries += [
        Entry(row.at, actor(row.person, row.owner), decided(row.outcome), row.comment)
        for row in task.decisions.select_related("person", "owner")
    ]
    entries += [
        Entry(row.at, row.person.name if row.person else _("Somebody"), _said(row), row.text)
        for row in task.comments.select_related("person", "asked")
    ]
    return sorted(entries, key=lambda entry: entry.at)


def actor(person: Person, owner: Person | None) -> str:
    """Return who did it, and for whom."""
    if owner is None:
        return person.name
    return _("%(person)s for %(owner)s") % {"person": person.name, "owner": owner.name}


def decided(outcome: str) -> str:
    """Return what a person did who decided so."""
    match outcome:
        case Decision.Outcome.APPROVED:
            return _("approved")
        case Decision.Outcome.REJECTED:
            return _("rejected")
        case _:
            return _("sent back")


def action_label(task: Task) -> str:
    """Return the words of the action that ended the task."""
    if task.is_approval:
        return decided(task.action).capitalize() if task.action else ""
    known = definition_of(task.definition).action(task.action)
    return known.label if known else words(task.action)


def _said(comment: Comment) -> str:
    match comment.kind:
        case Comment.Kind.QUESTION if comment.asked:
            return _("asked %(person)s") % {"person": comment.asked.name}
        case Comment.Kind.QUESTION:
            return _("asked")
        case Comment.Kind.ANSWER:
            return _("answered")
        case _:
            return _("commented")


def _event(task: Task, row: TaskEvent) -> Entry:
    who = row.person.name if row.person else ""
    subject = row.subject.name if row.subject else _("somebody")
    match row.kind:
        case TaskEvent.Kind.OPENED:
            return Entry(row.at, "", _("Opened by its step"), row.detail)
        case TaskEvent.Kind.CLAIMED:
            return Entry(row.at, who, _("claimed it"))
        case TaskEvent.Kind.RELEASED:
            return Entry(row.at, who, _("released it"))
        case TaskEvent.Kind.ASSIGNED:
            return Entry(row.at, who, _("assigned it to %(person)s") % {"person": subject})
        case TaskEvent.Kind.MOVED:
            return Entry(row.at, who, _("moved it to %(status)s") % {"status": words(row.detail)})
        case TaskEvent.Kind.FINISHED if task.is_approval:
            return Entry(row.at, "", _("Settled: %(outcome)s") % {"outcome": decided(row.detail)})
        case TaskEvent.Kind.FINISHED:
            said = (
                _("finished it: %(action)s") % {"action": action_label(task)}
                if row.detail
                else _("finished it")
            )
            who = actor(row.person, task.done_for) if row.person else who
            return Entry(row.at, who, said, task.comment)
        case TaskEvent.Kind.DELEGATED:
            until = parse_datetime(row.detail) if row.detail else None
            said = (
                _("delegated it to %(person)s up to %(when)s") % {"person": subject, "when": when(until)}
                if until
                else _("delegated it to %(person)s") % {"person": subject}
            )
            return Entry(row.at, who, said)
        case TaskEvent.Kind.ADDED:
            return Entry(row.at, who, _("asked %(person)s to decide as well") % {"person": subject})
        case TaskEvent.Kind.REMOVED:
            return Entry(row.at, who, _("asks %(person)s to decide no longer") % {"person": subject})
        case TaskEvent.Kind.RECALLED:
            return Entry(row.at, who, _("took it back from %(person)s") % {"person": subject})
        case TaskEvent.Kind.CANCELLED:
            return Entry(row.at, "", _("Withdrawn"), row.detail)
        case TaskEvent.Kind.JOINED:
            return Entry(row.at, subject, _("may decide as well from now on"))
        case TaskEvent.Kind.DUE:
            return Entry(row.at, "", _("Was due, and nobody had done it"), _on_due(row.detail))
        case TaskEvent.Kind.REMINDED:
            return Entry(row.at, "", _("Reminded"), row.detail)
        case TaskEvent.Kind.ESCALATED:
            return Entry(row.at, "", _("Escalated"), row.detail)
        case _:
            return Entry(row.at, subject, _("may decide no longer"))


def _on_due(outcome: str) -> str:
    said = {
        "approve": _("approved by the rule of its step"),
        "reject": _("rejected by the rule of its step"),
        "cancel": _("ended by the rule of its step"),
        "escalate": _("it goes to more people"),
    }
    return said.get(outcome, "")
