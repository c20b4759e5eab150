/** The inbox: the list, the task beside it on a wide screen, and what keys do with both. */

import type { Freshness } from "../monitor/freshness";
import { freshnessText } from "../monitor/freshness";
import { startBulk } from "./bulk";
import { startKeys } from "./keys";
import { createList } from "./list";
import { createPane } from "./pane";
import { FRESHNESS, HEARD, type InboxHeard } from "./stream";

/** Wire the page, if it is the inbox. */
export function startInbox(): void {
  if (!document.querySelector("[data-inbox-list]")) return;
  const list = createList();
  const pane = createPane({
    onClosed: (task, ended) => {
      list.leave(task, ended);
      const next = list.neighbour(task);
      if (next) list.select(next);
      else pane.clear();
    },
    onShown: (task) => {
      list.mark(task);
      list.refresh();
    },
    onGone: () => list.refresh(),
  });
  list.onSelect((row) => pane.show(row.querySelector<HTMLAnchorElement>(".row-link")?.href ?? ""));
  const bulk = startBulk(() => list.refresh());
  startKeys(list, pane, bulk);
  document.addEventListener(HEARD, (event) => {
    if ((event as CustomEvent<InboxHeard>).detail.changed) list.refresh();
  });
  document.addEventListener(FRESHNESS, (event) => showFreshness((event as CustomEvent<Freshness>).detail));
}

function showFreshness(fresh: Freshness): void {
  const element = document.querySelector<HTMLElement>("[data-inbox-freshness]");
  if (!element) return;
  const text = freshnessText(fresh);
  element.dataset.fresh = fresh.kind;
  if (element.textContent !== text) element.textContent = text;
}
