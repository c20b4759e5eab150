/** Where steps go: what the author placed stays, the rest is laid out in layers along the edges. Pure. */
import type { ElkExtendedEdge, ElkLabel, ElkNode } from "elkjs/lib/elk-api";
import {
  type Arrangement,
  type Direction,
  edgeId,
  type GraphEdge,
  type GraphView,
  type Point,
  type Route,
} from "./graph";
import { BODY, handlePoint, inPoint, labelSize, nodeSize, outHandles } from "./measure";

/** The author's own arrangement, where it is complete and drawn left to right; else null. */
export function placedByAuthor(graph: GraphView, direction: Direction): Arrangement | null {
  if (direction === "down" || graph.steps.some((step) => !graph.layout[step.slug])) return null;
  return { positions: graph.layout, routes: {} };
}

/** Keep what the author placed; steps without a place go where the layout has them beside their placed neighbours. */
export function keepPlaced(graph: GraphView, laid: Arrangement, direction: Direction): Arrangement {
  const placed = graph.steps.filter((step) => graph.layout[step.slug]);
  if (placed.length === 0 || direction === "down") return laid;
  const positions: Record<string, Point> = {};
  for (const { slug } of graph.steps) {
    positions[slug] = graph.layout[slug] ?? shifted(graph, laid, slug);
  }
  return { positions, routes: {} };
}

/** The graph in the terms of ELK: ports at the handles, labels with their size. */
export function toElk(graph: GraphView, live: boolean, direction: Direction): ElkNode {
  const size = nodeSize(live);
  const children = graph.steps.map((step) => ({
    id: step.slug,
    ...size,
    ports: [
      { id: `${step.slug}>in`, ...inPoint(live, direction) },
      ...outHandles(step).map((handle) => ({
        id: portId(step.slug, handle),
        ...handlePoint(step, handle, live, direction),
      })),
    ].map((port) => ({ ...port, width: 0, height: 0 })),
    layoutOptions: { "elk.portConstraints": "FIXED_POS" },
  }));
  const edges = graph.edges.map((edge) => toElkEdge(graph, edge));
  return { id: "plan", layoutOptions: optionsFor(direction), children, edges };
}

/** ELK's answer as an arrangement. */
export function fromElk(laid: ElkNode): Arrangement {
  const positions: Record<string, Point> = {};
  for (const child of laid.children ?? []) positions[child.id] = { x: child.x ?? 0, y: child.y ?? 0 };
  const routes: Record<string, Route> = {};
  for (const edge of laid.edges ?? []) {
    const route = toRoute(edge);
    if (route) routes[edge.id] = route;
  }
  return { positions, routes };
}

/** The handle an edge leaves from: its action's, if the step declares it. */
export function sourceHandle(graph: GraphView, edge: { from: string; action: string | null }): string {
  const step = graph.steps.find((candidate) => candidate.slug === edge.from);
  return edge.action !== null && step?.actions.includes(edge.action) ? edge.action : BODY;
}

function toElkEdge(graph: GraphView, edge: GraphEdge): ElkExtendedEdge {
  return {
    id: edgeId(edge),
    sources: [portId(edge.from, sourceHandle(graph, edge))],
    targets: [`${edge.to}>in`],
    labels: edge.action === null ? [] : [elkLabel(edge.action)],
  };
}

function elkLabel(action: string): ElkLabel {
  return { text: action, ...labelSize(action), layoutOptions: { "elk.edgeLabels.inline": "true" } };
}

function toRoute(edge: ElkExtendedEdge): Route | null {
  const section = edge.sections?.[0];
  if (!section) return null;
  const label = edge.labels?.[0];
  return {
    points: [section.startPoint, ...(section.bendPoints ?? []), section.endPoint],
    label: label ? centre(label) : null,
  };
}

function centre(box: { x?: number; y?: number; width?: number; height?: number }): Point {
  return { x: (box.x ?? 0) + (box.width ?? 0) / 2, y: (box.y ?? 0) + (box.height ?? 0) / 2 };
}

function portId(slug: string, handle: string): string {
  return `${slug}>out:${handle}`;
}

function optionsFor(direction: Direction): Record<string, string> {
  return {
    "elk.algorithm": "layered",
    "elk.direction": direction === "right" ? "RIGHT" : "DOWN",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.spacing.nodeNode": "32",
    "elk.spacing.edgeNode": "20",
    "elk.spacing.edgeEdge": "14",
    "elk.layered.spacing.nodeNodeBetweenLayers": "36",
    "elk.layered.spacing.edgeNodeBetweenLayers": "14",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "10",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  };
}

/** The laid-out place of a step, moved as its placed neighbours were moved by the author. */
function shifted(graph: GraphView, laid: Arrangement, slug: string): Point {
  const own = laid.positions[slug] ?? { x: 0, y: 0 };
  const near = graph.edges
    .filter((edge) => edge.from === slug || edge.to === slug)
    .map((edge) => (edge.from === slug ? edge.to : edge.from))
    .filter((other) => graph.layout[other]);
  const witness = near[0] ?? graph.steps.find((step) => graph.layout[step.slug])?.slug ?? slug;
  const from = laid.positions[witness] ?? own;
  const to = graph.layout[witness] ?? from;
  return { x: own.x + to.x - from.x, y: own.y + to.y - from.y };
}
