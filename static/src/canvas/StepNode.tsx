/** A step on the canvas: icon, name, slug, one line, and in a run its status, time and documents. */
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { stepFace } from "../shared/statuses";
import { elapsed } from "../shared/time";
import { Icon, Status, useNow } from "../shared/ui/bits";
import type { Direction, DocumentCounts, GraphStep, Mark, StepLook } from "./graph";
import { handlePoint, nodeSize, outHandles } from "./measure";

export type StepNodeData = {
  step: GraphStep;
  look: StepLook | null;
  mark: Mark | null;
  direction: Direction;
  /** A node with a look, but of the size of one without: its status stands in the place of its line. */
  compact?: boolean;
};
export type StepFlowNode = Node<StepNodeData, "step">;

export function StepNode({ data }: NodeProps<StepFlowNode>) {
  const { step, look, mark, direction, compact = false } = data;
  const live = look !== null && !compact;
  const face = look ? stepFace(look.status, look.waitingOn) : null;
  return (
    <>
      <Handle
        type="target"
        position={direction === "right" ? Position.Left : Position.Top}
        className="handle handle-in"
      />
      <div
        className="step-node"
        style={nodeSize(live)}
        data-kind={step.kind}
        data-status={face?.key}
        data-blocked={look?.blocked || undefined}
      >
        <div className="step-node-head">
          <span className="step-node-kind">
            <Icon name={step.kind} />
          </span>
          <span className="step-node-name">{step.name || step.slug}</span>
          {step.perDocument && !look && (
            <span className="step-node-each" title="Runs once for each document">
              <Icon name="documents" />
            </span>
          )}
          {mark && (
            <span className="step-node-mark" data-mark={mark}>
              <Icon name="warning" />
            </span>
          )}
        </div>
        <div className="step-node-slug">
          <span className="mono">{step.slug}</span>
          {live && look && <Took look={look} />}
        </div>
        {compact && look && face ? (
          <div className="step-node-line">
            <Status face={face} />
            {look.action !== null && <span className="mono"> {look.action}</span>}
          </div>
        ) : (
          <div className="step-node-line">{step.line}</div>
        )}
        {live && look && face && (
          <div className="step-node-foot">
            <Status face={face} />
            {look.documents && <Settled counts={look.documents} />}
          </div>
        )}
        {look?.documents && <DocumentBar counts={look.documents} />}
      </div>
      {outHandles(step).map((handle) => (
        <OutHandle key={handle} step={step} handle={handle} live={live} direction={direction} />
      ))}
    </>
  );
}

type OutHandleProps = { step: GraphStep; handle: string; live: boolean; direction: Direction };

function OutHandle({ step, handle, live, direction }: OutHandleProps) {
  const at = handlePoint(step, handle, live, direction);
  const right = direction === "right";
  return (
    <Handle
      id={handle}
      type="source"
      position={right ? Position.Right : Position.Bottom}
      className="handle"
      style={right ? { top: at.y } : { left: at.x }}
      title={step.actions.includes(handle) ? `Ends with ${handle}` : undefined}
    />
  );
}

/** How long, roughly: ticking only while the step runs. */
function Took({ look }: { look: StepLook }) {
  const now = useNow(look.startedAt !== null && look.finishedAt === null && look.status === "RUNNING");
  return <span className="step-node-time num">{elapsed(look.startedAt, look.finishedAt, now, "rough")}</span>;
}

/** Documents that have ended, of all. */
function Settled({ counts }: { counts: DocumentCounts }) {
  if (counts.total === 0) return null;
  const { completed, failed, cancelled, skipped, notTaken, total } = counts;
  return <span className="num">{`${completed + failed + cancelled + skipped + notTaken}/${total}`}</span>;
}

function DocumentBar({ counts }: { counts: DocumentCounts }) {
  const share = (count: number) => `${(100 * count) / Math.max(1, counts.total)}%`;
  return (
    <div className="step-node-bar" aria-hidden="true">
      <span className="bar-done" style={{ width: share(counts.completed) }} />
      <span className="bar-failed" style={{ width: share(counts.failed) }} />
      <span className="bar-running" style={{ width: share(counts.running ?? 0) }} />
    </div>
  );
}
