"""No sequence of decisions, delegations, joins, leaves and removals ends an approval as its rule forbids."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tasks.policy import (
    OWN_REQUEST,
    Allowed,
    Electorate,
    Mandate,
    Outcome,
    Rule,
    TaskFacts,
    Vote,
    may,
    owner_of,
    tally,
    threshold,
)

PEOPLE = range(1, 5)
person = st.sampled_from(PEOPLE)
some = st.frozensets(person)
outcomes = st.sampled_from([Outcome.APPROVED, Outcome.APPROVED, Outcome.REJECTED])
percent = st.sampled_from(["40%", "60%", "100%"])
ABLE = frozenset({"see", "work", "decide"})
LOOKS_ON = frozenset({"see"})


class Approval(RuleBasedStateMachine):
    """One approval and four people; what happened is kept beside what the rules were told."""

    @initialize(
        members=some.filter(lambda members: len(members) > 1),
        quorum=st.one_of(st.integers(2, 4), percent, st.just("all")),
        reject_on=st.one_of(st.integers(2, 4), percent, st.just("first")),
    )
    def open(self, members, quorum, reject_on):
        self.rule = Rule(quorum, reject_on)
        self.members, self.barred = set(members), set()
        self.ever, self.removed = set(members), set()
        self.delegates = {}
        self.decisions = []  # (who, for whom, what), as taken
        self.outcome = None

    @rule(who=person)
    def join(self, who):
        self.members.add(who)
        self.ever.add(who)
        self.count()

    @rule(who=person)
    def leave(self, who):
        self.members.discard(who)
        self.count()

    @rule(who=person)
    def remove(self, who):
        if who not in self.took_part():
            self.removed.add(who)
            self.count()

    @rule(who=person)
    def act_in_another_step(self, who):
        if who not in self.took_part():
            self.barred.add(who)
            self.count()

    @rule(owner=person, to=person)
    def delegate(self, owner, to):
        if owner != to and may(self.facts(owner), "delegate") == Allowed():
            self.delegates[owner] = to

    @rule(owner=person, to=person, first=st.booleans(), outcome=outcomes)
    def delegate_and_decide(self, owner, to, first, outcome):
        self.delegate(owner, to)
        for who in (owner, to) if first else (to, owner):
            self.decide(who, outcome)

    @rule(owner=person)
    def take_back(self, owner):
        self.delegates.pop(owner, None)

    @rule(who=person, outcome=outcomes)
    def decide(self, who, outcome):
        facts = self.facts(who)
        if may(facts, "decide") != Allowed():
            return
        owner = owner_of(facts, "decide") or who
        assert self.outcome is None
        assert {who, owner}.isdisjoint(self.barred)
        assert {who, owner}.isdisjoint(self.removed)
        assert owner in self.members
        assert who == owner or self.delegates[owner] == who
        self.decisions.append((who, owner, outcome))
        self.count()

    @invariant()
    def nobody_has_decided_twice(self):
        assert len(self.took_part()) == sum(len({who, owner}) for who, owner, _ in self.decisions)

    def took_part(self):
        return {key for decision in self.decisions for key in decision[:2]}

    def facts(self, who, *, owners=True):
        mandates = [owner for owner, to in self.delegates.items() if to == who and owners]
        return TaskFacts(
            kind="APPROVAL",
            open=self.outcome is None,
            verbs=ABLE if who in self.members else LOOKS_ON,
            candidate=who in self.members,
            decided=who in self.took_part(),
            barred=OWN_REQUEST if who in self.barred else "",
            removed=who in self.removed,
            mandates=tuple(Mandate(owner, self.facts(owner, owners=False)) for owner in mandates),
        )

    def count(self):
        if self.outcome is not None:
            return
        asked = self.members - self.barred - self.removed
        electorate = Electorate(frozenset(asked), frozenset(self.ever - self.barred - asked))
        votes = [Vote(owner, outcome) for _, owner, outcome in self.decisions]
        self.outcome = tally(votes, self.rule, electorate)
        self.check(asked)

    def check(self, asked):
        """Count by hand what the rule says."""
        voted = {owner for _, owner, _ in self.decisions}
        yes = sum(outcome is Outcome.APPROVED for *_, outcome in self.decisions)
        voters = len(asked | voted)
        quorum = threshold(self.rule.quorum, voters)
        refused = len(voted) - yes >= threshold(self.rule.reject_on, voters)
        if self.outcome is Outcome.APPROVED:
            assert yes >= quorum
            assert not refused
        if self.outcome is Outcome.REJECTED:
            assert refused or yes + len(asked - voted) < quorum
        if self.outcome is None:
            assert not refused
            assert yes < quorum


TestApproval = Approval.TestCase
TestApproval.settings = settings(max_examples=400, stateful_step_count=40, deadline=None)
