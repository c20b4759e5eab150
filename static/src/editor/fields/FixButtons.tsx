/** The fixes of a finding, a button each. */
import type { Finding } from "../model/look";
import { apply } from "../model/patch";
import { useStore } from "../store";

export function FixButtons({ fixes }: { fixes: Finding["fixes"] }) {
  const store = useStore();
  return fixes.map((fix) => (
    <button
      key={fix.title}
      type="button"
      className="button button-small"
      onClick={() => store.do(fix.title, (plan) => apply(plan, fix.edits))}
    >
      {fix.title}
    </button>
  ));
}
