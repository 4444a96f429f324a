/** Questions about objects and fields that several pages ask. Pure. */

import type { FieldMetadata, IndexMetadata, ObjectMetadata, RelationEnd } from "../../../data/objects";
import { isRelation, typeInfo } from "./types.ts";

type ObjectKind = "Standard" | "Custom" | "System";

/** Whose an object is. */
export function objectKind(object: ObjectMetadata): ObjectKind {
  if (object.isSystem) return "System";
  return object.isCustom ? "Custom" : "Standard";
}

/** Fields that people work with: all but those of the system. */
export function plainFields(object: ObjectMetadata): readonly FieldMetadata[] {
  return object.fieldsList.filter((each) => !each.isSystem);
}

/** The ends of a relation, one for each target. */
export function endsOf(field: FieldMetadata): readonly RelationEnd[] {
  return field.morphRelations ?? (field.relation ? [field.relation] : []);
}

/** The end of a relation that a field itself is: a morph relation is a field for each of its targets. */
export function ownEnd(field: FieldMetadata): RelationEnd | undefined {
  const ends = endsOf(field);
  return ends.find((each) => each.sourceFieldMetadata.id === field.id) ?? ends[0];
}

/** Whether a relation leads to many records. */
export function isToMany(field: FieldMetadata): boolean {
  return endsOf(field)[0]?.type === "ONE_TO_MANY";
}

/** The type in words, with what a relation leads to: `Relation to Company`. */
export function typeLabel(field: FieldMetadata, objects: readonly ObjectMetadata[]): string {
  const end = ownEnd(field);
  if (!isRelation(field.type) || end === undefined) return typeInfo(field.type).label;
  const object = objects.find((each) => each.id === end.targetObjectMetadata.id);
  const label = isToMany(field) ? object?.labelPlural : object?.labelSingular;
  return `Relation to ${label ?? end.targetObjectMetadata.nameSingular}`;
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

/** Fields whose absence breaks views and lists: shipped with every object. */
const KEPT = new Set([
  "id",
  "createdAt",
  "updatedAt",
  "deletedAt",
  "createdBy",
  "updatedBy",
  "position",
  "searchVector",
]);

/** Whether a field can be hidden. */
export function canDeactivate(object: ObjectMetadata, field: FieldMetadata): boolean {
  return field.id !== object.labelIdentifierFieldMetadataId && !(field.isSystem && KEPT.has(field.name));
}

/** Whether a field can be taken away. */
export function canDelete(object: ObjectMetadata, field: FieldMetadata): boolean {
  return field.isCustom && !field.isSystem && field.id !== object.labelIdentifierFieldMetadataId;
}

/** Custom indexes that an object can have. */
export const MAX_CUSTOM_INDEXES = 10;

/** What an index is over, in words: `Name > firstName, Company`. */
export function indexedFields(object: ObjectMetadata, index: IndexMetadata): string {
  return [...index.indexFieldMetadataList]
    .sort((a, b) => a.order - b.order)
    .map(({ fieldMetadataId, subFieldName }) => {
      const label = object.fieldsList.find((each) => each.id === fieldMetadataId)?.label ?? fieldMetadataId;
      return subFieldName ? `${label} › ${subFieldName}` : label;
    })
    .join(", ");
}

/** Something that an index can be over. */
export interface Indexable {
  /** `fieldId` or `fieldId.member`. */
  readonly key: string;
  readonly label: string;
  readonly fieldMetadataId: string;
  readonly subFieldName: string | null;
}

/** What an index of a type can be over: no lists of relations, of composites each member. */
export function indexables(object: ObjectMetadata, indexType: string): readonly Indexable[] {
  return object.fieldsList
    .filter((each) => each.isActive && !each.isSystem && !isToMany(each))
    .filter((each) => each.type !== "TS_VECTOR")
    .flatMap((field): Indexable[] => {
      const { gin = [], members: all = [null] } = typeInfo(field.type);
      const members = indexType === "GIN" ? gin : all;
      return members.map((member) => ({
        key: member === null ? field.id : `${field.id}.${member}`,
        label: member === null ? field.label : `${field.label} › ${member}`,
        fieldMetadataId: field.id,
        subFieldName: member,
      }));
    });
}
