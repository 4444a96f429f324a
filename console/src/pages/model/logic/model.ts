/** Questions about objects and fields that several pages ask. Pure. */

import type { FieldMetadata, ObjectMetadata, RelationEnd } from "../../../data/objects";
import { isRelation, typeInfo } from "./types.ts";

export type ObjectKind = "Standard" | "Custom" | "System";

/** Whose an object is; `own` is the id of the workspace's own application. */
export function objectKind(object: ObjectMetadata, own: string): ObjectKind {
  if (object.isSystem) return "System";
  return object.applicationId === own ? "Custom" : "Standard";
}

/** Fields that people work with: all but those of the system. */
export function plainFields(object: ObjectMetadata): readonly FieldMetadata[] {
  return object.fieldsList.filter((each) => !each.isSystem);
}

/** The ends of a relation, one for each target. */
export function endsOf(field: FieldMetadata): readonly RelationEnd[] {
  return field.morphRelations ?? (field.relation ? [field.relation] : []);
}

/** Whether a relation leads to many records. */
export function isToMany(field: FieldMetadata): boolean {
  return endsOf(field)[0]?.type === "ONE_TO_MANY";
}

/** The type in words, with what a relation leads to: `Relation to Company`. */
export function typeLabel(field: FieldMetadata, objects: readonly ObjectMetadata[]): string {
  if (!isRelation(field.type)) return typeInfo(field.type).label;
  const ends = field.type === "MORPH_RELATION" ? endsOf(field).slice(0, 1) : endsOf(field);
  const target = ends.map((end) => {
    const object = objects.find((each) => each.id === end.targetObjectMetadata.id);
    return (isToMany(field) ? object?.labelPlural : object?.labelSingular) ?? end.targetObjectMetadata.nameSingular;
  });
  return target.length > 0 ? `Relation to ${target.join(", ")}` : "Relation";
}

/** What a record's value of a field is called in bodies and answers: `companyId` of a relation to one. */
export function bodyName(field: FieldMetadata): string {
  return isRelation(field.type) && !isToMany(field)
    ? String(field.settings?.joinColumnName ?? `${field.name}Id`)
    : field.name;
}

/** Fields that can name records. */
export function canNameRecords(field: FieldMetadata): boolean {
  return typeInfo(field.type).namesRecords === true && field.isActive && field.name !== "id";
}

/** Fields of other objects that lead to an object, and go with it. */
export function fieldsLeadingTo(
  object: ObjectMetadata,
  objects: readonly ObjectMetadata[],
): readonly { readonly object: ObjectMetadata; readonly field: FieldMetadata }[] {
  const ends = new Set(object.fieldsList.flatMap(endsOf).map((end) => end.targetFieldMetadata.id));
  return objects
    .filter((each) => each.id !== object.id)
    .flatMap((each) => each.fieldsList.filter((field) => ends.has(field.id)).map((field) => ({ object: each, field })));
}
