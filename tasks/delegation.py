"""Delegating one task: somebody else may do it, its owner stays responsible and may take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.errors import Invalid
from plans.models import Person
from tasks import live, people, refusals
from tasks.models import Delegation, Task, TaskEvent
from tasks.services import fresh, held


def delegate(task: Task, *, by: Person, to: Person, until: datetime | None = None) -> Task:
    """Let `to` do what `by` may with the task, up to `until`; an earlier delegation by the same person ends.

    Only one's own right is delegated, never what was delegated. Four eyes hold for both: who may not decide is
    refused as a delegate, and whoever decides first has decided for both.
    """
    now = timezone.now()
    with held(task) as task:
        refusals.require(task, by, "delegate")
        _check_delegate(task, by, to)
        if until is not None and until <= now:
            raise Invalid(_("The delegation would be over already; choose a later date."), code="in-the-past")
        task.delegations.filter(owner=by, ended_at=None).update(ended_at=now)
        Delegation.objects.create(task=task, owner=by, delegate=to, until=until, at=now)
        said = until.isoformat() if until else ""
        TaskEvent.objects.create(
            task=task, kind=TaskEvent.Kind.DELEGATED, person=by, subject=to, detail=said, at=now
        )
        live.announce(task.project_id)
        return fresh(task)


def recall(task: Task, *, by: Person) -> Task:
    """Take back what the person has delegated."""
    now = timezone.now()
    with held(task) as task:
        refusals.require(task, by, "recall")
        for row in task.delegations.in_force(now).filter(owner=by):
            task.delegations.filter(pk=row.pk).update(ended_at=now)
            TaskEvent.objects.create(
                task=task, kind=TaskEvent.Kind.RECALLED, person=by, subject_id=row.delegate_id, at=now
            )
        live.announce(task.project_id)
        return fresh(task)


def in_force(task: Task) -> Sequence[Delegation]:
    """Return who may do the task for whom now."""
    return list(task.delegations.in_force(timezone.now()).select_related("owner", "delegate"))


def delegates(task: Task, by: Person) -> list[Person]:
    """Return to whom the person could delegate the task, by name."""
    members = Person.objects.filter(is_active=True, memberships__project=task.project_id).exclude(pk=by.pk)
    return [person for person in members.order_by("first_name", "username") if not _why_not(task, by, person)]


def _check_delegate(task: Task, by: Person, to: Person) -> None:
    why = _why_not(task, by, to)
    if why:
        raise Invalid(why, code="no-such-delegate")


def _why_not(task: Task, by: Person, to: Person) -> str:
    words = {"person": to.name}
    if to.pk == by.pk:
        return _("It is yours already; delegate it to somebody else.")
    if not to.is_active or not to.memberships.filter(project=task.project_id).exists():
        return _("%(person)s is no member of this project; delegate it to somebody who is.") % words
    if not task.is_approval:
        return ""
    if people.barred(task, to.pk):
        return _("%(person)s started or did what is to be decided, and may not decide it for you.") % words
    if task.decisions.filter(Q(person=to) | Q(owner=to)).exists():
        return _("%(person)s has decided it already, and nobody decides twice.") % words
    return ""
