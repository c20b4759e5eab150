/** React Flow's nodes and edges of a plan; what did not change stays the same object, so that only changes are drawn. */
import { MarkerType } from "@xyflow/react";
import { sourceHandle } from "../../canvas/arrange";
import {
  edgeId,
  type GraphEdge,
  type GraphStep,
  type GraphView,
  type Looks,
  type Mark,
  type Point,
  type StepLook,
} from "../../canvas/graph";
import { nodeSize } from "../../canvas/measure";
import { type EdgeState, edgeState } from "../../canvas/toFlow";
import { kindWord, stepFace } from "../../shared/statuses";
import type { Person, Selection } from "../store";
import type { EditorFlowEdge } from "./EditorEdge";
import type { EditorFlowNode } from "./EditorNode";

export type NodeLooks = {
  readonly selection: Selection;
  readonly marks: Readonly<Record<string, Mark>>;
  readonly people: readonly Person[];
  /** Of the walk that is shown. */
  readonly looks: Looks | null;
};

export function toNodes(
  graph: GraphView,
  places: Readonly<Record<string, Point>>,
  { selection, marks, people, looks }: NodeLooks,
  kept: ReadonlyMap<string, EditorFlowNode>,
): EditorFlowNode[] {
  const selected = new Set(selection.steps);
  const there = peopleByStep(people);
  return graph.steps.map((step) => {
    const position = places[step.slug] ?? { x: 0, y: 0 };
    const mark = marks[step.slug] ?? null;
    const here = there.get(step.slug) ?? null;
    const look = looks?.[step.slug] ?? null;
    const before = kept.get(step.slug);
    const same =
      before?.position.x === position.x &&
      before.position.y === position.y &&
      before.selected === selected.has(step.slug) &&
      before.data.step === step &&
      before.data.mark === mark &&
      before.data.people === here &&
      before.data.look === look;
    if (same) return before;
    const size = nodeSize(false);
    return {
      id: step.slug,
      type: "step" as const,
      position,
      data: { step, mark, people: here, look },
      selected: selected.has(step.slug),
      ariaLabel: labelOf(step, mark, look),
      ...size,
      measured: size,
    };
  });
}

export type EdgeLooks = {
  readonly selected: string | null;
  /** Ways around the steps, by edge id. */
  readonly routes: Readonly<Record<string, readonly Point[]>>;
  /** Steps in the hand: their edges go straight until they are dropped. */
  readonly drag: Readonly<Record<string, Point>> | null;
  readonly looks: Looks | null;
  /** The edges that test cases went along, while that is what is shown. */
  readonly covered: ReadonlySet<string> | null;
};

export function toEdges(
  graph: GraphView,
  { selected, routes, drag, looks, covered }: EdgeLooks,
  kept: ReadonlyMap<string, EditorFlowEdge>,
): EditorFlowEdge[] {
  const steps = new Map(graph.steps.map((step) => [step.slug, step]));
  return graph.edges.map((edge) => {
    const id = edgeId(edge);
    const source = steps.get(edge.from);
    const handle = sourceHandle({ ...graph, steps: source ? [source] : [] }, edge);
    const loose = drag !== null && (edge.from in drag || edge.to in drag);
    const way = loose ? null : (routes[id] ?? null);
    const state = covered ? (covered.has(id) ? "taken" : "not-taken") : stateIn(looks, edge);
    const before = kept.get(id);
    const same =
      before?.selected === (id === selected) &&
      before.sourceHandle === handle &&
      before.data !== undefined &&
      before.data.edge.implied === edge.implied &&
      before.data.state === state &&
      sameWay(before.data.way, way);
    if (before && same) return before;
    return {
      id,
      source: edge.from,
      target: edge.to,
      type: "action" as const,
      sourceHandle: handle,
      data: { edge, way, state },
      selected: id === selected,
      selectable: !edge.implied,
      focusable: !edge.implied,
      ariaLabel: edgeLabel(edge.from, edge.to, edge.action, edge.await),
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: `var(--edge-${state})` },
    };
  });
}

function stateIn(looks: Looks | null, edge: GraphEdge): EdgeState {
  return looks ? edgeState(edge, looks[edge.from], looks[edge.to]) : "idle";
}

function sameWay(left: readonly Point[] | null, right: readonly Point[] | null): boolean {
  if (left === right) return true;
  if (!left || !right || left.length !== right.length) return false;
  return left.every((point, index) => point.x === right[index]?.x && point.y === right[index]?.y);
}

function peopleByStep(people: readonly Person[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { at, name } of people) {
    if (at !== null) found.set(at, found.has(at) ? `${found.get(at)}, ${name}` : name);
  }
  return found;
}

function labelOf(step: GraphStep, mark: Mark | null, look: StepLook | null): string {
  const problem = mark === null ? "" : mark === "error" ? ", has errors" : ", has warnings";
  const status = look === null ? "" : `, ${stepFace(look.status, look.waitingOn).word}`;
  return `${step.name}, ${kindWord(step.kind)}${status}${problem}`;
}

function edgeLabel(from: string, to: string, action: string | null, awaits: boolean): string {
  const on = action === null ? "" : ` on ${action}`;
  return `From ${from} to ${to}${on}${awaits ? ", await only" : ""}`;
}
