/** Rows of a name and an expression; what else may stand there, a whole expression or JSON, can be written too. */
import { useMemo } from "react";
import type { Path } from "../model/patch";
import { isObject, type Json, type JsonObject } from "../model/plan";
import { useEditor } from "../store";
import { CodeField, type CodeLanguage } from "./CodeField";
import { FindingsAt } from "./FindingsAt";
import { endpointsOf, inputsOf, keysOf } from "./options";
import { AddRow, NameInput, RowTools } from "./Rows";
import { objectOf, orNothing, renameKey } from "./rows";
import { idOf, type SetField, useFieldValue, useScope } from "./scope";
import { Problem } from "./texts";
import { formatJson, parseJson, useDraft } from "./useDraft";
import type { WidgetProps } from "./widget";
import { pathOf, wireOf } from "./wire";

/** The name of a row that is the whole. */
const WHOLE = "$";

type Offer = { readonly name: string; readonly required: boolean };

export function KeyValuesWidget(props: WidgetProps) {
  const { value, set, path, label, hint, schema } = props;
  const offers = useOffers(props);
  const language = languageOf(hint.of);
  const rowsOnly = schema.type !== undefined || schema.anyOf !== undefined;
  if (value !== undefined && value !== null && !isObject(value))
    return <Whole {...props} language={language} rowsOnly={rowsOnly} />;
  const object = objectOf(value);
  const names = Object.keys(object);
  const write = (next: JsonObject) => set(orNothing(next));
  const add = (name: string) => {
    if (Object.hasOwn(object, name)) return `“${name}” is there already.`;
    write({ ...object, [name]: "" });
    return null;
  };
  return (
    <div className="field-rows">
      {names.map((name) => (
        <Row
          key={name}
          path={pathOf(...path, name)}
          label={label}
          name={name}
          language={language}
          object={object}
          write={write}
        />
      ))}
      <Offers
        offers={
          Object.hasOwn(object, WHOLE) ? [] : offers.filter((offer) => !Object.hasOwn(object, offer.name))
        }
        onAdd={add}
      />
      <AddRow label={`${label}: name to add`} placeholder="Name" button="Add" onAdd={add} />
      {!rowsOnly && names.length === 0 && (
        <button type="button" className="button button-small button-quiet" onClick={() => set("")}>
          Write as one expression
        </button>
      )}
    </div>
  );
}

/** How the texts of a map are read. */
function languageOf(of: string | undefined): CodeLanguage {
  if (of === "reply") return "reply";
  return of === "template" ? "template" : "value";
}

type RowProps = {
  path: Path;
  label: string;
  name: string;
  language: CodeLanguage;
  object: JsonObject;
  write: (next: JsonObject) => void;
};

function Row({ path, label, name, language, object, write }: RowProps) {
  const scope = useScope();
  const field = wireOf(path);
  const value = object[name];
  const id = idOf(scope, field);
  const set: SetField = (next) => write({ ...object, [name]: next ?? "" });
  const rename = (to: string) => {
    const next = renameKey(object, name, to);
    if (next === null) return `“${to}” is there already.`;
    write(next);
    return null;
  };
  const { [name]: _gone, ...rest } = object;
  return (
    <div className="entry-row" data-field={field}>
      <div className="field-row-head">
        <NameInput label={`${label}: name`} value={name} onCommit={rename} />
        <select
          className="input row-mode"
          aria-label={`How ${name} is written`}
          value={typeof value === "string" ? "expression" : "json"}
          onChange={(event) => set(event.target.value === "json" ? asJson(value) : asText(value))}
        >
          <option value="expression">{language === "template" ? "Text" : "Expression"}</option>
          <option value="json">JSON</option>
        </select>
        <RowTools name={name} index={0} count={1} onRemove={() => write(rest)} />
      </div>
      {typeof value === "string" ? (
        <CodeField
          id={id}
          language={language}
          label={`${label}: ${name}`}
          value={value}
          onChange={set}
          field={field}
        />
      ) : (
        <JsonRow id={id} field={field} label={`${label}: ${name}`} value={value} set={set} />
      )}
      <FindingsAt field={field} within />
    </div>
  );
}

/** A text that is JSON becomes what it says, another stays a text of JSON. */
function asJson(value: Json | undefined): Json {
  if (typeof value !== "string" || value.trim() === "")
    return value === "" || value === undefined ? {} : value;
  const parsed = parseJson(value);
  const read = "problem" in parsed ? undefined : parsed.value;
  return read === undefined || typeof read === "string" ? { value } : read;
}

function asText(value: Json | undefined): string {
  if (typeof value === "string") return value;
  return value === undefined ? "" : JSON.stringify(value);
}

type JsonRowProps = { id: string; field: string; label: string; value: Json | undefined; set: SetField };

function JsonRow({ id, field, label, value, set }: JsonRowProps) {
  const draft = useDraft(field, value, formatJson, parseJson, set);
  return (
    <>
      <CodeField
        id={id}
        language="json"
        label={label}
        value={draft.text}
        onChange={draft.type}
        invalid={draft.problem !== null}
        describedBy={draft.problem === null ? undefined : `${id}-problem`}
        field={field}
      />
      <Problem id={id} text={draft.problem} />
    </>
  );
}

/** One expression, or JSON that is no object, instead of rows. */
function Whole(props: WidgetProps & { language: CodeLanguage; rowsOnly: boolean }) {
  const { id, label, field, value, set, language, describedBy, rowsOnly } = props;
  return (
    <div className="field-rows">
      {typeof value === "string" && !rowsOnly ? (
        <CodeField
          id={id}
          language={language}
          label={label}
          value={value}
          onChange={set}
          describedBy={describedBy}
          field={field}
        />
      ) : (
        <JsonRow id={id} field={field} label={label} value={value} set={set} />
      )}
      <button type="button" className="button button-small button-quiet" onClick={() => set(undefined)}>
        Remove it, and write names and values
      </button>
    </div>
  );
}

function Offers({ offers, onAdd }: { offers: readonly Offer[]; onAdd: (name: string) => unknown }) {
  if (offers.length === 0) return null;
  return (
    <ul className="chips" aria-label="Known names">
      {offers.map(({ name, required }) => (
        <li key={name}>
          <button
            type="button"
            className="chip chip-button"
            data-required={required || undefined}
            onClick={() => onAdd(name)}
          >
            + <code>{name}</code>
            {required && <span className="muted">required</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Names that what is called knows: tokens of the path, keys of the request, variables of the prompt, inputs. */
function useOffers({ hint, path }: WidgetProps): readonly Offer[] {
  const catalog = useEditor((state) => state.catalog);
  const key = path.at(-1);
  const bridge = useFieldValue(pathOf("config", "serviceBridgeRef"));
  const endpointName = useFieldValue(pathOf("config", "endpointName"));
  const prompt = useFieldValue(pathOf("config", "promptTemplateRef"));
  const body = useFieldValue(pathOf("config", "promptBody"));
  const plan = useFieldValue(pathOf("config", "activityPlanRef"));
  return useMemo(() => {
    if (hint.widget === "planInputs") return catalog ? inputsOf(catalog, plan) : [];
    if (key === "promptVariables") {
      const known = catalog?.prompts.find(({ slug }) => slug === prompt)?.variables ?? [];
      return [...new Set([...known, ...bracesIn(body)])].map((name) => ({ name, required: false }));
    }
    const endpoint = catalog && endpointsOf(catalog, bridge).find(({ name }) => name === endpointName);
    if (!endpoint) return [];
    if (key === "requestPath") return endpoint.tokens.map((name) => ({ name, required: true }));
    return key === "requestBody" ? keysOf(endpoint.requestSchema) : [];
  }, [catalog, hint.widget, key, bridge, endpointName, prompt, body, plan]);
}

/** The {name}s of a prompt; {{ }} is something else. */
function bracesIn(text: Json | undefined): string[] {
  if (typeof text !== "string") return [];
  return [...text.matchAll(/(?<!\{)\{([A-Za-z_][\w.-]*)\}(?!\})/g)].map((match) => match[1] ?? "");
}
