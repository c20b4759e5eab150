"""The rules of human work: who may do what with a task, and what a set of decisions comes to. Pure.

Rule 1: what a person may never do comes before what cannot be done now, so that a refusal names the real reason.
Rule 2: a tally counts decisions as they stand; a person who left keeps the decision taken before.
Rule 3: a quorum that was never within reach waits for people to join; one that no longer is, is rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final, Literal, assert_never

Verb = Literal[
    "see",
    "comment",
    "claim",
    "release",
    "assign",
    "draft",
    "complete",
    "decide",
    "ask",
    "answer",
    "delegate",
    "recall",
    "change-approvers",
]
OWN_REQUEST: Final = "own-request"


class Refusal(StrEnum):
    """Why not. What comes first is about the person (403), what follows about the state of the task (409)."""

    NOT_MEMBER = "not-member"  # it does not exist for this person
    NO_ROLE = "no-role"  # no role with the verb in the project
    NOT_CANDIDATE = "not-candidate"
    OWN_REQUEST = "own-request"  # four eyes: the person started the activity
    DISTINCT_FROM = "distinct-from"  # four eyes: the person acted in a step that is named
    NOT_DELEGATED = "not-delegated"  # recall: the person has delegated nothing
    NOT_ASKED = "not-asked"  # answer: the question is to somebody else
    NOT_ASSIGNEE = "not-assignee"  # release: it is somebody else's
    WRONG_KIND = "wrong-kind"  # an approval is not claimed, a task is not decided
    CLOSED = "closed"  # done or cancelled
    CLAIMED = "claimed"  # by somebody else
    DECIDED = "decided"  # by this person


STATE_REFUSALS: Final = frozenset({Refusal.WRONG_KIND, Refusal.CLOSED, Refusal.CLAIMED, Refusal.DECIDED})


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes."""


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the rules look at: one person before one task. `verbs` are the person's in the task's project."""

    kind: Literal["TASK", "APPROVAL"] = "TASK"
    open: bool = True
    verbs: frozenset[str] = frozenset()
    candidate: bool = False  # as a person, by role or by team
    anyone: bool = False  # nobody was named: everybody with the verb is a candidate
    assigned: Literal["", "me", "other"] = ""
    decided: bool = False
    barred: str = ""  # OWN_REQUEST, or the slug of the step whose actor this person is
    removed: bool = False  # as an approver, by an operator
    asked: bool = False  # a question waits for this person's answer
    delegated: bool = False  # this person has delegated it
    mandates: tuple[Mandate, ...] = ()  # of people who have delegated it to this person


@dataclass(frozen=True, slots=True)
class Mandate:
    """What an owner may, and lets somebody else do."""

    owner: int
    facts: TaskFacts


MANDATED: Final = frozenset({"draft", "complete", "decide", "ask"})


def may(facts: TaskFacts, verb: Verb) -> Allowed | Refusal:
    """Tell if the person may, or for an owner may, or the first reason why not."""
    own = _may(facts, verb)
    if isinstance(own, Allowed) or verb not in MANDATED or not facts.mandates:
        return own
    verdicts = [_may(_acting_for(facts, mandate.facts), verb) for mandate in facts.mandates]
    return next((verdict for verdict in verdicts if isinstance(verdict, Allowed)), verdicts[0])


def owner_of(facts: TaskFacts, verb: Verb) -> int | None:
    """Return for whom the person would act; None for themselves, as whoever may by their own right does."""
    if verb not in MANDATED or isinstance(_may(facts, verb), Allowed):
        return None
    able = (m.owner for m in facts.mandates if _may(_acting_for(facts, m.facts), verb) == Allowed())
    return next(able, None)


def _acting_for(facts: TaskFacts, owner: TaskFacts) -> TaskFacts:
    """A delegate may what the owner may, on this task; four eyes and one decision a person hold for both."""
    return replace(
        facts,
        verbs=facts.verbs | (owner.verbs & {"work", "decide"}) if "see" in facts.verbs else facts.verbs,
        candidate=owner.candidate,
        anyone=owner.anyone and "work" in owner.verbs,
        assigned=owner.assigned if owner.assigned == "me" else facts.assigned,
        decided=facts.decided or owner.decided,
        barred=facts.barred or owner.barred,
        removed=facts.removed or owner.removed,
    )


def _may(facts: TaskFacts, verb: Verb) -> Allowed | Refusal:
    if "see" not in facts.verbs:
        return Refusal.NOT_MEMBER
    match verb:
        case "see":
            return Allowed()
        case "comment":
            return Allowed() if "work" in facts.verbs else Refusal.NO_ROLE
        case "claim" | "draft" | "complete":
            return _may_work(facts)
        case "release":
            return _may_release(facts)
        case "assign":
            return _state(facts, "TASK") if "operate" in facts.verbs else Refusal.NO_ROLE
        case "decide":
            return _may_decide(facts)
        case "ask":
            return _may_decide(facts) if facts.kind == "APPROVAL" else _may_work(facts)
        case "answer":
            return _state(facts, facts.kind) if facts.asked else Refusal.NOT_ASKED
        case "delegate":
            return _may_decide(facts) if facts.kind == "APPROVAL" else _may_work(facts)
        case "change-approvers":
            return _state(facts, "APPROVAL") if "operate" in facts.verbs else Refusal.NO_ROLE
        case "recall":
            return _state(facts, facts.kind) if facts.delegated else Refusal.NOT_DELEGATED
        case _:
            assert_never(verb)


def _may_work(facts: TaskFacts) -> Allowed | Refusal:
    if facts.kind != "TASK":
        return Refusal.WRONG_KIND
    if "work" not in facts.verbs:
        return Refusal.NO_ROLE
    if not (facts.candidate or facts.anyone or facts.assigned == "me" or "administer" in facts.verbs):
        return Refusal.NOT_CANDIDATE
    if facts.open and facts.assigned == "other":
        return Refusal.CLAIMED
    return _state(facts, "TASK")


def _may_release(facts: TaskFacts) -> Allowed | Refusal:
    if "operate" not in facts.verbs and "work" not in facts.verbs:
        return Refusal.NO_ROLE
    if facts.assigned != "me" and "operate" not in facts.verbs:
        return Refusal.NOT_ASSIGNEE
    return _state(facts, "TASK")


def _may_decide(facts: TaskFacts) -> Allowed | Refusal:
    if facts.kind != "APPROVAL":
        return Refusal.WRONG_KIND
    if "decide" not in facts.verbs:
        return Refusal.NO_ROLE
    if facts.removed or not facts.candidate:
        return Refusal.NOT_CANDIDATE
    if facts.barred:
        return Refusal.OWN_REQUEST if facts.barred == OWN_REQUEST else Refusal.DISTINCT_FROM
    if facts.decided:
        return Refusal.DECIDED
    return _state(facts, "APPROVAL")


def _state(facts: TaskFacts, kind: Literal["TASK", "APPROVAL"]) -> Allowed | Refusal:
    if facts.kind != kind:
        return Refusal.WRONG_KIND
    return Allowed() if facts.open else Refusal.CLOSED


class Outcome(StrEnum):
    """How an approval ends; the values are the actions of its step."""

    APPROVED = "approved"
    REJECTED = "rejected"
    NEEDS_INFO = "needs-info"


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's decision."""

    person: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Rule:
    """When an approval is decided: `quorum` 1, n, "all" or "60%"; `reject_on` "first", n or "40%"."""

    quorum: int | str = 1
    reject_on: int | str = "first"


@dataclass(frozen=True, slots=True)
class Electorate:
    """Who may decide: `members` now; `departed` could have, and left."""

    members: frozenset[int]
    departed: frozenset[int] = frozenset()


def tally(votes: Iterable[Vote], rule: Rule, electorate: Electorate) -> Outcome | None:
    """Return what the decisions come to, None while it is open. Percent is of members and all who decided."""
    chosen = {vote.person: vote.outcome for vote in votes}
    if Outcome.NEEDS_INFO in chosen.values():
        return Outcome.NEEDS_INFO
    voters = electorate.members | chosen.keys()
    approved = sum(outcome is Outcome.APPROVED for outcome in chosen.values())
    rejected = len(chosen) - approved
    if rejected >= threshold(rule.reject_on, len(voters)):
        return Outcome.REJECTED
    needed = threshold(rule.quorum, len(voters))
    if approved >= needed:
        return Outcome.APPROVED
    was_within_reach = len(voters | electorate.departed) >= needed
    still_possible = approved + len(electorate.members - chosen.keys())
    return Outcome.REJECTED if was_within_reach and still_possible < needed else None


def threshold(wanted: int | str, people: int) -> int:
    """Return how many people `wanted` means: a count, "first", "all", or a percent, rounded up; at least one."""
    if isinstance(wanted, int):
        return max(1, wanted)
    if wanted == "first":
        return 1
    if wanted == "all":
        return max(1, people)
    return max(1, ceil(Fraction(wanted.removesuffix("%")) * people / 100))


def barred(
    person: int, *, requester: int | None, allow_own_request: bool, actors: Mapping[str, frozenset[int]]
) -> str:
    """Return why four eyes keep the person from deciding: OWN_REQUEST, a step's slug, or "" for nothing."""
    if person == requester and not allow_own_request:
        return OWN_REQUEST
    return next((step for step, people in actors.items() if person in people), "")
