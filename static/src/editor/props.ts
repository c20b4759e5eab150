/** What the page gives the editor. */
import type { Json, Plan } from "./model/plan";

/** A person's own draft, with the version it began from. */
export type DraftProps = {
  document: Plan;
  source: string;
  beganFromVersionNumber: number | null;
  updatedAt: string;
};

export type EditorProps = {
  organization: string;
  slug: string;
  /** The newest version. */
  document: Plan;
  source: string;
  notation: "yaml" | "json";
  versionNumber: number;
  changeSequence: number;
  publishedVersionNumber: number | null;
  draft: DraftProps | null;
  person: { username: string; name: string };
  /** Addresses; those of the plan end with its slug already. */
  urls: {
    look: string;
    source: string;
    rename: string;
    rewrite: string;
    compare: string;
    catalog: string;
    tryOut: string;
    cases: string;
    evaluate: string;
    draft: string;
    save: string;
    merge: string;
    publish: string;
    versions: string;
    /** With {number} in it. */
    version: string;
    runs: string;
    /** With {id} in it. */
    run: string;
    presence: string;
    plan: string;
    plans: string;
    start: string;
    /** The projects of the person, and what they may use. */
    projects: string;
    bindings: string;
    /** With {id} in it. */
    binding: string;
  };
};

export type Notation = EditorProps["notation"];

export type Fix = { title: string; edits: { path: (string | number)[]; value?: Json }[] };
