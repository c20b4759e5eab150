"""The rules' refusals as sentences: who, what, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.errors import NotFound, Refused
from plans.models import Person
from tasks import errors, people, policy
from tasks.models import Task


def require(task: Task, by: Person, verb: policy.Verb) -> int | None:
    """Raise the refusal of `policy.may`, in words; return for whom the person acts, None for themselves."""
    facts = people.facts(task, by)
    verdict = policy.may(facts, verb)
    if isinstance(verdict, policy.Refusal):
        raise refusal(task, by, verdict, verb)
    return policy.owner_of(facts, verb)


def refusal(task: Task, by: Person, why: policy.Refusal, verb: policy.Verb) -> Refused:
    """Return the exception that says why `by` may not."""
    match why:
        case policy.Refusal.NOT_MEMBER:
            return NotFound(_("There is no such task."))
        case policy.Refusal.CLOSED:
            return closed(task)
        case policy.Refusal.CLAIMED:
            return _claimed(task)
        case policy.Refusal.WRONG_KIND:
            return errors.WrongKind(
                _("An approval is decided, not claimed or finished.")
                if task.is_approval
                else _("A task is finished with one of its actions, not decided.")
            )
        case policy.Refusal.DECIDED:
            return decided(task, by)
        case _:
            return errors.NotEntitled(_not_entitled(task, by, why, verb), reason=why.value)


def closed(task: Task) -> Refused:
    """Return the 409 of a task that is done or cancelled: who was first, when, and with what."""
    if task.status == Task.Status.CANCELLED:
        text = _('"%(task)s" was withdrawn: %(reason)s.') % {"task": task.title, "reason": task.reason}
        return errors.TaskClosed(text)
    who = task.done_by.name if task.done_by else _("Somebody")
    text = _('%(who)s was first: "%(task)s" was ended with %(action)s on %(when)s.') % {
        "who": who,
        "task": task.title,
        "action": task.action or _("no action"),
        "when": when(task.done_at),
    }
    return errors.TaskClosed(text, by=who, at=_iso(task.done_at), action=task.action or None)


def gone(task: Task) -> Refused:
    """Return the 409 of a task whose step waits no longer."""
    text = _('The step "%(step)s" of "%(activity)s" waits no longer; open the activity to see why.')
    return errors.TaskClosed(text % {"step": task.step_slug, "activity": task.activity.title})


def decided(task: Task, by: Person) -> Refused:
    """Return the 409 of a person who has decided otherwise before, or for whom somebody has."""
    mine = task.decisions.filter(Q(person=by) | Q(owner=by)).select_related("person").first()
    if mine is None or mine.person_id != by.pk:
        text = _("%(who)s has decided this for you, or you would decide twice for one person; once is all.")
        return errors.AlreadyDecided(text % {"who": mine.person.name if mine else _("Somebody")})
    text = _("You have decided %(outcome)s on %(when)s; a decision is not changed.") % {
        "outcome": mine.outcome,
        "when": when(mine.at),
    }
    return errors.AlreadyDecided(text, by=by.name, at=_iso(mine.at), outcome=mine.outcome)


def when(at: datetime | None) -> str:
    """Return the instant as people read it, in the zone of the request."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S %Z") if at else _("an unknown date")


def _claimed(task: Task) -> Refused:
    who = task.assignee.name if task.assignee else _("Somebody")
    text = _(
        '%(who)s has claimed "%(task)s" on %(when)s; ask them to release it, or an operator to reassign it.'
    )
    return errors.TaskClaimed(
        text % {"who": who, "task": task.title, "when": when(task.claimed_at)},
        by=who,
        at=_iso(task.claimed_at),
    )


def _not_entitled(task: Task, by: Person, why: policy.Refusal, verb: policy.Verb) -> str:
    match why:
        case policy.Refusal.OWN_REQUEST:
            if task.activity.started_by_id != by.pk:
                return _(
                    "Whoever delegated this to you started the activity; nobody decides their own request."
                )
            return _(
                "You started this activity, and nobody decides their own request; it waits for somebody else."
            )
        case policy.Refusal.DISTINCT_FROM:
            step = people.barred(task, by.pk)
            if not step:
                return _("Whoever delegated this to you may not decide it, so you may not for them.")
            text = _('You acted in the step "%(step)s", and this decision takes somebody who did not.')
            return text % {"step": step}
        case policy.Refusal.NOT_ASSIGNEE:
            return _("It is not yours to release; an operator can reassign it.")
        case policy.Refusal.NOT_DELEGATED:
            return _("You have not delegated this, so there is nothing to take back.")
        case policy.Refusal.NOT_ASKED:
            return _("No question waits for your answer here; a comment says something all the same.")
        case policy.Refusal.NOT_CANDIDATE:
            text = _('"%(task)s" is for %(candidates)s; you are none of them.')
            return text % {"task": task.title, "candidates": candidates_in_words(task)}
        case _:
            text = _('You may not %(verb)s "%(task)s": that takes another role in the project.')
            return text % {"verb": verb, "task": task.title}


def candidates_in_words(task: Task) -> str:
    """Return for whom the task is, as one phrase."""
    rows = task.candidates.select_related("person", "team")
    names = [row.person.name if row.person else row.team.name if row.team else row.role for row in rows]
    return ", ".join(names) or _("everybody who works on tasks")


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
