import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { setStepField } from "../commands/setField";
import { findingsAt } from "../fields/found";
import { fieldValue } from "../fields/scope";
import { pathOf, wireOf } from "../fields/wire";
import { type Finding, NOTHING_SEEN } from "../model/look";
import { KINDS, type Plan, type Step } from "../model/plan";
import type { EditorProps } from "../props";
import type { Group } from "../schema.gen";
import { EditorStore, StoreContext } from "../store";
import { StepForm } from "./StepForm";
import { GROUPS, sectionsOf } from "./step/groups";

const ALL: ReadonlySet<Group> = new Set(GROUPS);

function storeOf(plan: Plan, findings: readonly Finding[] = []): EditorStore {
  const props = { document: plan, slug: plan.slug, organization: "north", source: "", notation: "yaml" };
  const store = new EditorStore(props as unknown as EditorProps, plan);
  store.set({ look: { ...NOTHING_SEEN, findings } });
  return store;
}

function drawn(store: EditorStore, step: Step, open: ReadonlySet<Group> = ALL): string {
  return renderToStaticMarkup(
    <StoreContext value={store}>
      <StepForm slug={step.slug} kind={step.kind} open={open} onOpen={() => undefined} />
    </StoreContext>,
  );
}

const step = (kind: Step["kind"], rest: object = {}): Step =>
  ({ slug: "a", kind, config: {}, ...rest }) as Step;
const planOf = (...steps: Step[]): Plan => ({ slug: "p", steps });

describe("the form of a step", () => {
  test.each(KINDS)("%s: every key is a field with a name, and nothing is written by drawing it", (kind) => {
    const plan = planOf(step(kind));
    const store = storeOf(plan);

    const html = drawn(store, step(kind));

    for (const { path, schema } of sectionsOf(kind).flatMap(({ fields }) => fields)) {
      if (schema.editor?.when === undefined) expect(html).toContain(`data-field="${wireOf(path)}"`);
    }
    expect(store.get().history.plan).toBe(plan);
    for (const control of html.match(/<(input|select|textarea)\b[^>]*>/g) ?? [])
      expect(hasName(control, html)).toBe(true);
  });

  test("a field whose sibling makes it mean nothing is shown only when it is written", () => {
    const without = drawn(storeOf(planOf(step("EXECUTION"))), step("EXECUTION"));
    const written = step("EXECUTION", { config: { maxParallel: 3 } });
    const turnedOn = step("EXECUTION", { config: { perDocument: true } });

    expect(without).not.toContain('data-field="config.maxParallel"');
    expect(drawn(storeOf(planOf(written)), written)).toContain('data-field="config.maxParallel"');
    expect(drawn(storeOf(planOf(turnedOn)), turnedOn)).toContain('data-field="config.maxFailed"');
  });

  test("a finding is told at its field with its fix, one without a field above them", () => {
    const fix = { title: "Use notify", edits: [{ path: ["steps", 0, "slug"], value: "notify" }] };
    const findings: Finding[] = [
      {
        code: "a",
        severity: "error",
        message: "no such bridge",
        step: "a",
        field: "config.serviceBridgeRef",
        fixes: [fix],
      },
      { code: "b", severity: "warning", message: "of the step", step: "a", field: null, fixes: [] },
    ];

    const html = drawn(storeOf(planOf(step("BRIDGE_CALL")), findings), step("BRIDGE_CALL"));

    expect(html).toContain("of the step");
    expect(html).toContain("Use notify");
    expect(html.split("no such bridge")).toHaveLength(2);
    expect(html.indexOf("no such bridge")).toBeGreaterThan(
      html.indexOf('data-field="config.serviceBridgeRef"'),
    );
    expect(html.indexOf("no such bridge")).toBeLessThan(html.indexOf('data-field="config.endpointName"'));
  });

  test("a key that an object does not know is kept, with what is said of it", () => {
    const typed = step("SCRIPT", { onError: { action: "skip", bogus: 1 } });
    const finding: Finding = {
      code: "unknown-key",
      severity: "error",
      message: "unknown bogus",
      step: "a",
      field: "onError.bogus",
      fixes: [],
    };

    const html = drawn(storeOf(planOf(typed), [finding]), typed);

    expect(html).toContain('data-field="onError.bogus"');
    expect(html.split("unknown bogus")).toHaveLength(2);
  });

  test("folded sections draw no field", () => {
    const html = drawn(storeOf(planOf(step("SCRIPT"))), step("SCRIPT"), new Set());

    expect(html).not.toContain('data-field="conditionExpr"');
    expect(html).toContain('data-field="config.scriptBody"');
  });
});

/** By aria-label, or by a label that names its id or stands around it. */
function hasName(control: string, html: string): boolean {
  if (control.includes("aria-label=")) return true;
  const id = / id="([^"]*)"/.exec(control)?.[1];
  if (id !== undefined && html.includes(`for="${id}"`)) return true;
  const before = html.slice(0, html.indexOf(control));
  return before.lastIndexOf("<label") > before.lastIndexOf("</label>");
}

describe("a keystroke", () => {
  const many: Step[] = Array.from({ length: 500 }, (_, index) => ({
    slug: `s${index}`,
    kind: "SCRIPT",
    name: `Step ${index}`,
    dependsOn: index > 0 ? [`s${index - 1}`] : [],
    config: { scriptBody: "return {};", scriptActions: [{ slug: "ok" }] },
  }));

  test("is read anew by its own field alone, in a plan of 500 steps", () => {
    const store = storeOf({ slug: "p", steps: many });
    const places = [
      pathOf("name"),
      ...sectionsOf("SCRIPT").flatMap(({ fields }) => fields.map(({ path }) => path)),
    ];
    const read = () => places.map((path) => fieldValue(store.get(), "s250", path));
    const before = read();

    store.do("Name", (plan) => setStepField(plan, "s250", pathOf("config", "scriptBody"), "return {a: 1};"));
    const after = read();

    const changed = places.filter((_, index) => before[index] !== after[index]).map(wireOf);
    expect(changed).toEqual(["config.scriptBody"]);
    expect(fieldValue(store.get(), "s251", pathOf("config"))).toBe(many[251]?.config);
  });

  test("leaves the findings of other fields as they are, though the server told them anew", () => {
    const told = (message: string): Finding[] =>
      ["name", "conditionExpr"].map((field) => ({
        code: "x",
        severity: "error",
        message: field === "name" ? message : "same",
        step: "s1",
        field,
        fixes: [],
      }));
    const seen = (findings: Finding[], field: string) =>
      JSON.stringify(findingsAt(findings, "s1", field, true));

    expect(seen(told("one"), "conditionExpr")).toBe(seen(told("two"), "conditionExpr"));
    expect(seen(told("one"), "name")).not.toBe(seen(told("two"), "name"));
  });
});
