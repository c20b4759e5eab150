/** A small list of kinds where an edge was dropped, or where the canvas was pressed: one press adds a step there. */
import { useEffect, useRef, useState } from "react";
import type { Point } from "../../canvas/graph";
import { kindWord } from "../../shared/statuses";
import { Icon } from "../../shared/ui/bits";
import { addStepOf } from "../actions";
import { KINDS } from "../model/plan";
import { useStore } from "../store";

export type QuickAddAt = {
  readonly screen: Point;
  readonly flow: Point;
  readonly after: { step: string; action: string | null } | null;
};

export function QuickAdd({ at, onClose }: { at: QuickAddAt; onClose: () => void }) {
  const store = useStore();
  const list = useRef<HTMLDivElement>(null);
  const [index, setIndex] = useState(0);
  useEffect(() => {
    list.current?.querySelectorAll("button")[index]?.focus();
  }, [index]);
  useEffect(() => {
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && !list.current?.contains(event.target)) onClose();
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [onClose]);
  const add = (kind: (typeof KINDS)[number]) => {
    addStepOf(store, kind, { at: { x: at.flow.x, y: at.flow.y - 35 }, after: at.after });
    onClose();
  };
  const style = {
    left: Math.min(at.screen.x, window.innerWidth - 220),
    top: Math.min(at.screen.y, window.innerHeight - 330),
  };
  return (
    <div
      ref={list}
      role="menu"
      tabIndex={-1}
      aria-label="Add step"
      className="quick-add menu-list"
      style={style}
      onKeyDown={(event) => {
        const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (by !== 0) {
          event.preventDefault();
          setIndex((before) => (before + by + KINDS.length) % KINDS.length);
        }
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      {KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          role="menuitem"
          className="kind"
          data-kind={kind}
          onClick={() => add(kind)}
        >
          <Icon name={kind} />
          <span>{kindWord(kind)}</span>
        </button>
      ))}
    </div>
  );
}
