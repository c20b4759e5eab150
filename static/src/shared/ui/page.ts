/** Small habits of every page: copy a slug, close a menu by a click elsewhere, tell times in the reader's zone. */
import { age, exact } from "../time";

/** Press a [data-copy] element to copy its text. */
export function startCopy(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    if (target) void copy(target);
  });
}

/** Close open <details data-menu> by Escape or a click elsewhere. */
export function startMenus(): void {
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
  });
}

/** Write every <time data-time> in the reader's zone: "age" ticks, "exact" stands; now and after each htmx swap. */
export function startTimes(): void {
  tellTimes();
  window.setInterval(tellTimes, 20_000);
  document.addEventListener("htmx:afterSettle", tellTimes);
}

/** Demo people on the sign-in page: a press fills their name and password in. */
export function startFillIn(): void {
  document.addEventListener("click", (event) => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLElement>("[data-fill-login]") : null;
    if (!button) return;
    fill('input[name="login"], input[name="username"]', button.dataset.fillLogin ?? "");
    fill('input[name="password"]', button.dataset.fillPassword ?? "");
    document.querySelector<HTMLButtonElement>('form.form button[type="submit"]')?.focus();
  });
}

async function copy(element: HTMLElement): Promise<void> {
  await navigator.clipboard.writeText(element.dataset.copy ?? element.textContent ?? "");
  element.dataset.copied = "";
  window.setTimeout(() => delete element.dataset.copied, 1200);
}

function closeMenus(target: EventTarget | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
    if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  }
}

function tellTimes(): void {
  const now = new Date();
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-time]")) {
    const at = new Date(element.dateTime);
    const words = element.dataset.time === "exact" ? exact(at) : age(at, now);
    if (element.textContent !== words) element.textContent = words;
    element.title = exact(at);
  }
}

function fill(selector: string, value: string): void {
  const input = document.querySelector<HTMLInputElement>(selector);
  if (!input) return;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
