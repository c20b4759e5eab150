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

/**
 * The handles that a step had when it was measured last. React Flow measures a node once; actions that come or go move
 * its handles. A node that only scrolls into sight must not be measured again, or panning stutters.
 */
const measured = new Map<string, string>();

export const EditorNode = memo(function EditorNode(props: NodeProps<EditorFlowNode>) {
  const { step, mark, people, look } = props.data;
  const data = { step, look, mark, direction: "right" as const, compact: true };
  const measure = useUpdateNodeInternals();
  const handles = step.actions.join();
  useEffect(() => {
    if ((measured.get(step.slug) ?? "") !== handles) measure(step.slug);
    measured.set(step.slug, handles);
  }, [measure, step.slug, handles]);
  return (
    <>
      {people !== null && <span className="editor-node-people">{people}</span>}
      <StepNode {...(props as unknown as NodeProps<StepFlowNode>)} data={data} />
    </>
  );
});
