/** What hands do on the canvas, as commands: select, move, connect, drop. */
import {
  type Connection,
  type EdgeChange,
  type NodeChange,
  type OnConnectEnd,
  useReactFlow,
} from "@xyflow/react";
import { type DragEvent, type MouseEvent, useMemo } from "react";
import type { Point } from "../../canvas/graph";
import { BODY, nodeSize } from "../../canvas/measure";
import type { StepKind } from "../../shared/statuses";
import { addStepOf, placesOf } from "../actions";
import { canConnect, connect } from "../commands/connect";
import { moveSteps } from "../commands/moveSteps";
import { KINDS } from "../model/plan";
import { type EditorStore, planOf, useStore } from "../store";
import { importFile } from "../sync/importing";
import type { EditorFlowEdge } from "./EditorEdge";
import type { EditorFlowNode } from "./EditorNode";
import type { QuickAddAt } from "./QuickAdd";

/** The kind of a step that is dragged out of the palette. */
export const DRAG_TYPE = "application/x-throughline-kind";

export type Drag = Readonly<Record<string, Point>>;

/** `setDrag` holds where steps are while they are dragged, `setAdding` where a new one is asked for, `setMenu` where
 * a menu was. */
export function useHands(
  setDrag: (change: (before: Drag | null) => Drag | null) => void,
  setAdding: (at: QuickAddAt | null) => void,
  setMenu: (at: Point | null) => void,
) {
  const store = useStore();
  const flow = useReactFlow();
  return useMemo(() => {
    const at = (screen: Point) => flow.screenToFlowPosition(screen);
    const onConnectEnd: OnConnectEnd = (event, connection) => {
      if (connection.isValid || !connection.fromNode || connection.toNode) return;
      const touch = "changedTouches" in event ? event.changedTouches[0] : event;
      const screen = { x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 };
      const after = { step: connection.fromNode.id, action: actionOf(connection.fromHandle?.id) };
      setAdding({ screen, flow: at(screen), after });
    };
    return {
      onNodesChange: (changes: NodeChange<EditorFlowNode>[]) => {
        pick(store, changes);
        const moved = movedBy(changes);
        if (Object.keys(moved).length === 0) return;
        if (changes.some((change) => change.type === "position" && change.dragging))
          setDrag((before) => ({ ...before, ...moved }));
        else place(store, moved); // by arrow keys
      },
      onNodeDragStop: (_event: unknown, _node: unknown, dragged: EditorFlowNode[]) => {
        setDrag(() => null);
        place(store, Object.fromEntries(dragged.map((node) => [node.id, node.position])));
      },
      onEdgesChange: (changes: EdgeChange<EditorFlowEdge>[]) => {
        for (const change of changes)
          if (change.type === "select" && change.selected) store.select([], change.id);
      },
      onConnect: ({ source, sourceHandle, target }: Connection) => {
        const action = actionOf(sourceHandle);
        const word = action === null ? source : `${source}:${action}`;
        store.do(`Connect ${word} to ${target}`, (plan) => connect(plan, source, action, target));
      },
      isValidConnection: ({ source, sourceHandle, target }: Connection | EditorFlowEdge) =>
        canConnect(planOf(store.get()), source, actionOf(sourceHandle), target),
      onConnectEnd,
      onNodeContextMenu: (event: MouseEvent, node: EditorFlowNode) => {
        event.preventDefault();
        if (!store.get().selection.steps.includes(node.id)) store.select([node.id]);
        setMenu({ x: event.clientX, y: event.clientY });
      },
      onSelectionContextMenu: (event: MouseEvent) => {
        event.preventDefault();
        setMenu({ x: event.clientX, y: event.clientY });
      },
      onPaneClick: () => store.select([]),
      onPaneContextMenu: (event: MouseEvent | globalThis.MouseEvent) => {
        event.preventDefault();
        const screen = { x: event.clientX, y: event.clientY };
        setAdding({ screen, flow: at(screen), after: null });
      },
      onDragOver: (event: DragEvent) => {
        const { types } = event.dataTransfer;
        if (types.includes(DRAG_TYPE) || types.includes("Files")) event.preventDefault();
      },
      onDrop: (event: DragEvent) => {
        const file = event.dataTransfer.files[0];
        if (file) {
          event.preventDefault();
          void importFile(store, file);
          return;
        }
        const kind = event.dataTransfer.getData(DRAG_TYPE) as StepKind;
        if (!KINDS.includes(kind)) return;
        event.preventDefault();
        const { width, height } = nodeSize(false);
        const middle = at({ x: event.clientX, y: event.clientY });
        addStepOf(store, kind, { at: { x: middle.x - width / 2, y: middle.y - height / 2 }, after: null });
      },
    };
  }, [store, flow, setDrag, setAdding, setMenu]);
}

function actionOf(handle: string | null | undefined): string | null {
  return handle === BODY || handle == null ? null : handle;
}

function pick(store: EditorStore, changes: NodeChange<EditorFlowNode>[]): void {
  const chosen = new Set(store.get().selection.steps);
  let picked = false;
  for (const change of changes) {
    if (change.type !== "select") continue;
    picked = true;
    if (change.selected) chosen.add(change.id);
    else chosen.delete(change.id);
  }
  if (picked) store.select([...chosen], chosen.size === 0 ? store.get().selection.edge : null);
}

function movedBy(changes: NodeChange<EditorFlowNode>[]): Record<string, Point> {
  const moved: Record<string, Point> = {};
  for (const change of changes)
    if (change.type === "position" && change.position && change.dragging !== false)
      moved[change.id] = change.position;
  return moved;
}

/** Put steps where they were dropped; moves of the same steps, one after the other, are one entry of the history. */
function place(store: EditorStore, moved: Readonly<Record<string, Point>>): void {
  const slugs = Object.keys(moved);
  const label = slugs.length === 1 ? `Move ${slugs[0]}` : `Move ${slugs.length} steps`;
  const merge = `move:${slugs.join()}`;
  store.do(label, (plan) => moveSteps(plan, moved, placesOf(store.get())), merge);
}
