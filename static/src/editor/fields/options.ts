/** What pickers offer, out of the catalog and the plan. Pure. */
import { upstreamOf } from "../commands/connect";
import type { Catalog } from "../model/catalog";
import { isObject, type Json, type JsonObject, nameOf, type Plan, stepsOf } from "../model/plan";

export type Option = {
  readonly value: string;
  /** What people call it; the value stands beside it in mono where they differ. */
  readonly label: string;
  /** A line more. */
  readonly detail?: string;
  /** Where it can be looked at. */
  readonly url?: string;
};

type Named = { readonly slug: string; readonly name: string; readonly url?: string };

const named = ({ slug, name, url }: Named): Option => ({
  value: slug,
  label: name || slug,
  ...(url !== undefined && { url }),
});

export function moduleOptionsOf(catalog: Catalog): Option[] {
  return catalog.modules.map(({ ref, title, description }) => ({
    value: ref,
    label: title || ref,
    detail: description,
  }));
}

export function bridgeOptionsOf(catalog: Catalog): Option[] {
  return catalog.bridges.map((bridge) => ({
    ...named(bridge),
    detail: bridge.endpoints.map((endpoint) => endpoint.name).join(", "),
  }));
}

export type Endpoint = Catalog["bridges"][number]["endpoints"][number];

export function endpointsOf(catalog: Catalog, bridge: Json | undefined): readonly Endpoint[] {
  return catalog.bridges.find(({ slug }) => slug === bridge)?.endpoints ?? [];
}

export function endpointOptionsOf(catalog: Catalog, bridge: Json | undefined): Option[] {
  return endpointsOf(catalog, bridge).map(({ name, method, path, description }) => ({
    value: name,
    label: name,
    detail: [`${method} ${path}`, description].filter(Boolean).join(" · "),
  }));
}

export function templateOptionsOf(catalog: Catalog): Option[] {
  return catalog.taskTemplates.map((template) => ({
    ...named(template),
    detail: template.actions.map((action) => action.slug).join(", "),
  }));
}

export function statusOptionsOf(catalog: Catalog): Option[] {
  return catalog.taskStatuses.map((status) => ({ ...named(status), detail: status.statusType }));
}

export function promptOptionsOf(catalog: Catalog): Option[] {
  return catalog.prompts.map((prompt) => ({
    ...named(prompt),
    detail: prompt.variables.map((name) => `{${name}}`).join(" "),
  }));
}

export function runtimeOptionsOf(catalog: Catalog): Option[] {
  return catalog.agentRuntimes.map((runtime) => ({ ...named(runtime), detail: runtime.status }));
}

export function personOptionsOf(catalog: Catalog): Option[] {
  return catalog.people.map(({ username, name }) => ({ value: username, label: name || username }));
}

export function roleOptionsOf(catalog: Catalog): Option[] {
  return catalog.roles.map(named);
}

/** Plans that may be run as a child; the plan itself is not among them. */
export function planOptionsOf(catalog: Catalog, own: string): Option[] {
  return catalog.plans
    .filter(({ slug }) => slug !== own)
    .map((plan) => ({
      ...named(plan),
      detail: inputsOf(catalog, plan.slug)
        .map(({ name }) => name)
        .join(", "),
    }));
}

export type PlanInput = { readonly name: string; readonly label: string; readonly required: boolean };

/** What a plan is started with. */
export function inputsOf(catalog: Catalog, plan: Json | undefined): PlanInput[] {
  const inputs: readonly unknown[] = catalog.plans.find(({ slug }) => slug === plan)?.inputs ?? [];
  return inputs.flatMap((input) => {
    if (typeof input === "string") return [{ name: input, label: input, required: false }];
    if (!isObject(input) || typeof input.name !== "string") return [];
    const label = typeof input.label === "string" ? input.label : input.name;
    return [{ name: input.name, label, required: input.required === true }];
  });
}

/** Script modules are named with the organization in front. */
export function sidecarOptionsOf(catalog: Catalog, organization: string): Option[] {
  return catalog.scriptModules.map(({ slug, name }) => ({
    value: `${organization}/${slug}`,
    label: name || slug,
  }));
}

export function documentStatusOptionsOf(catalog: Catalog): Option[] {
  return catalog.documentStatuses.map(named);
}

export function modelOptionsOf(catalog: Catalog): Option[] {
  return catalog.models.map((model) => ({ value: model, label: model }));
}

/** Other steps: those that come before it first. */
export function stepOptionsOf(plan: Plan, own: string | null): Option[] {
  const before = own === null ? new Set<string>() : upstreamOf(plan, own);
  const others = stepsOf(plan).filter(({ slug }) => slug !== own);
  const sorted = [
    ...others.filter(({ slug }) => before.has(slug)),
    ...others.filter(({ slug }) => !before.has(slug)),
  ];
  return sorted.map((step) => ({
    value: step.slug,
    label: nameOf(step),
    ...(before.has(step.slug) && { detail: "comes before" }),
  }));
}

/** Those whose value, label or detail holds every word that was typed; what begins with it comes first. */
export function matching(options: readonly Option[], typed: string): Option[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...options];
  const rank = ({ value, label }: Option) => {
    const first = words[0] ?? "";
    if (value.toLowerCase().startsWith(first) || label.toLowerCase().startsWith(first)) return 0;
    return `${value} ${label}`.toLowerCase().includes(first) ? 1 : 2;
  };
  return options
    .filter(({ value, label, detail = "" }) => {
      const text = `${value} ${label} ${detail}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((left, right) => rank(left) - rank(right));
}

/** The keys that a JSON Schema of an object names, with whether they must be there. */
export function keysOf(schema: JsonObject | undefined): { name: string; required: boolean }[] {
  const required = Array.isArray(schema?.required)
    ? schema.required.filter((each) => typeof each === "string")
    : [];
  const named = isObject(schema?.properties) ? Object.keys(schema.properties) : [];
  return [...new Set([...named, ...required])].map((name) => ({ name, required: required.includes(name) }));
}
