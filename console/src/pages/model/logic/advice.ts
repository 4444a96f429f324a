/** Numbers of index advice in words. */

import type { IndexMetadata } from "../../../data/objects";

const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const MONEY = new Intl.NumberFormat("en", { style: "currency", currency: "USD", signDisplay: "exceptZero" });

/** Units, rounded: what is little is not nothing. */
export function units(count: number): string {
  if (count === 0) return "–";
  return count < 1 ? "< 1" : WHOLE.format(count);
}

/** By how much a bill changes, in USD a month. */
export function money(usd: number): string {
  if (Math.abs(usd) < 0.005) return "about $0";
  return MONEY.format(usd);
}

interface Place {
  readonly fieldMetadataId: string;
  readonly subFieldName: string | null;
}

/** Whether an index was declared on one field, or one member of it. */
export function isOverOne(index: IndexMetadata, { fieldMetadataId, subFieldName }: Place): boolean {
  const [member, another] = index.indexFieldMetadataList;
  return (
    index.isCustom &&
    !index.isUnique &&
    index.indexType === "BTREE" &&
    another === undefined &&
    member?.fieldMetadataId === fieldMetadataId &&
    (member.subFieldName ?? null) === subFieldName
  );
}
