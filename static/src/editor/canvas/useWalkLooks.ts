/** How the steps look in the walk that is shown; null while the plan is not tried; or what its test cases cover. */
import { useMemo } from "react";
import type { Looks } from "../../canvas/graph";
import { coveredLooks, looksAt } from "../model/walk";
import { planOf, useEditor } from "../store";

/** `covered` names the edges that the test cases went along; null while a walk is shown. */
export function useWalkLooks(): { looks: Looks | null; covered: ReadonlySet<string> | null } {
  const trying = useEditor((state) => state.bottom === "try");
  const plan = useEditor(planOf);
  const { walk, shown, cases, coverage } = useEditor((state) => state.trying);
  return useMemo(() => {
    if (trying && coverage && cases)
      return {
        looks: coveredLooks(plan, new Set(cases.covered.steps)),
        covered: new Set(cases.covered.edges),
      };
    return { looks: trying && walk ? looksAt(plan, walk, shown) : null, covered: null };
  }, [trying, plan, walk, shown, cases, coverage]);
}
