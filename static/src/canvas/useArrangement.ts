/** The arrangement of a graph: the author's at once, else the engine's when it has answered. */
import { useEffect, useMemo, useState } from "react";
import { keepPlaced, placedByAuthor } from "./arrange";
import type { Arrangement, Direction, GraphView } from "./graph";
import { inLayers } from "./layers";
import { recall, remember } from "./remembered";

/** Null while the engine works. The graph must be the same object between renders. */
export function useArrangement(graph: GraphView, live: boolean, direction: Direction): Arrangement | null {
  const known = useMemo(
    () => placedByAuthor(graph, direction) ?? recall(graph, live, direction),
    [graph, live, direction],
  );
  const [laid, setLaid] = useState<{
    graph: GraphView;
    direction: Direction;
    arrangement: Arrangement;
  } | null>(null);
  useEffect(() => {
    if (known) return;
    let wanted = true;
    void computed(graph, live, direction).then((arrangement) => {
      if (wanted) setLaid({ graph, direction, arrangement });
    });
    return () => {
      wanted = false;
    };
  }, [known, graph, live, direction]);
  if (known) return known;
  return laid && laid.graph === graph && laid.direction === direction ? laid.arrangement : null;
}

async function computed(graph: GraphView, live: boolean, direction: Direction): Promise<Arrangement> {
  try {
    const { layOut } = await import("./layOut");
    const arrangement = keepPlaced(graph, await layOut(graph, live, direction), direction);
    remember(graph, live, direction, arrangement);
    return arrangement;
  } catch {
    return inLayers(graph, live, direction);
  }
}
