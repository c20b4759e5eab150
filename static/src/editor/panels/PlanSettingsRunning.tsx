/** How activities of the plan run, and what a version needs before it is published. */
import { Field } from "../fields/Field";
import { pathOf } from "../fields/wire";
import type { FieldSchema, Widget } from "../schema.gen";
import { PlanField } from "./PlanSettings";

/** Keys of `metadata` that mean something; what else stands in it is kept, below other keys. */
const METADATA: readonly (readonly [readonly string[], FieldSchema])[] = [
  [
    ["serializePerProject"],
    part(
      "switch",
      "One at a time",
      "An activity waits until the ones before it in the project have ended; off by default.",
    ),
  ],
  [
    ["aiNaming", "enabled"],
    part(
      "switch",
      "Named by a model",
      "A model writes the title of an activity when it starts; off by default.",
    ),
  ],
  [["aiNaming", "prompt"], part("multiline", "How to name", "What the model is told to write as the title.")],
  [
    ["publish", "requireTests"],
    part(
      "switch",
      "Tests before publishing",
      "A version is published only if all test cases of the plan pass; off by default.",
    ),
  ],
  [
    ["publish", "requireReview"],
    part("switch", "Review before publishing", "Somebody else approves the publication; off by default."),
  ],
];

function part(widget: Widget, label: string, help: string): FieldSchema {
  return { default: widget === "switch" ? false : null, editor: { widget, group: "main", label, help } };
}

export function PlanSettingsRunning() {
  return (
    <>
      <PlanField name="failurePolicy" />
      {METADATA.map(([keys, schema]) => (
        <Field key={keys.join(".")} path={pathOf("metadata", ...keys)} schema={schema} />
      ))}
    </>
  );
}
