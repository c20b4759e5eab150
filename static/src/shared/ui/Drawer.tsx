/** The right drawer: drawn into the page's own place for it (#drawer). It takes the focus, and gives it back; Escape closes. */
import { type ReactNode, useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { Icon } from "./bits";

export type DrawerProps = { title: ReactNode; label: string; onClose: () => void; children: ReactNode };

export function Drawer({ title, label, onClose, children }: DrawerProps) {
  const drawer = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    drawer.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement || before instanceof SVGElement)
        before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) onClose();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [onClose]);
  const place = document.getElementById("drawer");
  if (!place) return null;
  return createPortal(
    <aside className="drawer" aria-label={label} ref={drawer} tabIndex={-1}>
      <header className="drawer-head">
        <div>{title}</div>
        <button type="button" className="button-icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="drawer-body">{children}</div>
    </aside>,
    place,
  );
}
