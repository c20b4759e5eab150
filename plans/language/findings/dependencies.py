"""Findings about what waits for what: unknown steps, await entries, cycles, joins that can never run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from plans.language.finding import Finding, error, warning
from plans.language.findings.subject import Subject
from plans.language.schema import ApprovalConfig, StepBase


def check_dependencies(subject: Subject) -> Iterator[Finding]:
    """Every entry of dependsOn and every data reference names another step of the plan."""
    known = subject.known
    for position, step in enumerate(subject.steps):
        awaits = False
        for index, entry in enumerate(step.depends_on):
            awaits = awaits or entry.await_only
            if entry.step == step.slug:
                message, field = f'step "{step.slug}" depends on itself', f"dependsOn[{index}]"
                yield error("depends-on-self", message, step=step.slug, field=field)
            elif entry.step not in known:
                yield _unknown(step.slug, entry.step, f"dependsOn[{index}]")
        if position in subject.implied:
            yield from _check_data(subject, step)
        if awaits and step.join_policy != "ANY_BRANCH":
            yield from _check_await(step)
        if isinstance(step.config, ApprovalConfig):
            for index, slug in enumerate(step.config.distinct_from):
                if slug not in known:
                    yield _unknown(step.slug, slug, f"config.distinctFrom[{index}]")
    for slug in sorted(subject.data_references(subject.plan.output) - known):
        message = f'plan output depends on unknown slug "{slug}"'
        yield error("unknown-dep-slug", message, field="output")


def _check_data(subject: Subject, step: StepBase) -> Iterator[Finding]:
    for field, tree in (("input", step.input), ("skipIf", step.skip_if)):
        slugs = subject.data_references(tree)
        if step.slug in slugs:
            yield error(
                "depends-on-self", f'step "{step.slug}" depends on itself', step=step.slug, field=field
            )
        for slug in sorted(slugs - subject.known):
            yield _unknown(step.slug, slug, field)


def _unknown(step: str, slug: str, field: str) -> Finding:
    return error(
        "unknown-dep-slug", f'step "{step}" depends on unknown slug "{slug}"', step=step, field=field
    )


def _check_await(step: StepBase) -> Iterator[Finding]:
    if step.condition_expr is None and "conditionExpr" not in step.kept:
        message = f'step "{step.slug}" has await deps (? suffix) but no conditionExpr'
        yield error("await-no-condition", message, step=step.slug, field="conditionExpr")
    for index, entry in enumerate(step.depends_on):
        if entry.await_only and entry.action:
            message = f'step "{step.slug}" awaits "{entry}": the action is ignored, any outcome will do'
            yield warning(
                "action-qualifier-on-await-ignored", message, step=step.slug, field=f"dependsOn[{index}]"
            )


def check_order(subject: Subject) -> Iterator[Finding]:
    """Cycles; and, where there are none, joins of branches that exclude each other."""
    upstreams = _upstream_positions(subject)
    order = _topological(upstreams)
    if len(order) == len(subject.steps):
        yield from _check_exclusive(subject, order)
        return
    for cycle in _cycles(upstreams, set(range(len(upstreams))) - set(order)):
        slugs = [subject.steps[position].slug for position in cycle]
        message = f"dependency cycle: {' -> '.join([*slugs, slugs[0]])}"
        yield error("dependency-cycle", message, step=slugs[0], field="dependsOn")


def _upstream_positions(subject: Subject) -> list[list[int]]:
    positions: dict[str, int] = {}
    for position, step in enumerate(subject.steps):
        positions.setdefault(step.slug, position)
    return [
        [
            positions[slug]
            for slug in dict.fromkeys(subject.upstreams(position))
            if slug in positions and positions[slug] != position
        ]
        for position in range(len(subject.steps))
    ]


def _topological(upstreams: list[list[int]]) -> list[int]:
    """Order the positions, upstream first; those on or behind a cycle are left out."""
    dependents: list[list[int]] = [[] for _ in upstreams]
    missing = [len(entries) for entries in upstreams]
    for position, entries in enumerate(upstreams):
        for upstream in entries:
            dependents[upstream].append(position)
    ready = deque(position for position, count in enumerate(missing) if not count)
    order: list[int] = []
    while ready:
        position = ready.popleft()
        order.append(position)
        for dependent in dependents[position]:
            missing[dependent] -= 1
            if not missing[dependent]:
                ready.append(dependent)
    return order


def _cycles(upstreams: list[list[int]], suspects: set[int]) -> Iterator[list[int]]:
    """Give disjoint cycles, each from its first step in plan order, in the direction things run."""
    left = set(suspects)
    for start in sorted(suspects):
        path: list[int] = []
        position: int | None = start
        while position is not None and position in left and position not in path:
            path.append(position)
            position = next((up for up in upstreams[position] if up in left), None)
        if position is not None and position in path:
            cycle = path[path.index(position) :][::-1]
            first = cycle.index(min(cycle))
            yield cycle[first:] + cycle[:first]
        # What was walked is on the cycle or only leads to it.
        left -= set(path)


def _check_exclusive(subject: Subject, order: list[int]) -> Iterator[Finding]:
    """Warn of steps whose plain dependencies need two different actions of one step.

    Every (router, action) that an edge names is a bit; `needs` has the bits without which a step cannot run,
    `forbids` those that exclude one of them. Whole numbers as bit sets keep 2,000 steps cheap.
    """
    bits = _Bits(subject)
    if not bits.pairs:
        return
    needs: dict[str, int] = {}
    forbids: dict[str, int] = {}
    for position in order:
        step = subject.steps[position]
        need = forbid = 0
        found: tuple[str, str] | None = None
        for entry in step.depends_on:
            if entry.await_only:
                continue
            more_need, more_forbid = needs.get(entry.step, 0), forbids.get(entry.step, 0)
            bit = bits.bit(entry.step, entry.action)
            more_need, more_forbid = more_need | bit, more_forbid | bits.siblings(bit)
            if not step.per_document:
                # Seen from outside, a per-document step may end with several actions, one for each document.
                more_need, more_forbid = more_need & ~bits.per_document, more_forbid & ~bits.per_document
            if clash := forbid & more_need:
                found = found or bits.explain(clash, need)
            need, forbid = need | more_need, forbid | more_forbid
        if found:
            message = (
                f'step "{step.slug}" waits for both "{found[0]}" and "{found[1]}", of which only one can happen; '
                "it never runs. Await the branches (? suffix) and give it a conditionExpr"
            )
            yield warning("exclusive-branch-and-join", message, step=step.slug, field="dependsOn")
            need = forbid = 0
        needs[step.slug], forbids[step.slug] = need, forbid


class _Bits:
    """A bit for each action that an edge names, with its router."""

    def __init__(self, subject: Subject) -> None:
        self.pairs: dict[tuple[str, str], int] = {}
        self._groups: dict[str, int] = {}
        self._names: list[tuple[str, str]] = []
        self.per_document = 0
        for step in subject.steps:
            for entry in step.depends_on:
                if not entry.action:
                    continue
                router = subject.by_slug.get(entry.step)
                if router is not None and not router.bypass:
                    self._add(router, entry.action)

    def _add(self, router: StepBase, action: str) -> None:
        if (router.slug, action) in self.pairs:
            return
        bit = 1 << len(self.pairs)
        self.pairs[router.slug, action] = bit
        self._names.append((router.slug, action))
        self._groups[router.slug] = self._groups.get(router.slug, 0) | bit
        if router.per_document:
            self.per_document |= bit

    def bit(self, router: str, action: str | None) -> int:
        return self.pairs.get((router, action), 0) if action else 0

    def siblings(self, bit: int) -> int:
        if not bit:
            return 0
        router = self._names[bit.bit_length() - 1][0]
        return self._groups[router] & ~bit

    def explain(self, clash: int, need: int) -> tuple[str, str]:
        router, action = self._names[clash.bit_length() - 1]
        other = self._groups[router] & need
        return f"{router}:{self._names[other.bit_length() - 1][1]}", f"{router}:{action}"
