/** Mount a typed component where the page asks for it: `<div data-island="name" data-props="id of a json_script">`. */
import type { ComponentType } from "react";
import { createRoot } from "react-dom/client";

/** Mount `Component` on every island of this name; its props are the JSON of the script that data-props names. */
export function mountIslands<Props extends object>(name: string, Component: ComponentType<Props>): void {
  for (const element of document.querySelectorAll<HTMLElement>(`[data-island="${name}"]`)) {
    createRoot(element).render(<Component {...readProps<Props>(element)} />);
  }
}

function readProps<Props>(element: HTMLElement): Props {
  const id = element.dataset.props ?? "";
  const script = document.getElementById(id);
  if (!script)
    throw new Error(`island "${element.dataset.island}" names props "${id}", which the page does not have`);
  return JSON.parse(script.textContent ?? "") as Props;
}
