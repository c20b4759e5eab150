/** Sizes of nodes and places of their handles: one answer for the drawing and for the layout. */
import type { Direction, GraphStep, Point } from "./graph";

/** Seven of them beside each other stay readable on a laptop. */
export const NODE_WIDTH = 184;
const HEIGHT_PLAIN = 70;
const HEIGHT_LIVE = 94;

/** Id of the handle that plain edges leave from; an action's handle is named by its slug. */
export const BODY = "body";

/** A live node has one more line, for its status. */
export function nodeSize(live: boolean): { width: number; height: number } {
  return { width: NODE_WIDTH, height: live ? HEIGHT_LIVE : HEIGHT_PLAIN };
}

/** Handles edges leave from, in order: one for each declared action, and the body's. */
export function outHandles(step: GraphStep): string[] {
  return step.actions.length === 0 ? [BODY] : [...step.actions, BODY];
}

/** Where a handle sits, from the node's upper left corner. */
export function handlePoint(step: GraphStep, handle: string, live: boolean, direction: Direction): Point {
  const { width, height } = nodeSize(live);
  const handles = outHandles(step);
  const share = (handles.indexOf(handle) + 1) / (handles.length + 1);
  return direction === "right"
    ? { x: width, y: Math.round(height * share) }
    : { x: Math.round(width * share), y: height };
}

/** Where edges arrive. */
export function inPoint(live: boolean, direction: Direction): Point {
  const { width, height } = nodeSize(live);
  return direction === "right" ? { x: 0, y: height / 2 } : { x: width / 2, y: 0 };
}

/** Room for an edge's label, estimated: 6.2 px a letter of the 11 px mono face. */
export function labelSize(action: string): { width: number; height: number } {
  return { width: Math.ceil(action.length * 6.8) + 14, height: 18 };
}
