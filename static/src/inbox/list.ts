/** The list of the inbox: which row is selected, what has changed on it, and what is new; rows never move by themselves. */
import { getJson } from "../shared/api";
import { newText } from "./words";

type News = {
  new?: number;
  rows?: { id: string; html: string }[];
  gone?: { id: string; text: string }[];
};

export type List = {
  rows: () => HTMLElement[];
  selected: () => HTMLElement | null;
  select: (row: HTMLElement) => void;
  /** Show which row the pane is about, and move no focus. */
  mark: (task: string) => void;
  onSelect: (listener: (row: HTMLElement) => void) => void;
  /** The row to go on with after this one: the next that is still there, else the one before. */
  neighbour: (task: string) => HTMLElement | null;
  /** Say at its row why a task is gone. */
  leave: (task: string, text: string) => void;
  /** Ask what has changed; many calls at once are one or two questions. */
  refresh: () => void;
};

/** Wire [data-inbox-list]. */
export function createList(): List {
  let listener: (row: HTMLElement) => void = () => undefined;
  let asking = false;
  let again = false;

  const select = (row: HTMLElement) => {
    mark(row.dataset.task ?? "");
    row.scrollIntoView({ block: "nearest" });
    row.querySelector<HTMLElement>(".row-link")?.focus({ preventScroll: true });
    listener(row);
  };
  const refresh = () => {
    again = asking;
    if (asking) return;
    asking = true;
    void getJson<News>(newsAddress())
      .then(apply, () => undefined)
      .finally(() => {
        asking = false;
        if (again) refresh();
      });
  };
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-inbox-new]")) void reload();
    const link = target?.closest<HTMLElement>("[data-inbox] .row-link");
    const row = link?.closest<HTMLElement>("li");
    // Enter on the link has no detail: it opens the page. So do clicks for another tab.
    if (!row || !isWide() || event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    select(row);
  });
  return {
    rows,
    selected: () => document.querySelector<HTMLElement>("[data-inbox] > li[data-selected]"),
    select,
    mark,
    onSelect: (next) => {
      listener = next;
    },
    neighbour,
    leave,
    refresh,
  };
}

/** True where the task is shown beside the list. */
export function isWide(): boolean {
  return window.matchMedia("(min-width: 1100px)").matches;
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-inbox] > li")];
}

function rowOf(task: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-inbox] > li[data-task="${CSS.escape(task)}"]`);
}

function mark(task: string): void {
  for (const row of rows()) row.toggleAttribute("data-selected", row.dataset.task === task);
}

function neighbour(task: string): HTMLElement | null {
  const all = rows();
  const at = all.findIndex((row) => row.dataset.task === task);
  const there = (row: HTMLElement) => row.dataset.gone === undefined;
  return all.slice(at + 1).find(there) ?? all.slice(0, Math.max(at, 0)).reverse().find(there) ?? null;
}

function leave(task: string, text: string): void {
  const row = rowOf(task);
  if (!row || row.dataset.gone === text) return;
  row.dataset.gone = text;
  for (const element of row.querySelectorAll("form, .row-check, .badge, .row-gone")) element.remove();
  const words = document.createElement("span");
  words.className = "row-gone";
  words.textContent = text;
  row.querySelector(".row-link")?.after(words);
  document.dispatchEvent(new CustomEvent("inbox:selection"));
}

function newsAddress(): string {
  const list = document.querySelector<HTMLElement>("[data-inbox-list]");
  const address = new URL(list?.dataset.news ?? "", window.location.href);
  address.searchParams.set("since", list?.dataset.since ?? "");
  const shown = rows().map((row) => `${row.dataset.task}:${row.dataset.seq}`);
  address.searchParams.set("shown", shown.join(","));
  return address.href;
}

function apply(news: News): void {
  for (const { id, html } of news.rows ?? []) replace(id, html);
  for (const { id, text } of news.gone ?? []) leave(id, text);
  const button = document.querySelector<HTMLButtonElement>("[data-inbox-new]");
  if (!button) return;
  const count = news.new ?? 0;
  button.hidden = count === 0;
  const text = newText(count);
  if (button.textContent !== text) button.textContent = text;
}

function replace(task: string, html: string): void {
  const row = rowOf(task);
  if (!row) return;
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("li");
  if (!fresh) return;
  fresh.toggleAttribute("data-selected", row.hasAttribute("data-selected"));
  const chosen = row.querySelector<HTMLInputElement>("[data-choose]")?.checked ?? false;
  const box = fresh.querySelector<HTMLInputElement>("[data-choose]");
  if (box) box.checked = chosen;
  const focused = row.contains(document.activeElement);
  row.replaceWith(fresh);
  if (focused) fresh.querySelector<HTMLElement>(".row-link")?.focus({ preventScroll: true });
  settled(fresh);
}

/** Put the list as it is now in place of the one that is shown, because the person asked for it. */
async function reload(): Promise<void> {
  const list = document.querySelector<HTMLElement>("[data-inbox-list]");
  const button = document.querySelector<HTMLElement>("[data-inbox-new]");
  button?.setAttribute("aria-busy", "true");
  const selected =
    document.querySelector<HTMLElement>("[data-inbox] > li[data-selected]")?.dataset.task ?? "";
  try {
    const answer = await fetch(window.location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector<HTMLElement>("[data-inbox-list]");
    if (!list || !fresh) throw new Error("no list in the answer");
    list.replaceWith(fresh);
    mark(selected);
    settled(fresh);
    (fresh.querySelector<HTMLElement>("li[data-selected] .row-link, .row-link") ?? fresh).focus();
  } catch {
    window.location.reload();
  }
}

function settled(element: Element): void {
  element.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
  document.dispatchEvent(new CustomEvent("inbox:selection"));
}
