"""Who decides an approval, changed while it waits: operators add and remove people, and the decisions count anew."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.access import VERBS, may
from plans.errors import Conflict, Invalid
from plans.models import Person
from tasks import approvals, live, people, refusals
from tasks.models import Candidate, Elector, Task, TaskEvent
from tasks.services import fresh, held


def add(task: Task, *, by: Person, person: Person) -> Task:
    """Let the person decide as well, whatever the step names; who decides already stays as before."""
    with held(task) as task:
        refusals.require(task, by, "change-approvers")
        people.poll(task, timezone.now())
        if _elector(task, person) is not None:
            return task
        _check(task, person)
        task.electors.filter(person=person).update(removed_at=None)
        Candidate.objects.get_or_create(task=task, person=person)
        _note(task, TaskEvent.Kind.ADDED, by, person)
        approvals.retally(task)
        return fresh(task)


def remove(task: Task, *, by: Person, person: Person) -> Task:
    """Ask the person no longer, whatever roles they hold; a quorum out of reach by that rejects the approval.

    Refused for somebody who has decided: decisions stay.
    """
    with held(task) as task:
        refusals.require(task, by, "change-approvers")
        people.poll(task, timezone.now())
        elector = _elector(task, person)
        if elector is None:
            text = _("%(person)s does not decide this; nothing is to be removed.")
            raise Invalid(text % {"person": person.name}, code="no-such-approver")
        if task.decisions.filter(Q(person=person) | Q(owner=person)).exists():
            text = _("%(person)s has decided already, and a decision stays.")
            raise Conflict(text % {"person": person.name}, code="already-decided")
        task.electors.filter(pk=elector.pk).update(removed_at=timezone.now())
        _note(task, TaskEvent.Kind.REMOVED, by, person)
        approvals.retally(task)
        return fresh(task)


def current(task: Task) -> list[Person]:
    """Return who is asked and has not decided."""
    decided = {key for row in task.decisions.all() for key in (row.person_id, row.owner_id)}
    rows = task.electors.filter(left_at=None, barred="").select_related("person")
    return [row.person for row in rows if row.person_id not in decided]


def others(task: Task) -> list[Person]:
    """Return who could be added: whoever decides in the project, is not asked, and is not kept from it."""
    able = Person.objects.filter(
        is_active=True,
        memberships__project=task.project_id,
        memberships__roles__slug__in=VERBS["decide"],
    )
    asked = task.electors.filter(left_at=None).values("person")
    found = able.exclude(pk__in=asked).distinct().order_by("first_name", "username")
    return [person for person in found if not people.barred(task, person.pk)]


def _elector(task: Task, person: Person) -> Elector | None:
    return task.electors.filter(person=person, left_at=None, barred="").first()


def _check(task: Task, person: Person) -> None:
    words = {"person": person.name}
    if not may(person, "decide", task.project):
        text = _("%(person)s decides nothing in this project; choose an approver or admin of it.")
        raise Invalid(text % words, code="no-such-approver")
    if people.barred(task, person.pk):
        text = _("%(person)s started or did what is to be decided, and may not decide it.")
        raise Invalid(text % words, code="no-such-approver")


def _note(task: Task, kind: TaskEvent.Kind, by: Person, person: Person) -> None:
    TaskEvent.objects.create(task=task, kind=kind, person=by, subject=person, at=timezone.now())
    live.announce(task.project_id)
