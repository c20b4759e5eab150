import { describe, expect, it } from "vitest";
import type { Catalog } from "../../model/catalog";
import type { Look } from "../../model/look";
import type { Plan } from "../../model/plan";
import type { CodeLanguage } from "../types";
import { type Completions, complete } from "./completions";
import type { Scope } from "./roots";

const PLAN = {
  slug: "invoice",
  inputOptions: [
    {
      name: "channel",
      label: "Received by",
      type: "selection",
      options: [{ value: "email", label: "E-mail" }],
    },
    { name: "note", type: "text" },
  ],
  steps: [
    {
      slug: "post",
      kind: "BRIDGE_CALL",
      dependsOn: ["finance-approval?"],
      config: { outputMapping: { bill: "_body.id" } },
    },
    {
      slug: "triage",
      kind: "SCRIPT",
      config: { scriptActions: [{ slug: "review", name: "Review" }, { slug: "clean" }] },
    },
    { slug: "finance-approval", kind: "APPROVAL", dependsOn: ["triage:review"], config: {} },
    { slug: "aside", kind: "SCRIPT", config: {} },
  ],
} as unknown as Plan;

const LOOK = {
  findings: [],
  uuids: [],
  graph: {
    edges: [],
    steps: [
      { slug: "triage", kind: "SCRIPT", actions: ["review", "clean"] },
      { slug: "finance-approval", kind: "APPROVAL", actions: ["approved", "rejected"] },
    ],
  },
} as unknown as Look;

const CATALOG = {
  bridges: [
    {
      slug: "erp",
      name: "ERP",
      url: "",
      endpoints: [{ name: "create-bill", method: "POST", path: "/bills", description: "", tokens: [] }],
    },
  ],
  prompts: [],
} as unknown as Catalog;

const DATA = {
  inputs: { channel: "email", ticket: { id: 7 } },
  variables: {},
  documents: [],
  steps: {
    triage: { status: "COMPLETED", action: "clean", result: { total: 12, lines: [{ sku: "A", price: 3 }] } },
  },
};

const SCOPE: Scope = {
  plan: PLAN,
  look: LOOK,
  catalog: CATALOG,
  data: DATA,
  slug: "post",
  field: "conditionExpr",
};

/** Complete at the `|` of a text. */
function at(
  language: CodeLanguage,
  marked: string,
  scope: Partial<Scope> = {},
  explicit = false,
): Completions | null {
  const position = marked.indexOf("|");
  const text = marked.replace("|", "");
  return complete(language, { ...SCOPE, ...scope }, text, position, explicit);
}

const labels = (found: Completions | null) => found?.options.map((option) => option.label) ?? null;

/** The text after taking the completion of a label. */
function taken(language: CodeLanguage, marked: string, label: string, scope: Partial<Scope> = {}): string {
  const position = marked.indexOf("|");
  const text = marked.replace("|", "");
  const found = at(language, marked, scope);
  const option = found?.options.find((each) => each.label === label);
  if (!found || !option) return `no "${label}" among ${labels(found)}`;
  return text.slice(0, found.from - option.eat) + option.insert + text.slice(position);
}

describe("completion in JSONata", () => {
  it("offers inputs with label and type, those of a run behind the declared ones", () => {
    expect(at("jsonata", "inputs.|")).toEqual({
      from: 7,
      options: [
        {
          label: "channel",
          insert: "channel",
          eat: 0,
          kind: "input",
          detail: "selection",
          help: "Received by",
          section: "",
        },
        { label: "note", insert: "note", eat: 0, kind: "input", detail: "text", help: "note", section: "" },
        { label: "ticket", insert: "ticket", eat: 0, kind: "key", detail: "object", help: "", section: "" },
      ],
    });
  });

  it("offers upstream steps first, the nearest first of all, then the others, marked", () => {
    const found = at("jsonata", "steps.|");

    expect(found?.options.map(({ label, section, detail }) => [label, section, detail])).toEqual([
      ["finance-approval", "Upstream steps", "Approval"],
      ["triage", "Upstream steps", "Script"],
      ["aside", "Not upstream", "Script, not upstream"],
    ]);
  });

  it("does not offer the step itself", () => {
    expect(labels(at("jsonata", "steps.|"))).not.toContain("post");
  });

  it("writes backticks where a slug needs them", () => {
    expect(taken("jsonata", "steps.fin|", "finance-approval")).toBe("steps.`finance-approval`");
    expect(taken("jsonata", "steps.finance-a|", "finance-approval")).toBe("steps.`finance-approval`");
    expect(taken("jsonata", "steps.`fin|", "finance-approval")).toBe("steps.`finance-approval`");
    expect(taken("jsonata", "steps.tri|", "triage")).toBe("steps.triage");
  });

  it("offers action, result and the keys that the last run gave", () => {
    expect(labels(at("jsonata", "steps.triage.|"))).toEqual(["action", "result", "total", "lines"]);
    expect(labels(at("jsonata", "$.steps.triage.result.lines[0].|"))).toEqual(["sku", "price"]);
    expect(labels(at("jsonata", "steps.triage.lines.|"))).toEqual(["sku", "price"]);
  });

  it("offers what a kind gives where nothing ran", () => {
    expect(labels(at("jsonata", "steps.`finance-approval`.|"))).toEqual([
      "action",
      "result",
      "outcome",
      "decisions",
    ]);
    expect(labels(at("jsonata", "steps.post.|", { slug: "aside" }))).toContain("bill");
  });

  it.each([
    ["steps.triage.action = '|", ["review", "clean"]],
    ['steps.`finance-approval`.action != "rej|', ["approved", "rejected"]],
    ["steps.triage.action in ['review', '|", ["review", "clean"]],
    ["inputs.channel = 'e|", ["email"]],
    ["steps.triage.total = '|", null],
    ["inputs.note & 'text with steps.|", null],
    ["/* steps.|", null],
  ])("completes what is compared in %s", (text, expected) => {
    expect(labels(at("jsonata", text))).toEqual(expected);
  });

  it("offers functions with their signature and a sentence", () => {
    const found = at("jsonata", "$ex|");
    const exists = found?.options.find((option) => option.label === "$exists");

    expect(exists).toMatchObject({
      insert: "$exists(",
      detail: "(value)",
      help: "Whether there is a value at all.",
    });
  });

  it("says nothing in an empty text unless asked", () => {
    expect(at("jsonata", "|")).toBeNull();
    expect(labels(at("jsonata", "|", {}, true))).toEqual(
      expect.arrayContaining(["inputs", "steps", "document", "$sum"]),
    );
  });

  it("reads the answer, not the activity, in an output mapping", () => {
    const data = {
      ...DATA,
      steps: {
        post: { status: "COMPLETED", action: null, result: { _statusCode: 201, _body: { id: "B-1" } } },
      },
    };

    expect(labels(at("jsonata", "i|", { field: "config.outputMapping.bill", data }))?.slice(0, 3)).toEqual([
      "id",
      "_statusCode",
      "_body",
    ]);
  });
});

describe("completion in scripts", () => {
  const script = { slug: "triage", field: "config.scriptBody" };

  it.each([
    ["serviceBridge.|", ["call", "list"]],
    ["serviceBridge.call('|", ["erp"]],
    ['serviceBridge.call("erp", "|', ["create-bill"]],
    ["return { action: '|", ["review", "clean"]],
    ["return { total, action: bad ? 'review' : \"|", ["review", "clean"]],
    ["return {action: bad ? 'rev|", ["review", "clean"]],
    ["llm.|", ["invoke", "invokeWithPromptRef"]],
    ["const found = steps['finance-approval'].result;\nfound.|", ["outcome", "decisions"]],
    [
      "const all = steps;\nlet one = all['finance-approval']\nif (one.action === 'a|",
      ["approved", "rejected"],
    ],
    ["// steps.|", null],
    ["log.info('steps.|", null],
  ])("completes %s", (text, expected) => {
    expect(labels(at("javascript", text, script))).toEqual(expected);
  });

  it("offers what a script may return", () => {
    expect(labels(at("javascript", "return { |", script))?.[0]).toBe("action");
  });

  it("writes brackets where a slug needs them", () => {
    expect(taken("javascript", "const a = steps.fin|", "finance-approval", script)).toBe(
      'const a = steps["finance-approval"]',
    );
    expect(taken("javascript", 'steps["fin|"]', "finance-approval", script)).toBe(
      'steps["finance-approval"]',
    );
  });

  it("completes actions of a switch over an action", () => {
    const found = at("javascript", "switch (steps.triage.action) { case '|", {
      slug: "post",
      field: "config.scriptBody",
    });

    expect(labels(found)).toEqual(["review", "clean"]);
  });

  it("knows a request script by its one name", () => {
    expect(labels(at("javascript", "ctx.|", { field: "config.requestScript" }))).toEqual(
      expect.arrayContaining(["inputs", "steps", "document"]),
    );
  });
});

describe("completion in templates", () => {
  it.each([
    ["Bill of {{ inputs.|", ["channel", "note", "ticket"]],
    ["{{ .inputs.ch|", ["channel", "note", "ticket"]],
    ["inputs.|", null],
    ["{{ inputs.note }} inputs.|", null],
  ])("completes %s", (text, expected) => {
    expect(labels(at("template", text, { field: "config.title" }))).toEqual(expected);
  });

  it("keeps the hyphens of a slug, which templates read", () => {
    expect(taken("template", "{{ steps.fin|", "finance-approval", { field: "config.title" })).toBe(
      "{{ steps.finance-approval",
    );
  });

  it("offers in titles of the plan what a start knows", () => {
    expect(labels(at("template", "{{ |", { slug: null, field: "defaultTitleTemplate" }))).toEqual(
      expect.arrayContaining(["inputs", "documentNames", "join"]),
    );
    expect(labels(at("template", "{{ |", { slug: null, field: "defaultTitleTemplate" }))).not.toContain(
      "steps",
    );
  });

  it("offers the names of a prompt in single braces", () => {
    expect(taken("template", "Sum up {doc|", "documentText", { field: "config.promptBody" })).toBe(
      "Sum up {documentText}",
    );
  });
});

it("names steps in references of data", () => {
  expect(labels(at("json", '{"$from": {"step": "|', { field: "input" }))).toEqual([
    "finance-approval",
    "triage",
    "aside",
  ]);
});
