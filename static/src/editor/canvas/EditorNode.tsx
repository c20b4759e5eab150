/** A step on the editor's canvas: as it is drawn elsewhere, with who else is at it. */
import type { Node, NodeProps } from "@xyflow/react";
import { memo } from "react";
import type { GraphStep, Mark, StepLook } from "../../canvas/graph";
import { type StepFlowNode, StepNode } from "../../canvas/StepNode";

export type EditorNodeData = {
  step: GraphStep;
  mark: Mark | null;
  people: string | null;
  /** How it stands in the walk that is shown; null while none is. */
  look: StepLook | null;
};
export type EditorFlowNode = Node<EditorNodeData, "step">;

export const EditorNode = memo(function EditorNode(props: NodeProps<EditorFlowNode>) {
  const { step, mark, people, look } = props.data;
  const data = { step, look, mark, direction: "right" as const, compact: true };
  return (
    <>
      {people !== null && <span className="editor-node-people">{people}</span>}
      <StepNode {...(props as unknown as NodeProps<StepFlowNode>)} data={data} />
    </>
  );
});
