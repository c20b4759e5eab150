/** Run the layout engine in a worker of its own: it is large, so it is loaded only when a step has no place yet. */
import ELK from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import { fromElk, toElk } from "./arrange";
import type { Arrangement, Direction, GraphView } from "./graph";

/** Lay the whole graph out; rejects when the worker can't be loaded. */
export async function layOut(graph: GraphView, live: boolean, direction: Direction): Promise<Arrangement> {
  const worker = new Worker(workerUrl);
  const elk = new ELK({ workerFactory: () => worker });
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener("error", () => reject(new Error("the layout engine could not be loaded")));
  });
  try {
    return fromElk(await Promise.race([elk.layout(toElk(graph, live, direction)), failed]));
  } finally {
    worker.terminate();
  }
}
