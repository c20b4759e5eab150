/** Buttons on the canvas: zoom, fit, arrange. */
import { Panel, useReactFlow } from "@xyflow/react";
import { useCallback } from "react";
import { drawable } from "../../canvas/graph";
import { Icon } from "../../shared/ui/bits";
import { moveSteps } from "../commands/moveSteps";
import { graphOf } from "../model/look";
import { planOf, useStore } from "../store";
import { layOutAll } from "./usePlaces";

const FIT = { padding: 0.12, maxZoom: 1 };

/** Lay everything out anew, as one entry of the history; the whole graph is in sight then. */
export function useArrange(): () => void {
  const store = useStore();
  const { fitView } = useReactFlow();
  return useCallback(() => {
    const { look } = store.get();
    const graph = drawable(graphOf(planOf(store.get()), look));
    void layOutAll({ ...graph, layout: {} }).then((places) => {
      store.do("Arrange all steps", (plan) => moveSteps(plan, places, {}));
      requestAnimationFrame(() => void fitView(FIT));
    });
  }, [store, fitView]);
}

export function CanvasControls() {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const arrange = useArrange();
  return (
    <Panel position="bottom-left" className="canvas-controls">
      <Button name="plus" label="Zoom in" onPress={() => void zoomIn()} />
      <Button name="minus" label="Zoom out" onPress={() => void zoomOut()} />
      <Button name="fit" label="Fit the whole graph" onPress={() => void fitView(FIT)} />
      <Button name="plans" label="Arrange all steps" onPress={arrange} />
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
