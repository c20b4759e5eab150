/** What the store knows of trying: the walk, how much of it is shown, the test cases that were run. */
import { EMPTY_SETUP, type Setup, type Walk } from "./model/walk";

/** `shown` counts the frames that are drawn; `case` results stand beside. */
export type Trying = {
  readonly setup: Setup;
  readonly walk: Walk | null;
  readonly shown: number;
  readonly busy: boolean;
  readonly problem: string | null;
  readonly cases: CasesRun | null;
  /** What the test cases cover is drawn on the graph, in place of the walk. */
  readonly coverage: boolean;
};

export type CasesRun = {
  readonly cases: readonly { name: string; passed: boolean; why: string }[];
  readonly covered: { readonly steps: readonly string[]; readonly edges: readonly string[] };
};

export const NOT_TRYING: Trying = {
  setup: EMPTY_SETUP,
  walk: null,
  shown: 0,
  busy: false,
  problem: null,
  cases: null,
  coverage: false,
};
