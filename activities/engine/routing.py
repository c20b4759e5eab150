"""Which documents a per-document step takes (plan language 3, per-document routing).

Rule 1: without routing, a document must have COMPLETED or been SKIPPED in every per-document step before.
Rule 2: with routing, each entry of dependsOn is judged for the document by its own state upstream.
Rule 3: a document that failed or was cancelled upstream is not taken below, whatever the entry.
Rule 4: at an ANY_BRANCH join one taken branch is enough; entries that are not await-only still all hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plans.language.graph import Edge, Graph, Node

PASSED = frozenset({"COMPLETED", "SKIPPED"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How one document stands in a per-document step."""

    status: str
    action: str | None = None


def takes(graph: Graph, node: Node, standings: Mapping[int, Standing]) -> bool:
    """Tell if the step takes a document, by the document's standing in each per-document step before it."""
    if not graph.routing:
        return all(standing.status in PASSED for standing in standings.values())
    join = node.fan_out is not None and node.fan_out.join == "ANY_BRANCH"
    edges = [edge for edge in node.edges if edge.upstream in standings]
    branches = [edge for edge in edges if edge.await_only] if join else []
    musts = [edge for edge in edges if edge not in branches]
    by_data = all(standings[upstream].status in PASSED for upstream in node.data if upstream in standings)
    if not by_data or not all(_holds(edge, standings[edge.upstream]) for edge in musts):
        return False
    return not branches or any(_arrived(edge, standings[edge.upstream]) for edge in branches)


def unrouted(taken: frozenset[str] | None, standing: Standing) -> bool:
    """Tell if a document that ended at a router goes nowhere from there; `taken` is `Graph.routers` of it."""
    return taken is not None and standing.status == "COMPLETED" and standing.action not in taken


def _holds(edge: Edge, standing: Standing) -> bool:
    match standing.status:
        case "COMPLETED":
            return edge.action is None or edge.await_only or edge.action == standing.action
        case "SKIPPED":
            return True
        case "NOT_TAKEN":
            return edge.await_only
        case _:
            return False


def _arrived(edge: Edge, standing: Standing) -> bool:
    if standing.status == "COMPLETED":
        return edge.action is None or edge.action == standing.action
    return standing.status == "SKIPPED"
