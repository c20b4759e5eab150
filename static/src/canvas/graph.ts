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
  running: number;
};

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
