/** What a text of a step, or of the plan, may read: the roots of each language and field. Pure. */
import { kindWord } from "../../../shared/statuses";
import type { Catalog } from "../../model/catalog";
import { graphOf, type Look } from "../../model/look";
import { findStep, isObject, type Json, nameOf, type Plan, type Step, stepsOf } from "../../model/plan";
import type { CodeLanguage } from "../types";
import { type Choice, type Entry, entriesOf, firstOfEach } from "./entries";
import { scriptGlobals } from "./globals";

/** What an earlier activity of the plan gave. */
export type RunData = {
  readonly inputs: Json;
  readonly variables: Json;
  readonly documents: readonly string[];
  readonly steps: Readonly<
    Record<string, { readonly status: string; readonly action: string | null; readonly result: Json }>
  >;
};

/** Everything that completions are made of. */
export type Scope = {
  readonly plan: Plan;
  readonly look: Look;
  readonly catalog: Catalog | null;
  readonly data: RunData | null;
  /** The step that the text belongs to; null for a text of the plan. */
  readonly slug: string | null;
  /** The wire path of the field: `conditionExpr`, `config.promptBody`. */
  readonly field: string;
};

const DOCUMENT: readonly Entry[] = [
  key("id", "text"),
  key("name", "text", "The file name."),
  key("path", "text"),
  key("metadata", "object"),
  key("labels", "list of texts"),
  key("status", "text or null"),
];

/** Results that a kind always has; the rest is known from runs. */
const RESULTS: Readonly<Partial<Record<Step["kind"], readonly Entry[]>>> = {
  BRIDGE_CALL: [
    key("_statusCode", "number", "The HTTP status of the answer."),
    key("_body", "value", "The body of the answer."),
  ],
  CREATE_TASK: [
    key("data", "object", "What the person typed into the form."),
    key("comment", "text or null"),
    key("by", "text", "Who finished the task."),
    key("at", "timestamp"),
  ],
  APPROVAL: [
    key("outcome", "text"),
    key("decisions", "list", "Who decided what, when, with which comment.", () => [
      key("by", "text"),
      key("outcome", "text"),
      key("comment", "text or null"),
      key("at", "timestamp"),
    ]),
  ],
  LLM: [key("response", "text", "What the model replied, where it is no JSON.")],
};

/** The roots that a text may name. */
export function rootsOf(language: CodeLanguage, scope: Scope): readonly Entry[] {
  if (isReply(scope.field)) return replyRoots(scope);
  const shared = [inputsEntry(scope), stepsEntry(language, scope)];
  switch (language) {
    case "javascript":
      if (scope.field === "config.requestScript")
        return [global("ctx", "object", "What the step may read.", () => conditionRoots(shared))];
      return [...shared, ...scriptGlobals(scope, DOCUMENT)];
    case "jsonata":
      return conditionRoots(shared);
    case "template":
    case "text":
      return scope.slug === null ? titleRoots(shared.slice(0, 1)) : templateRoots(shared);
    case "json":
    case "yaml":
      return [];
    default: {
      const _: never = language;
      return _;
    }
  }
}

/** Steps in the order in which they help: what runs before, the nearest first, then the others. */
export function stepEntries(language: CodeLanguage, scope: Scope): readonly Entry[] {
  const before = distances(scope);
  const others = stepsOf(scope.plan).filter((step) => step.slug !== scope.slug);
  const seen = new Map(scope.look.graph.steps.map((step) => [step.slug, step]));
  return others
    .map((step, index) => ({ step, index, distance: before.get(step.slug) ?? Number.POSITIVE_INFINITY }))
    .toSorted((left, right) => left.distance - right.distance || left.index - right.index)
    .map(({ step, distance }) => {
      const upstream = scope.slug === null || distance !== Number.POSITIVE_INFINITY;
      const actions = seen.get(step.slug)?.actions ?? [];
      return {
        name: step.slug,
        kind: "step" as const,
        detail: upstream ? kindWord(step.kind) : `${kindWord(step.kind)}, not upstream`,
        help: nameOf(step),
        section: upstream ? "Upstream steps" : "Not upstream",
        children: () => resultEntries(language, step, actions, scope),
      };
    });
}

function resultEntries(
  language: CodeLanguage,
  step: Step,
  actions: readonly string[],
  scope: Scope,
): readonly Entry[] {
  const ran = scope.data?.steps[step.slug];
  const inner = firstOfEach([
    ...entriesOf(ran?.result),
    ...(RESULTS[step.kind] ?? []),
    ...mappedEntries(step),
    ...(perDocument(step) ? [key("documents", "object", "The result of each document, by its name.")] : []),
  ]);
  const values = actions.map((slug) => ({ value: slug, detail: `action of ${step.slug}` }));
  const action: Entry = {
    ...key(
      "action",
      actions.length > 0 ? actions.join(", ") : "no actions",
      "The action that it ended with.",
    ),
    values,
  };
  const result = key("result", "value", "All that it gave.", () => inner);
  const status = language === "javascript" ? [key("status", "text")] : [];
  return firstOfEach([action, result, ...inner, ...status]);
}

/** What `outputMapping` names. */
function mappedEntries(step: Step): readonly Entry[] {
  const mapping = isObject(step.config) ? step.config.outputMapping : null;
  if (!isObject(mapping)) return [];
  return Object.entries(mapping).map(([name, text]) => key(name, typeof text === "string" ? text : "value"));
}

function perDocument(step: Step): boolean {
  return isObject(step.config) && step.config.perDocument === true;
}

/** How many edges lie between a step and the one that the text belongs to. */
function distances({ plan, look, slug }: Scope): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (slug === null) return found;
  const into = new Map<string, string[]>();
  for (const { from, to } of graphOf(plan, look).edges) into.set(to, [...(into.get(to) ?? []), from]);
  let ring = [slug];
  for (let distance = 1; ring.length > 0; distance += 1) {
    const next = new Set(ring.flatMap((each) => into.get(each) ?? []));
    ring = [...next].filter((each) => each !== slug && !found.has(each));
    for (const each of ring) found.set(each, distance);
  }
  return found;
}

/** Inputs that the plan declares, in `inputOptions` or in its schema, then what runs had besides. */
export function inputEntries({ plan, data }: Scope): readonly Entry[] {
  const options = Array.isArray(plan.inputOptions) ? plan.inputOptions.filter(isObject) : [];
  const given = entriesOf(data?.inputs);
  const declared = options.flatMap((option) => {
    if (typeof option.name !== "string") return [];
    const type = typeof option.type === "string" ? option.type : "string";
    const label = typeof option.label === "string" ? option.label : option.name;
    const nested = given.find((entry) => entry.name === option.name)?.children;
    return [input(option.name, type, label, choicesOf(option.options), nested)];
  });
  const schema = isObject(plan.inputsSchema) ? plan.inputsSchema.properties : null;
  const described = Object.entries(isObject(schema) ? schema : {}).map(([name, property]) => {
    const read = isObject(property) ? property : {};
    const type = typeof read.type === "string" ? read.type : "value";
    return input(name, type, String(read.title ?? read.description ?? name), choicesOf(read.enum));
  });
  return firstOfEach([...declared, ...described, ...given]);
}

function input(
  name: string,
  detail: string,
  help: string,
  values: readonly Choice[],
  children?: () => readonly Entry[],
): Entry {
  return {
    name,
    kind: "input",
    detail,
    help,
    ...(values.length > 0 && { values }),
    ...(children && { children }),
  };
}

function choicesOf(options: Json | undefined): readonly Choice[] {
  if (!Array.isArray(options)) return [];
  return options.flatMap((option) => {
    const value = isObject(option) ? option.value : option;
    const label = isObject(option) && typeof option.label === "string" ? option.label : "";
    return typeof value === "string" ? [{ value, detail: label }] : [];
  });
}

function inputsEntry(scope: Scope): Entry {
  return global("inputs", "object", "What the activity was started with.", () => inputEntries(scope));
}

function stepsEntry(language: CodeLanguage, scope: Scope): Entry {
  return global("steps", "object", "What completed steps gave.", () => stepEntries(language, scope));
}

function conditionRoots(shared: readonly Entry[]): readonly Entry[] {
  return [
    ...shared,
    global("document", "object or null", "The document, in a step that runs for each.", () => DOCUMENT),
    global("documentFamilyId", "text or null", "The id of that document."),
    global("orgId", "text", "The organization's slug."),
    global("projectId", "text", "The project's slug."),
  ];
}

function templateRoots(shared: readonly Entry[]): readonly Entry[] {
  return [
    ...shared,
    global("activity", "object", "This run of the plan.", () => [key("id", "text"), key("title", "text")]),
    global("project", "object", "", () => [key("id", "text"), key("slug", "text"), key("name", "text")]),
    global("org", "object", "", () => [key("id", "text"), key("slug", "text")]),
    global("document", "object or null", "The document, in a step that runs for each.", () => DOCUMENT),
    global("task", "object or null", "The task that the activity began with."),
    global("now", "timestamp", "The moment when the step runs."),
  ];
}

function titleRoots(shared: readonly Entry[]): readonly Entry[] {
  return [
    ...shared,
    global("documentCount", "number", "How many documents the activity has."),
    global("documentNames", "list of texts", "Their file names."),
    global("documentPaths", "list of texts", "Their paths."),
    global("documentPath", "text", "The path of the first document."),
    global("metadata", "object", "The metadata of the first document."),
    global("org", "object", "", () => [key("id", "text"), key("slug", "text"), key("name", "text")]),
    global("project", "object", "", () => [key("id", "text"), key("slug", "text"), key("name", "text")]),
    global("caller", "object", "Who starts the activity.", () => [
      key("userId", "text"),
      key("email", "text"),
    ]),
    global("now", "timestamp", "The moment of the start."),
    { name: "join", kind: "function", detail: "list separator", help: "A list as one text." },
    { name: "filename", kind: "function", detail: "path", help: "The last part of a path." },
    { name: "default", kind: "function", detail: "value", help: "What stands in for an empty value." },
  ];
}

/** Expressions over an answer read its body, not the activity. */
function isReply(field: string): boolean {
  return field.startsWith("config.outputMapping") || field === "config.treatAsError";
}

function replyRoots(scope: Scope): readonly Entry[] {
  const step = scope.slug === null ? null : findStep(scope.plan, scope.slug);
  const result = step === null ? null : (scope.data?.steps[step.slug]?.result ?? null);
  if (step?.kind !== "BRIDGE_CALL")
    return firstOfEach([
      key("response", "text", "What the model replied, where it is no JSON."),
      ...entriesOf(result),
    ]);
  const body = isObject(result) ? result._body : null;
  return firstOfEach([...entriesOf(body ?? null), ...(RESULTS.BRIDGE_CALL ?? [])]);
}

/** Names that `{name}` of a prompt may hold. */
export function promptNames({ plan, slug }: Scope): readonly Entry[] {
  const step = slug === null ? null : findStep(plan, slug);
  const variables = step && isObject(step.config) ? step.config.promptVariables : null;
  return [
    ...Object.keys(isObject(variables) ? variables : {}).map((name) => key(name, "variable of this step")),
    key("documentText", "text", "The text of the document, where it is included."),
    key("documentPath", "text", "The path of that document."),
  ];
}

function key(name: string, detail: string, help = "", children?: () => readonly Entry[]): Entry {
  return { name, kind: "key", detail, ...(help !== "" && { help }), ...(children && { children }) };
}

function global(name: string, detail: string, help: string, children?: () => readonly Entry[]): Entry {
  return { name, kind: "global", detail, ...(help !== "" && { help }), ...(children && { children }) };
}
