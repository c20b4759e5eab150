/** Widgets that refer to something that exists: one of it, or a list. */
import { useCallback, useMemo } from "react";
import { Icon } from "../../shared/ui/bits";
import type { Catalog } from "../model/catalog";
import type { Json } from "../model/plan";
import type { Widget } from "../schema.gen";
import { planOf, useEditor, useStore } from "../store";
import { Combobox } from "./Combobox";
import type { Option } from "./options";
import * as offers from "./options";
import { useFieldValue, useScope } from "./scope";
import { textOf } from "./texts";
import { allows, defaultWords, type WidgetProps } from "./widget";
import { pathOf } from "./wire";

const BRIDGE = pathOf("config", "serviceBridgeRef");

/** What is offered for a widget; null while the catalog is not there. */
function useOptions(widget: Widget, bridgePath = BRIDGE): readonly Option[] | null {
  const store = useStore();
  const scope = useScope();
  const catalog = useEditor((state) => state.catalog);
  const bridge = useFieldValue(bridgePath);
  const plan = useEditor((state) => (widget === "steps" ? planOf(state) : null));
  return useMemo(() => {
    if (plan) return offers.stepOptionsOf(plan, scope);
    return catalog && offeredBy(catalog, widget, { bridge, plan: store.props, scope });
  }, [catalog, widget, bridge, plan, store, scope]);
}

type Around = {
  bridge: Json | undefined;
  plan: { slug: string; organization: string };
  scope: string | null;
};

function offeredBy(catalog: Catalog, widget: Widget, around: Around): readonly Option[] {
  switch (widget) {
    case "module":
    case "modules":
      return offers.moduleOptionsOf(catalog);
    case "bridge":
      return offers.bridgeOptionsOf(catalog);
    case "endpoint":
      return offers.endpointOptionsOf(catalog, around.bridge);
    case "taskTemplate":
      return offers.templateOptionsOf(catalog);
    case "taskStatus":
      return offers.statusOptionsOf(catalog);
    case "prompt":
      return offers.promptOptionsOf(catalog);
    case "agentRuntime":
      return offers.runtimeOptionsOf(catalog);
    case "role":
      return offers.roleOptionsOf(catalog);
    case "people":
      return offers.personOptionsOf(catalog);
    case "plan":
      return offers.planOptionsOf(catalog, around.plan.slug);
    case "sidecars":
      return offers.sidecarOptionsOf(catalog, around.plan.organization);
    case "model":
      return offers.modelOptionsOf(catalog);
    case "documentStatus":
      return offers.documentStatusOptionsOf(catalog);
    default:
      return [];
  }
}

/** Where anything may be written, and the list is only what is usual. */
const OPEN: ReadonlySet<Widget> = new Set(["model", "documentStatus"]);

export function PickerWidget(props: WidgetProps) {
  const { id, value, set, describedBy, invalid, told, hint, schema, label, path } = props;
  // A look-up of a prompt has its bridge beside it.
  const bridgePath =
    path[0] === "config" && path.length > 2 ? pathOf(...path.slice(0, -1), "serviceBridgeRef") : BRIDGE;
  const options = useOptions(hint.widget, bridgePath);
  const commit = useCallback((text: string) => set(text === "" ? undefined : text), [set]);
  const text = textOf(value);
  const known = options?.find((option) => option.value === text);
  const unknown = text !== "" && options !== null && !known && !OPEN.has(hint.widget);
  return (
    <>
      <Combobox
        id={id}
        label={label}
        value={text}
        options={options ?? []}
        onCommit={commit}
        placeholder={hint.placeholder ?? (defaultWords(schema) || `Choose ${article(label)}`)}
        describedBy={describedBy}
        invalid={invalid}
      />
      {known && <Told option={known} />}
      {unknown && !told && (
        <p className="field-warning">
          <Icon name="warning" /> <span>Nothing here is called “{text}”.</span>
        </p>
      )}
    </>
  );
}

/** What is chosen, in words, with the way there. */
function Told({ option }: { option: Option }) {
  const words = [option.label === option.value ? "" : option.label, option.detail ?? ""].filter(Boolean);
  if (words.length === 0 && option.url === undefined) return null;
  return (
    <p className="field-told">
      <span>{words.join(" · ")}</span>
      {option.url !== undefined && (
        <a href={option.url} target="_blank" rel="noreferrer">
          Open {option.label}
        </a>
      )}
    </p>
  );
}

function article(label: string): string {
  const word = label.toLowerCase();
  return `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
}

/** Several of something: chips, and a field that adds one. */
export function ListWidget(props: WidgetProps) {
  const { id, value, set, describedBy, invalid, hint, schema, label } = props;
  const own = useOptions(hint.widget);
  const mayBeText = allows(schema, "string");
  const roles = useEditor((state) => state.catalog?.roles);
  const options = useMemo(() => {
    if (own === null) return null;
    // Who takes over may be a role, too.
    const also =
      mayBeText && hint.widget === "people"
        ? (roles ?? []).map(({ slug, name }) => ({ value: slug, label: name, detail: "Role" }))
        : [];
    return [...own, ...also];
  }, [own, mayBeText, roles, hint.widget]);
  const chosen = listOf(value);
  const write = (next: readonly string[]) => {
    if (next.length === 0) set(undefined);
    else set(mayBeText && next.length === 1 ? (next[0] as string) : next);
  };
  const left = (options ?? []).filter((option) => !chosen.includes(option.value));
  return (
    <>
      <ChipList
        label={label}
        chosen={chosen}
        nameOf={(entry) => options?.find((option) => option.value === entry)?.label ?? entry}
        unknown={(entry) => options !== null && !options.some((option) => option.value === entry)}
        onChange={write}
      />
      <Combobox
        id={id}
        label={label}
        adds
        value=""
        options={left}
        onCommit={(entry) => write([...chosen.filter((each) => each !== entry), entry])}
        placeholder={chosen.length === 0 ? "Add one" : "Add another"}
        describedBy={describedBy}
        invalid={invalid}
      />
    </>
  );
}

function listOf(value: Json | undefined): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return Array.isArray(value) ? value.map(textOf) : [];
}

type ChipListProps = {
  label: string;
  chosen: readonly string[];
  nameOf: (entry: string) => string;
  unknown: (entry: string) => boolean;
  onChange: (next: readonly string[]) => void;
};

export function ChipList({ label, chosen, nameOf, unknown, onChange }: ChipListProps) {
  if (chosen.length === 0) return null;
  return (
    <ul className="chips" aria-label={`${label}: chosen`}>
      {chosen.map((entry) => (
        <li key={entry} className="chip" data-unknown={unknown(entry) || undefined}>
          {unknown(entry) && (
            <span className="chip-unknown" title="Nothing here is called so">
              <Icon name="warning" />
              <span className="sr-only">Unknown: </span>
            </span>
          )}
          <span title={entry}>{nameOf(entry)}</span>
          {nameOf(entry) !== entry && <code>{entry}</code>}
          <button
            type="button"
            className="button-icon"
            aria-label={`Remove ${nameOf(entry)}`}
            onClick={() => onChange(chosen.filter((each) => each !== entry))}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
