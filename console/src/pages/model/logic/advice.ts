/** Index advice in words, and what can be done about each index. */

import type { IndexMetadata } from "../../../data/objects";

/** What the index of one field, or of one member of it, costs and saves (docs/wire/metadata.md#index-advice). */
export interface Advice {
  readonly fieldMetadataId: string;
  readonly subFieldName: string | null;
  readonly path: string;
  readonly records: "ALL" | "VALUES" | "NULLS" | "NONE";
  readonly status: string;
  readonly madeBy: "SHIPPED" | "DECLARED" | "TUNER" | null;
  readonly isDroppable: boolean;
  readonly uses: number;
  readonly lastUse: string | null;
  readonly scans: number;
  readonly scanUnits: number;
  readonly indexUnits: number;
  readonly advice: "BUILD" | "DROP" | "KEEP";
  readonly reason: string;
  readonly usdPerMonth: number;
}

export type IndexSetting = "auto" | "advise" | "all" | "declared";

/** What the workspace's setting does, in a sentence. */
export const SETTINGS: Readonly<Record<IndexSetting, string>> = {
  auto: "Indexes that are missed are built, and those that nobody has used for 30 days go, by themselves. Declared ones stay.",
  advise: "Nothing is built or dropped by itself: this is advice.",
  all: "Every field has an index. To drop single ones, choose another setting.",
  declared: "Indexes are those declared or shipped. Nothing is built or dropped by itself.",
};

export type Action = "build" | "keep" | "drop";

/** What can be done about an index. Where all fields have one, there is nothing to decide. */
export function actionsOf(each: Advice, setting: IndexSetting): readonly Action[] {
  if (each.madeBy === "DECLARED") return ["drop"];
  const actions: Action[] = [];
  if (each.records !== "ALL") actions.push("build");
  const mayGo = each.isDroppable && setting !== "all";
  // Those of the product are declared only where they would go otherwise.
  if (each.records === "ALL" && mayGo && (each.madeBy === "TUNER" || each.advice === "DROP")) actions.push("keep");
  if (mayGo) actions.push("drop");
  return actions;
}

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const MONEY = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });

/** Units, rounded: what is little is not nothing. */
export function units(count: number): string {
  if (count === 0) return "–";
  return count < 1 ? "< 1" : WHOLE.format(count);
}

/** `12 times`. */
export function times(count: number): string {
  return count === 1 ? "once" : `${WHOLE.format(count)} times`;
}

/** Of which records alone an index has rows. Empty where it has those of all. */
export function covers(records: Advice["records"]): string {
  if (records === "VALUES") return "only records with a value";
  return records === "NULLS" ? "only records without one" : "";
}

/** What the bill would be like if an index were built, or else dropped. Empty where it has to stay. */
export function effect(each: Advice): string {
  const isThere = each.records === "ALL" || (each.records === "VALUES" && each.scans === 0);
  if (isThere && !each.isDroppable && each.madeBy !== "DECLARED") return "";
  const doing = isThere ? "Dropping it" : "Building it";
  const usd = each.usdPerMonth;
  if (Math.abs(usd) < 0.005) return `${doing}: about the same bill`;
  return usd < 0 ? `${doing} saves ${MONEY.format(-usd)} a month` : `${doing} costs ${MONEY.format(usd)} a month more`;
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
