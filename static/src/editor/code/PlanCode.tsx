/** A field of code of a plan: it completes what the plan has, shows the findings at it, and can be tried on data. */
import { type Ref, useCallback, useEffect, useMemo, useState } from "react";
import { Icon } from "../../shared/ui/bits";
import type { Finding } from "../model/look";
import { planOf, useEditor, useStore } from "../store";
import { CodeField } from "./CodeField";
import { complete } from "./complete/completions";
import { type Evaluated, type EvaluateLanguage, newestData } from "./evaluate";
import { markAt } from "./marks";
import { languageOfValue } from "./reference";
import { TryText } from "./TryText";
import type { CodeHandle, CodeHeight, CodeLanguage, Complete, Mark } from "./types";

/** value: JSONata, or a text with {{ }}; reply: JSONata over an answer; tree: JSON with references. */
export type PlanLanguage = "jsonata" | "reply" | "value" | "script" | "template" | "tree" | "json";

export type PlanCodeProps = {
  language: PlanLanguage;
  /** The step that it belongs to; null for a text of the plan. */
  slug: string | null;
  /** The wire path: `conditionExpr`, `config.scriptBody`. */
  field: string;
  value: string;
  onChange: (text: string) => void;
  label: string;
  id?: string | undefined;
  describedBy?: string | undefined;
  invalid?: boolean | undefined;
  placeholder?: string | undefined;
  height?: CodeHeight | undefined;
  onFocus?: (() => void) | undefined;
  onBlur?: (() => void) | undefined;
  handle?: Ref<CodeHandle>;
};

export function PlanCode(props: PlanCodeProps) {
  const { slug, field, value, label } = props;
  const language = codeLanguage(props.language, value);
  const [trying, setTrying] = useState(false);
  const [answer, setAnswer] = useState<Evaluated | null>(null);
  const findings = useFindingsAt(slug, field);
  const completions = useCompletions(language, slug, field);
  const marks = useMemo(() => (trying ? marksOfAnswer(value, answer) : NONE), [trying, value, answer]);
  const trials = tryLanguage(props.language, value, slug);
  const onEvaluated = useCallback((evaluated: Evaluated | null) => setAnswer(evaluated), []);
  const below = trying && trials && (
    <TryText language={trials} text={value} slug={slug} onEvaluated={onEvaluated} />
  );
  return (
    <CodeField
      language={language}
      value={value}
      onChange={props.onChange}
      label={label}
      findings={findings}
      marks={marks}
      completions={completions}
      {...(props.handle !== undefined && { handle: props.handle })}
      {...(props.id !== undefined && { id: props.id })}
      {...(props.describedBy !== undefined && { describedBy: props.describedBy })}
      {...(props.invalid !== undefined && { invalid: props.invalid })}
      {...(props.placeholder !== undefined && { placeholder: props.placeholder })}
      {...(props.height !== undefined && { height: props.height })}
      {...(props.onFocus !== undefined && { onFocus: props.onFocus })}
      {...(props.onBlur !== undefined && { onBlur: props.onBlur })}
      {...(trials !== null && {
        tools: <TryButton label={label} pressed={trying} onPress={() => setTrying(!trying)} />,
      })}
      below={below}
    />
  );
}

function TryButton({ label, pressed, onPress }: { label: string; pressed: boolean; onPress: () => void }) {
  return (
    <button
      type="button"
      className="button button-quiet button-small"
      aria-pressed={pressed}
      aria-label={`Try ${label}`}
      title="Try it on the data of an earlier activity"
      onClick={onPress}
    >
      <Icon name="play" />
      Try
    </button>
  );
}

/** How a text of the plan is read by the code editor. */
export function codeLanguage(language: PlanLanguage, text: string): CodeLanguage {
  switch (language) {
    case "script":
      return "javascript";
    case "reply":
      return "jsonata";
    case "value":
      return languageOfValue(text);
    case "tree":
      return "json";
    case "jsonata":
    case "template":
    case "json":
      return language;
    default: {
      const _: never = language;
      return _;
    }
  }
}

/** How the server evaluates it; null for what has no value, and for nothing. */
function tryLanguage(language: PlanLanguage, text: string, slug: string | null): EvaluateLanguage | null {
  if (language === "json" || text.trim() === "") return null;
  if (language === "value") return languageOfValue(text);
  if (language === "template" && slug === null) return "title";
  return language;
}

const NONE: readonly never[] = [];

function marksOfAnswer(text: string, answer: Evaluated | null): readonly Mark[] {
  if (!answer?.error || answer.error.line === null) return NONE;
  const place = { line: answer.error.line, column: answer.error.column ?? 1 };
  return [markAt(text, place, answer.error.message)];
}

/** The findings at exactly this field; the same list until one of them changes. */
function useFindingsAt(slug: string | null, field: string): readonly Finding[] {
  const key = useEditor((state) => {
    const found = state.look.findings.filter((each) => each.step === slug && each.field === field);
    return found.length === 0 ? "" : JSON.stringify(found);
  });
  return useMemo(() => (key === "" ? NONE : (JSON.parse(key) as Finding[])), [key]);
}

function useCompletions(language: CodeLanguage, slug: string | null, field: string): Complete {
  const store = useStore();
  useEffect(() => {
    // It is there then when the first dot is typed.
    newestData(store);
  }, [store]);
  return useCallback(
    (text, position, explicit) => {
      const state = store.get();
      const { look, catalog } = state;
      const scope = { plan: planOf(state), look, catalog, data: newestData(store), slug, field };
      return complete(language, scope, text, position, explicit);
    },
    [store, language, slug, field],
  );
}
