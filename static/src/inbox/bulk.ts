/** Many rows at once: choose them, see what will happen, do it, and hear of each refusal. */
import { toast } from "../shared/ui/toast";
import { range, selectedText } from "./words";

export type Bulk = {
  /** Choose a row or let it go; with `through`, all from the last chosen one to this. */
  toggle: (row: HTMLElement, through: boolean) => void;
};

/** Wire [data-bulk] and the boxes of the rows; `onDone` is called after something was changed. */
export function startBulk(onDone: () => void): Bulk {
  let last: string | undefined;

  const toggle = (row: HTMLElement, through: boolean) => {
    const all = [...document.querySelectorAll<HTMLElement>("[data-inbox] > li")];
    const at = all.indexOf(row);
    const box = boxOf(row);
    if (!box) return;
    const chosen = through || !box.checked;
    const from = through ? all.findIndex((each) => each.dataset.task === last) : -1;
    for (const index of range(from, at)) {
      const each = boxOf(all[index]);
      if (each) each.checked = chosen;
    }
    last = row.dataset.task;
    show();
  };
  document.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || !event.target.matches("[data-choose]")) return;
    last = event.target.closest<HTMLElement>("li")?.dataset.task;
    show();
  });
  document.addEventListener("inbox:selection", show);
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-bulk-clear]")) return;
    for (const box of chosenBoxes()) box.checked = false;
    show();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    if (!form?.matches("[data-bulk]")) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter instanceof HTMLButtonElement ? event.submitter : null);
    for (const box of chosenBoxes()) body.append("task", box.closest<HTMLElement>("li")?.dataset.task ?? "");
    void ask(form.action, body, onDone).finally(() => settle(form));
  });
  return { toggle };
}

/** The bar stays on the page, and may be used again. */
function settle(form: HTMLFormElement): void {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll('[aria-busy="true"]')) button.removeAttribute("aria-busy");
}

function boxOf(row: HTMLElement | undefined): HTMLInputElement | null {
  return row?.querySelector<HTMLInputElement>("[data-choose]") ?? null;
}

function chosenBoxes(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>("[data-choose]:checked")];
}

function show(): void {
  const bar = document.querySelector<HTMLElement>("[data-bulk]");
  const words = bar?.querySelector<HTMLElement>("[data-bulk-count]");
  if (!bar || !words) return;
  const count = chosenBoxes().length;
  bar.hidden = count === 0;
  words.textContent = count === 0 ? "" : selectedText(count);
}

/** Show what would happen; where the person goes on, do it and show what was refused. */
async function ask(address: string, body: FormData, onDone: () => void): Promise<void> {
  const answer = await fragment(address, body);
  if (!answer) return;
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "bulk-title");
  dialog.append(answer);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element && event.target.closest("[data-bulk-close]");
    if (pressed || event.target === dialog) dialog.close();
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    if (form instanceof HTMLFormElement) void carryOut(address, form, dialog, onDone);
  });
  document.body.append(dialog);
  dialog.showModal();
}

async function carryOut(
  address: string,
  form: HTMLFormElement,
  dialog: HTMLDialogElement,
  onDone: () => void,
): Promise<void> {
  const body = new FormData(form);
  const token = document.querySelector<HTMLInputElement>("[data-bulk] input[name=csrfmiddlewaretoken]");
  body.set("csrfmiddlewaretoken", token?.value ?? "");
  form.querySelector(".button-primary")?.setAttribute("aria-busy", "true");
  const done = await fragment(address, body);
  onDone();
  for (const box of done ? chosenBoxes() : []) box.checked = false;
  show();
  if (done && done.dataset.refused !== "0") {
    dialog.replaceChildren(done);
    return;
  }
  if (done) toast(done.querySelector("h2")?.textContent ?? "", "success");
  dialog.close();
}

async function fragment(address: string, body: FormData): Promise<HTMLElement | null> {
  try {
    const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector<HTMLElement>("[data-bulk-answer]");
    if (!found) throw new Error(`the server answered ${answer.status}`);
    return found;
  } catch {
    toast("This could not be done; load the page again and choose anew.", "error");
    return null;
  }
}
