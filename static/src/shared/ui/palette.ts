/** The command palette: Ctrl K, type a few letters, Enter. Its list comes from the page's json_script "palette". */
import { rank } from "./rank";

/** A place to go to, or something that the page does. */
export type PaletteItem = { label: string; hint?: string; url?: string; run?: () => void };

const SHOWN = 30;

const offered = new Set<() => readonly PaletteItem[]>();

/** Let the palette offer what the page can do, before the places; gives the way to take it back. */
export function offerInPalette(items: () => readonly PaletteItem[]): () => void {
  offered.add(items);
  return () => offered.delete(items);
}

/** Wire Ctrl K (and Cmd K) and [data-palette-open]. */
export function startPalette(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-palette-open]")) open();
  });
}

function readItems(): PaletteItem[] {
  const script = document.getElementById("palette");
  return script ? (JSON.parse(script.textContent ?? "[]") as PaletteItem[]) : [];
}

function open(): void {
  if (document.querySelector("dialog[open]")) return;
  const items = [...[...offered].flatMap((offer) => offer()), ...readItems()];
  const dialog = document.createElement("dialog");
  dialog.className = "palette";
  dialog.setAttribute("aria-label", "Go to");
  const input = document.createElement("input");
  input.type = "text";
  input.placeholder = "Go to a page, a plan, an activity";
  for (const [name, value] of Object.entries(COMBOBOX)) input.setAttribute(name, value);
  const list = document.createElement("div");
  list.id = "palette-list";
  list.className = "palette-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Places");
  let found: readonly PaletteItem[] = [];
  let selected = 0;

  const draw = () => {
    list.replaceChildren(...found.map((item, index) => option(item, index === selected, index)));
    if (found.length === 0) list.append(nothing());
    input.setAttribute("aria-activedescendant", found.length > 0 ? `palette-${selected}` : "");
    list.children[selected]?.scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    found = rank(items, input.value).slice(0, SHOWN);
    selected = 0;
    draw();
  };
  const go = (item: PaletteItem | undefined) => {
    if (item?.url) window.location.assign(item.url);
    if (!item?.run) return;
    dialog.close();
    item.run();
  };

  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter") go(found[selected]);
    if (step === 0 || found.length === 0) return;
    event.preventDefault();
    selected = (selected + step + found.length) % found.length;
    draw();
  });
  list.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    if (row) go(found[Number(row.dataset.index)]);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(input, list);
  document.body.append(dialog);
  dialog.showModal();
  search();
}

const COMBOBOX = {
  role: "combobox",
  "aria-expanded": "true",
  "aria-controls": "palette-list",
  "aria-label": "Go to",
  autocomplete: "off",
  spellcheck: "false",
};

function option(item: PaletteItem, selected: boolean, index: number): HTMLElement {
  const row = document.createElement("div");
  row.id = `palette-${index}`;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", String(selected));
  row.dataset.index = String(index);
  const label = document.createElement("span");
  label.textContent = item.label;
  const hint = document.createElement("span");
  hint.className = "muted small";
  hint.textContent = item.hint ?? "";
  row.append(label, hint);
  return row;
}

function nothing(): HTMLElement {
  const words = document.createElement("p");
  words.className = "palette-none";
  words.textContent = "Nothing has this name.";
  return words;
}
