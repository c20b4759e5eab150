/** Where the steps are drawn: the author's places, and for the rest places found once, so that nothing jumps. */
import { useEffect, useMemo } from "react";
import { keepPlaced } from "../../canvas/arrange";
import type { GraphView, Point } from "../../canvas/graph";
import { inLayers } from "../../canvas/layers";
import { placeAfter, placeLast } from "../layout/place";
import { readEntry } from "../model/dependsOn";
import { dependsOnOf, findStep, type Plan } from "../model/plan";
import { planOf, useEditor, useStore } from "../store";

/** The engine takes 0.4 s for so many steps; more of them are laid out in quick layers. */
const PATIENT = 80;

/** Null while the layout engine works on a plan of which the author placed nothing. */
export function usePlaces(graph: GraphView): Readonly<Record<string, Point>> | null {
  const store = useStore();
  const found = useEditor((state) => state.places);
  const missing = useMemo(
    () => graph.steps.filter(({ slug }) => !graph.layout[slug] && !found[slug]).map(({ slug }) => slug),
    [graph, found],
  );
  const byEngine = missing.length > 1 && graph.steps.length <= PATIENT && Object.keys(found).length === 0;
  // What needs no engine is drawn in the same breath.
  const quick = useMemo(() => {
    if (missing.length === 0 || byEngine) return null;
    return missing.length === graph.steps.length
      ? inLayers(graph, false, "right").positions
      : beside(planOf(store.get()), { ...found, ...graph.layout }, missing);
  }, [store, graph, missing, found, byEngine]);
  useEffect(() => {
    let wanted = true;
    const take = (places: Readonly<Record<string, Point>>) => {
      if (wanted) store.set({ places: { ...places, ...store.get().places } });
    };
    if (byEngine) void layOutAll(graph).then(take);
    else if (quick) take(quick);
    return () => {
      wanted = false;
    };
  }, [store, graph, byEngine, quick]);
  return useMemo(
    () => (byEngine ? null : { ...quick, ...found, ...graph.layout }),
    [found, graph.layout, quick, byEngine],
  );
}

/** Places of all steps by the layout engine; in quick layers where it can't be had. */
export async function layOutAll(graph: GraphView): Promise<Readonly<Record<string, Point>>> {
  try {
    const { layOut } = await import("../../canvas/layOut");
    return keepPlaced(graph, await layOut(graph, false, "right"), "right").positions;
  } catch {
    return inLayers(graph, false, "right").positions;
  }
}

/** A step that came without a place (from the source pane, from a merge) goes beside what it comes after. */
function beside(
  plan: Plan,
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
