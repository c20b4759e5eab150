/** Entries of `steps` that can't be drawn: they have no slug or no kind that is known, or a slug that is taken. Pure. */
import { entriesOf, isObject, isStep, type Json, KINDS, type Plan } from "../../model/plan";

export type Broken = {
  readonly index: number;
  readonly slug: string;
  /** Empty where there is none that is known. */
  readonly kind: string;
  readonly why: string;
  readonly entry: Json;
};

export function brokenIn(plan: Plan): Broken[] {
  const seen = new Set<string>();
  return entriesOf(plan).flatMap((entry, index) => {
    const typed = isObject(entry) ? entry : {};
    const slug = typeof typed.slug === "string" ? typed.slug : "";
    const why = whyBroken(entry, slug, seen);
    if (slug !== "") seen.add(slug);
    if (why === null) return [];
    return [
      { index, slug, kind: KINDS.some((kind) => kind === typed.kind) ? String(typed.kind) : "", why, entry },
    ];
  });
}

function whyBroken(entry: Json, slug: string, seen: ReadonlySet<string>): string | null {
  if (!isObject(entry)) return "is no step, but a plain value";
  if (slug === "") return "has no slug";
  if (seen.has(slug)) return `has the slug of another step, ${slug}`;
  return isStep(entry) ? null : "has no kind that is known";
}
