/** How rules of rows look at fields: what each type offers, and which control takes the value. Pure. */

import type { FieldMetadata } from "../../../data/objects";

/** The control of a value. */
export type ValueKind =
  | "none"
  | "text"
  | "number"
  | "boolean"
  | "date"
  | "options"
  | "option"
  | "records"
  | "period"
  | "uuid";

export interface OperandInfo {
  readonly operand: string;
  /** Between the field and the value: "is", "is before". */
  readonly words: string;
  readonly value: ValueKind;
  /** What can be chosen, when it is not the field's own options. */
  readonly choices?: readonly Choice[];
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A part of a composite field that can be looked at by itself; an empty name is the field as a whole. */
export interface Facet {
  readonly name: string;
  readonly label: string;
  readonly operands: readonly OperandInfo[];
}

const EMPTY: readonly OperandInfo[] = [
  { operand: "IS_EMPTY", words: "is empty", value: "none" },
  { operand: "IS_NOT_EMPTY", words: "is not empty", value: "none" },
];

const CONTAINS: readonly OperandInfo[] = [
  { operand: "CONTAINS", words: "contains", value: "text" },
  { operand: "DOES_NOT_CONTAIN", words: "does not contain", value: "text" },
];

const TEXT: readonly OperandInfo[] = [
  { operand: "IS", words: "is", value: "text" },
  { operand: "IS_NOT", words: "is not", value: "text" },
  ...CONTAINS,
  ...EMPTY,
];

const NUMBER: readonly OperandInfo[] = [
  { operand: "GREATER_THAN_OR_EQUAL", words: "is at least", value: "number" },
  { operand: "LESS_THAN_OR_EQUAL", words: "is at most", value: "number" },
  { operand: "IS", words: "is", value: "number" },
  { operand: "IS_NOT", words: "is not", value: "number" },
  ...EMPTY,
];

const DATE: readonly OperandInfo[] = [
  { operand: "IS", words: "is on", value: "date" },
  { operand: "IS_BEFORE", words: "is before", value: "date" },
  { operand: "IS_AFTER", words: "is after", value: "date" },
  { operand: "IS_RELATIVE", words: "is in", value: "period" },
  { operand: "IS_TODAY", words: "is today", value: "none" },
  { operand: "IS_IN_PAST", words: "is in the past", value: "none" },
  { operand: "IS_IN_FUTURE", words: "is in the future", value: "none" },
  ...EMPTY,
];

const SELECT: readonly OperandInfo[] = [
  { operand: "IS", words: "is", value: "options" },
  { operand: "IS_NOT", words: "is not", value: "options" },
  ...EMPTY,
];

const RATING: readonly OperandInfo[] = [
  ...SELECT.slice(0, 2),
  { operand: "GREATER_THAN_OR_EQUAL", words: "is at least", value: "option" },
  { operand: "LESS_THAN_OR_EQUAL", words: "is at most", value: "option" },
  ...EMPTY,
];

const MULTI_SELECT: readonly OperandInfo[] = [
  { operand: "CONTAINS", words: "has any of", value: "options" },
  { operand: "DOES_NOT_CONTAIN", words: "has none of", value: "options" },
  ...EMPTY,
];

const RELATION: readonly OperandInfo[] = [
  { operand: "IS", words: "is", value: "records" },
  { operand: "IS_NOT", words: "is not", value: "records" },
  ...EMPTY,
];

const TEXTS: readonly OperandInfo[] = [...CONTAINS, ...EMPTY];

const BY_TYPE: Readonly<Record<string, readonly OperandInfo[]>> = {
  TEXT,
  NUMBER,
  NUMERIC: NUMBER,
  POSITION: NUMBER,
  CURRENCY: EMPTY,
  BOOLEAN: [{ operand: "IS", words: "is", value: "boolean" }, ...EMPTY],
  DATE,
  DATE_TIME: DATE,
  SELECT,
  RATING,
  MULTI_SELECT,
  ARRAY: TEXTS,
  RAW_JSON: TEXTS,
  RICH_TEXT: TEXTS,
  FILES: TEXTS,
  FULL_NAME: TEXTS,
  EMAILS: TEXTS,
  PHONES: TEXTS,
  LINKS: TEXTS,
  ADDRESS: TEXTS,
  ACTOR: TEXTS,
  UUID: [
    { operand: "IS", words: "is", value: "uuid" },
    { operand: "IS_NOT", words: "is not", value: "uuid" },
    ...EMPTY,
  ],
};

/** Where records come from (docs/wire/graphql.md#composite-types): these values, and no others. */
const SOURCES: readonly Choice[] = [
  "EMAIL",
  "CALENDAR",
  "WORKFLOW",
  "AGENT",
  "API",
  "IMPORT",
  "MANUAL",
  "SYSTEM",
  "WEBHOOK",
  "APPLICATION",
].map((value) => ({ value, label: value }));

const SOURCE: readonly OperandInfo[] = [
  { operand: "IS", words: "is", value: "options", choices: SOURCES },
  { operand: "IS_NOT", words: "is not", value: "options", choices: SOURCES },
  ...EMPTY,
];

type Parts = Readonly<Record<string, readonly [label: string, operands: readonly OperandInfo[]]>>;

const PARTS: Readonly<Record<string, Parts>> = {
  CURRENCY: { amountMicros: ["Amount in millionths", NUMBER], currencyCode: ["Currency", TEXT] },
  FULL_NAME: { firstName: ["First name", TEXT], lastName: ["Last name", TEXT] },
  EMAILS: { primaryEmail: ["Primary address", TEXT] },
  PHONES: { primaryPhoneNumber: ["Primary number", TEXT], primaryPhoneCountryCode: ["Country", TEXT] },
  LINKS: { primaryLinkUrl: ["Primary address", TEXT], primaryLinkLabel: ["Label", TEXT] },
  ADDRESS: {
    addressStreet1: ["Street", TEXT],
    addressCity: ["City", TEXT],
    addressPostcode: ["Postcode", TEXT],
    addressState: ["State", TEXT],
    addressCountry: ["Country", TEXT],
  },
  ACTOR: { name: ["Name", TEXT], source: ["Source", SOURCE] },
};

/** What can be looked at in a field: itself, and its parts. Empty when no rule can name it. */
export function facetsOf(field: FieldMetadata): readonly Facet[] {
  if (field.type === "RELATION") {
    const toOne = field.relation?.type === "MANY_TO_ONE";
    return toOne ? [{ name: "", label: "Record", operands: RELATION }] : [];
  }
  const whole = BY_TYPE[field.type];
  if (whole === undefined) return [];
  const parts = Object.entries(PARTS[field.type] ?? {});
  return [
    { name: "", label: "Any part", operands: whole },
    ...parts.map(([name, [label, operands]]) => ({ name, label, operands })),
  ];
}

/** The facet of a rule; undefined for one that this page does not offer. */
export function facetOf(field: FieldMetadata, subField: string | null): Facet | undefined {
  return facetsOf(field).find((each) => each.name === (subField ?? ""));
}

export function operandOf(field: FieldMetadata, subField: string | null, operand: string): OperandInfo | undefined {
  return facetOf(field, subField)?.operands.find((each) => each.operand === operand);
}

/** What a condition's value is chosen from. */
export function choicesOf(field: FieldMetadata, info: OperandInfo): readonly Choice[] {
  return info.choices ?? field.options ?? [];
}

/** What a value begins with. */
export function freshValue(kind: ValueKind): unknown {
  if (kind === "options" || kind === "records") return [];
  if (kind === "boolean") return true;
  if (kind === "period") return "PAST_7_DAY";
  return kind === "none" ? null : "";
}

// ------------------------------------------------------------------ values

/** The values that a rule names, whatever form they were stored in. */
export function chosen(value: unknown): readonly string[] {
  const read = parsed(value);
  if (Array.isArray(read)) return read.map(String);
  if (typeof read === "object" && read !== null)
    return chosen((read as { selectedRecordIds?: unknown }).selectedRecordIds);
  return read === null || read === undefined || read === "" ? [] : [String(read)];
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export interface Period {
  readonly direction: "PAST" | "THIS" | "NEXT";
  readonly amount: number;
  readonly unit: string;
}

export const DIRECTIONS = ["PAST", "THIS", "NEXT"] as const;
export const UNITS = ["HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"] as const;

/** The period that a value means: `PAST_7_DAY`, or an object. */
export function periodOf(value: unknown): Period {
  if (typeof value === "object" && value !== null) {
    const { direction, amount, unit } = value as Period;
    return { direction, amount: Number(amount ?? 1), unit };
  }
  const [direction = "PAST", amount = "7", unit = "DAY"] = String(value).split(";;")[0]?.split("_") ?? [];
  return { direction: direction as Period["direction"], amount: Number(amount) || 1, unit };
}

export function periodValue({ direction, amount, unit }: Period): string {
  return `${direction}_${direction === "THIS" ? 1 : amount}_${unit}`;
}

/** What is wrong with a rule's value; empty when it can be saved. */
export function valueProblem(kind: ValueKind, value: unknown): string {
  if (kind === "none" || kind === "boolean") return "";
  if (kind === "period") return periodOf(value).amount >= 1 ? "" : "Enter a number from 1.";
  if (chosen(value).length === 0) {
    return kind === "options" || kind === "option" || kind === "records" ? "Choose at least one." : "Enter a value.";
  }
  if (kind === "number" && Number.isNaN(Number(value))) return "Enter a number.";
  return "";
}
