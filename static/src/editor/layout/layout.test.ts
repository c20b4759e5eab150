import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GraphView } from "../../canvas/graph";
import { nodeSize } from "../../canvas/measure";
import { align } from "./align";
import { freeSpot, placeAfter, placeLast } from "./place";
import { route, routeAll } from "./route";

const size = nodeSize(false);
const spot = fc.record({ x: fc.integer({ min: -800, max: 800 }), y: fc.integer({ min: -800, max: 800 }) });
const places = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e"), spot);

describe("places", () => {
  test("a new step covers none that is there", () => {
    fc.assert(
      fc.property(places, spot, (there, wanted) => {
        const at = freeSpot(there, wanted);
        for (const other of Object.values(there))
          expect(Math.abs(at.x - other.x) < size.width && Math.abs(at.y - other.y) < size.height).toBe(false);
      }),
    );
  });

  test("a step goes right of the one it comes after, and the first one to the origin", () => {
    expect(placeLast({})).toEqual({ x: 0, y: 0 });
    expect(placeAfter({ a: { x: 0, y: 0 } }, "a").x).toBeGreaterThan(size.width);
  });

  test("lining up moves only what is selected, onto one line", () => {
    fc.assert(
      fc.property(places, (there) => {
        const slugs = ["a", "b"].filter((slug) => there[slug]);
        const moved = align(there, slugs, "top");
        expect(Object.keys(moved).sort()).toEqual(slugs.length < 2 ? [] : slugs);
        expect(new Set(Object.values(moved).map(({ y }) => y)).size).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("spreading leaves no two steps over each other", () => {
    const moved = align(
      { a: { x: 0, y: 0 }, b: { x: 10, y: 0 }, c: { x: 20, y: 0 } },
      ["a", "b", "c"],
      "spread-x",
    );
    const xs = Object.values(moved).map(({ x }) => x);
    expect(Math.min(...xs.slice(1).map((x, index) => x - (xs[index] ?? 0)))).toBeGreaterThan(size.width);
  });
});

describe("ways of edges", () => {
  test("every way has right angles, and its ends where they belong", () => {
    fc.assert(
      fc.property(spot, spot, (from, to) => {
        const way = route(from, to, []);
        expect(way[0]).toEqual(from);
        expect(way.at(-1)).toEqual(to);
        way.slice(1).forEach((point, index) => {
          const before = way[index] ?? point;
          expect(point.x === before.x || point.y === before.y).toBe(true);
        });
      }),
    );
  });

  test("a step between two others is passed, not crossed", () => {
    const box = { left: 300, top: 0, right: 300 + size.width, bottom: size.height };
    const way = route({ x: 184, y: 35 }, { x: 600, y: 35 }, [box]);
    expect(way.length).toBeGreaterThan(2);
    expect(way.some(({ y }) => y < box.top || y > box.bottom)).toBe(true);
  });

  test("only edges whose ends are placed are routed", () => {
    const step = { name: "", kind: "SCRIPT" as const, line: "", actions: ["ok"], perDocument: false };
    const edge = { action: "ok", await: false, implied: false };
    const graph: GraphView = {
      steps: [
        { slug: "a", ...step },
        { slug: "b", ...step },
        { slug: "c", ...step },
      ],
      edges: [
        { from: "a", to: "b", ...edge },
        { from: "a", to: "c", ...edge },
      ],
      layout: {},
    };
    expect(Object.keys(routeAll(graph, { a: { x: 0, y: 0 }, b: { x: 400, y: 0 } }))).toEqual(["a:ok>b"]);
  });
});
