"""What the page of a task shows: gathered once, drawn by templates without logic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from plans import access
from plans.errors import Refused
from plans.models import Person
from tasks import approvals, approvers, asking, delegation, inbox, people, policy, refusals
from tasks.definitions import Definition, TaskAction, definition_of, words
from tasks.evidence import evidence, facts_of
from tasks.forms import Section, flat, labels, sections
from tasks.models import Comment, Decision, Task
from tasks.shelf import shelf
from tasks.timeline import action_label, timeline

VERBS: tuple[policy.Verb, ...] = (
    "comment",
    "claim",
    "release",
    "assign",
    "complete",
    "decide",
    "ask",
    "answer",
    "delegate",
    "recall",
    "change-approvers",
)


class Typed(Protocol):
    """What was typed and refused; empty when the page is opened."""

    @property
    def data(self) -> Mapping[str, Any] | None:
        """The form as sent."""

    @property
    def comment(self) -> str:
        """The comment as sent."""

    @property
    def errors(self) -> Mapping[str, list[str]]:
        """What is wrong, by JSON pointer; `comment` for the comment."""

    @property
    def refused(self) -> Refused | None:
        """Why."""


def context_of(task: Task, person: Person, typed: Typed, *, document: str) -> dict[str, Any]:
    """Return the context of `tasks/task.html` and `tasks/approval.html`."""
    facts = people.facts(task, person)
    can = {verb: isinstance(policy.may(facts, verb), policy.Allowed) for verb in VERBS}
    beside = shelf(task.activity_id, document)
    shared = {
        "task": task,
        "can": can,
        "why_not": _why_not(task, person, facts),
        "refused": typed.refused,
        "comment_errors": typed.errors.get("comment", ()),
        "for_whom": refusals.candidates_in_words(task),
        "priority": inbox.PRIORITIES.get(task.priority, ""),
        "overdue": task.is_open and task.due_at is not None and task.due_at < timezone.now(),
        "ended": action_label(task),
        "documents": beside.documents,
        "document": beside.chosen,
        "shelf": beside,
        "evidence": evidence(task),
        "timeline": timeline(task),
        "questions": _questions(task, person),
        "delegations": delegation.in_force(task) if task.is_open else (),
        "delegates": delegation.delegates(task, person) if can["delegate"] else (),
        "askable": asking.whom(task, person) if can["ask"] else (),
        "following": None
        if task.is_open and (can["complete"] or can["decide"])
        else inbox.following(person, task),
        "members": _assignable(task) if can["assign"] else (),
        "activity_url": reverse("activities:activity", args=[task.activity_id]),
        "breadcrumbs": [{"label": _("Inbox"), "url": reverse("tasks:inbox")}, {"label": task.title}],
    }
    return shared | (
        _of_approval(task, person, typed, changes=can["change-approvers"])
        if task.is_approval
        else _of_form(task, person, typed)
    )


def _questions(task: Task, person: Person) -> dict[str, Sequence[Comment]]:
    """Questions to the person that wait for an answer, and answers to what the person asked."""
    if not task.is_open:
        return {}
    told = task.comments.select_related("person", "question")
    return {
        "to_me": list(task.comments.unanswered().filter(asked=person).select_related("person")),
        "answered": list(told.filter(kind=Comment.Kind.ANSWER, question__person=person)),
    }


def _of_form(task: Task, person: Person, typed: Typed) -> dict[str, Any]:
    definition = definition_of(task.definition)
    draft = task.drafts.filter(person=person).first() if task.is_open else None
    kept = draft.data if draft else task.data
    values = typed.data if typed.data is not None and task.is_open else kept
    drawn = (
        sections(definition.form, definition.layout, values, errors=typed.errors) if definition.form else ()
    )
    unplaced = _unplaced(typed.errors, drawn)
    return {
        "sections": drawn,
        "form_errors": unplaced,
        "given": facts_of(task.given),
        "filled": facts_of(task.data, labels(definition.form)) if not task.is_open else (),
        "lost": facts_of(typed.data, labels(definition.form)) if typed.data and not task.is_open else (),
        "lost_comment": typed.comment if not task.is_open else "",
        "actions": _buttons(definition),
        "comment": typed.comment or (draft.comment if draft else ""),
        "draft": draft if typed.refused is None else None,
    }


def _of_approval(task: Task, person: Person, typed: Typed, *, changes: bool) -> dict[str, Any]:
    return {
        "outcomes": [_outcome(task, outcome) for outcome in approvals.outcomes(task)],
        "comment": typed.comment,
        "decisions": task.decisions.select_related("person", "owner"),
        "waits_for": _waits_for(task),
        "approvers": approvers.current(task) if changes else (),
        "others": approvers.others(task) if changes else (),
        "rule": _rule_in_words(task),
        "condition": (task.rule.get("criteria") or {}).get("condition", ""),
        "criteria": facts_of(
            {k: v for k, v in (task.rule.get("criteria") or {}).items() if k != "condition"}
        ),
        "mine": task.decisions.filter(person=person).first(),
    }


def _why_not(task: Task, person: Person, facts: policy.TaskFacts) -> str:
    """Why the person cannot do an open task, in a sentence; "" where they can or nobody could."""
    verdict = policy.may(facts, "decide" if task.is_approval else "complete")
    if isinstance(verdict, policy.Allowed) or not task.is_open:
        return ""
    return refusals.refusal(task, person, verdict, "decide" if task.is_approval else "complete").message


def _assignable(task: Task) -> Sequence[Person]:
    able = Person.objects.filter(
        is_active=True,
        memberships__project=task.project_id,
        memberships__roles__slug__in=access.VERBS["work"],
    )
    return list(able.distinct().order_by("first_name", "username"))


def _unplaced(errors: Mapping[str, list[str]], drawn: Sequence[Section]) -> list[str]:
    """Errors that no field of the form shows, so that none is lost."""
    shown = {message for field in flat(drawn) for message in field.errors}
    return [
        f"{pointer}: {message}" if pointer else message
        for pointer, found in errors.items()
        for message in found
        if pointer != "comment" and message not in shown
    ]


def _buttons(definition: Definition) -> list[dict[str, Any]]:
    offered = definition.offered()
    primary = next((action.slug for action in offered if action.style == "primary"), None)
    primary = primary if primary is not None else next((a.slug for a in offered if a.style != "danger"), None)
    buttons = [
        {
            "slug": action.slug,
            "label": action.label,
            "class": "button-primary"
            if action.slug == primary
            else "button-danger"
            if action.style == "danger"
            else "",
            "key": action.shortcut,
            "comment": action.require_comment,
            "prompt": action.comment_prompt,
            "complete": action.complete,
        }
        for action in offered
    ]
    # The primary one first: it is at the same place on every page, and it is what Ctrl Enter presses.
    buttons.sort(key=lambda button: button["class"] != "button-primary")
    alone = {"slug": "", "label": _("Complete task"), "class": "button-primary", "key": "", "complete": True}
    return buttons or [alone]


def _look(action: TaskAction, primary: str | None) -> str:
    if action.slug == primary:
        return "button-primary"
    return "button-danger" if action.style == "danger" else ""


def _outcome(task: Task, outcome: str) -> dict[str, Any]:
    look = {
        Decision.Outcome.APPROVED.value: (_("Approve"), "button-primary", "a"),
        Decision.Outcome.REJECTED.value: (_("Reject"), "button-danger", "r"),
        Decision.Outcome.NEEDS_INFO.value: (_("Send back"), "", "b"),
    }
    label, style, key = look[outcome]
    return {
        "slug": outcome,
        "label": label,
        "class": style,
        "key": key,
        "comment": approvals.takes_comment(task, outcome),
    }


def _waits_for(task: Task) -> list[str]:
    if not task.is_open:
        return []
    decided = {person for row in task.decisions.all() for person in (row.person_id, row.owner_id)}
    able = task.electors.filter(left_at=None, barred="").select_related("person")
    waiting = [row for row in able if row.person_id not in decided]
    return [row.person.name for row in waiting]


def _rule_in_words(task: Task) -> list[str]:
    rule = task.rule
    quorum, reject = rule.get("quorum", 1), rule.get("rejectOn", "first")
    said = [
        _("One approval is enough.")
        if quorum == 1
        else _("All have to approve.")
        if quorum == "all"
        else _("%(quorum)s have to approve.") % {"quorum": quorum},
    ]
    if reject not in {"first", 1}:
        said.append(_("%(count)s rejections reject it.") % {"count": reject})
    if not rule.get("allowOwnRequest"):
        said.append(_("Whoever started the activity does not decide."))
    if rule.get("distinctFrom"):
        steps = ", ".join(words(step) for step in rule["distinctFrom"])
        said.append(_("Nor does whoever acted in: %(steps)s.") % {"steps": steps})
    return said
