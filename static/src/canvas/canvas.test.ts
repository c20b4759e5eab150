import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StepStatus } from "../shared/statuses";
import { keepPlaced, placedByAuthor, toElk } from "./arrange";
import { firstView, heightFor } from "./firstView";
import { drawable, type GraphEdge, type GraphStep, type GraphView, type StepLook } from "./graph";
import { inLayers } from "./layers";
import { elbow, middle, softPath } from "./path";
import { shapeOf } from "./remembered";
import { edgeState, toFlow } from "./toFlow";

describe("toFlow", () => {
  test("edges carry their action, and await-only ones are dashed", () => {
    const graph = plan(["route", "post", "join"], edge("route", "post", "post"), {
      ...edge("post", "join"),
      await: true,
    });

    expect(toFlow(graph, null).edges).toEqual([
      {
        id: "route:post>post",
        source: "route",
        target: "post",
        action: "post",
        dashed: false,
        state: "idle",
      },
      { id: "post?>join", source: "post", target: "join", action: null, dashed: true, state: "idle" },
    ]);
  });

  test("what a draft names twice is drawn once, and edges to nowhere are not", () => {
    const draft = plan(["a", "b", "a"], edge("a", "b"), edge("a", "b"), edge("a", "gone"));

    expect(drawable(draft)).toEqual(plan(["a", "b"], edge("a", "b")));
  });

  test("a node is told in words to who can't see it", () => {
    const documents = {
      total: 9,
      completed: 4,
      failed: 1,
      cancelled: 0,
      skipped: 0,
      notTaken: 0,
      running: 2,
    };
    const looks = { read: { ...look("RUNNING"), documents } };

    const [node] = toFlow(plan(["read"]), looks, { read: "error" }).nodes;

    expect(node?.label).toBe("read, Script, Running, 4 of 9 documents done, 1 failed, has errors");
  });

  test.each<[StepStatus, string | null, StepStatus, string]>([
    ["COMPLETED", "approve", "RUNNING", "taken"],
    ["COMPLETED", "approve", "PENDING", "idle"],
    ["COMPLETED", "reject", "NOT_TAKEN", "not-taken"],
    ["COMPLETED", "reject", "COMPLETED", "not-taken"],
    ["RUNNING", null, "PENDING", "idle"],
    ["FAILED", null, "PENDING", "idle"],
    ["SKIPPED", null, "COMPLETED", "taken"],
    ["NOT_TAKEN", null, "NOT_TAKEN", "not-taken"],
    ["PENDING", null, "NOT_TAKEN", "not-taken"],
  ])("an edge on approve from %s (%s) to %s is %s", (from, action, to, state) => {
    expect(edgeState(edge("a", "b", "approve"), { ...look(from), action }, look(to))).toBe(state);
  });

  test("documents of a step may have gone both ways", () => {
    const documents = {
      total: 2,
      completed: 2,
      failed: 0,
      cancelled: 0,
      skipped: 0,
      notTaken: 0,
      running: 0,
    };
    const from = { ...look("COMPLETED"), documents };

    expect(edgeState(edge("a", "b", "approve"), from, look("RUNNING"))).toBe("taken");
    expect(edgeState(edge("a", "c", "reject"), from, look("NOT_TAKEN"))).toBe("not-taken");
  });
});

describe("arrangement", () => {
  const graph = plan(["a", "b", "c"], edge("a", "b"), edge("b", "c"));
  const laid = { positions: { a: at(0, 0), b: at(300, 0), c: at(600, 0) }, routes: {} };

  test("a complete layout of the author's is used as it is, but not from top to bottom", () => {
    const placed = { ...graph, layout: { a: at(5, 5), b: at(9, 9), c: at(1, 1) } };

    expect(placedByAuthor(placed, "right")).toEqual({ positions: placed.layout, routes: {} });
    expect(placedByAuthor(placed, "down")).toBeNull();
    expect(placedByAuthor(graph, "right")).toBeNull();
  });

  test("a step without a place keeps its distance to a placed neighbour", () => {
    const placed = { ...graph, layout: { a: at(100, 100), b: at(400, 250) } };

    expect(keepPlaced(placed, laid, "right").positions).toEqual({
      a: at(100, 100),
      b: at(400, 250),
      c: at(700, 250),
    });
  });

  test("without the engine, every step stands right of those it depends on", () => {
    fc.assert(
      fc.property(acyclic, (drawn) => {
        const { positions } = inLayers(drawn, true, "right");

        for (const { from, to } of drawn.edges) {
          expect(positions[to]?.x ?? 0).toBeGreaterThan(positions[from]?.x ?? 0);
        }
        const places = new Set(Object.values(positions).map((point) => `${point.x},${point.y}`));
        expect(places.size).toBe(drawn.steps.length);
      }),
    );
  });

  test("a cycle in a draft is drawn all the same", () => {
    const cyclic = plan(["a", "b"], edge("a", "b"), edge("b", "a"));

    expect(Object.keys(inLayers(cyclic, false, "right").positions).sort()).toEqual(["a", "b"]);
  });

  test("edges leave from the handle of their action, others from the body", () => {
    const acting = plan(["route", "x"], edge("route", "x", "go"), edge("route", "x", "undeclared"));
    const [route, x] = acting.steps;
    if (!route || !x) throw new Error("two steps were made");

    const elk = toElk({ ...acting, steps: [{ ...route, actions: ["go"] }, x] }, false, "right");

    expect(elk.edges?.map((drawn) => drawn.sources)).toEqual([["route>out:go"], ["route>out:body"]]);
  });

  test("names and statuses do not change what is remembered, edges and actions do", () => {
    const renamed = { ...graph, steps: graph.steps.map((step) => ({ ...step, name: "other" })) };

    expect(shapeOf(renamed, true, "right")).toBe(shapeOf(graph, true, "right"));
    expect(shapeOf({ ...graph, edges: [] }, true, "right")).not.toBe(shapeOf(graph, true, "right"));
    expect(shapeOf(graph, true, "down")).not.toBe(shapeOf(graph, true, "right"));
  });
});

describe("first view", () => {
  const row = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`s${index}`, at(index * 300, 0)]));
  const room = { width: 1000, height: 500 };

  test("a graph that fits is shown whole, never larger than life", () => {
    expect(firstView({ a: at(0, 0) }, null, room)).toEqual({ x: 408, y: 215, zoom: 1 });
  });

  test("a graph that can't be read when whole begins at its left end", () => {
    const view = firstView(row, null, room);

    expect([view.x, view.zoom]).toEqual([16, 0.7]);
  });

  test("a run opens where it waits", () => {
    const looks = { s3: look("COMPLETED"), s12: look("RUNNING") };

    const view = firstView(row, looks, room);

    const centre = (12 * 300 + 92) * view.zoom + view.x;
    expect(Math.round(centre)).toBe(500);
  });
});

describe("height", () => {
  test("the pane is as high as the graph needs, within bounds", () => {
    const row = { a: at(0, 0), b: at(300, 0) };
    const pile = { a: at(0, 0), b: at(0, 5000) };

    expect(heightFor({ ...row, c: at(300, 200) }, true, 1000, 600)).toBe(94 + 200 + 88);
    expect(heightFor(row, true, 1000, 600)).toBe(200);
    expect(heightFor(pile, true, 1000, 600)).toBe(600);
  });
});

describe("paths", () => {
  test("corners are soft, and never rounder than their sides are long", () => {
    expect(softPath([at(0, 0), at(40, 0), at(40, 6), at(90, 6)])).toBe(
      "M0 0L37 0Q40 0 40 3L40 3Q40 6 43 6L90 6",
    );
  });

  test("a routed edge has right angles only, wherever its target lies", () => {
    const coordinate = fc.integer({ min: -500, max: 500 });
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, coordinate, fc.boolean(), (ax, ay, bx, by, down) => {
        const points = elbow(at(ax, ay), at(bx, by), down);

        points.slice(1).forEach((point, index) => {
          const before = points[index];
          expect(before?.x === point.x || before?.y === point.y).toBe(true);
        });
        expect([points[0], points.at(-1)]).toEqual([at(ax, ay), at(bx, by)]);
      }),
    );
  });

  test("the middle lies half-way along, not between the ends", () => {
    expect(middle([at(0, 0), at(0, 10), at(30, 10)])).toEqual(at(10, 10));
  });
});

const acyclic: fc.Arbitrary<GraphView> = fc.integer({ min: 1, max: 12 }).chain((count) => {
  const slugs = Array.from({ length: count }, (_, index) => `s${index}`);
  const pairs = slugs.flatMap((from, index) => slugs.slice(index + 1).map((to) => edge(from, to)));
  return fc.subarray(pairs).map((edges) => plan(slugs, ...edges));
});

function at(x: number, y: number) {
  return { x, y };
}

function plan(slugs: string[], ...edges: GraphEdge[]): GraphView {
  return { steps: slugs.map(stepOf), edges, layout: {} };
}

function stepOf(slug: string): GraphStep {
  return { slug, name: slug, kind: "SCRIPT", line: "", actions: [], perDocument: false };
}

function edge(from: string, to: string, action: string | null = null): GraphEdge {
  return { from, to, action, await: false, implied: false };
}

function look(status: StepStatus): StepLook {
  return {
    status,
    waitingOn: null,
    action: null,
    blocked: false,
    startedAt: null,
    finishedAt: null,
    documents: null,
  };
}

describe("quick layers", () => {
  const step = (slug: string) => ({
    slug,
    name: slug,
    kind: "SCRIPT" as const,
    line: "",
    actions: [],
    perDocument: false,
  });
  const edge = (from: string, to: string) => ({ from, to, action: null, await: false, implied: false });

  test("no two steps lie over each other, and every edge goes forward", () => {
    const slugs = Array.from({ length: 120 }, (_, index) => `s${index}`);
    const edges = slugs
      .slice(9)
      .flatMap((slug, index) => [edge(`s${index}`, slug), edge(`s${(index * 7) % (index + 1)}`, slug)]);
    const { positions } = inLayers({ steps: slugs.map(step), edges, layout: {} }, false, "right");
    const spots = Object.values(positions);

    for (const { from, to } of edges) expect(positions[to]?.x ?? 0).toBeGreaterThan(positions[from]?.x ?? 0);
    for (const one of spots)
      for (const other of spots)
        expect(one === other || Math.abs(one.x - other.x) >= 184 || Math.abs(one.y - other.y) >= 70).toBe(
          true,
        );
  });

  test("a chain is a straight line", () => {
    const { positions } = inLayers(
      { steps: ["a", "b", "c"].map(step), edges: [edge("a", "b"), edge("b", "c")], layout: {} },
      false,
      "right",
    );

    expect(new Set(Object.values(positions).map(({ y }) => y)).size).toBe(1);
  });
});
