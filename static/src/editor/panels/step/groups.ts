/** The sections of a step's form, made from the schemas of its kind and of all steps. Pure. */
import type { StepKind } from "../../../shared/statuses";
import { textOf } from "../../fields/texts";
import { pathOf, wireOf } from "../../fields/wire";
import type { Path } from "../../model/patch";
import { isObject, type Json, type Step, valueAt } from "../../model/plan";
import { EDITOR_SCHEMA, type FieldSchema, type Group } from "../../schema.gen";

export type FormField = { readonly path: Path; readonly schema: FieldSchema; readonly required: boolean };

export type Section = { readonly group: Group; readonly word: string; readonly fields: readonly FormField[] };

const WORDS: Readonly<Record<Group, string>> = {
  main: "Main",
  data: "Data",
  when: "When it runs",
  failure: "Failure",
  documents: "Documents",
  more: "More",
};

export const GROUPS: readonly Group[] = ["main", "data", "when", "failure", "documents", "more"];

/** Name, slug and kind stand on top of the form. */
const ON_TOP: ReadonlySet<string> = new Set(["name", "slug", "kind"]);

const made = new Map<StepKind, readonly Section[]>();

/** The sections of a kind, those without a field left out. */
export function sectionsOf(kind: StepKind): readonly Section[] {
  const known = made.get(kind);
  if (known) return known;
  const config = EDITOR_SCHEMA.configs[kind];
  const own = fieldsOf(config.properties, ["config"], config.required);
  const common = fieldsOf(EDITOR_SCHEMA.step.properties, [], EDITOR_SCHEMA.step.required).filter(
    ({ path }) => !ON_TOP.has(String(path[0])),
  );
  const sections = GROUPS.map((group) => ({
    group,
    word: WORDS[group],
    fields: order(group, own, common).filter(({ schema }) => schema.editor?.group === group),
  })).filter(({ fields }) => fields.length > 0);
  made.set(kind, sections);
  return sections;
}

/** What decides whether a step runs stands first; elsewhere what is special to the kind does. */
function order(group: Group, own: readonly FormField[], common: readonly FormField[]): readonly FormField[] {
  return group === "when" ? [...common, ...own] : [...own, ...common];
}

export function fieldsOf(
  properties: Readonly<Record<string, FieldSchema>>,
  base: readonly string[],
  required: readonly string[] = [],
): FormField[] {
  return Object.entries(properties)
    .filter(([, schema]) => schema.editor && schema.editor.widget !== "hidden")
    .map(([key, schema]) => ({ path: pathOf(...base, key), schema, required: required.includes(key) }));
}

/** Wire paths of all fields that the form of a kind has. */
export function placesOf(kind: StepKind): string[] {
  return [
    "name",
    "slug",
    "kind",
    ...sectionsOf(kind).flatMap(({ fields }) => fields.map(({ path }) => wireOf(path))),
  ];
}

/** One line that says what is set in a section; "" where nothing is. */
export function summaryOf(section: Section, step: Step): string {
  return section.fields.flatMap(({ path, schema }) => told(schema, valueAt(step, path))).join(" · ");
}

const LONG = 40;

function told(schema: FieldSchema, value: Json | undefined): string[] {
  const hint = schema.editor;
  if (!hint || value === undefined || value === null || value === "") return [];
  const words = hint.label;
  if (value === true) return [words];
  if (value === false) return [`${words}: off`];
  if (Array.isArray(value))
    return value.length === 0 ? [] : [`${words}: ${cut(value.map(nameIn).join(", "))}`];
  if (isObject(value)) {
    const keys = Object.keys(value);
    return keys.length === 0 ? [] : [`${words}: ${cut(keys.join(", "))}`];
  }
  const choice = hint.choices?.find((each) => each.value === value);
  return [`${words}: ${cut(choice?.label ?? textOf(value))}`];
}

function nameIn(value: Json): string {
  if (!isObject(value)) return textOf(value);
  return textOf(value.slug ?? value.name ?? value.label ?? value);
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > LONG ? `${line.slice(0, LONG - 1)}…` : line;
}
