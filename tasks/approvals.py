"""The verbs of approvals: decide, and count again when people joined or left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from plans.models import Person
from tasks import asking, errors, live, people, policy, refusals
from tasks.models import Decision, Task
from tasks.services import advance, close, fresh, held, text_of


def decide(task: Task, *, by: Person, outcome: str, comment: str = "") -> Task:
    """Take a person's decision, count, and let the activity go on if that settles it, in one transaction.

    The same decision by the same person again changes nothing; another one is refused, for decisions stay.
    """
    remark = text_of(comment)
    with held(task) as task:
        mine = task.decisions.filter(person=by).first()
        if mine is not None and mine.outcome == outcome:
            return task
        owner = refusals.require(task, by, "decide")
        chosen = _checked(task, outcome, remark)
        now = timezone.now()
        Decision.objects.create(task=task, person=by, owner_id=owner, outcome=chosen, comment=remark, at=now)
        live.announce(task.project_id)
        _settle(task, by=by, at=now)
        return fresh(task)


def retally(task: Task) -> Task:
    """Count an approval again after people joined or left the project, a role or a team."""
    with held(task) as task:
        if task.is_open and task.is_approval:
            _settle(task, by=None, at=timezone.now())
        return fresh(task)


def outcomes(task: Task) -> list[str]:
    """Return what can be decided: sending back only where a dependency takes it."""
    offered = [Decision.Outcome.APPROVED.value, Decision.Outcome.REJECTED.value]
    return [*offered, Decision.Outcome.NEEDS_INFO.value] if task.rule.get("offersNeedsInfo") else offered


def takes_comment(task: Task, outcome: str) -> bool:
    """Tell if the decision needs a comment: a question always, a rejection where the step says so."""
    if outcome == Decision.Outcome.NEEDS_INFO:
        return True
    return outcome == Decision.Outcome.REJECTED and bool(task.rule.get("requireComment"))


def result_of(task: Task, outcome: str) -> dict[str, Any]:
    """Return the result of the step: `{outcome, decisions: [{by, outcome, comment, at}]}`, with `for` whom a
    delegate decided, and the `questions` that were asked.
    """
    decisions = task.decisions.select_related("person", "owner")
    questions = asking.on_record(task)
    return ({"questions": questions} if questions else {}) | {
        "outcome": outcome,
        "decisions": [
            {
                "by": decision.person.username,
                "outcome": decision.outcome,
                "comment": decision.comment,
                "at": decision.at.isoformat(),
            }
            | ({"for": decision.owner.username} if decision.owner else {})
            for decision in decisions
        ],
    }


def _checked(task: Task, outcome: str, remark: str) -> str:
    if outcome not in outcomes(task):
        text = _('"%(outcome)s" cannot be decided here; what can is: %(offered)s')
        raise errors.UnknownAction(text % {"outcome": outcome, "offered": ", ".join(outcomes(task))})
    if takes_comment(task, outcome) and not remark:
        text = (
            _("Sending back takes a comment: write what is missing.")
            if outcome == Decision.Outcome.NEEDS_INFO
            else _("A rejection takes a comment here: write why.")
        )
        raise errors.CommentMissing(text, errors={"comment": [text]})
    return outcome


def _settle(task: Task, *, by: Person | None, at: datetime) -> None:
    electorate = people.poll(task, at)
    votes = [
        policy.Vote(row.owner_id or row.person_id, policy.Outcome(row.outcome))
        for row in task.decisions.all()
    ]
    rule = policy.Rule(quorum=task.rule.get("quorum", 1), reject_on=task.rule.get("rejectOn", "first"))
    outcome = policy.tally(votes, rule, electorate)
    if outcome is None:
        return
    close(task, by=by, action=outcome.value, at=at)
    advance(task, action=outcome.value, result=result_of(task, outcome.value), by=by)
