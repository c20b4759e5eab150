/** Title and description that activities get, with what they give on the inputs of an earlier activity. */
import { useEffect, useState } from "react";
import { errorText } from "../../shared/api";
import { type Evaluated, evaluate } from "../code/evaluate";
import { useRunDetail } from "../fields/runData";
import { useFieldValue } from "../fields/scope";
import { textOf } from "../fields/texts";
import { pathOf } from "../fields/wire";
import { isObject, type Json } from "../model/plan";
import { useStore } from "../store";
import { PlanField } from "./PlanSettings";
import { sampleOf } from "./step/samples";

export function PlanSettingsTitles() {
  return (
    <>
      {["defaultTitleTemplate", "defaultDescriptionTemplate"].map((name) => (
        <div key={name} className="form-fields">
          <PlanField name={name} />
          <Preview name={name} />
        </div>
      ))}
    </>
  );
}

const PAUSE = 300;

/** What the template gives: on the newest activity's inputs, else on the defaults of the start form. */
function Preview({ name }: { name: string }) {
  const store = useStore();
  const text = textOf(useFieldValue(pathOf(name)));
  const options = useFieldValue(pathOf("inputOptions"));
  const detail = useRunDetail();
  const [shown, setShown] = useState<string | null>(null);
  useEffect(() => {
    if (text === "") return setShown(null);
    let wanted = true;
    const inputs: Json = detail && isObject(detail.inputs) ? detail.inputs : sampleOf(options);
    const documents = detail?.documents ?? [];
    const timer = window.setTimeout(() => {
      evaluate(store, "title", text, { inputs, documents })
        .then(wordsOf, errorText)
        .then((words) => wanted && setShown(words));
    }, PAUSE);
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [store, text, options, detail]);
  if (shown === null) return null;
  return (
    <p className="template-preview" aria-live="polite">
      <span className="muted">
        {detail ? "On the newest activity: " : "On the defaults of the start form: "}
      </span>
      {shown === "" ? "nothing" : shown}
    </p>
  );
}

function wordsOf(evaluated: Evaluated): string {
  return evaluated.error ? evaluated.error.message : textOf(evaluated.value);
}
