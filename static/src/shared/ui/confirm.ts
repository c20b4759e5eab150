/** Ask before something that can't be undone: what it will do, and a button that says so. */

export type Question = { title: string; text: string; verb: string; danger?: boolean };

/** True when the person pressed the verb; Escape, the other button and a click outside are no. */
export function ask(question: Question): Promise<boolean> {
  const dialog = build(question);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

/** Buttons with data-confirm ask first, then do what they do. */
export function startConfirms(): void {
  document.addEventListener(
    "click",
    (event) => {
      const button =
        event.target instanceof Element ? event.target.closest<HTMLElement>("[data-confirm]") : null;
      if (!button || button.dataset.confirmed === "yes") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void askFor(button);
    },
    { capture: true },
  );
}

async function askFor(button: HTMLElement): Promise<void> {
  const verb = button.dataset.confirmVerb ?? button.textContent?.trim() ?? "Go on";
  const danger = button.classList.contains("button-danger");
  if (!(await ask({ title: verb, text: button.dataset.confirm ?? "", verb, danger }))) return;
  button.dataset.confirmed = "yes";
  button.click();
  delete button.dataset.confirmed;
}

function build({ title, text, verb, danger }: Question): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "dialog-body";
  const heading = document.createElement("h2");
  heading.textContent = title;
  heading.id = "confirm-title";
  dialog.setAttribute("aria-labelledby", heading.id);
  const words = document.createElement("p");
  words.textContent = text;
  const actions = document.createElement("div");
  actions.className = "dialog-actions";
  actions.append(
    choice("no", "Go back", "button"),
    choice("yes", verb, danger ? "button button-danger" : "button button-primary"),
  );
  form.append(heading, words, actions);
  dialog.append(form);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close("no");
  });
  return dialog;
}

function choice(value: string, label: string, className: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.value = value;
  button.className = className;
  button.textContent = label;
  return button;
}
