/** The APIs that can be tried, and their addresses. */

export type Api = "rest" | "graphql";

/** One of the two schemas of each API. */
export interface Schema {
  readonly key: "core" | "metadata";
  readonly label: string;
  readonly holds: string;
  /** Where GraphQL requests go. */
  readonly graphql: "graphql" | "metadata";
  /** What the paths of the REST document begin with. */
  readonly rest: string;
}

export const SCHEMAS: readonly Schema[] = [
  {
    key: "core",
    label: "Core",
    holds: "The records of this workspace: people, companies, and every object that you add to the data model.",
    graphql: "graphql",
    rest: "rest",
  },
  {
    key: "metadata",
    label: "Metadata",
    holds: "The data model itself: objects and fields, and with them views, roles, API keys and webhooks.",
    graphql: "metadata",
    rest: "rest/metadata",
  },
];

export const APIS: readonly { readonly key: Api; readonly label: string; readonly offers: string }[] = [
  { key: "rest", label: "REST", offers: "Reference of all paths, with examples to send." },
  {
    key: "graphql",
    label: "GraphQL",
    offers: "Editor that completes names, and an explorer to click queries together.",
  },
];

/** The schema that an address names, undefined when there is none of that name. */
export function schemaOf(key: string): Schema | undefined {
  return SCHEMAS.find((each) => each.key === key);
}

/** Address of a playground, for `page()`. */
export function addressOf(api: Api, schema: Schema): string {
  return `playground/${api}/${schema.key}`;
}
