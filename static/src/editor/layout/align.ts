/** Line up and spread what is selected. Pure: places in, new places of the selected steps out. */
import type { Point } from "../../canvas/graph";
import { nodeSize } from "../../canvas/measure";
import { type Places, snap } from "./place";

export type Alignment = "left" | "right" | "top" | "bottom" | "row" | "column" | "spread-x" | "spread-y";

export function align(places: Places, slugs: readonly string[], how: Alignment): Record<string, Point> {
  const spots = slugs.flatMap((slug) => (places[slug] ? [{ slug, ...places[slug] }] : []));
  if (spots.length < 2) return {};
  const xs = spots.map((spot) => spot.x);
  const ys = spots.map((spot) => spot.y);
  const mean = (values: number[]) => snap(values.reduce((sum, value) => sum + value, 0) / values.length);
  const put = (change: (spot: Point) => Point) =>
    Object.fromEntries(spots.map(({ slug, x, y }) => [slug, change({ x, y })]));
  switch (how) {
    case "left":
      return put(({ y }) => ({ x: Math.min(...xs), y }));
    case "right":
      return put(({ y }) => ({ x: Math.max(...xs), y }));
    case "top":
      return put(({ x }) => ({ x, y: Math.min(...ys) }));
    case "bottom":
      return put(({ x }) => ({ x, y: Math.max(...ys) }));
    case "row":
      return put(({ x }) => ({ x, y: mean(ys) }));
    case "column":
      return put(({ y }) => ({ x: mean(xs), y }));
    case "spread-x":
      return spread(spots, "x", nodeSize(false).width);
    case "spread-y":
      return spread(spots, "y", nodeSize(false).height);
    default: {
      const _: never = how;
      return _;
    }
  }
}

type Spot = Point & { slug: string };

/** Equal gaps between the first and the last; where there is no room for gaps, a small one. */
function spread(spots: Spot[], axis: "x" | "y", size: number): Record<string, Point> {
  const sorted = [...spots].sort((left, right) => left[axis] - right[axis]);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (!first || !last) return {};
  const step = Math.max(size + 16, (last[axis] - first[axis]) / (sorted.length - 1));
  return Object.fromEntries(
    sorted.map(({ slug, x, y }, index) => {
      const value = snap(first[axis] + index * step);
      return [slug, axis === "x" ? { x: value, y } : { x, y: value }];
    }),
  );
}
