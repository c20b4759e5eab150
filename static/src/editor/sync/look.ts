/** Have the server look at the plan as it is typed: one look at a time, the newest wins. */
import { askJson, errorText } from "../../shared/api";
import type { Look } from "../model/look";
import type { Plan } from "../model/plan";
import { type EditorStore, planOf } from "../store";

const PAUSE = 120;
const AGAIN = 3000;

/** Start looking; gives the way to stop. */
export function startLooking(store: EditorStore): () => void {
  let timer = 0;
  let busy = false;
  let stopped = false;

  const later = (pause: number) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), pause);
  };
  const look = async () => {
    const plan = planOf(store.get());
    if (busy || stopped || store.get().lookedAt === plan) return;
    busy = true;
    let pause = 0;
    try {
      const seen = await askJson<Look>(store.props.urls.look, { document: plan });
      store.set({ look: seen, lookedAt: plan, lookProblem: null });
    } catch (error) {
      // What is shown stays what was seen last; the bar says that it is old.
      pause = AGAIN;
      store.set({ lookProblem: errorText(error) });
    }
    busy = false;
    if (!stopped && planOf(store.get()) !== plan) later(pause || PAUSE);
    else if (pause > 0) later(pause);
  };
  let before: Plan | null = null;
  const unsubscribe = store.subscribe(() => {
    const plan = planOf(store.get());
    if (plan === before) return;
    before = plan;
    later(PAUSE);
  });
  void look();
  return () => {
    stopped = true;
    window.clearTimeout(timer);
    unsubscribe();
  };
}
