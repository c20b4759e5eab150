"""The rules of human work, as tables and properties."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.policy import (
    OWN_REQUEST,
    Allowed,
    Electorate,
    Mandate,
    Outcome,
    Refusal,
    Rule,
    TaskFacts,
    Vote,
    barred,
    may,
    owner_of,
    tally,
    threshold,
)

YES, NO, BACK = Outcome.APPROVED, Outcome.REJECTED, Outcome.NEEDS_INFO
REVIEWER = frozenset({"see", "work", "start"})
APPROVER = REVIEWER | {"decide"}
OPERATOR = frozenset({"see", "start", "operate", "wire"})
VIEWER = frozenset({"see"})
ADMIN = APPROVER | OPERATOR | {"author", "administer"}
TASK = TaskFacts(verbs=REVIEWER, candidate=True)
APPROVAL = TaskFacts(kind="APPROVAL", verbs=APPROVER, candidate=True)


@pytest.mark.parametrize(
    ("facts", "verb", "verdict"),
    [
        (replace(TASK, verbs=frozenset()), "see", Refusal.NOT_MEMBER),
        (replace(TASK, verbs=frozenset()), "complete", Refusal.NOT_MEMBER),
        (replace(TASK, verbs=VIEWER), "see", Allowed()),
        (replace(TASK, verbs=VIEWER), "comment", Refusal.NO_ROLE),
        (replace(TASK, verbs=VIEWER), "claim", Refusal.NO_ROLE),
        (replace(TASK, verbs=OPERATOR), "complete", Refusal.NO_ROLE),
        (replace(TASK, candidate=False), "comment", Allowed()),
        (TASK, "claim", Allowed()),
        (TASK, "draft", Allowed()),
        (TASK, "complete", Allowed()),
        (replace(TASK, candidate=False), "claim", Refusal.NOT_CANDIDATE),
        (replace(TASK, candidate=False, anyone=True), "claim", Allowed()),
        (replace(TASK, candidate=False, assigned="me"), "complete", Allowed()),
        (replace(TASK, candidate=False, verbs=ADMIN), "complete", Allowed()),
        (replace(TASK, assigned="me"), "complete", Allowed()),
        (replace(TASK, assigned="other"), "complete", Refusal.CLAIMED),
        (replace(TASK, assigned="other"), "claim", Refusal.CLAIMED),
        (replace(TASK, assigned="other", open=False), "complete", Refusal.CLOSED),
        (replace(TASK, open=False), "complete", Refusal.CLOSED),
        (replace(TASK, open=False, candidate=False), "complete", Refusal.NOT_CANDIDATE),
        (replace(TASK, open=False), "comment", Allowed()),
        (replace(TASK, assigned="me"), "release", Allowed()),
        (replace(TASK, assigned="other"), "release", Refusal.NOT_ASSIGNEE),
        (replace(TASK, assigned="other", verbs=OPERATOR), "release", Allowed()),
        (replace(TASK, verbs=VIEWER), "release", Refusal.NO_ROLE),
        (replace(TASK, verbs=OPERATOR), "assign", Allowed()),
        (TASK, "assign", Refusal.NO_ROLE),
        (replace(TASK, verbs=OPERATOR, open=False), "assign", Refusal.CLOSED),
        (TASK, "decide", Refusal.WRONG_KIND),
        (APPROVAL, "complete", Refusal.WRONG_KIND),
        (APPROVAL, "claim", Refusal.WRONG_KIND),
        (replace(APPROVAL, verbs=ADMIN), "assign", Refusal.WRONG_KIND),
        (APPROVAL, "decide", Allowed()),
        (replace(APPROVAL, verbs=REVIEWER), "decide", Refusal.NO_ROLE),
        (replace(APPROVAL, candidate=False), "decide", Refusal.NOT_CANDIDATE),
        (replace(APPROVAL, candidate=False, verbs=ADMIN), "decide", Refusal.NOT_CANDIDATE),
        (replace(APPROVAL, barred=OWN_REQUEST), "decide", Refusal.OWN_REQUEST),
        (replace(APPROVAL, barred="review"), "decide", Refusal.DISTINCT_FROM),
        (replace(APPROVAL, decided=True), "decide", Refusal.DECIDED),
        (replace(APPROVAL, open=False), "decide", Refusal.CLOSED),
        (APPROVAL, "ask", Allowed()),
        (replace(APPROVAL, barred=OWN_REQUEST), "ask", Refusal.OWN_REQUEST),
        (replace(APPROVAL, decided=True), "ask", Refusal.DECIDED),
        (replace(APPROVAL, open=False), "ask", Refusal.CLOSED),
        (TASK, "ask", Allowed()),
        (replace(TASK, candidate=False), "ask", Refusal.NOT_CANDIDATE),
        (replace(TASK, assigned="other"), "ask", Refusal.CLAIMED),
        (APPROVAL, "answer", Refusal.NOT_ASKED),
        (replace(APPROVAL, removed=True), "decide", Refusal.NOT_CANDIDATE),
        (replace(APPROVAL, verbs=OPERATOR), "change-approvers", Allowed()),
        (replace(APPROVAL, verbs=OPERATOR, open=False), "change-approvers", Refusal.CLOSED),
        (replace(TASK, verbs=OPERATOR), "change-approvers", Refusal.WRONG_KIND),
        (APPROVAL, "change-approvers", Refusal.NO_ROLE),
        (replace(APPROVAL, verbs=VIEWER, candidate=False, asked=True), "answer", Allowed()),
        (replace(TASK, asked=True), "answer", Allowed()),
        (replace(TASK, asked=True, open=False), "answer", Refusal.CLOSED),
        (replace(TASK, asked=True, verbs=frozenset()), "answer", Refusal.NOT_MEMBER),
    ],
)
def test_who_may_do_what(facts, verb, verdict):
    assert may(facts, verb) == verdict


OWNED = Mandate(7, APPROVAL)
LOOKER = TaskFacts(kind="APPROVAL", verbs=VIEWER, mandates=(OWNED,))


@pytest.mark.parametrize(
    ("facts", "verb", "verdict", "owner"),
    [
        (LOOKER, "decide", Allowed(), 7),
        (LOOKER, "ask", Allowed(), 7),
        (LOOKER, "delegate", Refusal.NO_ROLE, None),  # what was delegated is not delegated on
        (replace(LOOKER, verbs=frozenset()), "decide", Refusal.NOT_MEMBER, None),
        (replace(LOOKER, barred=OWN_REQUEST), "decide", Refusal.OWN_REQUEST, None),
        (replace(LOOKER, decided=True), "decide", Refusal.DECIDED, None),
        (replace(LOOKER, open=False), "decide", Refusal.CLOSED, None),
        (replace(APPROVAL, mandates=(OWNED,)), "decide", Allowed(), None),  # in one's own right first
        (
            replace(LOOKER, mandates=(Mandate(7, replace(APPROVAL, barred=OWN_REQUEST)),)),
            "decide",
            Refusal.OWN_REQUEST,
            None,
        ),
        (
            replace(LOOKER, mandates=(Mandate(7, replace(APPROVAL, barred="review")),)),
            "decide",
            Refusal.DISTINCT_FROM,
            None,
        ),
        (
            replace(LOOKER, mandates=(Mandate(7, replace(APPROVAL, decided=True)),)),
            "decide",
            Refusal.DECIDED,
            None,
        ),
        (
            replace(LOOKER, mandates=(Mandate(7, replace(APPROVAL, candidate=False)),)),
            "decide",
            Refusal.NOT_CANDIDATE,
            None,
        ),
        (
            replace(LOOKER, mandates=(Mandate(7, replace(APPROVAL, verbs=REVIEWER)),)),
            "decide",
            Refusal.NO_ROLE,
            None,
        ),
        (
            replace(LOOKER, mandates=(Mandate(7, replace(APPROVAL, decided=True)), Mandate(8, APPROVAL))),
            "decide",
            Allowed(),
            8,
        ),
        (
            TaskFacts(verbs=VIEWER, assigned="other", mandates=(Mandate(7, replace(TASK, assigned="me")),)),
            "complete",
            Allowed(),
            7,
        ),
        (
            TaskFacts(
                verbs=VIEWER, assigned="other", mandates=(Mandate(7, replace(TASK, assigned="other")),)
            ),
            "complete",
            Refusal.CLAIMED,
            None,
        ),
        (TaskFacts(verbs=VIEWER, mandates=(Mandate(7, TASK),)), "claim", Refusal.NO_ROLE, None),
        (replace(LOOKER, removed=True), "decide", Refusal.NOT_CANDIDATE, None),  # not by a way round either
        (TASK, "delegate", Allowed(), None),
        (APPROVAL, "delegate", Allowed(), None),
        (replace(APPROVAL, barred=OWN_REQUEST), "delegate", Refusal.OWN_REQUEST, None),
        (replace(APPROVAL, decided=True), "delegate", Refusal.DECIDED, None),
        (TASK, "recall", Refusal.NOT_DELEGATED, None),
        (replace(TASK, delegated=True), "recall", Allowed(), None),
        (replace(TASK, delegated=True, open=False), "recall", Refusal.CLOSED, None),
    ],
)
def test_a_delegate_may_what_the_owner_may_and_four_eyes_hold_for_both(facts, verb, verdict, owner):
    assert may(facts, verb) == verdict
    assert owner_of(facts, verb) == owner


@pytest.mark.parametrize(
    ("wanted", "people", "count"),
    [
        (1, 5, 1),
        (3, 5, 3),
        (7, 5, 7),
        ("first", 5, 1),
        ("all", 5, 5),
        ("all", 0, 1),
        ("60%", 5, 3),
        ("60%", 3, 2),
        ("60%", 4, 3),
        ("33.4%", 3, 2),
        ("33.3%", 3, 1),
        ("100%", 3, 3),
        ("0%", 3, 1),
        ("1%", 3, 1),
    ],
)
def test_percent_rounds_up_and_is_at_least_one(wanted, people, count):
    assert threshold(wanted, people) == count


@pytest.mark.parametrize(
    ("members", "departed", "votes", "rule", "outcome"),
    [
        ("abc", "", {}, Rule(), None),
        ("abc", "", {"a": YES}, Rule(), YES),
        ("abc", "", {"a": NO}, Rule(), NO),
        ("abc", "", {"a": BACK}, Rule(), BACK),
        ("abc", "", {"a": YES}, Rule(quorum=2), None),
        ("abc", "", {"a": YES, "b": YES}, Rule(quorum=2), YES),
        ("abc", "", {"a": YES, "b": NO}, Rule(quorum=2), NO),
        ("abc", "", {"a": NO}, Rule(quorum=2, reject_on=2), None),
        ("abc", "", {"a": NO, "b": NO}, Rule(quorum=2, reject_on=2), NO),
        ("abc", "", {"a": NO, "b": YES, "c": YES}, Rule(quorum=2, reject_on=2), YES),
        ("abc", "", {"a": YES, "b": YES}, Rule(quorum="all"), None),
        ("abc", "", {"a": YES, "b": YES, "c": YES}, Rule(quorum="all"), YES),
        ("abc", "", {"a": NO}, Rule(quorum="all", reject_on=2), NO),  # out of reach
        ("abc", "", {"a": NO}, Rule(quorum=3, reject_on=3), NO),  # out of reach
        ("abcde", "", {"a": YES, "b": YES, "c": YES}, Rule(quorum="60%"), YES),
        ("abcde", "", {"a": YES, "b": YES}, Rule(quorum="60%"), None),
        ("abcde", "", {"a": NO}, Rule(quorum="60%", reject_on="40%"), None),
        ("abcde", "", {"a": NO, "b": NO}, Rule(quorum="60%", reject_on="40%"), NO),
        ("", "", {}, Rule(), None),  # nobody yet: waits for people to join
        ("ab", "", {}, Rule(quorum=3), None),  # never within reach: waits
        ("ab", "", {"a": YES}, Rule(quorum=3), None),
        ("ab", "c", {"a": YES}, Rule(quorum=3), NO),  # was within reach, and is no more
        ("", "a", {}, Rule(), NO),  # the only one left
        ("bc", "", {"a": YES}, Rule(quorum=2), None),  # a left after deciding; the decision stands
        ("bc", "", {"a": YES, "b": YES}, Rule(quorum="all"), None),  # c is still asked
        ("b", "c", {"a": YES, "b": YES}, Rule(quorum="all"), YES),  # c left without deciding
        ("abcd", "", {"a": YES, "b": YES}, Rule(quorum="50%"), YES),
        ("abcde", "", {"a": YES, "b": YES}, Rule(quorum="50%"), None),  # e joined
    ],
)
def test_what_decisions_come_to(members, departed, votes, rule, outcome):
    electorate = Electorate(frozenset(map(ord, members)), frozenset(map(ord, departed)))

    assert tally([Vote(ord(who), what) for who, what in votes.items()], rule, electorate) == outcome


@pytest.mark.parametrize(
    ("requester", "own", "actors", "reason"),
    [
        (7, False, {}, OWN_REQUEST),
        (7, True, {}, ""),
        (8, False, {}, ""),
        (None, False, {}, ""),
        (8, False, {"review": frozenset({7})}, "review"),
        (8, True, {"review": frozenset({9}), "check": frozenset({7})}, "check"),
        (8, False, {"review": frozenset()}, ""),
    ],
)
def test_four_eyes(requester, own, actors, reason):
    assert barred(7, requester=requester, allow_own_request=own, actors=actors) == reason


people = st.frozensets(st.integers(1, 9), max_size=9)
counts = st.integers(1, 5)
percent = st.integers(1, 100).map(lambda number: f"{number}%")
rules = st.builds(
    Rule, st.one_of(counts, percent, st.just("all")), st.one_of(counts, percent, st.just("first"))
)
ballots = st.dictionaries(st.integers(1, 9), st.sampled_from([YES, NO]), max_size=9)


@given(people, ballots, rules)
def test_the_outcome_is_one_that_the_rule_allows(members, ballot, rule):
    votes = [Vote(person, outcome) for person, outcome in ballot.items()]
    voters = len(members | ballot.keys())
    approvals = sum(outcome is YES for outcome in ballot.values())
    rejections = len(ballot) - approvals

    outcome = tally(votes, rule, Electorate(members))

    if outcome is YES:
        assert approvals >= threshold(rule.quorum, voters)
        assert rejections < threshold(rule.reject_on, voters)
    if outcome is NO:
        out_of_reach = approvals + len(members - ballot.keys()) < threshold(rule.quorum, voters)
        assert rejections >= threshold(rule.reject_on, voters) or out_of_reach


@given(people, ballots, rules)
def test_the_order_of_decisions_changes_nothing(members, ballot, rule):
    votes = [Vote(person, outcome) for person, outcome in ballot.items()]

    assert tally(votes, rule, Electorate(members)) == tally(votes[::-1], rule, Electorate(members))


@given(st.frozensets(st.integers(1, 9), min_size=1, max_size=9), rules)
def test_everybody_approving_approves_unless_the_quorum_needs_more_people(members, rule):
    votes = [Vote(person, YES) for person in members]

    expected = YES if threshold(rule.quorum, len(members)) <= len(members) else None
    assert tally(votes, rule, Electorate(members)) == expected


@given(people.filter(bool), rules, st.data())
def test_an_approval_of_members_ends_once_all_have_decided(members, rule, data):
    ballot = {person: data.draw(st.sampled_from([YES, NO])) for person in sorted(members)}
    votes = [Vote(person, outcome) for person, outcome in ballot.items()]

    reachable = threshold(rule.quorum, len(members)) <= len(members)
    assert not reachable or tally(votes, rule, Electorate(members)) is not None


@given(st.integers(1, 100), st.integers(0, 1000))
def test_a_percent_is_never_less_than_asked(number, size):
    assert threshold(f"{number}%", size) == max(1, ceil(size * number / 100 - 1e-9))
