/** Records that conditions on relations choose, by the field that names them. */

import { graphql } from "../../api/http";
import type { ObjectMetadata } from "../../data/objects";

export interface Found {
  readonly id: string;
  readonly label: string;
}

/** Records that are offered at once. */
const OFFERED = 8;

/** The parts of the name of a record, by the type of the field that it has it in. */
const NAME_PARTS: Readonly<Record<string, readonly string[]>> = { FULL_NAME: ["firstName", "lastName"] };

/** Records whose name has a text in it; the first ones for no text. */
export async function findRecords(object: ObjectMetadata, text: string): Promise<readonly Found[]> {
  const { name, parts, searchable } = naming(object);
  const like = { ilike: `%${text.replace(/[\\%_]/g, "\\$&")}%` };
  const conditions = parts.length > 0 ? parts.map((part) => ({ [name]: { [part]: like } })) : [{ [name]: like }];
  return await read(object, text === "" || !searchable ? {} : { or: conditions }, OFFERED);
}

/** The names of records, by id; records that are gone are left out. */
export async function readLabels(object: ObjectMetadata, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const found = await read(object, { id: { in: ids } }, ids.length);
  return new Map(found.map((each) => [each.id, each.label]));
}

async function read(object: ObjectMetadata, filter: Record<string, unknown>, first: number): Promise<readonly Found[]> {
  const { name, parts } = naming(object);
  const selection = parts.length > 0 ? `${name} { ${parts.join(" ")} }` : name;
  const type = object.nameSingular.charAt(0).toUpperCase() + object.nameSingular.slice(1);
  const query = `query Records($filter: ${type}FilterInput, $first: Int) {
    ${object.namePlural}(filter: $filter, first: $first) { edges { node { id ${name === "id" ? "" : selection} } } }
  }`;
  type Node = { readonly id: string } & Readonly<Record<string, unknown>>;
  type Answer = Record<string, { edges: { node: Node }[] }>;
  const answer = await graphql<Answer>("graphql", query, { filter, first });
  return (answer[object.namePlural]?.edges ?? []).map(({ node }) => ({
    id: node.id,
    label: labelOf(node[name], parts) || node.id,
  }));
}

interface Naming {
  /** The field that names records, `id` where none can. */
  readonly name: string;
  readonly parts: readonly string[];
  readonly searchable: boolean;
}

function naming(object: ObjectMetadata): Naming {
  const field = object.fieldsList.find((each) => each.id === object.labelIdentifierFieldMetadataId);
  const parts = NAME_PARTS[field?.type ?? ""] ?? [];
  if (field === undefined || (field.type !== "TEXT" && parts.length === 0)) {
    return { name: "id", parts: [], searchable: false };
  }
  return { name: field.name, parts, searchable: true };
}

function labelOf(value: unknown, parts: readonly string[]): string {
  if (parts.length === 0) return typeof value === "string" ? value : "";
  const members = (value ?? {}) as Record<string, unknown>;
  return parts
    .map((part) => members[part])
    .filter(Boolean)
    .join(" ");
}
