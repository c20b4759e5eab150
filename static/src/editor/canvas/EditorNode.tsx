/** A step on the editor's canvas: as it is drawn elsewhere, with who else is at it. */
import type { Node, NodeProps } from "@xyflow/react";
import { memo } from "react";
import type { GraphStep, Mark } from "../../canvas/graph";
import { type StepFlowNode, StepNode } from "../../canvas/StepNode";

export type EditorNodeData = { step: GraphStep; mark: Mark | null; people: string | null };
export type EditorFlowNode = Node<EditorNodeData, "step">;

export const EditorNode = memo(function EditorNode(props: NodeProps<EditorFlowNode>) {
  const { step, mark, people } = props.data;
  const data = { step, look: null, mark, direction: "right" as const };
  return (
    <>
      {people !== null && <span className="editor-node-people">{people}</span>}
      <StepNode {...(props as unknown as NodeProps<StepFlowNode>)} data={data} />
    </>
  );
});
