/** Plans for property tests. */
import fc from "fast-check";
import { writeEntry } from "./dependsOn";
import { type Json, KINDS, type Plan } from "./plan";

const slug = fc.constantFrom("a", "b", "c", "d", "e-f", "g_h", "i2");
const action = fc.constantFrom(null, "ok", "no");
const entry = fc.record({ step: slug, awaitOnly: fc.boolean(), action }).map(writeEntry);

export const anyJson: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json);

const step = fc
  .record(
    {
      slug,
      kind: fc.constantFrom(...KINDS),
      name: fc.string({ maxLength: 8 }),
      dependsOn: fc.uniqueArray(entry, { maxLength: 3 }),
      config: fc.dictionary(fc.constantFrom("scriptBody", "perDocument", "title"), anyJson, { maxKeys: 2 }),
    },
    { requiredKeys: ["slug", "kind"] },
  )
  .map((value) => value as Json);

/** Well-formed plans, and such with an entry that nobody can read. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .record(
    {
      slug: fc.constant("plan"),
      name: fc.string({ maxLength: 8 }),
      steps: fc
        .uniqueArray(step, { maxLength: 6, selector: (each) => (each as { slug: string }).slug })
        .chain((steps) => fc.constantFrom<Json[]>(steps, [...steps, { slug: "broken" }], [...steps, 7])),
      layout: fc.dictionary(slug, fc.record({ x: fc.integer(), y: fc.integer() })),
      output: anyJson,
    },
    { requiredKeys: ["slug", "steps"] },
  )
  .map((value) => value as unknown as Plan);

export const anySlug = slug;
export const anyAction = action;
