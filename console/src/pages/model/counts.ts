/** How many records there are, and how many hold what a change would take away. */

import { graphql } from "../../api/http";
import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { bodyName, endsOf, isToMany } from "./logic/model";
import { capitalised } from "./logic/names";
import { isRelation } from "./logic/types";

/** Live records and those in the trash. */
export interface Counts {
  readonly live: number;
  readonly trashed: number;
}

/** A filter that only finds what is in the trash. */
const TRASHED = { deletedAt: { is: "NOT_NULL" } };

/** Numbers of live records by plural name, of the objects that the caller may read. Needs DATA_MODEL. */
export async function recordCounts(): Promise<ReadonlyMap<string, number>> {
  const { objectRecordCounts } = await graphql<{
    objectRecordCounts: readonly { objectNamePlural: string; totalCount: number }[];
  }>("metadata", "{ objectRecordCounts { objectNamePlural totalCount } }");
  return new Map(objectRecordCounts.map((each) => [each.objectNamePlural, each.totalCount]));
}

/** The records of an object. */
export function countRecords(object: ObjectMetadata): Promise<Counts> {
  return counted(object.nameSingular, object.namePlural, "totalCount", {});
}

/** The records that hold a value of a field; of a relation to many the records at its other end. */
export async function countValues(object: ObjectMetadata, field: FieldMetadata): Promise<Counts> {
  if (!isRelation(field.type)) {
    return counted(object.nameSingular, object.namePlural, `countNotEmpty${capitalised(field.name)}`, {});
  }
  if (!isToMany(field)) return pointing(object.nameSingular, object.namePlural, bodyName(field));
  const counts = await Promise.all(
    endsOf(field).map(({ targetObjectMetadata: target, targetFieldMetadata: inverse }) =>
      pointing(target.nameSingular, target.namePlural, `${inverse.name}Id`),
    ),
  );
  return counts.reduce((sum, each) => ({ live: sum.live + each.live, trashed: sum.trashed + each.trashed }));
}

/** The records that hold each of the given values of a choice, live and in the trash, by value. */
export async function countOptions(
  object: ObjectMetadata,
  field: FieldMetadata,
  values: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = new Map(values.map((each) => [each, 0]));
  if (values.length === 0) return found;
  const has = { [field.name]: field.type === "MULTI_SELECT" ? { containsAny: values } : { in: values } };
  const name = `${object.namePlural}GroupBy`;
  const input = `${capitalised(object.nameSingular)}FilterInput`;
  const groups = `(groupBy: [{ ${field.name}: true }], limit: 200, filter:`;
  const members = "{ totalCount groupByDimensionValues }";
  const data = await graphql<Record<string, readonly { totalCount: number; groupByDimensionValues: unknown[] }[]>>(
    "graphql",
    `query($live: ${input}, $trashed: ${input}) {
      live: ${name}${groups} $live) ${members} trashed: ${name}${groups} $trashed) ${members}
    }`,
    { live: has, trashed: { and: [has, TRASHED] } },
  );
  for (const { totalCount, groupByDimensionValues } of Object.values(data).flat()) {
    for (const value of groupByDimensionValues.flat()) {
      const before = found.get(String(value));
      if (before !== undefined) found.set(String(value), before + totalCount);
    }
  }
  return found;
}

/** Records whose relation leads somewhere. */
function pointing(singular: string, plural: string, joinColumn: string): Promise<Counts> {
  return counted(singular, plural, "totalCount", { [joinColumn]: { is: "NOT_NULL" } });
}

async function counted(singular: string, plural: string, count: string, filter: object): Promise<Counts> {
  const input = `${capitalised(singular)}FilterInput`;
  const data = await graphql<Record<string, { count: number | null }>>(
    "graphql",
    `query($live: ${input}, $trashed: ${input}) {
      live: ${plural}(filter: $live) { count: ${count} } trashed: ${plural}(filter: $trashed) { count: ${count} }
    }`,
    { live: filter, trashed: { ...filter, ...TRASHED } },
  );
  return { live: data.live?.count ?? 0, trashed: data.trashed?.count ?? 0 };
}
