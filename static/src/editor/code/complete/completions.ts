/** What can be written at a place of a text: the path before it is read, and followed through what the text may see. Pure. */
import { writeKey } from "../reference";
import type { CodeLanguage } from "../types";
import { type Choice, type Entry, type EntryKind, firstOfEach } from "./entries";
import { JSONATA_FUNCTIONS } from "./functions";
import { ownActions, returnKeys } from "./globals";
import { namedPath, type Place, placeBefore } from "./place";
import { promptNames, rootsOf, type Scope, stepEntries } from "./roots";

export type Completion = {
  readonly label: string;
  /** What is written; the label if nothing is said. */
  readonly insert: string;
  /** How many characters before `from` it takes in place of, too: the dot before a key in brackets. */
  readonly eat: number;
  readonly kind: EntryKind;
  readonly detail: string;
  readonly help: string;
  readonly section: string;
};

const NAMES = 5;

export type Completions = { readonly from: number; readonly options: readonly Completion[] };

/** Everything that can stand at `position`; null where nothing of the plan's can. */
export function complete(
  language: CodeLanguage,
  scope: Scope,
  text: string,
  position: number,
  explicit: boolean,
): Completions | null {
  const found = placeBefore(language, text, position);
  if (found === null) return null;
  const place =
    language === "javascript" && "path" in found ? { ...found, path: whole(text, found.path) } : found;
  const options = optionsAt(language, scope, place, explicit);
  return options.length === 0 ? null : { from: position - place.typed.length, options };
}

/** A path with the names that the script gave to others written out. */
function whole(text: string, path: readonly string[]): readonly string[] {
  let [name = "", ...rest] = path;
  for (let turn = 0; turn < NAMES; turn += 1) {
    const named = namedPath(text, name);
    if (named === null) break;
    rest = [...named.slice(1), ...rest];
    name = named[0] ?? "";
  }
  return path.length === 0 ? path : [name, ...rest];
}

function optionsAt(
  language: CodeLanguage,
  scope: Scope,
  place: Place,
  explicit: boolean,
): readonly Completion[] {
  switch (place.kind) {
    case "path":
      return pathOptions(language, scope, place, explicit);
    case "text":
      return follow(rootsOf(language, scope), place.path)?.values?.map(ofChoice) ?? [];
    case "argument":
      return follow(rootsOf(language, scope), place.path)?.takes?.(place.given).map(ofChoice) ?? [];
    case "returned":
      return ownActions(scope).map(ofChoice);
    case "returnKey":
      return returnKeys(scope).map((entry) => ofEntry(entry, `${entry.name}: `));
    case "bracket":
      return childrenAt(language, scope, place.path).map((entry) => ofEntry(entry, entry.name));
    case "prompt":
      return scope.field === "config.promptBody"
        ? promptNames(scope).map((entry) => ofEntry(entry, `${entry.name}}`))
        : [];
    case "stepName":
      return stepEntries(language, scope).map((entry) => ofEntry(entry, entry.name));
    default: {
      const _: never = place;
      return _;
    }
  }
}

function pathOptions(
  language: CodeLanguage,
  scope: Scope,
  { path, typed, quoted }: Place & { kind: "path" },
  explicit: boolean,
): readonly Completion[] {
  if (path.length > 0)
    return childrenAt(language, scope, path).map((entry) => keyOption(language, entry, quoted));
  if (typed === "" && !explicit && language !== "template" && language !== "text") return [];
  const functions = language === "jsonata" ? JSONATA_FUNCTIONS : [];
  const roots = typed.startsWith("$") ? functions : [...rootsOf(language, scope), ...functions];
  return roots.map((entry) => ofEntry(entry, callText(entry)));
}

/** A key behind a dot: in backticks or brackets where it needs them. */
function keyOption(language: CodeLanguage, entry: Entry, quoted: boolean): Completion {
  if (quoted) return ofEntry(entry, `${entry.name}\``);
  const written = writeKey(language, entry.name);
  return written.startsWith(".") ? ofEntry(entry, written.slice(1)) : { ...ofEntry(entry, written), eat: 1 };
}

function callText(entry: Entry): string {
  return entry.name.startsWith("$") ? `${entry.name}(` : entry.name;
}

function childrenAt(language: CodeLanguage, scope: Scope, path: readonly string[]): readonly Entry[] {
  return firstOfEach(follow(rootsOf(language, scope), path)?.children?.() ?? []);
}

function follow(roots: readonly Entry[], path: readonly string[]): Entry | null {
  let here: Entry | undefined;
  let level = roots;
  for (const name of path) {
    here = level.find((entry) => entry.name === name);
    if (!here) return null;
    level = here.children?.() ?? [];
  }
  return here ?? null;
}

function ofEntry(entry: Entry, insert: string): Completion {
  return {
    label: entry.name,
    insert,
    eat: 0,
    kind: entry.kind,
    detail: entry.detail,
    help: entry.help ?? "",
    section: entry.section ?? "",
  };
}

function ofChoice({ value, detail }: Choice): Completion {
  return { label: value, insert: value, eat: 0, kind: "value", detail, help: "", section: "" };
}
