/** An edge on the editor's canvas: selected, it offers what can be done with it. */
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import type { GraphEdge, Point } from "../../canvas/graph";
import { elbow, middle, softPath } from "../../canvas/path";
import type { EdgeState } from "../../canvas/toFlow";
import { Icon } from "../../shared/ui/bits";
import { removeSelected, toggleAwait } from "../actions";
import { useStore } from "../store";

/** `way` is null while an end is in the hand. */
export type EditorEdgeData = { edge: GraphEdge; way: readonly Point[] | null; state: EdgeState };
export type EditorFlowEdge = Edge<EditorEdgeData, "action">;

export const EditorEdge = memo(function EditorEdge(props: EdgeProps<EditorFlowEdge>) {
  const { data, markerEnd, selected, sourceX, sourceY, targetX, targetY } = props;
  if (!data) return null;
  const { edge, way, state } = data;
  const points = way ?? elbow({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, false);
  const at = middle(points);
  const place = { transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` };
  return (
    <>
      <BaseEdge
        path={softPath(points)}
        interactionWidth={18}
        className={`edge edge-${state}${edge.await ? " edge-await" : ""}${selected ? " edge-selected" : ""}${edge.implied ? " edge-implied" : ""}`}
        {...(markerEnd ? { markerEnd } : {})}
      />
      {(edge.action !== null || selected) && (
        <EdgeLabelRenderer>
          <span
            className={`edge-label edge-label-${state} mono${selected ? " edge-tools nopan nodrag" : ""}`}
            style={place}
          >
            {edge.action}
            {selected && <EdgeTools awaits={edge.await} />}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

function EdgeTools({ awaits }: { awaits: boolean }) {
  const store = useStore();
  return (
    <>
      <button
        type="button"
        className="button-quiet"
        aria-pressed={awaits}
        title="Await only: goes on when the step has settled, whatever it ended with"
        onClick={() => toggleAwait(store)}
      >
        await
      </button>
      <button
        type="button"
        className="button-quiet"
        aria-label="Remove edge"
        onClick={() => removeSelected(store)}
      >
        <Icon name="close" />
      </button>
    </>
  );
}
