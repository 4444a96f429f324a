/** Bodies that work with an object as it is. Pure. */

import type { FieldMetadata, ObjectMetadata } from "../../../data/objects";
import { isRelation } from "./types.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Body = Readonly<Record<string, Json>>;

/** Most fields of a body, unless more are required. */
const MOST = 6;

/** Stands for the id of a record in snippets. */
export const RECORD_ID = "RECORD_ID";

const UUID = "20202020-1c25-4d02-bf25-6aeccf7ea419";

/** Values by type; those of choices are the field's own. */
const SAMPLES: Readonly<Record<string, (field: FieldMetadata, object: ObjectMetadata) => Json>> = {
  TEXT: (field, object) =>
    field.id === object.labelIdentifierFieldMetadataId ? `Example ${object.labelSingular}` : `Some ${field.label}`,
  RICH_TEXT: () => ({ markdown: "Some **bold** text" }),
  FULL_NAME: () => ({ firstName: "Ada", lastName: "Lovelace" }),
  NUMBER: () => 42,
  NUMERIC: () => "4.2",
  CURRENCY: () => ({ amountMicros: 1500000000, currencyCode: "EUR" }),
  BOOLEAN: () => true,
  DATE: () => "2026-05-04",
  DATE_TIME: () => "2026-05-04T09:30:00.000Z",
  SELECT: (field) => field.options?.[0]?.value ?? null,
  MULTI_SELECT: (field) => (field.options ?? []).slice(0, 2).map((each) => each.value),
  RATING: () => "RATING_4",
  EMAILS: () => ({ primaryEmail: "ada@example.com" }),
  PHONES: () => ({ primaryPhoneNumber: "+33612345678" }),
  LINKS: () => ({ primaryLinkUrl: "https://example.com", primaryLinkLabel: "Example" }),
  ADDRESS: () => ({
    addressStreet1: "12 Rue des Lilas",
    addressPostcode: "75020",
    addressCity: "Paris",
    addressCountry: "France",
  }),
  FILES: () => [{ fileId: UUID, label: "offer.pdf" }],
  ARRAY: () => ["first", "second"],
  RAW_JSON: () => ({ key: "value" }),
  UUID: () => UUID,
  ACTOR: () => ({ source: "API", name: "My script" }),
};

/** Types that say little in an example: only shown where they are required. */
const DULL = new Set(["ACTOR", "FILES", "RAW_JSON", "UUID"]);

/** Whether a record cannot be made without a value of a field. */
export function isRequired(field: FieldMetadata): boolean {
  return !field.isNullable && field.defaultValue === null && field.type in SAMPLES;
}

/** A value that a field takes. */
export function sample(field: FieldMetadata, object: ObjectMetadata): Json {
  return SAMPLES[field.type]?.(field, object) ?? null;
}

/**
 * The fields of an example: the required ones, what names a record, and some others. `mayWrite` says what the caller
 * may. Unique ones are only there if they must be: the second record with the same value would be refused.
 */
export function exampleFields(
  object: ObjectMetadata,
  mayWrite: (field: FieldMetadata) => boolean,
): readonly FieldMetadata[] {
  const usable = object.fieldsList.filter(
    (each) =>
      each.isActive &&
      each.type in SAMPLES &&
      !isRelation(each.type) &&
      mayWrite(each) &&
      (!each.isSystem || isRequired(each)),
  );
  const first = usable.filter((each) => isRequired(each) || each.id === object.labelIdentifierFieldMetadataId);
  const others = usable.filter(
    (each) =>
      !first.includes(each) &&
      !each.isUnique &&
      !each.isUIReadOnly &&
      !DULL.has(each.type) &&
      sample(each, object) !== null,
  );
  return [...first, ...others].slice(0, Math.max(MOST, first.length));
}

/** A body that makes a record. `unlike` makes required unique texts differ from earlier ones. */
export function createBody(object: ObjectMetadata, fields: readonly FieldMetadata[], unlike: string): Body {
  return Object.fromEntries(
    fields.map((field) => {
      const value = sample(field, object);
      const varies = field.isUnique && typeof value === "string" && field.type === "TEXT";
      return [field.name, varies ? `${value} ${unlike}` : value];
    }),
  );
}

/** A body that changes a record: what is no text that names it, if there is something else. */
export function updateBody(object: ObjectMetadata, fields: readonly FieldMetadata[]): Body {
  const free = fields.filter((each) => !each.isUnique);
  const field = free.find((each) => each.id !== object.labelIdentifierFieldMetadataId) ?? free[0];
  return field ? { [field.name]: sample(field, object) } : { position: "first" };
}
