/** A query to begin with, which the caller's own schema allows. */

interface TypeRef {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType: TypeRef | null;
}

interface Field {
  readonly name: string;
  readonly args: readonly { readonly name: string; readonly type: TypeRef; readonly defaultValue: string | null }[];
  readonly type: TypeRef;
}

interface Type {
  readonly kind: string;
  readonly name: string;
  readonly fields: readonly Field[] | null;
}

/** The answer to an introspection query. */
export interface Introspection {
  readonly data?: {
    readonly __schema: { readonly queryType: { readonly name: string }; readonly types: readonly Type[] };
  };
  readonly errors?: unknown;
}

/** Lists that one begins with when the address names no object. */
const FIRST = ["people", "companies", "objects"];

/** Columns of the first query. */
const COLUMNS = 4;

const COMMENT = `# Ctrl-Space completes names,
# Ctrl-Enter runs the query.

`;

/** A query that lists records of an object (given by its plural name), or of one of those that are always there. */
export function firstQuery({ data }: Introspection, object: string): string {
  const types = new Map((data?.__schema.types ?? []).map((type) => [type.name, type]));
  const lists = types.get(data?.__schema.queryType.name ?? "")?.fields ?? [];
  const list = [object, ...FIRST].map((name) => lists.find((each) => each.name === name)).find(Boolean);
  if (list === undefined) return `${COMMENT}{ __typename }\n`;
  const connection = types.get(named(list.type));
  const edges = types.get(named(connection?.fields?.find((each) => each.name === "edges")?.type));
  const node = types.get(named(edges?.fields?.find((each) => each.name === "node")?.type));
  const selected = (node?.fields ?? [])
    .filter((each) => each.args.every(isOptional) && !isTechnical(each.name))
    .sort((a, b) => rank(a.name) - rank(b.name))
    .map((each) => selection(each, types))
    .filter(Boolean);
  const page = list.args.some((each) => each.name === "first") ? "first: 10" : "paging: { first: 10 }";
  return `${COMMENT}query ${capitalized(list.name)} {
  ${list.name}(${page}) {
    edges {
      node {
${selected
  .slice(0, COLUMNS)
  .map((text) => `        ${text}`)
  .join("\n")}
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;
}

/** A field as a query has it: a value by its name, a name of several parts with them, nothing else. */
function selection({ name, type }: Field, types: ReadonlyMap<string, Type>): string {
  if (isLeaf(type)) return name;
  const parts = types.get(named(type))?.fields ?? [];
  const isName = rank(name) === 1 && parts.length > 0 && parts.every((each) => isLeaf(each.type));
  return isName ? `${name} { ${parts.map((each) => each.name).join(" ")} }` : "";
}

/** The id first, then what people call a record by, then the rest as it comes. */
function rank(name: string): number {
  return name === "id" ? 0 : /^(name|title|label|labelPlural)$/.test(name) ? 1 : 2;
}

function named(type: TypeRef | null | undefined): string {
  let found = type;
  while (found?.ofType) found = found.ofType;
  return found?.name ?? "";
}

function isLeaf(type: TypeRef): boolean {
  const bare = type.kind === "NON_NULL" ? type.ofType : type;
  return bare?.kind === "SCALAR" || bare?.kind === "ENUM";
}

function isOptional(argument: Field["args"][number]): boolean {
  return argument.type.kind !== "NON_NULL" || argument.defaultValue !== null;
}

/** Names that say nothing at first sight: references, positions, times of change. */
function isTechnical(name: string): boolean {
  return /Id$|^(position|searchVector|deletedAt|updatedAt|universalIdentifier)$/.test(name);
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
