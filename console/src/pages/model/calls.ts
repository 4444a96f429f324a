/** Changes of the data model. Each reads the model again before it resolves. */

import { graphql } from "../../api/http";
import { type FieldMetadata, type ObjectMetadata, reloadObjects } from "../../data/objects";

type Members = Readonly<Record<string, unknown>>;

async function change<T>(query: string, variables: Members): Promise<T> {
  const data = await graphql<T>("metadata", query, variables);
  await reloadObjects();
  return data;
}

export async function createObject(object: Members): Promise<{ readonly namePlural: string }> {
  const query = "mutation($input: CreateOneObjectInput!) { createOneObject(input: $input) { namePlural } }";
  return (await change<{ createOneObject: { namePlural: string } }>(query, { input: { object } })).createOneObject;
}

export async function updateObject(object: ObjectMetadata, update: Members): Promise<{ readonly namePlural: string }> {
  const query = "mutation($input: UpdateOneObjectInput!) { updateOneObject(input: $input) { namePlural } }";
  const input = { id: object.id, update };
  return (await change<{ updateOneObject: { namePlural: string } }>(query, { input })).updateOneObject;
}

export async function deleteObject(object: ObjectMetadata): Promise<void> {
  await change("mutation($id: UUID!) { deleteOneObject(input: { id: $id }) { id } }", { id: object.id });
}

export async function createField(field: Members): Promise<{ readonly name: string }> {
  const query = "mutation($input: CreateOneFieldMetadataInput!) { createOneField(input: $input) { name } }";
  return (await change<{ createOneField: { name: string } }>(query, { input: { field } })).createOneField;
}

/** Changes of fields, one after the other: of a relation and of its other end. */
export async function updateFields(
  changes: readonly { readonly id: string; readonly update: Members }[],
): Promise<void> {
  const query = "mutation($input: UpdateOneFieldMetadataInput!) { updateOneField(input: $input) { id } }";
  try {
    for (const input of changes) await graphql("metadata", query, { input });
  } finally {
    await reloadObjects();
  }
}

export async function deleteField(field: FieldMetadata): Promise<void> {
  await change("mutation($id: UUID!) { deleteOneField(input: { id: $id }) { id } }", { id: field.id });
}

export async function createIndex(index: Members): Promise<void> {
  await change("mutation($input: CreateOneIndexInput!) { createOneIndex(input: $input) { id } }", { input: { index } });
}

export async function deleteIndex(id: string): Promise<void> {
  await change("mutation($id: UUID!) { deleteOneIndex(input: { id: $id }) { id } }", { id });
}

/** Drop the index of one field, or of one member of it, that nobody declared. */
export async function dropFieldIndex(input: Members): Promise<void> {
  await change("mutation($input: DropFieldIndexInput!) { dropFieldIndex(input: $input) { path } }", { input });
}
