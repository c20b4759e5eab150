/** Lead to the field that a finding names: open what holds it, scroll there, put the cursor in. */
import { type RefObject, useEffect } from "react";
import { placesAround } from "../../fields/wire";
import { useEditor, useStore } from "../../store";

const CONTROLS = "input, textarea, select, [contenteditable='true'], button, [tabindex='0']";

const MOST_FRAMES = 60;

/** `open` makes the place visible before it is looked for. */
export function useWanted(form: RefObject<HTMLElement | null>, open: (field: string) => void): void {
  const store = useStore();
  const wanted = useEditor((state) => state.wanted);
  useEffect(() => {
    if (!wanted) return;
    open(wanted.field);
    let tries = 0;
    let frame = 0;
    // What was opened is drawn in one of the next frames.
    const lead = () => {
      tries += 1;
      if (form.current && !focusField(form.current, wanted.field) && tries < MOST_FRAMES)
        frame = requestAnimationFrame(lead);
      else if (store.get().wanted === wanted) store.set({ wanted: null });
    };
    frame = requestAnimationFrame(lead);
    return () => cancelAnimationFrame(frame);
  }, [store, wanted, form, open]);
}

/** Focus the control of the field, or of the nearest place around it. */
export function focusField(form: HTMLElement, field: string): boolean {
  for (const place of placesAround(field)) {
    const found = form.querySelector(`[data-field="${CSS.escape(place)}"]`);
    if (!found) continue;
    found.scrollIntoView({ block: "center" });
    const control = found.querySelector<HTMLElement>(CONTROLS);
    control?.focus({ preventScroll: true });
    return true;
  }
  return false;
}
