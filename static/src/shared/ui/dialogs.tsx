/** A modal dialog of an island: the browser's own, so that focus, Escape and the rest of the page are in its hands. */
import { type ReactNode, useEffect, useRef } from "react";

export type DialogProps = {
  label: string;
  onClose: () => void;
  children: ReactNode;
  /** `dialog-wide` has room for two columns of text; `palette` draws its own inside. */
  className?: "dialog-wide" | "palette";
};

export function Dialog({ label, onClose, children, className }: DialogProps) {
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
      className={className}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {className === "palette" ? children : <div className="dialog-body">{children}</div>}
    </dialog>
  );
}
