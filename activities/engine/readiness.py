"""The satisfaction table of dependsOn (plan language 3), as a table.

Rule 1: one dead entry settles the step NOT_TAKEN at once, whatever the others say.
Rule 2: else one waiting or blocked entry leaves it PENDING.
Rule 3: a per-document step waits for the last document of a per-document step before it.
Rule 4: an implied dependency of the data flow waits until its producer has settled; the table is not for it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from activities.engine.state import NO_ACTION, OTHER_ACTION, SETTLED, TERMINAL, ActivityState, Phase
from plans.language.graph import Edge, Graph, Node


class Readiness(Enum):
    """What the dependencies say of a pending step."""

    READY = "ready"
    WAIT = "wait"
    BLOCKED = "blocked"  # downstream of a failure: stays pending until somebody retries
    DEAD = "dead"  # can never be satisfied: not taken


OK, WAIT, DEAD, BLOCKED = Readiness.READY, Readiness.WAIT, Readiness.DEAD, Readiness.BLOCKED

# upstream phase -> verdict of (a, a?, a:x, a?:x); the action of a completed upstream is looked at apart.
TABLE: Final[dict[Phase, tuple[Readiness, Readiness, Readiness, Readiness]]] = {
    Phase.PENDING: (WAIT, WAIT, WAIT, WAIT),
    Phase.GUARDING: (WAIT, WAIT, WAIT, WAIT),
    Phase.QUEUED: (WAIT, WAIT, WAIT, WAIT),
    Phase.RUNNING: (WAIT, WAIT, WAIT, WAIT),
    Phase.WAITING: (WAIT, WAIT, WAIT, WAIT),
    Phase.BACKOFF: (WAIT, WAIT, WAIT, WAIT),
    Phase.COMPLETED: (OK, OK, DEAD, OK),  # a:x is OK where the action is x
    Phase.SKIPPED: (OK, OK, OK, OK),
    Phase.NOT_TAKEN: (DEAD, OK, DEAD, OK),
    Phase.FAILED: (BLOCKED, BLOCKED, BLOCKED, BLOCKED),
    Phase.CANCELLED: (BLOCKED, BLOCKED, BLOCKED, BLOCKED),
}


def readiness(graph: Graph, state: ActivityState, node: Node) -> Readiness:
    """Return what the node's dependencies say."""
    waits = blocked = False
    for edge in node.edges:
        match edge_verdict(graph, state, edge):
            case Readiness.DEAD if not _passes_documents(graph, state, node, edge):
                return DEAD
            case Readiness.WAIT:
                waits = True
            case Readiness.BLOCKED:
                blocked = True
            case _:
                waits = waits or (node.fan_out is not None and documents_go_on(state, edge.upstream))
    needs = state.extra(node.position).needs
    for upstream in (*node.data, *(need for need in needs if need not in node.lazy_skip_data)):
        phase = Phase(state.phases[upstream])
        if phase not in SETTLED:
            blocked, waits = blocked or phase in TERMINAL, waits or phase not in TERMINAL
    skips = (*node.skip_data, *(need for need in needs if need in node.lazy_skip_data))
    waits = waits or any(Phase(state.phases[upstream]) not in TERMINAL for upstream in skips)
    if blocked:
        return BLOCKED
    return WAIT if waits else OK


def _passes_documents(graph: Graph, state: ActivityState, node: Node, edge: Edge) -> bool:
    """Tell if a document that was skipped at the router may go this way, though none completed with the action."""
    documents = state.extra(edge.upstream).documents
    return graph.routing and node.fan_out is not None and documents is not None and documents.skipped > 0


def documents_go_on(state: ActivityState, position: int) -> bool:
    """Tell if documents of the step are still in work: it may have completed with the first of them."""
    documents = state.extra(position).documents
    return documents is not None and documents.settled < documents.total


def edge_verdict(graph: Graph, state: ActivityState, edge: Edge) -> Readiness:
    """Look one entry up in the table."""
    phase = Phase(state.phases[edge.upstream])
    column = (2 if edge.action is not None else 0) + (1 if edge.await_only else 0)
    verdict = TABLE[phase][column]
    if verdict is DEAD and phase is Phase.COMPLETED and ended_with(graph, state, edge.upstream, edge.action):
        return OK
    return verdict


def ended_with(graph: Graph, state: ActivityState, position: int, action: str | None) -> bool:
    """Tell if the step, or one of its documents, completed with the action."""
    documents = state.extra(position).documents
    if documents is not None:
        return any(name == action for name, _count in documents.actions)
    return action_of(graph, state, position) == action


def action_of(graph: Graph, state: ActivityState, position: int) -> str | None:
    """Return the action that the step ended with."""
    number = state.actions[position]
    if number == NO_ACTION:
        return None
    if number == OTHER_ACTION:
        return state.extra(position).action
    return graph.nodes[position].actions[number - 1]
