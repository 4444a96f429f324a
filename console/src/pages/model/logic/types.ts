/** What is known about the types of fields (docs/wire/metadata.md#field-types). Pure. */

import { ADDRESS_MEMBERS } from "./settings.ts";

/** A member of a composite that a default can have. */
export interface Part {
  readonly key: string;
  readonly label: string;
  readonly kind: "text" | "number" | "micros";
  readonly placeholder?: string;
}

/** How the default of a type is edited. */
type DefaultKind =
  | {
      readonly kind:
        | "none"
        | "text"
        | "number"
        | "boolean"
        | "uuid"
        | "date"
        | "dateTime"
        | "lines"
        | "json"
        | "rating";
    }
  | { readonly kind: "options"; readonly many: boolean }
  | { readonly kind: "parts"; readonly parts: readonly Part[] };

export interface TypeInfo {
  readonly type: string;
  readonly label: string;
  readonly about: string;
  readonly group: string;
  /** One or two characters that stand for the type. */
  readonly sign: string;
  readonly canBeUnique?: boolean;
  readonly canBeRequired?: boolean;
  readonly default: DefaultKind;
  /** Members that an index can have. */
  readonly members?: readonly string[];
  /** What a GIN index takes of it: members, null for the field itself. */
  readonly gin?: readonly (string | null)[];
  /** Whether its values name a record. */
  readonly namesRecords?: boolean;
  /** Fields of this type come with the product and cannot be made. */
  readonly internal?: boolean;
}

export const GROUPS = ["Text", "Numbers and dates", "Choices", "Contact", "Relations", "Other"] as const;

const ADDRESS_PARTS: readonly Part[] = ADDRESS_MEMBERS.map(([key, label]) => ({ key, label, kind: "text" }));

const [TEXT, NUMBERS, CHOICES, CONTACT, RELATIONS, OTHER] = GROUPS;

const LIST: readonly TypeInfo[] = [
  {
    type: "TEXT",
    label: "Text",
    about: "Words of any length",
    group: TEXT,
    sign: "T",
    canBeUnique: true,
    canBeRequired: true,
    default: { kind: "text" },
    namesRecords: true,
    gin: [null],
  },
  {
    type: "RICH_TEXT",
    label: "Rich text",
    about: "Formatted text, as Markdown or blocks",
    group: TEXT,
    sign: "¶",
    canBeRequired: true,
    default: { kind: "parts", parts: [{ key: "markdown", label: "Markdown", kind: "text" }] },
  },
  {
    type: "FULL_NAME",
    label: "Full name",
    about: "First and last name",
    group: TEXT,
    sign: "Aa",
    canBeRequired: true,
    default: {
      kind: "parts",
      parts: [
        { key: "firstName", label: "First name", kind: "text" },
        { key: "lastName", label: "Last name", kind: "text" },
      ],
    },
    members: ["firstName", "lastName"],
    namesRecords: true,
    gin: ["firstName", "lastName"],
  },
  {
    type: "NUMBER",
    label: "Number",
    about: "A number to count or compare with",
    group: NUMBERS,
    sign: "12",
    canBeUnique: true,
    canBeRequired: true,
    default: { kind: "number" },
  },
  {
    type: "CURRENCY",
    label: "Currency",
    about: "An amount of money and its currency",
    group: NUMBERS,
    sign: "$",
    canBeRequired: true,
    default: {
      kind: "parts",
      parts: [
        { key: "amountMicros", label: "Amount", kind: "micros", placeholder: "0.00" },
        { key: "currencyCode", label: "Currency code", kind: "text", placeholder: "EUR" },
      ],
    },
    members: ["amountMicros", "currencyCode"],
  },
  {
    type: "BOOLEAN",
    label: "Yes or no",
    about: "True or false",
    group: NUMBERS,
    sign: "✓",
    canBeUnique: true,
    canBeRequired: true,
    default: { kind: "boolean" },
  },
  {
    type: "DATE",
    label: "Date",
    about: "A day",
    group: NUMBERS,
    sign: "31",
    canBeUnique: true,
    canBeRequired: true,
    default: { kind: "date" },
  },
  {
    type: "DATE_TIME",
    label: "Date and time",
    about: "A moment",
    group: NUMBERS,
    sign: "◷",
    canBeUnique: true,
    canBeRequired: true,
    default: { kind: "dateTime" },
  },
  {
    type: "SELECT",
    label: "Select",
    about: "One of several options",
    group: CHOICES,
    sign: "◉",
    canBeUnique: true,
    canBeRequired: true,
    default: { kind: "options", many: false },
  },
  {
    type: "MULTI_SELECT",
    label: "Multi-select",
    about: "Some of several options",
    group: CHOICES,
    sign: "☑",
    canBeRequired: true,
    default: { kind: "options", many: true },
    gin: [null],
  },
  {
    type: "RATING",
    label: "Rating",
    about: "One to five",
    group: CHOICES,
    sign: "★",
    canBeUnique: true,
    canBeRequired: true,
    default: { kind: "rating" },
  },
  {
    type: "EMAILS",
    label: "Emails",
    about: "One address or several",
    group: CONTACT,
    sign: "@",
    canBeUnique: true,
    canBeRequired: true,
    default: { kind: "parts", parts: [{ key: "primaryEmail", label: "Address", kind: "text" }] },
    members: ["primaryEmail"],
    gin: ["primaryEmail"],
  },
  {
    type: "PHONES",
    label: "Phones",
    about: "One number or several, with their countries",
    group: CONTACT,
    sign: "☎",
    canBeUnique: true,
    canBeRequired: true,
    default: {
      kind: "parts",
      parts: [
        { key: "primaryPhoneCountryCode", label: "Country code", kind: "text", placeholder: "FR" },
        { key: "primaryPhoneCallingCode", label: "Calling code", kind: "text", placeholder: "+33" },
      ],
    },
    members: ["primaryPhoneNumber", "primaryPhoneCountryCode", "primaryPhoneCallingCode"],
    gin: ["primaryPhoneNumber"],
  },
  {
    type: "LINKS",
    label: "Links",
    about: "One URL or several, with labels",
    group: CONTACT,
    sign: "//",
    canBeUnique: true,
    canBeRequired: true,
    default: {
      kind: "parts",
      parts: [
        { key: "primaryLinkUrl", label: "URL", kind: "text", placeholder: "https://example.com" },
        { key: "primaryLinkLabel", label: "Label", kind: "text" },
      ],
    },
    members: ["primaryLinkUrl", "primaryLinkLabel"],
    gin: ["primaryLinkUrl", "primaryLinkLabel"],
  },
  {
    type: "ADDRESS",
    label: "Address",
    about: "Street, city, country, place on the map",
    group: CONTACT,
    sign: "⌂",
    canBeRequired: true,
    default: { kind: "parts", parts: ADDRESS_PARTS },
    members: [...ADDRESS_MEMBERS.map(([key]) => key), "addressLat", "addressLng"],
    gin: ADDRESS_MEMBERS.map(([key]) => key),
  },
  {
    type: "RELATION",
    label: "Relation",
    about: "Leads to records of another object",
    group: RELATIONS,
    sign: "↔",
    default: { kind: "none" },
  },
  {
    type: "MORPH_RELATION",
    label: "Relation to several objects",
    about: "Leads to a record of one of several objects",
    group: RELATIONS,
    sign: "⇶",
    default: { kind: "none" },
  },
  {
    type: "FILES",
    label: "Files",
    about: "References to files",
    group: OTHER,
    sign: "≡",
    canBeRequired: true,
    default: { kind: "none" },
  },
  {
    type: "ARRAY",
    label: "List of texts",
    about: "Any number of texts",
    group: OTHER,
    sign: "[ ]",
    canBeRequired: true,
    default: { kind: "lines" },
    gin: [null],
  },
  {
    type: "RAW_JSON",
    label: "JSON",
    about: "Any data",
    group: OTHER,
    sign: "{ }",
    canBeRequired: true,
    default: { kind: "json" },
    gin: [null],
  },
  {
    type: "UUID",
    label: "UUID",
    about: "An id, such as that of another system",
    group: OTHER,
    sign: "ID",
    canBeUnique: true,
    canBeRequired: true,
    default: { kind: "uuid" },
    namesRecords: true,
  },
  {
    type: "ACTOR",
    label: "Actor",
    about: "Who did something, and by what means",
    group: OTHER,
    sign: "☺",
    canBeRequired: true,
    default: { kind: "none" },
    members: ["source", "workspaceMemberId", "name"],
  },
  {
    type: "NUMERIC",
    label: "Exact number",
    about: "",
    group: OTHER,
    sign: "12",
    canBeUnique: true,
    default: { kind: "none" },
    internal: true,
  },
  {
    type: "POSITION",
    label: "Position",
    about: "",
    group: OTHER,
    sign: "#",
    default: { kind: "none" },
    internal: true,
  },
  {
    type: "TS_VECTOR",
    label: "Search vector",
    about: "",
    group: OTHER,
    sign: "⌕",
    default: { kind: "none" },
    gin: [null],
    internal: true,
  },
];

const BY_TYPE = new Map(LIST.map((each) => [each.type, each]));

/** Types that fields can be made of. */
export const CREATABLE: readonly TypeInfo[] = LIST.filter((each) => !each.internal);

/** What is known about a type; a type of a later version has its name and nothing else. */
export function typeInfo(type: string): TypeInfo {
  return BY_TYPE.get(type) ?? { type, label: type, about: "", group: OTHER, sign: "?", default: { kind: "none" } };
}

/** Whether fields of a type point at records. */
export function isRelation(type: string): boolean {
  return type === "RELATION" || type === "MORPH_RELATION";
}
