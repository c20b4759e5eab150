/** A section of a form: open, or folded to one line that says what is set in it. */
import { memo } from "react";
import { Field } from "../../fields/Field";
import { findingsAt } from "../../fields/found";
import { stepIn, useScope } from "../../fields/scope";
import { wireOf } from "../../fields/wire";
import { planOf, type State, useEditor } from "../../store";
import type { Section } from "./groups";
import { summaryOf } from "./groups";

export type SectionProps = { section: Section; open: boolean; onToggle: (group: Section["group"]) => void };

/** The main section has no head; it is always open. */
export const MainSection = memo(function MainSection({ section }: { section: Section }) {
  return <Fields section={section} />;
});

export const FoldedSection = memo(function FoldedSection({ section, open, onToggle }: SectionProps) {
  const scope = useScope();
  const summary = useEditor((state) => (open ? "" : summaryIn(state, scope, section)));
  const found = useEditor((state) => worstIn(state, scope, section));
  const id = `section-${section.group}`;
  return (
    <section className="form-section" data-group={section.group}>
      <h3>
        <button
          type="button"
          className="disclosure form-section-head"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => onToggle(section.group)}
        >
          <span>{section.word}</span>
          {found !== null && (
            <span className={`badge ${found.startsWith("error") ? "badge-danger" : "badge-warning"}`}>
              {found.split(" ").slice(1).join(" ")}
            </span>
          )}
          {!open && <span className="form-section-summary">{summary}</span>}
        </button>
      </h3>
      <div id={id} hidden={!open}>
        {open && <Fields section={section} />}
      </div>
    </section>
  );
});

function Fields({ section }: { section: Section }) {
  return (
    <div className="form-fields">
      {section.fields.map(({ path, schema, required }) => (
        <Field key={wireOf(path)} path={path} schema={schema} required={required} />
      ))}
    </div>
  );
}

function summaryIn(state: State, scope: string | null, section: Section): string {
  const step = scope === null ? null : stepIn(planOf(state), scope);
  return step ? summaryOf(section, step) : "";
}

/** How much is wrong in a section: "error 2 errors", "warning 1 warning", null for nothing. */
function worstIn(state: State, scope: string | null, section: Section): string | null {
  const all = section.fields.flatMap(({ path }) =>
    findingsAt(state.look.findings, scope, wireOf(path), true),
  );
  const errors = all.filter(({ severity }) => severity === "error").length;
  if (errors > 0) return `error ${errors} ${errors === 1 ? "error" : "errors"}`;
  if (all.length > 0) return `warning ${all.length} ${all.length === 1 ? "warning" : "warnings"}`;
  return null;
}
