"""Asking back: a question to the requester or to somebody named keeps the work open until the answer is there."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from plans.errors import Conflict, Invalid
from plans.models import Person
from tasks import refusals
from tasks.models import Comment, Task
from tasks.notices import telling
from tasks.services import held, said


def ask(task: Task, *, by: Person, text: str, of: Person | None = None) -> Comment:
    """Put a question to `of`, without one to whoever started the activity; whoever may decide or finish asks.

    Nobody waits for the answer who does not want to: the work can be decided before.
    """
    with held(task) as task:
        refusals.require(task, by, "ask")
        asked = of or task.activity.started_by
        _check_asked(task, asked, by)
        now = timezone.now()
        made = Comment.objects.create(
            task=task, person=by, kind=Comment.Kind.QUESTION, asked=asked, text=said(text), at=now
        )
        telling.spoken_to(task, made.asked, made.text, by=by, name=f"comment:{made.pk}", at=now)
        return made


def answer(task: Task, *, by: Person, text: str, question: int | None = None) -> Comment:
    """Answer the question, without one the oldest that waits for the person; once."""
    with held(task) as task:
        refusals.require(task, by, "answer")
        mine = task.comments.unanswered().filter(asked=by)
        chosen = mine.first() if question is None else mine.filter(pk=question).first()
        if chosen is None:
            text = _("That question is answered, or it is to somebody else; load the task again.")
            raise Conflict(text, code="no-such-question")
        now = timezone.now()
        made = Comment.objects.create(
            task=task, person=by, kind=Comment.Kind.ANSWER, question=chosen, text=said(text), at=now
        )
        telling.spoken_to(task, chosen.person, made.text, by=by, name=f"comment:{made.pk}", at=now)
        return made


def on_record(task: Task) -> list[dict[str, Any]]:
    """Return the questions with their answers: `[{by, of, question, at, answer, answeredBy, answeredAt}]`."""
    rows = task.comments.filter(kind=Comment.Kind.QUESTION)
    return [_record(row) for row in rows.select_related("person", "asked", "answer__person")]


def whom(task: Task, by: Person) -> list[Person]:
    """Return who can be asked: the members of the project but oneself; who started the activity comes first."""
    members = Person.objects.filter(is_active=True, memberships__project=task.project_id).exclude(pk=by.pk)
    requester = task.activity.started_by_id
    return sorted(members.order_by("first_name", "username"), key=lambda person: person.pk != requester)


def _check_asked(task: Task, asked: Person | None, by: Person) -> None:
    if asked is None or asked.pk == by.pk:
        text = _("Name somebody else to ask: this activity was started by you or by a program.")
        raise Invalid(text, code="nobody-to-ask")
    member = asked.is_active and asked.memberships.filter(project=task.project_id).exists()
    if not member:
        text = _("%(person)s is no member of this project and could not answer; ask somebody who is.")
        raise Invalid(text % {"person": asked.name}, code="nobody-to-ask")


def _record(row: Comment) -> dict[str, Any]:
    given: Comment | None = getattr(row, "answer", None)
    return {
        "by": row.person.username if row.person else None,
        "of": row.asked.username if row.asked else None,
        "question": row.text,
        "at": row.at.isoformat(),
        "answer": given.text if given else None,
        "answeredBy": given.person.username if given and given.person else None,
        "answeredAt": given.at.isoformat() if given else None,
    }
