/** What the server found at a field, with its fixes. */

import { Icon } from "../../shared/ui/bits";
import type { Finding } from "../model/look";
import { FixButtons } from "./FixButtons";
import { useFindings } from "./scope";

export function FindingsAt({ field, within = false, id }: { field: string; within?: boolean; id?: string }) {
  const findings = useFindings(field, within);
  return <FindingList findings={findings} id={id} />;
}

export function FindingList({ findings, id }: { findings: readonly Finding[]; id?: string | undefined }) {
  if (findings.length === 0) return null;
  return (
    <ul className="field-findings" id={id}>
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.field} ${finding.message}`} data-severity={finding.severity}>
          <Icon name="warning" />
          <span>
            <span className="sr-only">{finding.severity}: </span>
            {finding.message}
            <Fixes fixes={finding.fixes} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Fixes({ fixes }: { fixes: Finding["fixes"] }) {
  if (fixes.length === 0) return null;
  return (
    <span className="field-fixes">
      <FixButtons fixes={fixes} />
    </span>
  );
}
