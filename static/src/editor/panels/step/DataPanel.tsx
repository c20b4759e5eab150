/** Real data beside the form: what the steps before this one gave in an earlier run. A press writes the reference. */
import { useMemo } from "react";
import { Icon, Status } from "../../../shared/ui/bits";
import { toast } from "../../../shared/ui/toast";
import type { RunData } from "../../code/complete/roots";
import { upstreamOf } from "../../commands/connect";
import { pinMock, whyNotPinned } from "../../commands/pinMock";
import { type Target, useTarget } from "../../fields/cursor";
import { type DataPath, referenceIn } from "../../fields/references";
import { type RunState, useRunData } from "../../fields/runData";
import { isObject, type Json, type JsonObject } from "../../model/plan";
import { planOf, useEditor, useStore } from "../../store";
import "./data.css";
import { faceOfStep, wordOfRun } from "./faces";
import { ValueTree } from "./ValueTree";

type StepData = RunData["steps"][string];

export function DataPanel({ slug, onClose }: { slug: string; onClose: () => void }) {
  const data = useRunData();
  const target = useTarget();
  return (
    <section id="inspector-data" className="data-panel" aria-label="Data of an earlier run">
      <header className="data-head">
        {data.kind === "ready" ? (
          <select
            className="input"
            aria-label="Activity whose data is shown"
            value={data.chosen}
            onChange={(event) => void data.choose(event.target.value)}
          >
            {data.runs.map((run) => (
              <option key={run.id} value={run.id}>
                {run.title || run.id} · {wordOfRun(run.status)}
              </option>
            ))}
          </select>
        ) : (
          <strong>Data</strong>
        )}
        <button
          type="button"
          className="button-icon"
          aria-label="Load the newest activities"
          onClick={() => void data.load(true)}
        >
          <Icon name="retry" />
        </button>
        <button type="button" className="button-icon" aria-label="Close the data" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p className="field-hint" aria-live="polite">
        {target
          ? `A press writes the reference into ${target.label}.`
          : "Put the cursor into a field; a press on a value writes its reference there."}
      </p>
      <Content data={data} slug={slug} target={target} />
    </section>
  );
}

function Content({ data, slug, target }: { data: RunState; slug: string; target: Target | null }) {
  switch (data.kind) {
    case "loading":
      return <p className="muted">Loading what earlier activities gave…</p>;
    case "none":
      return (
        <p className="muted">No activity of this plan has run yet. Start one, and its data stands here.</p>
      );
    case "failed":
      return <p className="field-error">{data.why}</p>;
    case "ready":
      return data.detail ? (
        <Detail detail={data.detail} slug={slug} target={target} />
      ) : (
        <p className="muted">Loading its data…</p>
      );
    default: {
      const _: never = data;
      return _;
    }
  }
}

function Detail({ detail, slug, target }: { detail: RunData; slug: string; target: Target | null }) {
  const store = useStore();
  const plan = useEditor(planOf);
  const upstream = useMemo(() => [...upstreamOf(plan, slug)].filter((each) => each !== slug), [plan, slug]);
  const insert = (path: DataPath) => {
    if (!target) return store.say("Put the cursor into a field first");
    const words = referenceIn(target.style, path);
    if (words === null) return store.say(`${target.label} can't refer to this`);
    target.insert(words);
  };
  const own = detail.steps[slug];
  const seen = upstream.filter((each) => detail.steps[each] !== undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
    <section className="data-trees" tabIndex={0} aria-label="Values">
      {own && <OwnResult slug={slug} data={own} onPress={target?.style === "reply" ? insert : null} />}
      <ValueTree name="inputs" path={INPUTS} value={detail.inputs} onPress={insert} open />
      {isObject(detail.variables) && Object.keys(detail.variables).length > 0 && (
        <ValueTree name="variables" path={VARIABLES} value={detail.variables} onPress={insert} />
      )}
      {seen.map((each) => (
        <StepTree key={each} slug={each} data={detail.steps[each] as StepData} onPress={insert} />
      ))}
      {seen.length === 0 && <p className="muted">No step comes before {slug}.</p>}
    </section>
  );
}

/** What there is of a step: nothing before it has ended. */
function endedWith(data: StepData): JsonObject {
  return {
    ...(data.action !== null && { action: data.action }),
    ...(data.status === "COMPLETED" && { result: data.result ?? null }),
    ...(errorOf(data) !== null && { error: errorOf(data) }),
  };
}

/** A step that failed tells why. */
function errorOf(data: StepData): Json {
  return "error" in data ? (data.error as Json) : null;
}

const INPUTS: DataPath = ["inputs"];
const VARIABLES: DataPath = ["variables"];

function StepTree({
  slug,
  data,
  onPress,
}: {
  slug: string;
  data: StepData;
  onPress: (path: DataPath) => void;
}) {
  return (
    <ValueTree
      name={slug}
      path={["steps", slug]}
      value={endedWith(data)}
      onPress={onPress}
      note={<Status face={faceOfStep(data.status)} />}
      open
    />
  );
}

/** What this step itself gave: it can stand in for it in the plan's tests. */
type OwnResultProps = {
  slug: string;
  data: StepData;
  /** For fields that read the answer of the step itself. */
  onPress: ((path: DataPath) => void) | null;
};

function OwnResult({ slug, data, onPress }: OwnResultProps) {
  const store = useStore();
  const pin = () => {
    const ended = { ...data, error: errorOf(data) };
    const why = whyNotPinned(planOf(store.get()), slug, ended);
    if (why !== null) return toast(why, "warning");
    store.do(`Pin the result of ${slug} as a mock`, (plan) => pinMock(plan, slug, ended));
    toast(`The result of ${slug} is a mock of the plan's tests now.`, "success");
  };
  return (
    <div className="data-own">
      <ValueTree
        name={`${slug} (this step)`}
        {...(onPress && { onPress })}
        path={["steps", slug]}
        value={endedWith(data)}
        note={<Status face={faceOfStep(data.status)} />}
      />
      {(data.status === "COMPLETED" || data.status === "FAILED") && (
        <button type="button" className="button button-small" onClick={pin}>
          Pin as mock
        </button>
      )}
    </div>
  );
}
