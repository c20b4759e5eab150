/** Toasts: short words about what just happened; errors stay until dismissed. */

export type ToastLevel = "info" | "success" | "warning" | "error";

const STAY = 6000;

/** Say it in the corner, politely to screen readers. */
export function toast(message: string, level: ToastLevel = "info"): void {
  const region = document.getElementById("toasts");
  if (!region) return;
  const element = document.createElement("div");
  element.className = "toast";
  element.dataset.level = level;
  const words = document.createElement("p");
  words.textContent = message;
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "button-icon";
  dismiss.dataset.dismiss = "";
  dismiss.setAttribute("aria-label", "Dismiss");
  dismiss.textContent = "×";
  element.append(words, dismiss);
  region.append(element);
  leaveLater(element);
}

/** Make the toasts that the page came with dismissable, and let all but warnings and errors leave. */
export function startToasts(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-dismiss]") : null;
    target?.closest(".toast")?.remove();
  });
  for (const element of document.querySelectorAll<HTMLElement>(".toast")) leaveLater(element);
}

function leaveLater(element: HTMLElement): void {
  if (/error|warning/.test(element.dataset.level ?? "")) return;
  const leave = () =>
    element.matches(":hover, :focus-within") ? window.setTimeout(leave, STAY) : element.remove();
  window.setTimeout(leave, STAY);
}
