/** The settings of the whole plan: what it is called, what it asks for, what it gives, where it may be started. */
import { useCallback, useMemo, useRef, useState } from "react";
import { Icon } from "../../shared/ui/bits";
import { Dialog } from "../../shared/ui/dialogs";
import { Field } from "../fields/Field";
import "../fields/fields.css";
import "./plan-settings.css";
import { FindingList } from "../fields/FindingsAt";
import { findingsAt, homeless } from "../fields/found";
import { ScopeContext } from "../fields/scope";
import { pathOf, topOf } from "../fields/wire";
import type { Finding } from "../model/look";
import { EDITOR_SCHEMA } from "../schema.gen";
import { type State, useEditor, useStore } from "../store";
import { PlanSettingsOther } from "./PlanSettingsOther";
import { PlanSettingsPreview } from "./PlanSettingsPreview";
import { PlanSettingsProjects } from "./PlanSettingsProjects";
import { PlanSettingsRunning } from "./PlanSettingsRunning";
import { PlanSettingsTitles } from "./PlanSettingsTitles";
import { BrokenSteps } from "./step/BrokenSteps";
import { useWanted } from "./step/useWanted";

type Tab = {
  readonly key: "general" | "inputs" | "documents" | "data" | "running" | "projects" | "other";
  readonly word: string;
  /** Keys of the plan that stand there. */
  readonly keys: readonly string[];
};

const TABS: readonly Tab[] = [
  {
    key: "general",
    word: "General",
    keys: ["name", "slug", "description", "defaultTitleTemplate", "defaultDescriptionTemplate"],
  },
  { key: "inputs", word: "Start form", keys: ["inputOptions", "inputsSchema"] },
  { key: "documents", word: "Documents", keys: ["documentFamilyGroups"] },
  { key: "data", word: "Variables and output", keys: ["variables", "output", "outputSchema"] },
  { key: "running", word: "Running", keys: ["failurePolicy", "metadata"] },
  { key: "projects", word: "Projects", keys: [] },
  { key: "other", word: "Other keys", keys: [] },
];

const KNOWN: readonly string[] = TABS.flatMap(({ keys }) => keys);

export function PlanSettings() {
  const store = useStore();
  const [at, setAt] = useState<Tab["key"]>("general");
  const panel = useRef<HTMLDivElement>(null);
  const lead = useCallback((field: string) => {
    const tab = TABS.find(({ keys }) => keys.includes(topOf(field)));
    setAt(tab?.key ?? "other");
  }, []);
  useWanted(panel, lead);
  const close = () => store.set({ dialog: null });
  return (
    <Dialog label="Plan settings" className="dialog-wide" onClose={close}>
      <div className="plan-settings" ref={panel}>
        <header className="plan-settings-head">
          <h2>Plan settings</h2>
          <button type="button" className="button-icon" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <nav className="plan-settings-tabs" aria-label="Parts of the settings">
          {TABS.map((tab) => (
            <button
              key={tab.key}
              type="button"
              aria-current={at === tab.key ? "page" : undefined}
              onClick={() => setAt(tab.key)}
            >
              {tab.word}
              <Count tab={tab} />
            </button>
          ))}
        </nav>
        <ScopeContext value={null}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
          <section className="plan-settings-body" tabIndex={0} aria-label={wordOf(at)}>
            <Homeless />
            {at === "general" && <BrokenSteps />}
            <Content at={at} />
          </section>
        </ScopeContext>
      </div>
    </Dialog>
  );
}

function wordOf(at: Tab["key"]): string {
  return TABS.find(({ key }) => key === at)?.word ?? "";
}

function Content({ at }: { at: Tab["key"] }) {
  switch (at) {
    case "general":
      return (
        <>
          <PlanField name="name" />
          <Address />
          <PlanField name="description" />
          <PlanSettingsTitles />
        </>
      );
    case "inputs":
      return (
        <div className="plan-settings-split">
          <div className="form-fields">
            <PlanField name="inputOptions" />
            <PlanField name="inputsSchema" />
          </div>
          <PlanSettingsPreview />
        </div>
      );
    case "documents":
      return <PlanField name="documentFamilyGroups" />;
    case "data":
      return (
        <>
          <PlanField name="variables" />
          <PlanField name="output" />
          <PlanField name="outputSchema" />
        </>
      );
    case "running":
      return <PlanSettingsRunning />;
    case "projects":
      return <PlanSettingsProjects />;
    case "other":
      return <PlanSettingsOther known={KNOWN} />;
    default: {
      const _: never = at;
      return _;
    }
  }
}

export function PlanField({ name }: { name: string }) {
  const schema = EDITOR_SCHEMA.plan.properties[name];
  return schema ? <Field path={pathOf(name)} schema={schema} /> : null;
}

/** The slug is the address of the plan: it was given when the plan was made. */
function Address() {
  const { slug } = useStore().props;
  return (
    <div className="field" data-field="slug">
      <span className="field-label">Slug</span>
      <code>{slug}</code>
      <p className="field-hint">The plan's address and name in references; it stays.</p>
    </div>
  );
}

/** How many findings a part holds. */
function Count({ tab }: { tab: Tab }) {
  const count = useEditor((state) => countIn(state, tab.keys));
  return count === 0 ? null : <span className="count">{count}</span>;
}

function countIn(state: State, keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + findingsAt(state.look.findings, null, key, true).length, 0);
}

/** What the server found about the plan that no field shows. */
function Homeless() {
  const text = useEditor((state) => JSON.stringify(homeless(state.look.findings, null, KNOWN)));
  const findings = useMemo(() => JSON.parse(text) as Finding[], [text]);
  return <FindingList findings={findings} />;
}
