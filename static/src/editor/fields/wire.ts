/** Wire paths: how findings and data-field name a place, `config.scriptActions[0].slug`. Pure. */
import type { Path } from "../model/patch";

/** The wire path of keys and indexes. */
export function wireOf(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

/** Whether the place lies within another one, or is it. */
export function isWithin(place: string, field: string): boolean {
  if (!place.startsWith(field)) return false;
  const next = place.charAt(field.length);
  return next === "" || next === "." || next === "[";
}

/** The place and all that it lies in, the nearest first: `a.b[0]` gives `a.b[0]`, `a.b`, `a`. */
export function placesAround(place: string): string[] {
  const places = [place];
  for (let index = place.length - 1; index > 0; index -= 1) {
    const character = place.charAt(index);
    if (character === "." || character === "[") places.push(place.slice(0, index));
  }
  return places;
}

/** The first key of a wire path. */
export function topOf(place: string): string {
  return /^[^.[]*/.exec(place)?.[0] ?? place;
}

const interned = new Map<string, Path>();

/** The one array of a path: the same keys give the same object, so that what got it is not drawn anew. */
export function pathOf(...keys: (string | number)[]): Path {
  const name = JSON.stringify(keys);
  const known = interned.get(name);
  if (known) return known;
  interned.set(name, keys);
  return keys;
}
