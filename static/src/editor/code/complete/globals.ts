/** The globals of scripts, and what a script returns. Pure. */
import { findStep, isObject } from "../../model/plan";
import type { Choice, Entry } from "./entries";
import type { Scope } from "./roots";

const NOTHING: readonly Choice[] = [];

/** All but inputs and steps; `document` are the keys of one document. */
export function scriptGlobals(scope: Scope, document: readonly Entry[]): readonly Entry[] {
  const list = [call("find", "(test)", "The first document for which the test is true."), ...LIST];
  return [
    object("families", "list of documents", "The documents; one, in a step that runs for each.", () => [
      ...document,
      ...list,
    ]),
    object("documents", "list of documents", "The same, with ways to find others of the project.", () => [
      ...document,
      call("get", "(id)", "One document of the project, or null."),
      call("list", "()", "The documents of the project."),
      call("load", "(id)", "A document with its text: getText(), getPages()."),
      ...list,
    ]),
    object("serviceBridge", "object", "Calls services that the project may use.", () => bridgeCalls(scope)),
    object("llm", "object", "Asks a language model.", () => modelCalls(scope)),
    object("log", "function", "Writes into the step's log.", () => LEVELS),
    object("console", "object", "Writes into the step's log.", () => [
      call("log", "(…values)", "Writes into the step's log."),
      ...LEVELS,
    ]),
    object("task", "object or null", "The task that the activity began with.", () => [
      plain("id"),
      plain("title"),
    ]),
    object("tasks", "object", "Reads tasks of the project, and sets their status.", () => [
      call("get", "(id)", "One task."),
      call("list", "()", "The tasks of the project."),
      call("statuses", "()", "The statuses that a task can have."),
      call("setStatus", "(id, status)", "Sets a task's status by its slug."),
    ]),
    object("org", "object", "The organization.", () => [plain("id"), plain("slug")]),
    object("project", "object", "The project.", () => [plain("id"), plain("slug"), plain("name")]),
    call("loadDocument", "(id)", "A document with its text: getText(), getPages()."),
    { name: "return", kind: "keyword", detail: "{ action, … }", help: "Ends the script with its result." },
  ];
}

/** The actions that a script may return; as the server sees them, they are declared in the plan. */
export function ownActions(scope: Scope): readonly Choice[] {
  const seen = scope.look.graph.steps.find((step) => step.slug === scope.slug);
  const step = scope.slug === null ? null : findStep(scope.plan, scope.slug);
  const names = new Map<string, string>();
  const declared = step && isObject(step.config) ? step.config.scriptActions : null;
  for (const action of Array.isArray(declared) ? declared : []) {
    if (isObject(action) && typeof action.slug === "string" && action.slug !== "")
      names.set(action.slug, typeof action.name === "string" ? action.name : "");
  }
  for (const slug of seen?.actions ?? []) if (!names.has(slug)) names.set(slug, "");
  return [...names].map(([value, name]) => ({ value, detail: name || "action of this script" }));
}

/** What the returned object may hold. */
export function returnKeys(scope: Scope): readonly Entry[] {
  return [
    { ...plain("action", "text", "The action that the step ends with."), values: ownActions(scope) },
    plain("badges", "list", "Marks on the activity: {label, icon, color}."),
    plain("taskProperties", "object", "Properties for tasks that come behind this step."),
    plain(
      "nextActivity",
      "object",
      "Another activity to start when this one completes: {activityPlanRef, inputs}.",
    ),
    plain("nextActivities", "list", "Several activities to start."),
  ];
}

const LIST: readonly Entry[] = [
  call("map", "(change)", "A list of what the function gives for each."),
  call("filter", "(test)", "Those for which the test is true."),
  plain("length", "number"),
];

const LEVELS: readonly Entry[] = ["info", "warn", "error", "debug"].map((level) =>
  call(level, "(…values)", `Writes a line of level ${level} into the step's log.`),
);

function bridgeCalls({ catalog }: Scope): readonly Entry[] {
  const bridges = catalog?.bridges ?? [];
  const takes = (given: readonly string[]): readonly Choice[] => {
    if (given.length === 0) return bridges.map(({ slug, name }) => ({ value: slug, detail: name }));
    if (given.length > 1) return NOTHING;
    const bridge = bridges.find(({ slug }) => slug === given[0]);
    return (bridge?.endpoints ?? []).map(({ name, method, path }) => ({
      value: name,
      detail: `${method} ${path}`,
    }));
  };
  return [
    {
      ...call("call", "(bridge, endpoint, body?)", "Calls an endpoint and gives the body of the answer."),
      takes,
    },
    call("list", "()", "The bridges that the project may use."),
  ];
}

function modelCalls({ catalog }: Scope): readonly Entry[] {
  const prompts = (catalog?.prompts ?? []).map(({ slug, name }) => ({ value: slug, detail: name }));
  return [
    call("invoke", "(prompt | {prompt, model})", "What a model replies, as text."),
    {
      ...call("invokeWithPromptRef", "(prompt, variables)", "What a model replies to a prompt template."),
      takes: (given) => (given.length === 0 ? prompts : NOTHING),
    },
  ];
}

function object(name: string, detail: string, help: string, children: () => readonly Entry[]): Entry {
  return { name, kind: "global", detail, help, children };
}

function call(name: string, detail: string, help: string): Entry {
  return { name, kind: "function", detail, help };
}

function plain(name: string, detail = "text", help?: string): Entry {
  return { name, kind: "key", detail, ...(help !== undefined && { help }) };
}
