"""The verbs of tasks: claim, release, assign, keep a draft, complete, comment. Decisions are in `tasks.approvals`.

What ends in the run locks the activity first, then the task; the rest is one compare-and-set on the task's row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import services as runs
from plans.access import may
from plans.errors import Conflict, Invalid, Refused
from plans.models import Person
from tasks import errors, live, people, policy, refusals, validation
from tasks.definitions import Definition, TaskAction, definition_of
from tasks.models import Comment, Task, TaskDraft, TaskEvent
from tasks.notices import telling

COMMENT_LENGTH: Final = 10_000


def claim(task: Task, *, by: Person) -> Task:
    """Take the task; claiming what one has claimed changes nothing."""
    refusals.require(task, by, "claim")
    if task.assignee_id == by.pk:
        return task
    now = timezone.now()
    with transaction.atomic():
        if not _change(Q(pk=task.pk, assignee=None), assignee=by, claimed_at=now):
            raise _overtaken(task, by, "claim")
        _record(task, TaskEvent.Kind.CLAIMED, by, at=now)
    return fresh(task)


def release(task: Task, *, by: Person) -> Task:
    """Give the task back, so that others may take it; the draft is kept."""
    refusals.require(task, by, "release")
    if task.assignee_id is None:
        return task
    with transaction.atomic():
        if not _change(Q(pk=task.pk, assignee=task.assignee_id), assignee=None, claimed_at=None):
            raise _overtaken(task, by, "release")
        _record(task, TaskEvent.Kind.RELEASED, by)
    return fresh(task)


def assign(task: Task, *, by: Person, to: Person) -> Task:
    """Give the task to a member of the project who works on tasks, whoever had it."""
    refusals.require(task, by, "assign")
    if not may(to, "work", task.project):
        text = _(
            "%(person)s does not work on tasks of %(project)s; choose a reviewer, approver or admin of it"
        )
        raise Invalid(text % {"person": to.name, "project": task.project.name}, code="no-such-assignee")
    now = timezone.now()
    with transaction.atomic():
        if not _change(Q(pk=task.pk), assignee=to, claimed_at=now):
            raise _overtaken(task, by, "assign")
        _record(task, TaskEvent.Kind.ASSIGNED, by, subject=to, at=now)
        telling.assigned(task, to=to, by=by, at=now)
    return fresh(task)


def save_draft(task: Task, *, by: Person, data: Any, comment: str = "") -> TaskDraft:
    """Keep what the person has typed so far, right or wrong; drafts of others are theirs."""
    refusals.require(task, by, "draft")
    problem = validation.storage_problem(data)
    if problem or not isinstance(data, Mapping):
        raise errors.FormInvalid(problem or _("form data is an object of fields and their values"))
    kept, _made = TaskDraft.objects.update_or_create(
        task=task,
        person=by,
        defaults={"data": data, "comment": text_of(comment), "updated_at": timezone.now()},
    )
    return kept


def comment(task: Task, *, by: Person, text: str) -> Comment:
    """Write a comment; a finished task can be commented as well."""
    refusals.require(task, by, "comment")
    now = timezone.now()
    with transaction.atomic():
        made = Comment.objects.create(task=task, person=by, text=said(text), at=now)
        telling.mentioned(task, made.text, by=by, name=f"comment:{made.pk}", at=now)
    return made


def complete(task: Task, *, by: Person, action: str, data: Any = None, comment: str = "") -> Task:
    """End the task with an action: check the form, keep it, and let the activity go on, in one transaction.

    Without `data` the person's draft is sent, or the form as it was prefilled. The same action by the same person
    again changes nothing. An action whose status is not final moves the task and leaves it open.
    """
    remark = text_of(comment)
    with held(task) as task:
        if task.status == Task.Status.DONE and task.done_by_id == by.pk and task.action == action:
            return task
        owner = refusals.require(task, by, "complete")
        definition = definition_of(task.definition)
        chosen = _chosen(task, definition, action)
        form = _form(task, by, data)
        _check(definition, chosen, form, remark)
        if not chosen.finishes:
            return _move(task, by, chosen, form, remark)
        return _finish(task, by, chosen, form, remark, owner=owner)


def withdraw(activity_id: UUID, position: int, *, reason: str) -> int:
    """Cancel the open tasks of a step; return how many. Called in a transaction, the activity locked."""
    now = timezone.now()
    waiting = Task.objects.open().filter(activity=activity_id, position=position).select_for_update()
    closed = dict(waiting.values_list("pk", "project"))
    for key in closed:
        _change(Q(pk=key), status=Task.Status.CANCELLED, reason=reason[:500], done_at=now)
        TaskEvent.objects.create(task_id=key, kind=TaskEvent.Kind.CANCELLED, detail=reason[:500], at=now)
    for project_id in set(closed.values()):
        live.announce(project_id)
    return len(closed)


@contextmanager
def held(task: Task) -> Iterator[Task]:
    """Lock the task's activity and then the task, in a transaction; give the task as it is now."""
    with runs.locked(task.activity_id):
        yield Task.objects.with_context().select_for_update(of=("self",)).get(pk=task.pk)


def fresh(task: Task) -> Task:
    """Return the task as the database has it now."""
    return Task.objects.with_context().get(pk=task.pk)


def text_of(text: str) -> str:
    """Return the text as it can be kept; raise Invalid for what is too long or no text."""
    clean = text.strip().replace("\r\n", "\n")
    if len(clean) > COMMENT_LENGTH:
        raise Invalid(_("A comment has %(most)d characters at most; shorten it.") % {"most": COMMENT_LENGTH})
    if "\x00" in clean or validation.storage_problem(clean):
        raise Invalid(_("The comment holds characters that are no text; type it again."))
    return clean


def said(text: str) -> str:
    """Return the text as it can be kept; raise CommentMissing for an empty one."""
    clean = text_of(text)
    if not clean:
        raise errors.CommentMissing(
            _("The comment is empty; write what you want to say."), errors=_at_comment()
        )
    return clean


def _chosen(task: Task, definition: Definition, slug: str) -> TaskAction:
    if not slug and not definition.offered():
        return TaskAction(slug="", label=_("Complete task"))
    found = definition.action(slug)
    if found is None:
        offered = ", ".join(action.slug for action in definition.offered()) or _("none: send no action")
        text = _('"%(task)s" has no action "%(action)s"; its actions are: %(offered)s')
        raise errors.UnknownAction(text % {"task": task.title, "action": slug, "offered": offered})
    return found


def _form(task: Task, by: Person, data: Any) -> Any:
    if data is not None:
        return data
    draft = task.drafts.filter(person=by).first()
    return draft.data if draft else task.data


def _check(definition: Definition, action: TaskAction, form: Any, remark: str) -> None:
    faults = validation.faults(definition.form, form, complete=action.complete)
    lacking = action.require_comment and not remark
    if faults:
        text = (
            _("%(count)d fields need another look.")
            if len(faults) > 1
            else _("One field needs another look.")
        )
        raise errors.FormInvalid(
            text % {"count": len(faults)}, errors=faults | (_at_comment() if lacking else {})
        )
    if lacking:
        text = action.comment_prompt or _('"%(action)s" takes a comment; write why.') % {
            "action": action.label
        }
        raise errors.CommentMissing(text, errors={"comment": [text]})


def _at_comment() -> dict[str, list[str]]:
    return {"comment": [_("Write a comment.")]}


def _move(task: Task, by: Person, action: TaskAction, form: Mapping[str, Any], remark: str) -> Task:
    _change(Q(pk=task.pk), data=form, status_slug=action.status_slug)
    _record(task, TaskEvent.Kind.MOVED, by, detail=action.status_slug)
    if remark:
        Comment.objects.create(task=task, person=by, text=remark, at=timezone.now())
    return fresh(task)


def _finish(
    task: Task, by: Person, action: TaskAction, form: Mapping[str, Any], remark: str, *, owner: int | None
) -> Task:
    now = timezone.now()
    ended = {"data": form, "comment": remark, "status_slug": action.status_slug, "done_for_id": owner}
    close(task, by=by, action=action.slug, at=now, **ended)
    task.drafts.filter(person=by).delete()
    if not task.waited_for:
        return fresh(task)
    result = {
        "action": action.slug or None,
        "data": form,
        "comment": remark,
        "by": by.username,
        "at": now.isoformat(),
    }
    advance(task, action=action.slug or None, result=result, by=by)
    return fresh(task)


def close(task: Task, *, by: Person | None, action: str, at: datetime, **fields: Any) -> None:
    """Mark the task done, once; raise the 409 that says who was first. In a transaction, the task locked."""
    done = {"status": Task.Status.DONE, "action": action, "done_by": by, "done_at": at}
    if not _change(Q(pk=task.pk), **done, **fields):
        raise refusals.closed(fresh(task))
    _record(task, TaskEvent.Kind.FINISHED, by, detail=action, at=at)
    telling.decided(task, outcome=action, by=by, at=at)


def advance(task: Task, *, action: str | None, result: dict[str, Any], by: Person | None) -> None:
    """Complete the task's step; raise the 409 of a step that waits no longer. In a transaction, all locked."""
    if not runs.complete_step(
        task.activity_id, task.step_slug, run=task.run, action=action, result=result, by=by
    ):
        raise refusals.gone(task)


def _change(which: Q, **fields: Any) -> bool:
    """Change the task if it is still open and as `which` says."""
    found = Task.objects.open().filter(which)
    return bool(found.update(change_sequence=F("change_sequence") + 1, **fields))


def _overtaken(task: Task, by: Person, verb: policy.Verb) -> Refused:
    """Somebody else was faster: say what the rules say of the task as it is now."""
    now = fresh(task)
    verdict = policy.may(people.facts(now, by), verb)
    if isinstance(verdict, policy.Refusal):
        return refusals.refusal(now, by, verdict, verb)
    return Conflict(_('"%(task)s" has just changed; look at it and try again.') % {"task": task.title})


def _record(
    task: Task,
    kind: TaskEvent.Kind,
    by: Person | None,
    *,
    subject: Person | None = None,
    detail: str = "",
    at: datetime | None = None,
) -> None:
    TaskEvent.objects.create(
        task=task, kind=kind, person=by, subject=subject, detail=detail, at=at or timezone.now()
    )
    live.announce(task.project_id)
