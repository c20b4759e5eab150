/** Take a plan file in: JSON, YAML or a StepFlow flow, as one entry of the history. */
import { askJson, errorText } from "../../shared/api";
import { toast } from "../../shared/ui/toast";
import { replacePlan } from "../commands/replacePlan";
import type { Look } from "../model/look";
import { type Plan, stepsOf } from "../model/plan";
import type { EditorStore } from "../store";

const LARGEST = 5 * 1024 * 1024;

type Looked = (Look & { document: Plan }) | { problem: { message: string; line: number; column: number } };

/** The plan on the canvas becomes the file's; the slug under which it is saved stays. Undo takes it back. */
export async function importFile(store: EditorStore, file: File): Promise<void> {
  if (file.size > LARGEST) {
    toast(`${file.name} is larger than 5 MiB; split the plan.`, "error");
    return;
  }
  try {
    const source = await file.text();
    const notation = file.name.toLowerCase().endsWith(".json") ? "json" : "yaml";
    const looked = await askJson<Looked>(store.props.urls.look, { source, notation });
    if ("problem" in looked) {
      const { message, line, column } = looked.problem;
      toast(`${file.name}, line ${line}, column ${column}: ${message}`, "error");
      return;
    }
    const document = { ...looked.document, slug: store.props.slug };
    store.do(`Import ${file.name}`, (plan) => replacePlan(plan, document));
    store.set({ places: {} });
    const count = stepsOf(document).length;
    toast(
      `${file.name} is on the canvas: ${count} ${count === 1 ? "step" : "steps"}. Undo takes it back.`,
      "success",
    );
  } catch (error) {
    toast(errorText(error), "error");
  }
}
