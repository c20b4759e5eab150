/** Bring what was selected elsewhere (outline, findings, source) into view. */
import { type ReactFlowState, useStore as useFlowStore, useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";
import type { Point } from "../../canvas/graph";
import { nodeSize } from "../../canvas/measure";
import { useEditor } from "../store";

const MARGIN = 24;

export function Reveal({ places }: { places: Readonly<Record<string, Point>> }) {
  const { getViewport, setViewport } = useReactFlow();
  const pane = useStoreApi();
  const slug = useEditor((state) =>
    state.selection.steps.length === 1 ? state.selection.steps[0] : undefined,
  );
  const here = useRef(places);
  here.current = places;
  useEffect(() => {
    const at = slug === undefined ? undefined : here.current[slug];
    if (!at) return;
    // The inspector takes its room in the same frame; what it covers is known in the next.
    const frame = requestAnimationFrame(() => {
      const { width: room, height: rows } = pane.getState();
      const { x, y, zoom } = getViewport();
      const { width, height } = nodeSize(false);
      const dx = outside(at.x * zoom + x, width * zoom, room);
      const dy = outside(at.y * zoom + y, height * zoom, rows);
      if (dx !== 0 || dy !== 0) void setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 150 });
    });
    return () => cancelAnimationFrame(frame);
  }, [slug, pane, getViewport, setViewport]);
  const height = useFlowStore(heightOf);
  const before = useRef(height);
  useEffect(() => {
    const gone = before.current - height;
    before.current = height;
    if (gone === 0 || gone === -height) return;
    // A pane that opens below takes from the room: what was in the middle stays there.
    const { x, y, zoom } = getViewport();
    void setViewport({ x, y: y - gone / 2, zoom });
  }, [height, getViewport, setViewport]);
  return null;
}

const heightOf = (state: ReactFlowState) => state.height;

/** How far a span must move to lie within 0..room, with a margin. */
function outside(start: number, length: number, room: number): number {
  if (start < MARGIN) return MARGIN - start;
  if (start + length > room - MARGIN) return room - MARGIN - start - length;
  return 0;
}
