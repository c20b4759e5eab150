/** The top of a step's form: its kind, its name, its slug. */
import { memo } from "react";
import { errorText } from "../../../shared/api";
import type { StepKind } from "../../../shared/statuses";
import { kindWord } from "../../../shared/statuses";
import { Icon } from "../../../shared/ui/bits";
import { toast } from "../../../shared/ui/toast";
import { KIND_SLUGS, takenSlugs } from "../../actions";
import { changeKind, type KindKeys, lostKeys } from "../../commands/changeKind";
import { FindingsAt } from "../../fields/FindingsAt";
import { rename } from "../../fields/renaming";
import { SlugField } from "../../fields/SlugField";
import { idOf, stepIn, useFieldValue, useSetField } from "../../fields/scope";
import { textOf } from "../../fields/texts";
import { pathOf } from "../../fields/wire";
import { KINDS } from "../../model/plan";
import { freeSlug, slugify } from "../../model/slugs";
import { EDITOR_SCHEMA } from "../../schema.gen";
import { type EditorStore, planOf, useEditor, useStore } from "../../store";

const NAME = pathOf("name");

export const Head = memo(function Head({ slug, kind }: { slug: string; kind: StepKind }) {
  const store = useStore();
  return (
    <div className="step-head">
      <StepName slug={slug} kind={kind} />
      <div className="field" data-field="slug">
        <label className="field-label" htmlFor={idOf(slug, "slug")}>
          Slug
        </label>
        <SlugField
          id={idOf(slug, "slug")}
          label="Slug"
          step={slug}
          action={null}
          onRenamed={(to) => store.goTo(to, "slug")}
        />
        <FindingsAt field="slug" />
        <FindingsAt field="kind" />
      </div>
    </div>
  );
});

function StepName({ slug, kind }: { slug: string; kind: StepKind }) {
  const name = useFieldValue(NAME);
  const set = useSetField(NAME, "name");
  const id = idOf(slug, "name");
  return (
    <div className="field" data-field="name">
      <label className="field-label" htmlFor={id}>
        Name
      </label>
      <input
        id={id}
        className="input"
        value={textOf(name)}
        placeholder={slug}
        onChange={(event) => set(event.target.value === "" ? undefined : event.target.value)}
      />
      <SlugProposal slug={slug} kind={kind} name={textOf(name)} />
      <FindingsAt field="name" />
    </div>
  );
}

/** What the step does; another kind keeps what both have. */
export function KindChoice({ slug, kind }: { slug: string; kind: StepKind }) {
  const store = useStore();
  return (
    <span className="kind kind-choice" data-kind={kind} data-field="kind">
      <Icon name={kind} />
      <select
        aria-label="Kind"
        value={kind}
        onChange={(event) => turnInto(store, slug, kind, event.target.value as StepKind)}
      >
        {KINDS.map((each) => (
          <option key={each} value={each}>
            {kindWord(each)}
          </option>
        ))}
      </select>
    </span>
  );
}

/** A step that still has the slug of its kind gets one made of its name, at one press. */
function SlugProposal({ slug, kind, name }: { slug: string; kind: StepKind; name: string }) {
  const store = useStore();
  const proposed = useEditor((state) => proposal(slug, kind, name, () => takenSlugs(planOf(state))));
  if (proposed === null) return null;
  const take = () => {
    rename(store, { step: slug, action: null, to: proposed })
      .then(() => store.goTo(proposed, "name"))
      .catch((error) => toast(errorText(error), "error"));
  };
  return (
    <button type="button" className="button button-small slug-proposal" onClick={take}>
      Use slug <code>{proposed}</code>
    </button>
  );
}

/** The slug that a name gives; null where the author chose one already. */
export function proposal(
  slug: string,
  kind: StepKind,
  name: string,
  taken: () => ReadonlySet<string>,
): string | null {
  if (name.trim() === "" || slug.replace(/-\d+$/, "") !== KIND_SLUGS[kind]) return null;
  const wanted = slugify(name, slug);
  if (wanted === slug) return null;
  const others = new Set(taken());
  others.delete(slug);
  const free = freeSlug(wanted, others);
  return free === slug ? null : free;
}

function turnInto(store: EditorStore, slug: string, from: StepKind, to: StepKind): void {
  const step = stepIn(planOf(store.get()), slug);
  const lost = lostKeys(step?.config, keysOf(to), keysOf(from));
  store.do(`Make ${slug} a step of kind ${kindWord(to)}`, (plan) =>
    changeKind(plan, slug, to, keysOf(to), keysOf(from)),
  );
  if (lost.length > 0) toast(`${kindWord(to)} has no ${lost.join(", ")}; undo brings them back.`, "info");
}

/** What the configuration of a kind can hold. */
export function keysOf(kind: StepKind): KindKeys {
  const { properties } = EDITOR_SCHEMA.configs[kind];
  const actions = Object.entries(properties).find(([, schema]) => schema.editor?.widget === "actions");
  return { keys: new Set(Object.keys(properties)), actions: actions?.[0] ?? null };
}
