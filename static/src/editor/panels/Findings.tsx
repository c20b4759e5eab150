/** What is wrong with the plan, from the server's checker: a press goes there, a fix mends it. */

import { Icon } from "../../shared/ui/bits";
import { FixButtons } from "../fields/FixButtons";
import type { Finding } from "../model/look";
import { useEditor, useStore } from "../store";

export function Findings() {
  const findings = useEditor((state) => state.look.findings);
  if (findings.length === 0) return <p className="muted">Nothing is wrong with this plan.</p>;
  return (
    <ul className="findings">
      {findings.map((finding) => (
        <FindingRow key={`${finding.code} ${finding.message} ${finding.field}`} finding={finding} />
      ))}
    </ul>
  );
}

export function FindingRow({ finding }: { finding: Finding }) {
  const store = useStore();
  return (
    <li className="finding" data-severity={finding.severity}>
      <Icon name="warning" />
      <div className="stack">
        <button
          type="button"
          className="finding-words"
          onClick={() => store.goTo(finding.step, finding.field)}
        >
          <span className="sr-only">{finding.severity}: </span>
          {finding.message}
        </button>
        <FixButtons fixes={finding.fixes} />
      </div>
    </li>
  );
}
