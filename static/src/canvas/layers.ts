/** A quick layout without the engine: layers by longest path, each ordered by the middle of its neighbours. Pure. */
import type { Arrangement, Direction, GraphView, Point } from "./graph";
import { nodeSize } from "./measure";

const SWEEPS = 6;

/** What is drawn when the layout engine can't be loaded, takes too long, or would keep people waiting: milliseconds for 500 steps. */
export function inLayers(graph: GraphView, live: boolean, direction: Direction): Arrangement {
  const depth = depths(graph);
  const layers: string[][] = [];
  for (const { slug } of graph.steps) {
    const layer = depth.get(slug) ?? 0;
    while (layers.length <= layer) layers.push([]);
    layers[layer]?.push(slug);
  }
  const rows = orderedRows(graph, layers);
  const positions: Record<string, Point> = {};
  layers.forEach((layer, index) => {
    for (const slug of layer) positions[slug] = spot(index, rows.get(slug) ?? 0, live, direction);
  });
  return { positions, routes: {} };
}

function spot(layer: number, row: number, live: boolean, direction: Direction): Point {
  const { width, height } = nodeSize(live);
  return direction === "right"
    ? { x: layer * (width + 96), y: Math.round(row * (height + 36)) }
    : { x: Math.round(row * (width + 32)), y: layer * (height + 56) };
}

/** The row of each step: as near to the middle of its neighbours as the others of its layer let it. */
function orderedRows(graph: GraphView, layers: string[][]): Map<string, number> {
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  for (const { from, to } of graph.edges) {
    before.set(to, [...(before.get(to) ?? []), from]);
    after.set(from, [...(after.get(from) ?? []), to]);
  }
  const rows = new Map<string, number>();
  for (const layer of layers) layer.forEach((slug, index) => void rows.set(slug, index));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    const neighbours = forward ? before : after;
    for (const layer of forward ? layers : [...layers].reverse()) settle(layer, neighbours, rows);
  }
  return rows;
}

function settle(layer: string[], neighbours: ReadonlyMap<string, string[]>, rows: Map<string, number>): void {
  const wanted = new Map(
    layer.map((slug) => [slug, middleOf(neighbours.get(slug), rows) ?? rows.get(slug) ?? 0]),
  );
  const row = (slug: string) => wanted.get(slug) ?? 0;
  layer.sort((left, right) => row(left) - row(right));
  let next = Number.NEGATIVE_INFINITY;
  for (const slug of layer) {
    next = Math.max(next + 1, row(slug));
    rows.set(slug, next);
  }
  // Pushing down alone would let the layer sink: the whole of it goes back up by the mean of what it was pushed.
  const pushed =
    layer.reduce((sum, slug) => sum + (rows.get(slug) ?? 0) - row(slug), 0) / Math.max(1, layer.length);
  for (const slug of layer) rows.set(slug, (rows.get(slug) ?? 0) - pushed);
}

function middleOf(slugs: readonly string[] | undefined, rows: ReadonlyMap<string, number>): number | null {
  if (!slugs || slugs.length === 0) return null;
  return slugs.reduce((sum, slug) => sum + (rows.get(slug) ?? 0), 0) / slugs.length;
}

/** Longest path from a root, by layer; a cycle (a draft may hold one) stops at as many rounds as there are steps. */
function depths(graph: GraphView): Map<string, number> {
  const depth = new Map(graph.steps.map((step) => [step.slug, 0]));
  for (let round = 0; round < graph.steps.length; round += 1) {
    let changed = false;
    for (const { from, to } of graph.edges) {
      const next = (depth.get(from) ?? 0) + 1;
      if (!depth.has(to) || !depth.has(from) || next <= (depth.get(to) ?? 0) || next > graph.steps.length)
        continue;
      depth.set(to, next);
      changed = true;
    }
    if (!changed) break;
  }
  return depth;
}
