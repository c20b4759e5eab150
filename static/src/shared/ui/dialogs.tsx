/** A modal dialog of an island: the browser's own, so that focus, Escape and the rest of the page are in its hands. */
import { type ReactNode, useEffect, useRef } from "react";

export type DialogProps = {
  label: string;
  onClose: () => void;
  children: ReactNode;
  /** Two columns of text stand beside each other in a wide one. */
  wide?: boolean;
};

export function Dialog({ label, onClose, children, wide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className={wide ? "dialog-wide" : undefined}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
