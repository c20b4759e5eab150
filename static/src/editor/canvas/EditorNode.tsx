/** A step on the editor's canvas: as it is drawn elsewhere, with who else is at it. */
import { type Node, type NodeProps, useUpdateNodeInternals } from "@xyflow/react";
import { memo, useEffect } from "react";
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
  // React Flow knows where handles are from when it measured them: actions that come or go move them.
  const measure = useUpdateNodeInternals();
  const handles = step.actions.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when the handles are others
  useEffect(() => measure(step.slug), [measure, step.slug, handles]);
  return (
    <>
      {people !== null && <span className="editor-node-people">{people}</span>}
      <StepNode {...(props as unknown as NodeProps<StepFlowNode>)} data={data} />
    </>
  );
});
