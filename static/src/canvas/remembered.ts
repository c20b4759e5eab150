/** Layouts computed earlier in this browser, so that a plan's graph is laid out once, not at every visit. */
import type { Arrangement, Direction, GraphView } from "./graph";

const STORE = "layouts-4";
const KEPT = 24;

type Entry = { key: string; arrangement: Arrangement };

/** What was remembered for a graph of the same shape, or null. */
export function recall(graph: GraphView, live: boolean, direction: Direction): Arrangement | null {
  const key = shapeOf(graph, live, direction);
  return read().find((entry) => entry.key === key)?.arrangement ?? null;
}

/** Remember an arrangement; the oldest give way, and a full or forbidden store is no error. */
export function remember(
  graph: GraphView,
  live: boolean,
  direction: Direction,
  arrangement: Arrangement,
): void {
  const key = shapeOf(graph, live, direction);
  const entries = [{ key, arrangement }, ...read().filter((entry) => entry.key !== key)].slice(0, KEPT);
  try {
    localStorage.setItem(STORE, JSON.stringify(entries));
  } catch {
    // A full or forbidden store only costs the next visit a layout.
  }
}

/** Everything that the layout depends on, in 53 bits; names and statuses are no part of it. */
export function shapeOf(graph: GraphView, live: boolean, direction: Direction): string {
  const steps = graph.steps.map((step) => [step.slug, step.actions, graph.layout[step.slug] ?? null]);
  const edges = graph.edges.map((edge) => [edge.from, edge.to, edge.action, edge.await]);
  return digest(JSON.stringify([live, direction, steps, edges]));
}

function read(): Entry[] {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "[]") as Entry[];
  } catch {
    return [];
  }
}

/** cyrb53, a fast hash of text; collisions would only draw a wrong layout. */
function digest(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
