/** Habits of forms: one send for two clicks, Ctrl Enter, messages at the field on blur, drafts kept in the browser. */

import { wordsFor } from "./validity";

const SENT = "draft-sent";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Wire every form.form on the page. */
export function startForms(): void {
  forgetSent();
  wireForms(document);
  document.addEventListener("submit", refuseSecond, { capture: true });
  document.addEventListener("submit", (event) => window.queueMicrotask(() => markBusy(event)));
  document.addEventListener("keydown", sendByKey);
  window.addEventListener("pageshow", settle);
  document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

/** Wire every form.form below an element that has just come. */
export function wireForms(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form.form")) {
    form.noValidate = true;
    const typed = new WeakSet<Control>();
    form.addEventListener("input", (event) => {
      if (isControl(event.target)) typed.add(event.target);
    });
    // Passing over an empty field is no mistake; sending it is.
    form.addEventListener("focusout", (event) => {
      if (isControl(event.target) && typed.has(event.target)) judge(event.target);
    });
    form.addEventListener("submit", (event) => judgeAll(form, event));
    if (form.dataset.draft) keepDraft(form, `draft:${form.dataset.draft}`);
  }
}

/** Forget the draft of a form that was sent and taken without a new page. */
export function forgetDraft(form: HTMLFormElement): void {
  if (!form.dataset.draft) return;
  sessionStorage.removeItem(SENT);
  localStorage.removeItem(`draft:${form.dataset.draft}`);
}

function judgeAll(form: HTMLFormElement, event: SubmitEvent): void {
  if (event.submitter instanceof HTMLButtonElement && event.submitter.formNoValidate) return;
  const wrong = [...form.elements].filter(isControl).filter((control) => !judge(control));
  if (wrong.length === 0) return;
  event.preventDefault();
  wrong[0]?.focus();
}

/** Judge one control by its own constraints and say what is wrong beside it. */
function judge(control: Control): boolean {
  const field = control.closest(".field");
  const valid = control.validity.valid;
  field?.querySelector(".field-error[data-by-browser]")?.remove();
  if (valid) {
    control.removeAttribute("aria-invalid");
    return true;
  }
  control.setAttribute("aria-invalid", "true");
  if (!field) return false;
  const words = document.createElement("p");
  words.className = "field-error";
  words.dataset.byBrowser = "";
  words.id = `${control.id || control.name}-wrong`;
  words.textContent = wordsFor(control);
  control.setAttribute("aria-describedby", words.id);
  field.querySelector(".field-error")?.remove();
  field.append(words);
  return false;
}

/** Show the press; judged after every other listener, so that a refused submit stays usable. */
function markBusy(event: SubmitEvent): void {
  if (event.defaultPrevented || !(event.target instanceof HTMLFormElement)) return;
  if (event.target.method === "dialog" || event.target.method === "get") return;
  event.target.dataset.sending = "";
  event.submitter?.setAttribute("aria-busy", "true");
}

function refuseSecond(event: SubmitEvent): void {
  if (!(event.target instanceof HTMLFormElement) || event.target.dataset.sending === undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** A page that comes back from the browser's cache is fresh again. */
function settle(): void {
  for (const button of document.querySelectorAll('[aria-busy="true"]')) button.removeAttribute("aria-busy");
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sending]"))
    delete form.dataset.sending;
}

function sendByKey(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target instanceof Element ? event.target.closest<HTMLFormElement>("form") : null;
  if (!form || form.method === "dialog") return;
  event.preventDefault();
  form.requestSubmit(form.querySelector<HTMLButtonElement>('button.button-primary:not([type="button"])'));
}

/**
 * Keep what is typed until the server has taken it: a draft that was sent goes when the next page shows no error of it,
 * and a form that came back with errors keeps the values it came with.
 */
function keepDraft(form: HTMLFormElement, key: string): void {
  const wrong = form.querySelector('.field-wrong, [aria-invalid="true"]') !== null;
  const kept = localStorage.getItem(key);
  if (kept && !wrong) restore(form, JSON.parse(kept) as [string, string][]);
  form.addEventListener("input", () => localStorage.setItem(key, JSON.stringify(values(form))));
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) sessionStorage.setItem(SENT, key);
  });
}

/** Forget the draft that was sent, unless the page shows the same form with errors. */
function forgetSent(): void {
  const key = sessionStorage.getItem(SENT);
  if (!key) return;
  sessionStorage.removeItem(SENT);
  const form = document.querySelector(`form[data-draft="${CSS.escape(key.replace(/^draft:/, ""))}"]`);
  if (!form?.querySelector('.field-wrong, [aria-invalid="true"]')) localStorage.removeItem(key);
}

function values(form: HTMLFormElement): [string, string][] {
  return [...new FormData(form)].flatMap(([name, value]) =>
    typeof value === "string" && !name.startsWith("csrf") && !isSecret(form, name) ? [[name, value]] : [],
  );
}

function restore(form: HTMLFormElement, kept: [string, string][]): void {
  for (const control of [...form.elements].filter(isControl)) {
    const mine = kept.filter(([name]) => name === control.name).map(([, value]) => value);
    if (control instanceof HTMLInputElement && /checkbox|radio/.test(control.type)) {
      control.checked = mine.includes(control.value);
    } else if (mine[0] !== undefined && control.type !== "hidden" && control.type !== "file") {
      control.value = mine[0];
    }
  }
}

function isSecret(form: HTMLFormElement, name: string): boolean {
  const control = form.elements.namedItem(name);
  return control instanceof HTMLInputElement && (control.type === "password" || control.type === "hidden");
}

function isControl(value: unknown): value is Control {
  return (
    value instanceof HTMLInputElement ||
    value instanceof HTMLSelectElement ||
    value instanceof HTMLTextAreaElement
  );
}
