/** What the organization has that a plan may refer to, for pickers and completion. */
import type { JsonObject } from "./plan";

export type Named = { readonly slug: string; readonly name: string };

export type Catalog = {
  readonly modules: readonly {
    readonly ref: string;
    readonly title: string;
    readonly description: string;
    readonly optionsSchema: JsonObject;
  }[];
  readonly taskTemplates: readonly (Named & {
    readonly actions: readonly { readonly slug: string; readonly label: string }[];
    readonly url: string;
  })[];
  readonly taskStatuses: readonly (Named & { readonly statusType: string })[];
  readonly bridges: readonly (Named & {
    readonly url: string;
    readonly endpoints: readonly {
      readonly name: string;
      readonly method: string;
      readonly path: string;
      readonly description: string;
      readonly requestSchema?: JsonObject;
      readonly tokens: readonly string[];
    }[];
  })[];
  readonly prompts: readonly (Named & { readonly variables: readonly string[] })[];
  readonly agentRuntimes: readonly (Named & { readonly status: string })[];
  readonly roles: readonly Named[];
  readonly people: readonly { readonly username: string; readonly name: string }[];
  readonly plans: readonly (Named & { readonly inputs: readonly string[] })[];
  readonly scriptModules: readonly Named[];
  readonly documentStatuses: readonly Named[];
  readonly models: readonly string[];
};
