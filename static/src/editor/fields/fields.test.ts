import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../model/look";
import { readAmount, wordOf, writeAmount } from "./amounts";
import { findingsAt, homeless } from "./found";
import { nameFrom } from "./InputOptions";
import { formOf } from "./ModuleOptions";
import { keysOf, matching } from "./options";
import { referenceIn, treePath, treeReference } from "./references";
import { freeKey, moved, renameKey } from "./rows";
import { pathsOf, readPath } from "./Tree";
import { formatJson, parseJson, parseNumber } from "./useDraft";
import { isWithin, pathOf, placesAround, topOf, wireOf } from "./wire";

const finding = (step: string | null, field: string | null): Finding => ({
  code: "x",
  severity: "error",
  message: "x",
  step,
  field,
  fixes: [],
});

describe("places", () => {
  test("are written as findings write them", () => {
    expect(wireOf(["config", "scriptActions", 0, "slug"])).toBe("config.scriptActions[0].slug");
  });

  test("hold what is written in them, and not what only begins so", () => {
    expect(isWithin("dependsOn[2]", "dependsOn")).toBe(true);
    expect(isWithin("config.requestPath.id", "config.requestPath")).toBe(true);
    expect(isWithin("inputSchema", "input")).toBe(false);
  });

  test("have places around them, the nearest first", () => {
    expect(placesAround("config.a[0].b")).toEqual(["config.a[0].b", "config.a[0]", "config.a", "config"]);
    expect(topOf("dependsOn[1]")).toBe("dependsOn");
  });

  test("are one array for the same keys", () => {
    expect(pathOf("config", "a")).toBe(pathOf("config", "a"));
    expect(pathOf("a", "1")).not.toBe(pathOf("a", 1));
  });
});

describe("findings", () => {
  const all = [
    finding("a", "dependsOn[0]"),
    finding("a", null),
    finding("b", "dependsOn"),
    finding(null, "output"),
  ];

  test("stand at the field of their step", () => {
    expect(findingsAt(all, "a", "dependsOn", true)).toEqual([all[0]]);
    expect(findingsAt(all, "a", "dependsOn", false)).toEqual([]);
    expect(findingsAt(all, null, "output", false)).toEqual([all[3]]);
  });

  test("none is lost: what no field shows is homeless", () => {
    expect(homeless(all, "a", ["dependsOn"])).toEqual([all[1]]);
    expect(homeless(all, "a", [])).toEqual([all[0], all[1]]);
  });
});

describe("amounts", () => {
  test("are counts, shares and words", () => {
    expect(readAmount("60%", "all")).toEqual({ kind: "percent", text: "60" });
    expect(readAmount("all", "all")).toEqual({ kind: "word", word: "all" });
    expect(wordOf([{ const: "first" }, {}])).toBe("first");
  });

  test("are written as they were read", () => {
    const values = fc.oneof(
      fc.nat(),
      fc.nat(100).map((share) => `${share}%`),
      fc.constant("all"),
    );
    fc.assert(fc.property(values, (value) => writeAmount(readAmount(value, "all")) === value));
    expect(writeAmount(readAmount(undefined, "all"))).toBeUndefined();
  });
});

describe("rows", () => {
  test("a key is renamed where it stands, and never over another", () => {
    expect(Object.keys(renameKey({ a: 1, b: 2, c: 3 }, "b", "d") ?? {})).toEqual(["a", "d", "c"]);
    expect(renameKey({ a: 1, b: 2 }, "a", "b")).toBeNull();
  });

  test("an entry moves within the list only", () => {
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
    const list = ["a", "b"];
    expect(moved(list, 1, 1)).toBe(list);
    expect(freeKey(["name", "name2"], "name")).toBe("name3");
  });
});

describe("pickers", () => {
  const options = [
    { value: "erp", label: "Demo ERP", detail: "create-bill, list" },
    { value: "crm", label: "Customers" },
  ];

  test("find by value, label and detail, in any order of words", () => {
    expect(matching(options, "bill demo").map(({ value }) => value)).toEqual(["erp"]);
    expect(matching(options, "c").map(({ value }) => value)).toEqual(["crm", "erp"]);
    expect(matching(options, "nothing")).toEqual([]);
  });

  test("offer the keys that a schema names or wants", () => {
    const schema = { required: ["total"], properties: { note: {} } };
    expect(keysOf(schema)).toEqual([
      { name: "note", required: false },
      { name: "total", required: true },
    ]);
  });
});

describe("references", () => {
  const path = ["steps", "finance-approval", "result", "lines", 0, "net amount"];

  test("are written as each field reads them", () => {
    expect(referenceIn("jsonata", path)).toBe("steps.`finance-approval`.result.lines[0].`net amount`");
    expect(referenceIn("template", ["inputs", "poNumber"])).toBe("{{ inputs.poNumber }}");
    expect(treeReference(path)).toEqual({
      $from: { step: "finance-approval" },
      path: 'lines[0]["net amount"]',
    });
    expect(treeReference(["inputs"])).toEqual({ $from: { workflow: "input" } });
    expect(treeReference(["variables", "region"])).toEqual({ $from: { variable: "region" } });
  });

  test("a mapping reads the answer of its own step", () => {
    expect(referenceIn("reply", ["steps", "post", "result", "_body", "bill id"])).toBe("_body.`bill id`");
    expect(referenceIn("reply", ["steps", "post", "result", "net total"])).toBe("`net total`");
    expect(referenceIn("reply", ["inputs", "a"])).toBeNull();
  });

  test("a tree can't refer to the action of a step, nor JSONata to a variable", () => {
    expect(treeReference(["steps", "a", "action"])).toBeNull();
    expect(referenceIn("jsonata", ["variables", "region"])).toBeNull();
  });

  test("a path that was picked is read as its keys", () => {
    const key = fc.oneof(
      fc.nat(9),
      fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== "$"),
    );
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), (keys) => {
        expect(readPath(treePath(keys))).toEqual(keys);
      }),
    );
  });

  test("paths into real data are offered, the nearest first", () => {
    const found = pathsOf({ bill: { id: 7, lines: [{ net: 1 }] } }).map(({ value }) => value);
    expect(found).toEqual(["bill", "bill.id", "bill.lines", "bill.lines[0]", "bill.lines[0].net"]);
  });
});

describe("what is typed", () => {
  test("is a value, nothing, or a problem that keeps it", () => {
    expect(parseNumber("1,5")).toEqual({ value: 1.5 });
    expect(parseNumber("")).toEqual({ value: undefined });
    expect(parseNumber("a")).toHaveProperty("problem");
    expect(parseJson("{")).toHaveProperty("problem");
  });

  test("JSON is read as it is shown", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parseJson(formatJson(value as never))).toEqual({ value: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });

  test("an input is named after what is asked", () => {
    expect(nameFrom("PO number")).toBe("poNumber");
    expect(nameFrom("channel")).toBe("channel");
    expect(nameFrom("Größe (cm)")).toBe("groECm");
    expect(nameFrom("2nd note")).toBe("input2ndNote");
  });
});

test("the options of a module become fields: what may be null is what it else is, a title says more than the key", () => {
  const { fields, required } = formOf({
    required: ["url"],
    properties: {
      url: { type: "string", title: "Url" },
      maxRows: { anyOf: [{ type: "integer" }, { type: "null" }], default: null, title: "Rows at most" },
      header: { type: "boolean", default: true },
      mode: { enum: ["a", "b"], type: "string", default: "a" },
    },
  });

  const told = Object.entries(fields).map(([key, { editor }]) => [key, editor?.widget, editor?.label]);
  expect(told).toEqual([
    ["url", "template", "Url"],
    ["maxRows", "template", "Rows at most"],
    ["header", "switch", "Header"],
    ["mode", "choice", "Mode"],
  ]);
  expect(required).toEqual(["url"]);
});
