"""A plan compiled for running: positions instead of slugs, dependents beside dependencies, policies as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from plans.language import expressions
from plans.language.schema import Plan, Step


@dataclass(frozen=True, slots=True)
class Edge:
    """An entry of dependsOn, by the upstream's position."""

    upstream: int
    await_only: bool = False
    action: str | None = None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again, and what a failure for good becomes (plan language 2.2)."""

    max_attempts: int = 1
    backoff: str = "exponential"
    base_seconds: float = 1.0
    exhausted: str = "fail"  # fail, skip, default


@dataclass(frozen=True, slots=True)
class FanOut:
    """How a per-document step runs: `max_failed` is a count, or a share of the documents as a percentage."""

    join: str = "ALL_SETTLED"
    max_parallel: int = 5
    max_failed: float | None = None
    max_failed_percent: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A step, ready to be decided on. `data`: steps that its input needs; `skip_data`: those that only skipIf reads."""

    position: int
    slug: str
    kind: str
    edges: tuple[Edge, ...]
    data: tuple[int, ...]
    skip_data: tuple[int, ...]
    bypass: bool
    document_condition: bool  # the condition is evaluated for each document
    guarded: bool  # has a skipIf, a condition or an input: somebody must evaluate before it runs
    retry: RetryPolicy
    fan_out: FanOut | None
    actions: tuple[str, ...]
    timeout_seconds: float | None
    lazy_skip_data: tuple[int, ...] = ()  # like skip_data, where skipIf may turn out not to need it


@dataclass(frozen=True)
class Graph:
    """All nodes in plan order, and for each the positions that must be looked at when it settles."""

    nodes: tuple[Node, ...]
    dependents: tuple[tuple[int, ...], ...]
    asks_output: bool  # the end of the activity needs the value of `output`
    routers: Mapping[int, frozenset[str] | None] = field(default_factory=dict)

    @property
    def routing(self) -> bool:
        """Tell if documents take branches of their own (plan language 3, per-document routing).

        `routers` holds, by position, the actions that edges of a router take; None: an edge takes every action.
        """
        return bool(self.routers)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Positions by slug."""
        return {node.slug: node.position for node in self.nodes}

    def descendants(self, roots: set[int]) -> set[int]:
        """Return all positions downstream of the roots, without the roots."""
        seen: set[int] = set()
        work = list(roots)
        while work:
            for dependent in self.dependents[work.pop()]:
                if dependent not in seen:
                    seen.add(dependent)
                    work.append(dependent)
        return seen - roots


def compile_graph(plan: Plan, actions: Mapping[str, tuple[str, ...]]) -> Graph:
    """Compile a plan without errors; `actions` gives the slugs that each step can end with.

    Raise KeyError for a dependency on a step that does not exist: the checker refuses such a plan before.
    """
    positions = {step.slug: position for position, step in enumerate(plan.steps)}
    routers = _routers(plan, positions, actions)
    nodes = tuple(
        _node(step, position, positions, actions.get(step.slug, ()), routing=bool(routers))
        for position, step in enumerate(plan.steps)
    )
    dependents: list[dict[int, None]] = [{} for _ in nodes]
    for node, step in zip(nodes, plan.steps, strict=True):
        for upstream in _upstreams(node, step, positions):
            dependents[upstream][node.position] = None
    asks_output = plan.has_output or plan.failure_policy == "output"
    return Graph(nodes, tuple(tuple(known) for known in dependents), asks_output, routers)


def taken_actions(plan: Plan, slug: str) -> frozenset[str]:
    """Return the actions of the step that some dependency takes."""
    return frozenset(
        dependency.action
        for step in plan.steps
        for dependency in step.depends_on
        if dependency.step == slug and dependency.action is not None
    )


def _upstreams(node: Node, step: Step, positions: Mapping[str, int]) -> set[int]:
    """All positions whose settling concerns the node, lazily read ones too."""
    lazy = expressions.references(step.input).lazy if step.has_input else frozenset()
    upstreams = {edge.upstream for edge in node.edges} | set(node.data) | set(node.skip_data)
    upstreams |= set(node.lazy_skip_data)
    return upstreams | {positions[slug] for slug in lazy if slug in positions}


def _routers(
    plan: Plan, positions: Mapping[str, int], actions: Mapping[str, tuple[str, ...]]
) -> dict[int, frozenset[str] | None]:
    """Find the per-document steps with actions that some edge takes by action, and what their edges take."""
    taken: dict[int, set[str]] = {}
    takes_all: set[int] = set()
    for step in plan.steps:
        for dependency in step.depends_on:
            upstream = positions[dependency.step]
            any_branch = getattr(step.config, "join_policy", None) == "ANY_BRANCH"
            if dependency.action is not None:
                taken.setdefault(upstream, set()).add(dependency.action)
            # An await-only edge takes every action whatever it names, but for a branch of ANY_BRANCH.
            every = dependency.action is None or (dependency.await_only and not any_branch)
            if every and getattr(step.config, "per_document", False):
                takes_all.add(upstream)
    return {
        position: None if position in takes_all else frozenset(slugs)
        for position, slugs in taken.items()
        if getattr(plan.steps[position].config, "per_document", False)
        and actions.get(plan.steps[position].slug)
    }


def _node(
    step: Step, position: int, positions: Mapping[str, int], actions: tuple[str, ...], *, routing: bool
) -> Node:
    fan_out = _fan_out(step.config)
    # Where documents take branches, the condition of a per-document step is asked for each of them.
    by_document = routing and fan_out is not None
    read = expressions.references(step.input if step.has_input else None)
    skip_read = expressions.references(step.skip_if if step.has_skip_if else None)
    return Node(
        position=position,
        slug=step.slug,
        kind=step.kind,
        edges=tuple(dict.fromkeys(Edge(positions[d.step], d.await_only, d.action) for d in step.depends_on)),
        data=tuple(sorted(positions[slug] for slug in read.steps)),
        skip_data=tuple(sorted(positions[slug] for slug in skip_read.steps - read.steps)),
        lazy_skip_data=tuple(
            sorted(positions[slug] for slug in skip_read.lazy - read.steps - read.lazy if slug in positions)
        ),
        bypass=step.bypass,
        guarded=bool(
            step.has_skip_if
            or (step.condition_expr is not None and not by_document)
            or step.has_input
            or (step.bypass and by_document)
        ),
        document_condition=by_document and step.condition_expr is not None,
        retry=_retry(step),
        fan_out=fan_out,
        actions=actions,
        timeout_seconds=step.execution_policy.timeout_seconds,
    )


def _retry(step: Step) -> RetryPolicy:
    policy, on_error = step.execution_policy, step.on_error
    attempts = policy.max_attempts
    if on_error.action == "retry":
        attempts = max(attempts, on_error.max_retries + 1)
    return RetryPolicy(attempts, policy.backoff, policy.backoff_base_seconds, _exhausted(step))


def _exhausted(step: Step) -> str:
    """What stands when no try is left: onError first, then onExhausted."""
    match step.on_error.action:
        case "continue":
            return "default"
        case "skip":
            return "skip"
        case "retry" if step.on_error.has_default:
            return "default"
        case _:
            return "skip" if step.execution_policy.on_exhausted == "skip" else "fail"


def _fan_out(config: Any) -> FanOut | None:
    if not getattr(config, "per_document", False):
        return None
    allowed, percent = getattr(config, "max_failed", None), False
    if isinstance(allowed, str):
        percent = allowed.endswith("%")
        allowed = float(allowed.rstrip("%"))
    join = config.join_policy if config.join_policy in JOIN_POLICIES else "ALL_SETTLED"
    return FanOut(join, getattr(config, "max_parallel", None) or 5, allowed, percent)


JOIN_POLICIES = frozenset({"ALL_SETTLED", "ALL_COMPLETED", "ANY_COMPLETED", "ANY_BRANCH"})
