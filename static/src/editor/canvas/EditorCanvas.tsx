/** The canvas on which a plan is drawn: a view of the store; what hands do here becomes commands. */
import {
  Background,
  BackgroundVariant,
  type Connection,
  type EdgeChange,
  type FinalConnectionState,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "../../canvas/canvas.css";
import { type DragEvent, useCallback, useMemo, useRef, useState } from "react";
import { drawable, type Point } from "../../canvas/graph";
import { BODY } from "../../canvas/measure";
import { toMarks } from "../../graph/findings";
import type { StepKind } from "../../shared/statuses";
import { addStepOf, placesOf } from "../actions";
import { canConnect, connect } from "../commands/connect";
import { moveSteps } from "../commands/moveSteps";
import { graphOf } from "../model/look";
import { KINDS } from "../model/plan";
import { type EditorStore, planOf, useEditor, useStore } from "../store";
import { CanvasControls } from "./CanvasControls";
import { EditorEdge, type EditorFlowEdge } from "./EditorEdge";
import { type EditorFlowNode, EditorNode } from "./EditorNode";
import { QuickAdd, type QuickAddAt } from "./QuickAdd";
import { toEdges, toNodes } from "./toNodes";
import { usePlaces } from "./usePlaces";

const nodeTypes = { step: EditorNode };
const edgeTypes = { action: EditorEdge };
const MANY = 60;
export const DRAG_TYPE = "application/x-throughline-kind";
const SNAP: [number, number] = [4, 4];
const NO_KEYS: string[] = [];

export function EditorCanvas() {
  return (
    <ReactFlowProvider>
      <Drawing />
    </ReactFlowProvider>
  );
}

function Drawing() {
  const store = useStore();
  const plan = useEditor(planOf);
  const look = useEditor((state) => state.look);
  const graph = useMemo(() => drawable(graphOf(plan, look)), [plan, look]);
  const places = usePlaces(graph);
  if (graph.steps.length === 0) return <Canvas graph={graph} places={{}} />;
  if (places === null && Object.keys(placesOf(store.get())).length === 0)
    return (
      <p className="canvas-words" role="status">
        Laying out {graph.steps.length} steps…
      </p>
    );
  return <Canvas graph={graph} places={places ?? placesOf(store.get())} />;
}

type CanvasProps = { graph: ReturnType<typeof graphOf>; places: Readonly<Record<string, Point>> };

function Canvas({ graph, places }: CanvasProps) {
  const store = useStore();
  const flow = useReactFlow();
  const selection = useEditor((state) => state.selection);
  const findings = useEditor((state) => state.look.findings);
  const people = useEditor((state) => state.people);
  const marks = useMemo(() => toMarks(findings), [findings]);
  const [drag, setDrag] = useState<Readonly<Record<string, Point>> | null>(null);
  const [adding, setAdding] = useState<QuickAddAt | null>(null);

  const kept = useRef<ReadonlyMap<string, EditorFlowNode>>(new Map());
  const nodes = useMemo(() => {
    const next = toNodes(
      graph,
      drag ? { ...places, ...drag } : places,
      { selection, marks, people },
      kept.current,
    );
    kept.current = new Map(next.map((node) => [node.id, node]));
    return next;
  }, [graph, places, drag, selection, marks, people]);
  const keptEdges = useRef<ReadonlyMap<string, EditorFlowEdge>>(new Map());
  const edges = useMemo(() => {
    const next = toEdges(graph, selection.edge, keptEdges.current);
    keptEdges.current = new Map(next.map((edge) => [edge.id, edge]));
    return next;
  }, [graph, selection.edge]);

  const onNodesChange = useCallback(
    (changes: NodeChange<EditorFlowNode>[]) => {
      const chosen = new Set(store.get().selection.steps);
      let picked = false;
      const moved: Record<string, Point> = {};
      let dropped = false;
      for (const change of changes) {
        if (change.type === "select") {
          picked = true;
          if (change.selected) chosen.add(change.id);
          else chosen.delete(change.id);
        }
        if (change.type === "position" && change.position) moved[change.id] = change.position;
        if (change.type === "position" && !change.dragging) dropped = true;
      }
      if (picked) store.select([...chosen], chosen.size === 0 ? store.get().selection.edge : null);
      if (Object.keys(moved).length > 0 && !dropped) setDrag((before) => ({ ...before, ...moved }));
      if (dropped) {
        setDrag(null);
        if (Object.keys(moved).length > 0) place(store, moved);
      }
    },
    [store],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange<EditorFlowEdge>[]) => {
      for (const change of changes)
        if (change.type === "select" && change.selected) store.select([], change.id);
    },
    [store],
  );
  const onConnect = useCallback(
    ({ source, sourceHandle, target }: Connection) => {
      const action = sourceHandle === BODY ? null : sourceHandle;
      const word = action === null ? source : `${source}:${action}`;
      store.do(`Connect ${word} to ${target}`, (now) => connect(now, source, action, target));
    },
    [store],
  );
  const isValidConnection = useCallback(
    ({ source, sourceHandle, target }: Connection | EditorFlowEdge) =>
      canConnect(planOf(store.get()), source, sourceHandle === BODY ? null : (sourceHandle ?? null), target),
    [store],
  );
  const onConnectEnd: OnConnectEnd = useCallback(
    (event, connection: FinalConnectionState) => {
      if (connection.isValid || !connection.fromNode || connection.toNode) return;
      const { clientX, clientY } =
        "changedTouches" in event ? (event.changedTouches[0] ?? { clientX: 0, clientY: 0 }) : event;
      const handle = connection.fromHandle?.id ?? BODY;
      setAdding({
        screen: { x: clientX, y: clientY },
        flow: flow.screenToFlowPosition({ x: clientX, y: clientY }),
        after: { step: connection.fromNode.id, action: handle === BODY ? null : handle },
      });
    },
    [flow],
  );
  const onDrop = (event: DragEvent) => {
    const kind = event.dataTransfer.getData(DRAG_TYPE) as StepKind;
    if (!KINDS.includes(kind)) return;
    event.preventDefault();
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    addStepOf(store, kind, { at: { x: at.x - 92, y: at.y - 35 }, after: null });
  };
  return (
    <section
      className="canvas editor-canvas"
      aria-label="Graph of the plan"
      onDrop={onDrop}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(DRAG_TYPE)) event.preventDefault();
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValidConnection}
        onNodeDragStop={(_event, _node, dragged) => {
          setDrag(null);
          place(store, Object.fromEntries(dragged.map((node) => [node.id, node.position])));
        }}
        onPaneClick={() => store.select([])}
        onPaneContextMenu={(event) => {
          event.preventDefault();
          const screen = { x: event.clientX, y: event.clientY };
          setAdding({ screen, flow: flow.screenToFlowPosition(screen), after: null });
        }}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={["Meta", "Control", "Shift"]}
        selectionMode={SelectionMode.Partial}
        panActivationKeyCode={"Space"}
        disableKeyboardA11y={false}
        snapToGrid
        snapGrid={SNAP}
        connectionRadius={28}
        onlyRenderVisibleElements={graph.steps.length > MANY}
        minZoom={0.05}
        maxZoom={2}
        fitView
        fitViewOptions={FIT}
        zoomActivationKeyCode={NO_KEYS}
        ariaLabelConfig={WORDS}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line)" />
        <CanvasControls graph={graph} />
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
        <p className="canvas-empty">Drag a step from the left onto the canvas, or press a kind there.</p>
      )}
      {adding && <QuickAdd at={adding} onClose={() => setAdding(null)} />}
    </section>
  );
}

/** Put steps where they were dropped; moves of the same steps, one after the other, are one entry of the history. */
function place(store: EditorStore, moved: Readonly<Record<string, Point>>): void {
  const slugs = Object.keys(moved);
  const label = slugs.length === 1 ? `Move ${slugs[0]}` : `Move ${slugs.length} steps`;
  const merge = `move:${slugs.join()}`;
  store.do(label, (plan) => moveSteps(plan, moved, placesOf(store.get())), merge);
}

const FIT = { padding: 0.12, maxZoom: 1 };
const WORDS = {
  "node.a11yDescription.default":
    "Press Enter to select the step, arrow keys to move it, Delete to remove it.",
  "node.a11yDescription.keyboardDisabled": "Press Enter to select the step.",
  "edge.a11yDescription.default": "Press Enter to select the edge, Delete to remove it.",
};
