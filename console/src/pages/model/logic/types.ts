/** What is known about the types of fields (docs/wire/metadata.md#field-types). Pure. */

/** A member of `settings` that a form shows. */
export interface Setting {
  readonly key: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind: "choice" | "number" | "members";
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly min?: number;
  readonly max?: number;
  readonly required?: boolean;
  /** What a new field begins with. */
  readonly initial?: unknown;
}

/** A member of a composite that a default can have. */
export interface Part {
  readonly key: string;
  readonly label: string;
  readonly kind: "text" | "number" | "micros";
  readonly placeholder?: string;
}

/** How the default of a type is edited. */
export type DefaultKind =
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
  readonly settings?: readonly Setting[];
  readonly default: DefaultKind;
  /** Members that an index can have. */
  readonly members?: readonly string[];
  /** Whether a GIN index takes it. */
  readonly gin?: boolean;
  /** Whether its values name a record. */
  readonly namesRecords?: boolean;
  /** Fields of this type come with the product and cannot be made. */
  readonly internal?: boolean;
}

export const GROUPS = ["Text", "Numbers and dates", "Choices", "Contact", "Relations", "Other"] as const;

const CLIENTS = "For interfaces; the API takes any number.";

function most(label: string, hint = CLIENTS): Setting {
  return { key: "maxNumberOfValues", label, hint, kind: "number", min: 1 };
}

const CLICK: Setting = {
  key: "clickAction",
  label: "A click on a value",
  kind: "choice",
  choices: [
    { value: "", label: "Is up to the interface" },
    { value: "COPY", label: "Copies it" },
    { value: "OPEN_LINK", label: "Opens it" },
  ],
};

const DATE_FORMAT: Setting = {
  key: "displayFormat",
  label: "Display",
  hint: "For interfaces; the API shows ISO 8601.",
  kind: "choice",
  choices: [
    { value: "", label: "As the reader prefers" },
    { value: "USER_SETTINGS", label: "Date" },
    { value: "RELATIVE", label: "Relative: 3 days ago" },
  ],
};

const NUMBER: readonly Setting[] = [
  {
    key: "dataType",
    label: "Kind of number",
    kind: "choice",
    choices: [
      { value: "float", label: "With decimals" },
      { value: "int", label: "Integer of 32 bits" },
      { value: "bigint", label: "Integer of 64 bits" },
    ],
    initial: "float",
  },
  {
    key: "decimals",
    label: "Decimals shown",
    hint: "For display; values keep all digits.",
    kind: "number",
    min: 0,
    max: 100,
  },
  {
    key: "type",
    label: "Shown as",
    kind: "choice",
    choices: [
      { value: "number", label: "Number: 1,000" },
      { value: "percentage", label: "Percentage: 10 %" },
      { value: "shortNumber", label: "Short: 1k" },
    ],
    initial: "number",
  },
];

const ADDRESS_MEMBERS = [
  ["addressStreet1", "Street, first line"],
  ["addressStreet2", "Street, second line"],
  ["addressCity", "City"],
  ["addressState", "State"],
  ["addressPostcode", "Postcode"],
  ["addressCountry", "Country"],
] as const;

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
  },
  {
    type: "NUMBER",
    label: "Number",
    about: "A number to count or compare with",
    group: NUMBERS,
    sign: "12",
    canBeUnique: true,
    canBeRequired: true,
    settings: NUMBER,
    default: { kind: "number" },
  },
  {
    type: "CURRENCY",
    label: "Currency",
    about: "An amount of money and its currency",
    group: NUMBERS,
    sign: "$",
    canBeRequired: true,
    settings: [
      {
        key: "format",
        label: "Shown as",
        kind: "choice",
        choices: [
          { value: "", label: "Is up to the interface" },
          { value: "short", label: "Short: 1.2k" },
          { value: "full", label: "In full: 1,200.00" },
        ],
      },
    ],
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
    settings: [DATE_FORMAT],
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
    settings: [DATE_FORMAT],
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
    gin: true,
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
    settings: [most("Addresses at most"), CLICK],
    default: { kind: "parts", parts: [{ key: "primaryEmail", label: "Address", kind: "text" }] },
    members: ["primaryEmail"],
  },
  {
    type: "PHONES",
    label: "Phones",
    about: "One number or several, with their countries",
    group: CONTACT,
    sign: "☎",
    canBeUnique: true,
    canBeRequired: true,
    settings: [most("Numbers at most"), CLICK],
    default: {
      kind: "parts",
      parts: [
        { key: "primaryPhoneCountryCode", label: "Country code", kind: "text", placeholder: "FR" },
        { key: "primaryPhoneCallingCode", label: "Calling code", kind: "text", placeholder: "+33" },
      ],
    },
    members: ["primaryPhoneNumber", "primaryPhoneCountryCode", "primaryPhoneCallingCode"],
  },
  {
    type: "LINKS",
    label: "Links",
    about: "One URL or several, with labels",
    group: CONTACT,
    sign: "🔗",
    canBeUnique: true,
    canBeRequired: true,
    settings: [most("Links at most"), CLICK],
    default: {
      kind: "parts",
      parts: [
        { key: "primaryLinkUrl", label: "URL", kind: "text", placeholder: "https://example.com" },
        { key: "primaryLinkLabel", label: "Label", kind: "text" },
      ],
    },
    members: ["primaryLinkUrl", "primaryLinkLabel"],
  },
  {
    type: "ADDRESS",
    label: "Address",
    about: "Street, city, country, place on the map",
    group: CONTACT,
    sign: "⌂",
    canBeRequired: true,
    settings: [
      {
        key: "subFields",
        label: "Parts shown",
        hint: "For interfaces; the API has all parts.",
        kind: "members",
        choices: ADDRESS_MEMBERS.map(([value, label]) => ({ value, label })),
      },
    ],
    default: { kind: "parts", parts: ADDRESS_PARTS },
    members: [...ADDRESS_MEMBERS.map(([key]) => key), "addressLat", "addressLng"],
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
    sign: "📎",
    canBeRequired: true,
    settings: [
      {
        key: "maxNumberOfValues",
        label: "Files at most",
        hint: "1 to 60.",
        kind: "number",
        min: 1,
        max: 60,
        required: true,
        initial: 10,
      },
    ],
    default: { kind: "none" },
  },
  {
    type: "ARRAY",
    label: "List of texts",
    about: "Any number of texts",
    group: OTHER,
    sign: "[ ]",
    canBeRequired: true,
    settings: [most("Texts at most")],
    default: { kind: "lines" },
    gin: true,
  },
  {
    type: "RAW_JSON",
    label: "JSON",
    about: "Any data",
    group: OTHER,
    sign: "{ }",
    canBeRequired: true,
    default: { kind: "json" },
    gin: true,
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
    gin: true,
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

/** What a new field of a type has as settings, null for none. */
export function initialSettings(type: string): Record<string, unknown> | null {
  const initial = (typeInfo(type).settings ?? []).filter((each) => each.initial !== undefined);
  return initial.length === 0 ? null : Object.fromEntries(initial.map((each) => [each.key, each.initial]));
}
