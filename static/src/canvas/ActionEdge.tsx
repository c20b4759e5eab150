/** An edge of the canvas: right angles, soft corners, its action written on it. */
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, Position } from "@xyflow/react";
import type { Route } from "./graph";
import { elbow, middle, softPath } from "./path";
import type { EdgeState } from "./toFlow";

export type ActionEdgeData = {
  action: string | null;
  dashed: boolean;
  state: EdgeState;
  route: Route | null;
};
export type ActionFlowEdge = Edge<ActionEdgeData, "action">;

export function ActionEdge(props: EdgeProps<ActionFlowEdge>) {
  const { data, markerEnd } = props;
  if (!data) return null;
  const points = data.route?.points ?? drawn(props);
  const label = data.route?.label ?? middle(points);
  return (
    <>
      <BaseEdge
        path={softPath(points)}
        className={`edge edge-${data.state}${data.dashed ? " edge-await" : ""}`}
        {...(markerEnd ? { markerEnd } : {})}
      />
      {data.action !== null && (
        <EdgeLabelRenderer>
          <span
            className={`edge-label edge-label-${data.state} mono`}
            style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
          >
            {data.action}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

function drawn({ sourceX, sourceY, targetX, targetY, targetPosition }: EdgeProps<ActionFlowEdge>) {
  return elbow({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, targetPosition === Position.Top);
}
