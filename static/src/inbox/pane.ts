/** The task beside the list: loaded, sent and shown again without a page. */
import htmx from "htmx.org";
import { forgetDraft, wireForms } from "../shared/ui/forms";
import { toast } from "../shared/ui/toast";
import { isWide } from "./list";

export type PaneEvents = {
  /** The person is through with the task; `ended` says how. */
  onClosed: (task: string, ended: string) => void;
  onShown: (task: string) => void;
  onGone: () => void;
};

export type Pane = {
  /** Load the task at this address, on a wide screen. */
  show: (address: string) => void;
  clear: () => void;
  /** The buttons that end the task, in their order. */
  actions: () => HTMLButtonElement[];
};

const WAIT = 60;

/** Wire [data-detail], and the forms of the list whose answer is a task. */
export function createPane(events: PaneEvents): Pane {
  const element = document.querySelector<HTMLElement>("[data-detail]");
  let loading = new AbortController();
  let later = 0;

  const put = (html: string) => {
    if (!element) return;
    const found = new DOMParser()
      .parseFromString(html, "text/html")
      .querySelector<HTMLElement>("[data-pane]");
    if (!found) throw new Error("no pane in the answer");
    if (found.dataset.said) toast(found.dataset.said, "success");
    if (found.dataset.closed !== undefined) {
      events.onClosed(found.dataset.task ?? "", found.dataset.closed);
      return;
    }
    element.replaceChildren(found);
    element.scrollTop = 0;
    htmx.process(found);
    wireForms(found);
    found.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
    const wrong = found.querySelector<HTMLElement>('[aria-invalid="true"]');
    wrong?.focus();
    events.onShown(found.dataset.task ?? "");
  };
  const load = async (address: string, init: RequestInit) => {
    loading.abort();
    const mine = new AbortController();
    loading = mine;
    element?.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, {
        credentials: "same-origin",
        ...init,
        headers: { "X-Pane": "1" },
        signal: mine.signal,
      });
      if (answer.status === 404) throw new Error("This task is not there any more, or not visible to you.");
      const html = await answer.text();
      if (!html.includes("data-pane")) {
        if (answer.ok) window.location.assign(answer.url);
        else throw new Error(`The server answered ${answer.status}.`);
        return true;
      }
      put(html);
      return answer.ok;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return false;
      const unreachable = error instanceof TypeError;
      say(
        unreachable ? "The server can't be reached. Nothing was changed." : String((error as Error).message),
        address,
      );
      events.onGone();
      return false;
    } finally {
      if (loading === mine) element?.removeAttribute("aria-busy");
    }
  };
  const say = (text: string, address: string) => {
    const notice = document.createElement("div");
    notice.className = "notice notice-error";
    notice.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = text;
    const retry = document.createElement("button");
    retry.type = "button";
    retry.className = "button";
    retry.textContent = "Try again";
    retry.addEventListener(
      "click",
      () => void load(address.replace(/(finish|decide|claim|release)\/$/, ""), {}),
    );
    notice.append(words, retry);
    if (element?.querySelector("form[data-ends]")) element.prepend(notice);
    else element?.replaceChildren(notice);
  };
  const send = async (form: HTMLFormElement, submitter: HTMLElement | null) => {
    form.dataset.sending = "";
    submitter?.setAttribute("aria-busy", "true");
    const body = new FormData(form, submitter instanceof HTMLButtonElement ? submitter : null);
    // Its buttons are called "action", too, and hide the property of that name.
    const taken = await load(form.getAttribute("action") ?? "", { method: "POST", body });
    if (taken) forgetDraft(form);
    delete form.dataset.sending;
    submitter?.removeAttribute("aria-busy");
  };

  document.addEventListener("submit", (event) => {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    if (!form?.closest("[data-detail], [data-inbox], [data-in-pane]") || event.defaultPrevented) return;
    if (!isWide() || form.method !== "post") return;
    event.preventDefault();
    void send(form, event.submitter);
  });
  return {
    show: (address) => {
      window.clearTimeout(later);
      if (!isWide() || !address) return;
      later = window.setTimeout(() => void load(address, {}), WAIT);
    },
    clear: () => {
      const words = document.createElement("p");
      words.className = "muted";
      words.setAttribute("role", "status");
      words.textContent = "Nothing else waits on this list.";
      element?.replaceChildren(words);
    },
    actions: () => [
      ...document.querySelectorAll<HTMLButtonElement>("[data-detail] form[data-ends] .form-actions button"),
    ],
  };
}
