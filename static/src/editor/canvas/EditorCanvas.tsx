/** The canvas on which a plan is drawn: a view of the store. */
import {
  Background,
  BackgroundVariant,
  MiniMap,
  ReactFlow,
  type ReactFlowState,
  SelectionMode,
  useStore as useFlowStore,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "../../canvas/canvas.css";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { drawable, type GraphView, type Point } from "../../canvas/graph";
import { toMarks } from "../../graph/findings";
import { placesOf } from "../actions";
import { routeAll } from "../layout/route";
import { graphOf, sameShape, steady } from "../model/look";
import { planOf, useEditor, useStore } from "../store";
import { CanvasControls } from "./CanvasControls";
import "./editor-canvas.css";
import { EditorEdge, type EditorFlowEdge } from "./EditorEdge";
import { type EditorFlowNode, EditorNode } from "./EditorNode";
import { NodeMenu } from "./NodeMenu";
import { QuickAdd, type QuickAddAt } from "./QuickAdd";
import { Reveal } from "./Reveal";
import { toEdges, toNodes } from "./toNodes";
import { type Drag, useHands } from "./useHands";
import { usePlaces } from "./usePlaces";
import { useWalkLooks } from "./useWalkLooks";

const nodeTypes = { step: EditorNode };
const edgeTypes = { action: EditorEdge };
const MANY = 60;
/** From so far away only names can be read: nothing else is painted. */
const isFar = (state: ReactFlowState) => state.transform[2] < 0.32;
const SNAP: [number, number] = [4, 4];
const MULTIPLE = ["Meta", "Control", "Shift"];
const FIT = { padding: 0.08, maxZoom: 1, minZoom: 0.3 };
const WORDS = {
  "node.a11yDescription.default":
    "Press Enter to select the step, arrow keys to move it, Delete to remove it, C to connect it.",
  "edge.a11yDescription.default":
    "Press Enter to select the edge, Delete to remove it, W to make it await only.",
};

export function EditorCanvas() {
  const store = useStore();
  const plan = useEditor(planOf);
  const look = useEditor((state) => state.look);
  const drawn = useRef<GraphView | null>(null);
  const graph = useMemo(() => steady(drawn.current, drawable(graphOf(plan, look))), [plan, look]);
  useEffect(() => {
    drawn.current = graph;
  }, [graph]);
  const found = usePlaces(graph);
  const places = found ?? placesOf(store.get());
  if (graph.steps.length > 0 && found === null && Object.keys(places).length === 0)
    return (
      <p className="canvas-words" role="status">
        Laying out {graph.steps.length} steps…
      </p>
    );
  return <Drawn graph={graph} places={places} />;
}

/** The graph as edges see it: the same one while only names change. */
function useShape(graph: GraphView): GraphView {
  const kept = useRef(graph);
  const shape = sameShape(kept.current, graph) ? kept.current : graph;
  useEffect(() => {
    kept.current = shape;
  }, [shape]);
  return shape;
}

type DrawnProps = { graph: GraphView; places: Readonly<Record<string, Point>> };

function Drawn({ graph, places }: DrawnProps) {
  const selection = useEditor((state) => state.selection);
  const findings = useEditor((state) => state.look.findings);
  const people = useEditor((state) => state.people);
  const [drag, setDrag] = useState<Drag | null>(null);
  const [adding, setAdding] = useState<QuickAddAt | null>(null);
  const [menu, setMenu] = useState<Point | null>(null);
  // An empty canvas stays where it is when its first step comes.
  const [fits] = useState(graph.steps.length > 0);
  const far = useFlowStore(isFar);
  const closeMenu = useCallback(() => setMenu(null), []);
  const closeAdding = useCallback(() => setAdding(null), []);
  const { onDrop, onDragOver, ...hands } = useHands(setDrag, setAdding, setMenu);

  const { looks, covered } = useWalkLooks();
  const marks = useMemo(() => toMarks(findings), [findings]);
  const keptNodes = useRef<ReadonlyMap<string, EditorFlowNode>>(new Map());
  const nodes = useMemo(() => {
    const now = drag ? { ...places, ...drag } : places;
    const next = toNodes(graph, now, { selection, marks, people, looks }, keptNodes.current);
    keptNodes.current = new Map(next.map((node) => [node.id, node]));
    return next;
  }, [graph, places, drag, selection, marks, people, looks]);
  const shape = useShape(graph);
  const routes = useMemo(() => routeAll(shape, places), [shape, places]);
  const keptEdges = useRef<ReadonlyMap<string, EditorFlowEdge>>(new Map());
  const edges = useMemo(() => {
    const next = toEdges(
      graph,
      { selected: selection.edge, routes, drag, looks, covered },
      keptEdges.current,
    );
    keptEdges.current = new Map(next.map((edge) => [edge.id, edge]));
    return next;
  }, [graph, routes, drag, looks, covered, selection.edge]);

  return (
    <section
      className={far ? "canvas editor-canvas editor-canvas-far" : "canvas editor-canvas"}
      aria-label="Graph of the plan"
      onDrop={onDrop}
      onDragOver={onDragOver}
    >
      <ReactFlow
        {...hands}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={MULTIPLE}
        selectionMode={SelectionMode.Partial}
        snapToGrid
        snapGrid={SNAP}
        connectionRadius={28}
        onlyRenderVisibleElements={graph.steps.length > MANY}
        minZoom={0.05}
        maxZoom={2}
        fitView={fits}
        fitViewOptions={FIT}
        ariaLabelConfig={WORDS}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line)" />
        <CanvasControls />
        <Reveal places={places} />
        {graph.steps.length > 6 && (
          <MiniMap
            pannable
            zoomable
            ariaLabel="Overview"
            nodeClassName="minimap-plain"
            nodeBorderRadius={8}
          />
        )}
      </ReactFlow>
      {graph.steps.length === 0 && (
        <p className="canvas-empty">
          Drag a step from the left onto the canvas, or press a kind there. A plan file can be dropped here,
          too.
        </p>
      )}
      {menu && <NodeMenu at={menu} onClose={closeMenu} />}
      {adding && <QuickAdd at={adding} onClose={closeAdding} />}
    </section>
  );
}
