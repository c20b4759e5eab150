/** Where the steps are drawn: the author's places, and for the rest places found once, so that nothing jumps. */
import { useEffect, useMemo } from "react";
import { columns, keepPlaced } from "../../canvas/arrange";
import type { GraphView, Point } from "../../canvas/graph";
import { placeAfter, placeLast } from "../layout/place";
import { readEntry } from "../model/dependsOn";
import { dependsOnOf, findStep } from "../model/plan";
import { useEditor, useStore } from "../store";

/** Null while the layout engine works on a plan that has hardly any places of its own. */
export function usePlaces(graph: GraphView): Readonly<Record<string, Point>> | null {
  const store = useStore();
  const found = useEditor((state) => state.places);
  const missing = graph.steps.filter((step) => !graph.layout[step.slug] && !found[step.slug]);
  const first = missing.length > 1 && Object.keys(found).length === 0;
  useEffect(() => {
    if (missing.length === 0) return;
    let wanted = true;
    const take = (places: Readonly<Record<string, Point>>) => {
      if (wanted) store.set({ places: { ...places, ...store.get().places } });
    };
    if (first) void layOutAll(graph).then(take);
    else
      take(
        beside(
          store.get().history.plan,
          { ...found, ...graph.layout },
          missing.map((step) => step.slug),
        ),
      );
    return () => {
      wanted = false;
    };
  }, [store, graph, missing, found, first]);
  return useMemo(
    () => (missing.length > 0 ? null : { ...found, ...graph.layout }),
    [found, graph.layout, missing.length],
  );
}

/** Places of all steps by the layout engine; in plain columns where it can't be had. */
export async function layOutAll(graph: GraphView): Promise<Readonly<Record<string, Point>>> {
  try {
    const { layOut } = await import("../../canvas/layOut");
    return keepPlaced(graph, await layOut(graph, false, "right"), "right").positions;
  } catch {
    return columns(graph, false, "right").positions;
  }
}

/** A step that came without a place (from the source pane, from a merge) goes beside what it comes after. */
function beside(
  plan: Parameters<typeof findStep>[0],
  places: Readonly<Record<string, Point>>,
  slugs: readonly string[],
): Record<string, Point> {
  const added: Record<string, Point> = {};
  for (const slug of slugs) {
    const all = { ...places, ...added };
    const step = findStep(plan, slug);
    const upstream = step ? dependsOnOf(step).map((text) => readEntry(text)?.step ?? "") : [];
    const last = upstream.filter((name) => all[name]).at(-1);
    added[slug] = last === undefined ? placeLast(all) : placeAfter(all, last);
  }
  return added;
}
