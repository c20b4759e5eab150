"""Moving a task to a status of its organization by a program: a final one ends the task, as from the status list."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.errors import Conflict, Invalid
from plans.models import TaskStatus
from tasks import live, validation
from tasks.definitions import definition_of
from tasks.errors import FormInvalid
from tasks.models import Task, TaskEvent
from tasks.services import advance, close, fresh, held


def set_status(task: Task, slug: str) -> Task:
    """Set the status; a final one completes the task's step with the slug as its action.

    Raise Invalid for an unknown status or an approval, Conflict for a task that is closed with another status,
    FormInvalid where a final status needs a form that is not filled in.
    """
    if task.is_approval:
        raise Invalid(_('"%(task)s" is an approval; people decide it.') % {"task": task.title})
    status = TaskStatus.objects.filter(organization=task.organization_id, slug=slug).first()
    if status is None:
        raise Invalid(_('There is no task status "%(slug)s".') % {"slug": slug}, code="unknown-task-status")
    with held(task) as task:
        if task.status_slug == slug:
            return task
        if not task.is_open:
            words = {"task": task.title, "status": task.status_slug or task.status}
            raise Conflict(_('"%(task)s" is closed (%(status)s); its status stays.') % words)
        if status.status_type == TaskStatus.Type.DONE:
            return _finish(task, slug)
        open_tasks = Task.objects.open().filter(pk=task.pk)
        open_tasks.update(status_slug=slug, change_sequence=F("change_sequence") + 1)
        TaskEvent.objects.create(task=task, kind=TaskEvent.Kind.MOVED, detail=slug, at=timezone.now())
        live.announce(task.project_id)
        return fresh(task)


def _finish(task: Task, slug: str) -> Task:
    faults = validation.faults(definition_of(task.definition).form, task.data)
    if faults:
        words = {"task": task.title, "fields": ", ".join(sorted(faults))}
        raise FormInvalid(_('The form of "%(task)s" is not complete: %(fields)s.') % words, errors=faults)
    now = timezone.now()
    close(task, by=None, action=slug, at=now, status_slug=slug)
    if task.waited_for:
        result = {"action": slug, "data": task.data, "comment": "", "by": None, "at": now.isoformat()}
        advance(task, action=slug, result=result, by=None)
    return fresh(task)
