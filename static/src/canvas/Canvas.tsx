/** The graph of a plan or of a run: pan, zoom, fit, minimap; press a step, or reach it by Tab and Enter, to open it. */
import {
  Background,
  BackgroundVariant,
  MarkerType,
  MiniMap,
  type NodeChange,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "./canvas.css";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Icon, useMedia } from "../shared/ui/bits";
import { ActionEdge, type ActionFlowEdge } from "./ActionEdge";
import { sourceHandle } from "./arrange";
import { firstView, heightFor, type Room } from "./firstView";
import {
  type Arrangement,
  type Direction,
  drawable,
  type GraphView,
  type Looks,
  type Mark,
  type Point,
} from "./graph";
import { nodeSize } from "./measure";
import { type StepFlowNode, StepNode } from "./StepNode";
import { type Flow, toFlow } from "./toFlow";
import { useArrangement } from "./useArrangement";

export type CanvasProps = {
  graph: GraphView;
  /** Null for a plan that is not running. */
  looks: Looks | null;
  marks?: Record<string, Mark>;
  selected: string | null;
  onSelect: (slug: string | null) => void;
  /** What the graph is of, for screen readers. */
  label: string;
};

const nodeTypes = { step: StepNode };
const edgeTypes = { action: ActionEdge };
const MANY = 60;
/** Share of the window that a graph may take: what stands below it must stay in sight. */
const SHARE = 0.62;

export function Canvas(props: CanvasProps) {
  const direction: Direction = useMedia("(max-width: 640px)") ? "down" : "right";
  const graph = useMemo(() => drawable(props.graph), [props.graph]);
  const arrangement = useArrangement(graph, props.looks !== null, direction);
  const [pane, setPane] = useState<HTMLElement | null>(null);
  const live = props.looks !== null;
  // Measured once: a drawer that takes some width must not change the height under the reader's hand.
  const room = useMemo(
    () => (arrangement && pane ? roomOf(pane, arrangement, live) : null),
    [arrangement, pane, live],
  );
  return (
    <section
      ref={setPane}
      className="canvas"
      aria-label={props.label}
      {...(room && { style: { height: room.height } })}
    >
      {graph.steps.length === 0 ? (
        <p className="canvas-words">This plan has no steps yet. Steps added to it are drawn here.</p>
      ) : arrangement && pane && room ? (
        <ReactFlowProvider key={direction}>
          <Drawn
            {...props}
            graph={graph}
            direction={direction}
            arrangement={arrangement}
            pane={pane}
            room={room}
          />
        </ReactFlowProvider>
      ) : (
        <p className="canvas-words" role="status">
          Laying out {graph.steps.length} steps…
        </p>
      )}
    </section>
  );
}

function roomOf(pane: HTMLElement, arrangement: Arrangement, live: boolean): Room {
  const width = pane.clientWidth;
  return { width, height: heightFor(arrangement.positions, live, width, window.innerHeight * SHARE) };
}

type DrawnProps = CanvasProps & {
  direction: Direction;
  arrangement: Arrangement;
  pane: HTMLElement;
  room: Room;
};

function Drawn({ graph, looks, marks, selected, onSelect, direction, arrangement, pane, room }: DrawnProps) {
  const [start] = useState(() => firstView(arrangement.positions, looks, room));
  const flow = useMemo(() => toFlow(graph, looks, marks), [graph, looks, marks]);
  const kept = useRef<ReadonlyMap<string, StepFlowNode>>(new Map());
  const nodes = useMemo(() => {
    const next = toNodes(flow, arrangement, direction, selected, kept.current);
    kept.current = new Map(next.map((node) => [node.id, node]));
    return next;
  }, [flow, arrangement, direction, selected]);
  const edges = useMemo(() => toEdges(graph, flow, arrangement), [graph, flow, arrangement]);
  const onNodesChange = useCallback(
    (changes: NodeChange<StepFlowNode>[]) => {
      const chosen = changes.find((change) => change.type === "select" && change.selected);
      if (chosen?.type === "select") onSelect(chosen.id);
    },
    [onSelect],
  );
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={onNodesChange}
      onPaneClick={() => onSelect(null)}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      elementsSelectable
      onlyRenderVisibleElements={graph.steps.length > MANY}
      minZoom={0.1}
      maxZoom={1.6}
      defaultViewport={start}
      attributionPosition="top-right"
      preventScrolling={false}
      zoomOnScroll={false}
      zoomActivationKeyCode={ZOOM_KEYS}
      ariaLabelConfig={WORDS}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line)" />
      <Controls />
      <Reveal pane={pane} at={selected ? arrangement.positions[selected] : undefined} live={looks !== null} />
      {graph.steps.length > 8 && direction === "right" && (
        <MiniMap pannable zoomable ariaLabel="Overview" nodeClassName={minimapClass} nodeBorderRadius={8} />
      )}
    </ReactFlow>
  );
}

const FIT = { padding: 0.05, maxZoom: 1 };
const ZOOM_KEYS = ["Control", "Meta"];
const WORDS = {
  "node.a11yDescription.default": "Press Enter to open the step.",
  "node.a11yDescription.keyboardDisabled": "Press Enter to open the step.",
};

function Controls() {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  return (
    <Panel position="bottom-left" className="canvas-controls">
      <button type="button" className="button-icon" aria-label="Zoom in" onClick={() => void zoomIn()}>
        <Icon name="plus" />
      </button>
      <button type="button" className="button-icon" aria-label="Zoom out" onClick={() => void zoomOut()}>
        <Icon name="minus" />
      </button>
      <button
        type="button"
        className="button-icon"
        aria-label="Fit the whole graph"
        onClick={() => void fitView(FIT)}
      >
        <Icon name="fit" />
      </button>
    </Panel>
  );
}

/** Bring a step that was opened from outside the canvas, or that the drawer would cover, into view. */
function Reveal({ pane, at, live }: { pane: HTMLElement; at: Point | undefined; live: boolean }) {
  const { getViewport, setViewport } = useReactFlow();
  useEffect(() => {
    if (!at) return;
    const reveal = () => {
      const { x, y, zoom } = getViewport();
      const { width, height } = nodeSize(live);
      const dx = outside(at.x * zoom + x, width * zoom, pane.clientWidth);
      const dy = outside(at.y * zoom + y, height * zoom, pane.clientHeight);
      if (dx !== 0 || dy !== 0) void setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 150 });
    };
    // The drawer takes its room in the same frame; what is covered is known in the next.
    const timer = window.setTimeout(reveal, 50);
    return () => window.clearTimeout(timer);
  }, [pane, at, live, getViewport, setViewport]);
  return null;
}

/** How far a span must move to lie within 0..room, with a margin. */
function outside(start: number, length: number, room: number): number {
  const margin = 16;
  if (start < margin) return margin - start;
  if (start + length > room - margin) return room - margin - start - length;
  return 0;
}

function minimapClass(node: StepFlowNode): string {
  return `minimap-${node.data.look?.status.toLowerCase() ?? "plain"}`;
}

/** React Flow's nodes; one that did not change stays the same object, so that only what changed is drawn again. */
function toNodes(
  flow: Flow,
  arrangement: Arrangement,
  direction: Direction,
  selected: string | null,
  kept: ReadonlyMap<string, StepFlowNode>,
): StepFlowNode[] {
  return flow.nodes.map(({ id, step, look, mark, label }) => {
    const position = arrangement.positions[id] ?? { x: 0, y: 0 };
    const before = kept.get(id);
    const same =
      before?.position === position &&
      before.selected === (id === selected) &&
      before.data.step === step &&
      before.data.look === look &&
      before.data.mark === mark;
    if (same) return before;
    const data = { step, look, mark, direction };
    return {
      id,
      type: "step",
      position,
      data,
      selected: id === selected,
      ariaLabel: label,
      ...nodeSize(look !== null),
      // Without it, React Flow measures a changed node again, and its edges are gone until then.
      measured: nodeSize(look !== null),
    };
  });
}

function toEdges(graph: GraphView, flow: Flow, arrangement: Arrangement): ActionFlowEdge[] {
  return flow.edges.map(({ id, source, target, action, dashed, state }) => ({
    id,
    source,
    target,
    type: "action",
    sourceHandle: sourceHandle(graph, { from: source, action }),
    data: { action, dashed, state, route: arrangement.routes[id] ?? null },
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: `var(--edge-${state})` },
    zIndex: state === "taken" ? 1 : 0,
    focusable: false,
    selectable: false,
  }));
}
