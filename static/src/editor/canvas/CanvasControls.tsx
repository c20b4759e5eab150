/** Buttons on the canvas: zoom, fit, arrange. */
import { Panel, useReactFlow } from "@xyflow/react";
import type { GraphView } from "../../canvas/graph";
import { Icon } from "../../shared/ui/bits";
import { moveSteps } from "../commands/moveSteps";
import { useStore } from "../store";
import { layOutAll } from "./usePlaces";

const FIT = { padding: 0.12, maxZoom: 1 };

export function CanvasControls({ graph }: { graph: GraphView }) {
  const store = useStore();
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const arrange = async () => {
    const places = await layOutAll({ ...graph, layout: {} });
    store.do("Arrange all steps", (plan) => moveSteps(plan, places, {}));
    window.setTimeout(() => void fitView(FIT), 50);
  };
  return (
    <Panel position="bottom-left" className="canvas-controls">
      <Button name="plus" label="Zoom in" onPress={() => void zoomIn()} />
      <Button name="minus" label="Zoom out" onPress={() => void zoomOut()} />
      <Button name="fit" label="Fit the whole graph" onPress={() => void fitView(FIT)} />
      <Button name="plans" label="Arrange all steps" onPress={() => void arrange()} />
    </Panel>
  );
}

function Button({ name, label, onPress }: { name: string; label: string; onPress: () => void }) {
  return (
    <button type="button" className="button-icon" aria-label={label} title={label} onClick={onPress}>
      <Icon name={name} />
    </button>
  );
}
