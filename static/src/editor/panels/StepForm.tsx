/** The form of one step, made from the schema of its kind: what matters first, the rest folded to a line. */
import { useCallback, useMemo, useRef } from "react";
import type { StepKind } from "../../shared/statuses";
import { FindingList } from "../fields/FindingsAt";
import { homeless } from "../fields/found";
import { ScopeContext } from "../fields/scope";
import { topOf } from "../fields/wire";
import type { Finding } from "../model/look";
import type { Group } from "../schema.gen";
import { useEditor } from "../store";
import { BrokenSteps } from "./step/BrokenSteps";
import { placesOf, type Section, sectionsOf } from "./step/groups";
import { Head } from "./step/Head";
import { OtherKeys } from "./step/OtherKeys";
import { FoldedSection, MainSection } from "./step/Section";
import { useWanted } from "./step/useWanted";

export type StepFormProps = {
  slug: string;
  kind: StepKind;
  /** Sections that stand open; they stay so from step to step. */
  open: ReadonlySet<Group>;
  onOpen: (change: (open: ReadonlySet<Group>) => ReadonlySet<Group>) => void;
};

export function StepForm({ slug, kind, open, onOpen }: StepFormProps) {
  const form = useRef<HTMLDivElement>(null);
  const sections = sectionsOf(kind);
  const lead = useCallback(
    (field: string) => {
      const group = groupOf(sections, field);
      if (group !== null) onOpen((now) => (now.has(group) ? now : new Set([...now, group])));
    },
    [sections, onOpen],
  );
  useWanted(form, lead);
  const toggle = useCallback(
    (group: Group) =>
      onOpen((now) =>
        now.has(group) ? new Set([...now].filter((each) => each !== group)) : new Set([...now, group]),
      ),
    [onOpen],
  );
  return (
    <ScopeContext value={slug}>
      <div className="form step-form" ref={form}>
        <Head slug={slug} kind={kind} />
        <Homeless slug={slug} kind={kind} />
        <BrokenSteps slug={slug} />
        {sections.map((section) =>
          section.group === "main" ? (
            <MainSection key={section.group} section={section} />
          ) : (
            <FoldedSection
              key={section.group}
              section={section}
              open={open.has(section.group)}
              onToggle={toggle}
            />
          ),
        )}
        <OtherKeys slug={slug} kind={kind} />
      </div>
    </ScopeContext>
  );
}

/** The group that shows a place: `config.scriptActions[0]` stands in that of `config.scriptActions`. */
function groupOf(sections: readonly Section[], field: string): Group | null {
  const [first, second] = field.split(/[.[]/);
  const key = first === "config" ? second : topOf(field);
  for (const { group, fields } of sections)
    if (fields.some(({ path }) => path.at(-1) === key && path.length === (first === "config" ? 2 : 1)))
      return group;
  return null;
}

/** What the server found that no field shows. */
function Homeless({ slug, kind }: { slug: string; kind: StepKind }) {
  const text = useEditor((state) => JSON.stringify(homeless(state.look.findings, slug, placesOf(kind))));
  const findings = useMemo(() => JSON.parse(text) as Finding[], [text]);
  return <FindingList findings={findings} />;
}
