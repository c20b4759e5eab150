/** What to draw for a graph and the looks of its steps, without where: pure. */
import { kindWord, stepFace } from "../shared/statuses";
import {
  edgeId,
  type GraphEdge,
  type GraphStep,
  type GraphView,
  type Looks,
  type Mark,
  type StepLook,
} from "./graph";

/** idle: nobody knows yet; taken: the run went this way; not-taken: it did not, and will not. */
export type EdgeState = "idle" | "taken" | "not-taken";

export type FlowNode = {
  id: string;
  step: GraphStep;
  look: StepLook | null;
  mark: Mark | null;
  /** What a screen reader says for the node. */
  label: string;
};

export type FlowEdge = {
  id: string;
  source: string;
  target: string;
  action: string | null;
  dashed: boolean;
  state: EdgeState;
};

export type Flow = { nodes: FlowNode[]; edges: FlowEdge[] };

/** Nodes in plan order, edges in graph order, of a drawable graph. */
export function toFlow(graph: GraphView, looks: Looks | null, marks: Record<string, Mark> = {}): Flow {
  return {
    nodes: graph.steps.map((step) => toNode(step, looks?.[step.slug] ?? null, marks[step.slug] ?? null)),
    edges: graph.edges.map((edge) => toEdge(edge, looks)),
  };
}

/** Whether the run went along an edge (plan language 3). */
export function edgeState(edge: GraphEdge, from: StepLook | undefined, to: StepLook | undefined): EdgeState {
  if (!from || !to) return "idle";
  switch (from.status) {
    case "PENDING":
    case "RUNNING":
    case "FAILED":
    case "CANCELLED":
      return to.status === "NOT_TAKEN" ? "not-taken" : "idle";
    case "NOT_TAKEN":
      return "not-taken";
    case "SKIPPED":
      return to.status === "NOT_TAKEN" ? "not-taken" : "taken";
    case "COMPLETED":
      return afterCompletion(edge, from, to);
    default: {
      const _: never = from.status;
      return _;
    }
  }
}

/** A per-document step has no action of its own: where its documents went is told by the target. */
function afterCompletion(edge: GraphEdge, from: StepLook, to: StepLook): EdgeState {
  if (to.status === "NOT_TAKEN") return "not-taken";
  const elsewhere = edge.action !== null && from.documents === null && from.action !== edge.action;
  if (elsewhere) return "not-taken";
  return to.status === "PENDING" ? "idle" : "taken";
}

function toNode(step: GraphStep, look: StepLook | null, mark: Mark | null): FlowNode {
  return { id: step.slug, step, look, mark, label: nodeLabel(step, look, mark) };
}

function toEdge(edge: GraphEdge, looks: Looks | null): FlowEdge {
  return {
    id: edgeId(edge),
    source: edge.from,
    target: edge.to,
    action: edge.action,
    dashed: edge.await,
    state: edgeState(edge, looks?.[edge.from], looks?.[edge.to]),
  };
}

function nodeLabel(step: GraphStep, look: StepLook | null, mark: Mark | null): string {
  const parts = [step.name || step.slug, kindWord(step.kind)];
  if (look) parts.push(stepFace(look.status, look.waitingOn).word);
  if (look?.blocked) parts.push("blocked by a failure");
  if (look?.documents) parts.push(`${look.documents.completed} of ${look.documents.total} documents done`);
  if (look?.documents?.failed) parts.push(`${look.documents.failed} failed`);
  if (mark) parts.push(mark === "error" ? "has errors" : "has warnings");
  return parts.join(", ");
}
