/** The shapes that the canvas draws. */
import type { StepKind, StepStatus, WaitingOn } from "../shared/statuses";

export type GraphStep = {
  slug: string;
  name: string;
  kind: StepKind;
  line: string;
  actions: string[];
  perDocument: boolean;
};

export type GraphEdge = { from: string; to: string; action: string | null; await: boolean; implied: boolean };

export type Point = { x: number; y: number };

/** A plan's graph as the server gives it; `layout` holds what the author placed, by slug. */
export type GraphView = { steps: GraphStep[]; edges: GraphEdge[]; layout: Record<string, Point> };

export type DocumentCounts = {
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  skipped: number;
  notTaken: number;
  /** Where the server tells it. */
  running?: number;
};

/** The graph without what can't be drawn twice or to nowhere: a draft may name a step or a dependency two times. */
export function drawable(graph: GraphView): GraphView {
  const steps = [...new Map(graph.steps.map((step) => [step.slug, step])).values()];
  const known = new Set(steps.map((step) => step.slug));
  const edges = graph.edges.filter((edge) => known.has(edge.from) && known.has(edge.to));
  return { ...graph, steps, edges: [...new Map(edges.map((edge) => [edgeId(edge), edge])).values()] };
}

/** The name of an edge: the same in every run of the plan. */
export function edgeId(edge: GraphEdge): string {
  const action = edge.action === null ? "" : `:${edge.action}`;
  return `${edge.from}${edge.await ? "?" : ""}${action}>${edge.to}`;
}

/** How a step stands in a run. */
export type StepLook = {
  status: StepStatus;
  waitingOn: WaitingOn | null;
  action: string | null;
  blocked: boolean;
  startedAt: string | null;
  finishedAt: string | null;
  documents: DocumentCounts | null;
};

export type Looks = Readonly<Record<string, StepLook>>;

/** The worst finding of a step. */
export type Mark = "error" | "warning";

export type Direction = "right" | "down";

/** Where everything goes. A route is an edge's corners, ends included; edges without one are drawn by their ends. */
export type Arrangement = { positions: Record<string, Point>; routes: Record<string, Route> };

export type Route = { points: Point[]; label: Point | null };
