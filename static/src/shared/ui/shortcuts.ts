/** Keys: any control with data-key is pressed by it; `?` lists them all. */

export type Shortcut = { keys: string; text: string };

const EVERYWHERE: Shortcut[] = [
  { keys: "Ctrl K", text: "Go to anything" },
  { keys: "Ctrl Enter", text: "Send the form" },
  { keys: "?", text: "Show these keys" },
  { keys: "Esc", text: "Close what is open" },
];

const ofPage: Shortcut[] = [];

/** Add keys that a page handles itself to the list under `?`. */
export function describeShortcuts(shortcuts: Shortcut[]): void {
  ofPage.push(...shortcuts);
}

/** True while the person types, or a dialog is open: keys are theirs then. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return true;
  return (
    event.target instanceof Element &&
    event.target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

/** Listen for keys and for [data-help-open]. */
export function startShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isTyping(event)) return;
    if (event.key === "?") return showHelp();
    const control = controlFor(event.key);
    if (!control) return;
    event.preventDefault();
    control.click();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-help-open]")) showHelp();
  });
}

/** The control a key presses: within the selected row first, else outside every list of rows. */
function controlFor(key: string): HTMLElement | null {
  const own = `[data-key="${CSS.escape(key)}"]`;
  const selected = document.querySelector<HTMLElement>(`[data-selected] ${own}`);
  if (selected) return selected;
  return (
    [...document.querySelectorAll<HTMLElement>(own)].find((found) => !found.closest("[data-inbox]")) ?? null
  );
}

function showHelp(): void {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", "Keyboard");
  const body = document.createElement("div");
  body.className = "dialog-body";
  const heading = document.createElement("h2");
  heading.textContent = "Keyboard";
  const list = document.createElement("dl");
  list.className = "facts";
  for (const { keys, text } of [...fromControls(), ...ofPage, ...EVERYWHERE])
    list.append(...line(keys, text));
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "dialog-actions";
  const close = document.createElement("button");
  close.className = "button";
  close.textContent = "Close";
  form.append(close);
  body.append(heading, list, form);
  dialog.append(body);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function fromControls(): Shortcut[] {
  const found = new Map<string, string>();
  for (const control of document.querySelectorAll<HTMLElement>("[data-key]")) {
    const key = control.dataset.key ?? "";
    if (!found.has(key)) found.set(key, control.dataset.keyText ?? control.textContent?.trim() ?? "");
  }
  return [...found].map(([keys, text]) => ({ keys, text }));
}

function line(keys: string, text: string): HTMLElement[] {
  const term = document.createElement("dt");
  for (const key of keys.split(" ")) {
    const element = document.createElement("kbd");
    element.textContent = key;
    term.append(element, " ");
  }
  const words = document.createElement("dd");
  words.textContent = text;
  return [term, words];
}
