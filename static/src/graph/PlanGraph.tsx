/** A plan's graph, read-only: press a step to see its configuration and what was found wrong with it. */
import { useMemo } from "react";
import { Canvas } from "../canvas/Canvas";
import type { GraphStep, GraphView } from "../canvas/graph";
import { Icon, Kind, Slug } from "../shared/ui/bits";
import { Drawer } from "../shared/ui/Drawer";
import { Json } from "../shared/ui/Json";
import { useHash } from "../shared/useHash";
import { type Finding, toMarks } from "./findings";
import "./graph.css";

export type PlanGraphProps = {
  graph: GraphView;
  /** The normal form of each step, by slug. */
  steps: Record<string, Record<string, unknown>>;
  findings: Finding[];
};

export function PlanGraph({ graph, steps, findings }: PlanGraphProps) {
  const [selected, select] = useHash("step");
  const marks = useMemo(() => toMarks(findings), [findings]);
  const step = graph.steps.find((candidate) => candidate.slug === selected);
  return (
    <div className="plan-graph">
      {findings.length > 0 && <Findings findings={findings} onSelect={select} />}
      <div className="panel plan-graph-canvas">
        <Canvas
          graph={graph}
          looks={null}
          marks={marks}
          selected={step ? step.slug : null}
          onSelect={select}
          label="Graph of the plan"
        />
      </div>
      {step && (
        <StepConfig
          step={step}
          form={steps[step.slug] ?? {}}
          findings={findings.filter((finding) => finding.step === step.slug)}
          onClose={() => select(null)}
        />
      )}
    </div>
  );
}

type FindingsProps = { findings: Finding[]; onSelect: (slug: string) => void };

function Findings({ findings, onSelect }: FindingsProps) {
  const errors = findings.filter((finding) => finding.severity === "error").length;
  return (
    <section className={`notice ${errors > 0 ? "notice-error" : "notice-warning"}`} aria-label="Findings">
      <p className="strong">{headline(errors, findings.length - errors)}</p>
      <ul className="findings">
        {findings.map((finding) => (
          <FindingRow key={JSON.stringify(finding)} finding={finding} onSelect={onSelect} />
        ))}
      </ul>
    </section>
  );
}

function FindingRow({ finding, onSelect }: { finding: Finding; onSelect: (slug: string) => void }) {
  const { step } = finding;
  return (
    <li className="finding" data-severity={finding.severity}>
      <Icon name="warning" />
      <span>
        <span className="sr-only">{finding.severity}: </span>
        {finding.message}
      </span>
      {step !== null && (
        <button type="button" className="button button-small button-quiet" onClick={() => onSelect(step)}>
          Show step
        </button>
      )}
    </li>
  );
}

type StepConfigProps = {
  step: GraphStep;
  form: Record<string, unknown>;
  findings: Finding[];
  onClose: () => void;
};

function StepConfig({ step, form, findings, onClose }: StepConfigProps) {
  const { config, description, ...rest } = form;
  const title = (
    <>
      <h2>{step.name || step.slug}</h2>
      <p className="row small">
        <Kind kind={step.kind} />
        <Slug slug={step.slug} />
      </p>
    </>
  );
  return (
    <Drawer title={title} label={`Step ${step.name || step.slug}`} onClose={onClose}>
      {typeof description === "string" && description !== "" && <p>{description}</p>}
      {findings.map((finding) => (
        <p key={finding.code + finding.message} className={`notice notice-${finding.severity}`}>
          {finding.message}
        </p>
      ))}
      <section className="section">
        <h3>Configuration</h3>
        <Json value={config ?? {}} label="Configuration" />
      </section>
      <section className="section">
        <h3>Step</h3>
        <Json value={rest} label="Step" />
      </section>
    </Drawer>
  );
}

function headline(errors: number, warnings: number): string {
  const parts = [];
  if (errors > 0) parts.push(`${errors} ${errors === 1 ? "error" : "errors"}`);
  if (warnings > 0) parts.push(`${warnings} ${warnings === 1 ? "warning" : "warnings"}`);
  return errors > 0 ? `${parts.join(", ")}: this version can't be started.` : `${parts.join(", ")}.`;
}
