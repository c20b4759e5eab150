/** Run the layout engine in a worker of its own: it is large, so it is loaded only when a step has no place yet. */
import ELK from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import { fromElk, toElk } from "./arrange";
import type { Arrangement, Direction, GraphView } from "./graph";

/** Measured: 0.5 s for 100 steps, 1.6 s for 500, 12 s for 2,000; nobody waits longer than this for a picture. */
const PATIENCE = 5000;

/** Lay the whole graph out; rejects when the worker can't be loaded or takes too long. */
export async function layOut(graph: GraphView, live: boolean, direction: Direction): Promise<Arrangement> {
  const worker = new Worker(workerUrl);
  const elk = new ELK({ workerFactory: () => worker });
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener("error", () => reject(new Error("the layout engine could not be loaded")));
    window.setTimeout(() => reject(new Error("the layout took too long")), PATIENCE);
  });
  try {
    return fromElk(await Promise.race([elk.layout(toElk(graph, live, direction)), failed]));
  } finally {
    worker.terminate();
  }
}
