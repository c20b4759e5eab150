import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Plan } from "../model/plan";
import type { EditorProps } from "../props";
import { EditorStore, planOf } from "../store";
import { type Asking, type Looked, notationOf, SourceSync } from "./sourceSync";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const plan = (...slugs: string[]): Plan => ({
  slug: "p",
  steps: slugs.map((slug) => ({ slug, kind: "SCRIPT" })),
});

/** A server for texts of one slug a line, comments behind `#` kept; "!" can't be read. */
function server() {
  const asked: string[] = [];
  const asking: Asking & { asked: string[]; down: boolean; settle: () => Promise<void> } = {
    asked,
    down: false,
    look: async (source): Promise<Looked> => {
      asked.push(`look ${JSON.stringify(source)}`);
      if (asking.down) throw new Error("down");
      if (source.includes("!")) return { problem: { message: "no", line: 1, column: 1 } };
      const slugs = source.split("\n").flatMap((line) => line.split("#")[0]?.trim() || []);
      return {
        document: plan(...slugs),
        findings: [],
        graph: { steps: [], edges: [] },
        uuids: [],
        lines: {},
      };
    },
    patch: async (document, source) => {
      asked.push(`patch ${JSON.stringify(source)}`);
      if (asking.down) throw new Error("down");
      const comments = source.split("\n").filter((line) => line.startsWith("#"));
      const slugs = document.steps.map((step) => (step as { slug: string }).slug);
      return { source: [...comments, ...slugs].join("\n"), lines: {} };
    },
    /** Let every pause go by; less than the wait for a server that is away. */
    settle: async () => {
      await vi.advanceTimersByTimeAsync(1000);
    },
  };
  return asking;
}

function open(document: Plan, source: string, asking = server()) {
  const props = { document, source, notation: "yaml", urls: {} } as unknown as EditorProps;
  const store = new EditorStore(props, document);
  const sync = new SourceSync(store, asking);
  sync.open();
  return { store, sync, asking };
}

const labels = (store: EditorStore) => store.get().history.past.map((entry) => entry.label);

describe("the source of a plan", () => {
  it("shows the author's own text where it says the plan", async () => {
    const { sync, asking } = open(plan("a"), "# mine\na");
    await asking.settle();

    expect(sync.get()).toMatchObject({ text: "# mine\na", state: "even" });
    expect(asking.asked).toEqual(['look "# mine\\na"']);
  });

  it("is patched where the plan went on without it", async () => {
    const { sync, asking } = open(plan("a", "b"), "# mine\na");
    await asking.settle();

    expect(sync.get()).toMatchObject({ text: "# mine\na\nb", state: "even" });
  });

  it("is written anew where there is none, and that is no draft", async () => {
    const { sync, store, asking } = open(plan("a"), "");
    await asking.settle();

    expect(sync.get().text).toBe("a");
    expect(store.get().source).toBe("");
  });

  it("becomes the plan when it is typed, one entry a session", async () => {
    const { sync, store, asking } = open(plan("a"), "a");
    await asking.settle();

    sync.type("a\nb");
    await asking.settle();
    sync.type("a\nbc");
    await asking.settle();
    sync.seal();
    sync.type("a\nbc\nd");
    await asking.settle();

    expect(planOf(store.get())).toEqual(plan("a", "bc", "d"));
    expect(labels(store)).toEqual(["Edit source", "Edit source"]);
    store.undo();
    expect(planOf(store.get())).toEqual(plan("a", "bc"));
  });

  it("leaves the steps alone that did not change", async () => {
    const { sync, store, asking } = open(plan("a", "b"), "a\nb");
    await asking.settle();
    const before = planOf(store.get()).steps;

    sync.type("a\nb\nc");
    await asking.settle();

    const after = planOf(store.get()).steps;
    expect([after[0] === before[0], after[1] === before[1], after.length]).toEqual([true, true, 3]);
  });

  it("makes no entry of a comment, and keeps it", async () => {
    const { sync, store, asking } = open(plan("a"), "a");
    await asking.settle();

    sync.type("a # why");
    await asking.settle();

    expect(labels(store)).toEqual([]);
    expect(store.get().source).toBe("a # why");
  });

  it("keeps the last good plan, and what is typed, while it can't be read", async () => {
    const { sync, store, asking } = open(plan("a"), "a");
    await asking.settle();

    sync.type("a\n!");
    await asking.settle();

    expect(planOf(store.get())).toEqual(plan("a"));
    expect(store.get().source).toBe("a\n!");
    expect(sync.get()).toMatchObject({ text: "a\n!", problem: { line: 1, column: 1 }, state: "typed" });
  });

  it("is patched by a change elsewhere, with its comments", async () => {
    const { sync, store, asking } = open(plan("a"), "# mine\na");
    await asking.settle();

    store.do("Add step b", () => plan("a", "b"));
    await asking.settle();

    expect(sync.get().text).toBe("# mine\na\nb");
    expect(store.get().source).toBe("# mine\na\nb");
  });

  it("follows undo", async () => {
    const { sync, store, asking } = open(plan("a"), "a");
    await asking.settle();
    sync.type("a\nb");
    await asking.settle();

    store.undo();
    await asking.settle();

    expect(sync.get().text).toBe("a");
  });

  it("asks which one counts when both changed, and either can be taken", async () => {
    const first = open(plan("a"), "a");
    await first.asking.settle();
    first.sync.type("a\n!");
    await first.asking.settle();
    first.store.do("Add step c", () => plan("a", "c"));
    await first.asking.settle();
    first.sync.type("a\nb");
    await first.asking.settle();

    expect(first.sync.get().state).toBe("split");
    expect(planOf(first.store.get())).toEqual(plan("a", "c"));
    first.sync.takeText();
    expect(planOf(first.store.get())).toEqual(plan("a", "b"));
    first.store.undo();
    expect(planOf(first.store.get())).toEqual(plan("a", "c"));
  });

  it("brings both together where they changed different things", async () => {
    const { sync, store, asking } = open(plan("a"), "a");
    await asking.settle();
    sync.type("# why\na");
    store.do("Add step b", () => plan("a", "b"));
    await asking.settle();

    expect(sync.get()).toMatchObject({ text: "# why\na\nb", state: "even" });
    expect(planOf(store.get())).toEqual(plan("a", "b"));
    expect(labels(store)).toEqual(["Add step b"]);
  });

  it("lets the plan count over a text that can't be read, with the comments that it had", async () => {
    const { sync, store, asking } = open(plan("a"), "# mine\na");
    await asking.settle();
    sync.type("!");
    await asking.settle();

    await sync.takePlan();

    expect(sync.get()).toMatchObject({ text: "# mine\na", problem: null, state: "even" });
    expect(store.get().source).toBe("# mine\na");
  });

  it("does not guess after a reload whether the plan or a broken text is newer", async () => {
    const { sync, store, asking } = open(plan("a"), "!");
    await asking.settle();

    sync.type("b");
    await asking.settle();

    expect(sync.get().state).toBe("split");
    expect(planOf(store.get())).toEqual(plan("a"));
  });

  it("tries again when the server is back", async () => {
    const { sync, store, asking } = open(plan("a"), "a");
    await asking.settle();
    asking.down = true;
    sync.type("a\nb");
    await asking.settle();
    expect(sync.get()).toMatchObject({ state: "offline", text: "a\nb" });

    asking.down = false;
    await vi.advanceTimersByTimeAsync(3000);

    expect(planOf(store.get())).toEqual(plan("a", "b"));
  });

  it("shows JSON as a view: the YAML text and its comments stay the plan's", async () => {
    const { sync, store, asking } = open(plan("a"), "# mine\na");
    await asking.settle();

    await sync.show("json");
    sync.type("a\nb");
    await asking.settle();

    expect(planOf(store.get())).toEqual(plan("a", "b"));
    expect(store.get()).toMatchObject({ source: "# mine\na", notation: "yaml" });
    await sync.show("yaml");
    expect(sync.get().text).toBe("# mine\na\nb");
  });
});

describe("the text that a version is saved with", () => {
  it("is the last one that could be read", async () => {
    const { sync, asking } = open(plan("a"), "# mine\na");
    await asking.settle();
    sync.type("# mine\na\n!");
    await asking.settle();

    expect(sync.unread()).toBe(true);
    expect(await sync.toSave()).toEqual({ source: "# mine\na", notation: "yaml" });
  });

  it("is the version's own where a broken draft was never opened", async () => {
    const props = { document: plan("a"), source: "# mine\na", notation: "yaml", urls: {} };
    const store = new EditorStore(props as unknown as EditorProps, plan("a"));
    const sync = new SourceSync(store, server());

    store.set({ source: "!" });
    expect(await sync.toSave()).toEqual({ source: "# mine\na", notation: "yaml" });
    store.set({ source: "# mine\nb" });
    expect(await sync.toSave()).toEqual({ source: "# mine\nb", notation: "yaml" });
  });

  it("is the plan's own notation while the other one is shown", async () => {
    const { sync, asking } = open(plan("a"), "# mine\na");
    await asking.settle();
    await sync.show("json");

    expect(await sync.toSave()).toEqual({ source: "# mine\na", notation: "yaml" });
  });
});

it.each([
  ["slug: a", "yaml"],
  ['\n {"slug": "a"}', "json"],
  ["", "yaml"],
])("takes %j for %s", (text, notation) => {
  expect(notationOf(text)).toBe(notation);
});
