/** How the server sees the plan: what is wrong, what the graph is. Pure. */
import type { GraphEdge, GraphStep, GraphView } from "../../canvas/graph";
import type { Finding as BareFinding } from "../../graph/findings";
import type { Fix } from "../props";
import { readEntry } from "./dependsOn";
import { dependsOnOf, equal, type Json, layoutOf, nameOf, type Plan, type Step, stepsOf } from "./plan";

export type Finding = BareFinding & { readonly fixes: readonly Fix[] };

/** `declares` is the key of `config` whose actions are edited here; null where they come from elsewhere. */
export type LookStep = GraphStep & { readonly declares: string | null };

export type Look = {
  readonly findings: readonly Finding[];
  readonly graph: { readonly steps: readonly LookStep[]; readonly edges: readonly GraphEdge[] };
  /** Sentences: what a save will rewrite. */
  readonly uuids: readonly string[];
};

export const NOTHING_SEEN: Look = { findings: [], graph: { steps: [], edges: [] }, uuids: [] };

/** What is drawn now: steps and edges of the plan at once, the rest as the server saw it last. */
export function graphOf(plan: Plan, look: Look): GraphView {
  const seen = new Map(look.graph.steps.map((step) => [step.slug, step]));
  const steps = stepsOf(plan);
  const known = new Set(steps.map((step) => step.slug));
  const edges = steps.flatMap((step) => edgesOf(step, known));
  const drawn = new Set(edges.map((edge) => `${edge.from}>${edge.to}`));
  const implied = look.graph.edges.filter(
    (edge) =>
      edge.implied && known.has(edge.from) && known.has(edge.to) && !drawn.has(`${edge.from}>${edge.to}`),
  );
  return {
    steps: steps.map((step) => graphStep(step, seen.get(step.slug))),
    edges: [...edges, ...implied],
    layout: layoutOf(plan),
  };
}

/**
 * The graph that is drawn, as long as nothing of it changed: a keystroke in a script moves no step and no edge. Where
 * something did, the parts that did not are the same objects.
 */
export function steady(before: GraphView | null, next: GraphView): GraphView {
  if (before === null) return next;
  const steps = sameEntries(before.steps, next.steps) ? before.steps : next.steps;
  const edges = sameEntries(before.edges, next.edges) ? before.edges : next.edges;
  const layout = sameLayout(before, next) ? before.layout : next.layout;
  const same = steps === before.steps && edges === before.edges && layout === before.layout;
  return same ? before : { steps, edges, layout };
}

/** Whether edges go the same ways: the same steps with the same actions, the same edges; names may differ. */
export function sameShape(before: GraphView, next: GraphView): boolean {
  return (
    before.edges === next.edges &&
    before.layout === next.layout &&
    before.steps.length === next.steps.length &&
    before.steps.every((step, index) => {
      const other = next.steps[index];
      return step.slug === other?.slug && equal(step.actions, other.actions);
    })
  );
}

function sameLayout(before: GraphView, next: GraphView): boolean {
  return equal(before.layout as unknown as Json, next.layout as unknown as Json);
}

function sameEntries(before: readonly object[], next: readonly object[]): boolean {
  return (
    before.length === next.length &&
    before.every((entry, index) => entry === next[index] || equal(entry as Json, next[index] as Json))
  );
}

const drawnSteps = new WeakMap<Step, { seen: LookStep | undefined; drawn: GraphStep }>();

/** The same object as long as neither the step nor what the server says of it changes: only what changed is drawn. */
function graphStep(step: Step, seen: LookStep | undefined): GraphStep {
  const before = drawnSteps.get(step);
  if (before && sameSeen(before.seen, seen)) return before.drawn;
  const drawn: GraphStep = {
    slug: step.slug,
    name: nameOf(step),
    kind: step.kind,
    line: seen?.kind === step.kind ? seen.line : "",
    actions: seen?.kind === step.kind ? seen.actions : [],
    perDocument: seen?.perDocument ?? false,
  };
  drawnSteps.set(step, { seen, drawn });
  return drawn;
}

function sameSeen(left: LookStep | undefined, right: LookStep | undefined): boolean {
  if (left === right) return true;
  return (
    left !== undefined &&
    right !== undefined &&
    left.kind === right.kind &&
    left.line === right.line &&
    left.perDocument === right.perDocument &&
    left.actions.length === right.actions.length &&
    left.actions.every((action, index) => action === right.actions[index])
  );
}

function edgesOf(step: Step, known: ReadonlySet<string>): GraphEdge[] {
  return dependsOnOf(step).flatMap((text) => {
    const entry = readEntry(text);
    if (!entry || !known.has(entry.step)) return [];
    return [
      { from: entry.step, to: step.slug, action: entry.action, await: entry.awaitOnly, implied: false },
    ];
  });
}
