/** The activity page: how it stands, the live graph, the step drawer, the event log. */
import { useMemo, useRef } from "react";
import { Canvas } from "../canvas/Canvas";
import type { GraphView, Looks, StepLook } from "../canvas/graph";
import { useHash } from "../shared/useHash";
import type { View } from "./apply";
import { EventLog } from "./EventLog";
import { Header } from "./Header";
import type { EventMessage, Snapshot, StepView } from "./messages";
import "./monitor.css";
import { StepDrawer } from "./StepDrawer";
import { useActivity } from "./useActivity";
import type { Command } from "./words";

export type MonitorProps = {
  activityId: string | number;
  snapshot: Snapshot;
  events?: EventMessage[];
  graph: GraphView;
  socketUrl: string;
  /** `step` holds {slug}, to be replaced; `plan` is the page of the plan, where one may see it. */
  urls: Record<"snapshot" | "events" | "step" | Command, string> & { plan?: string | null };
  may: Partial<Record<Command, boolean>>;
};

export function Monitor({ snapshot, events, graph, socketUrl, urls, may }: MonitorProps) {
  const { view, log, freshness, take, earlier } = useActivity(snapshot, events, {
    ...urls,
    socket: socketUrl,
  });
  const [selected, select] = useHash("step");
  const looks = useLooks(view);
  const step = view.steps.find((candidate) => candidate.slug === selected);
  return (
    <div className="monitor">
      <Header view={view} freshness={freshness} urls={urls} may={may} take={take} />
      <div className="panel monitor-graph">
        <Canvas
          graph={graph}
          looks={looks}
          selected={step ? step.slug : null}
          onSelect={select}
          label={`Graph of ${view.activity.planName}`}
        />
      </div>
      <EventLog log={log} earlier={earlier} onSelect={select} />
      {step && (
        <StepDrawer
          key={step.slug}
          step={step}
          url={urls.step.replace("{slug}", encodeURIComponent(step.slug))}
          onClose={() => select(null)}
        />
      )}
    </div>
  );
}

/** Looks of all steps; a step that did not change keeps its look, so that its node is not drawn again. */
function useLooks(view: View): Looks {
  const known = useRef(new WeakMap<StepView, StepLook>());
  return useMemo(() => {
    const looks: Record<string, StepLook> = {};
    for (const step of view.steps) {
      const look = known.current.get(step) ?? toLook(step);
      known.current.set(step, look);
      looks[step.slug] = look;
    }
    return looks;
  }, [view.steps]);
}

function toLook(step: StepView): StepLook {
  const { status, waitingOn, action, blocked, startedAt, finishedAt, documents } = step;
  return { status, waitingOn, action, blocked, startedAt, finishedAt, documents };
}
