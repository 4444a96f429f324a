/** Settings of fields, by type: what forms show of them (docs/wire/metadata.md#settings). Pure. */

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

/** Parts of an address. */
export const ADDRESS_MEMBERS = [
  ["addressStreet1", "Street, first line"],
  ["addressStreet2", "Street, second line"],
  ["addressCity", "City"],
  ["addressState", "State"],
  ["addressPostcode", "Postcode"],
  ["addressCountry", "Country"],
] as const;

/** Forms by type; what is not in them is kept as it is. */
export const SETTINGS: Readonly<Record<string, readonly Setting[]>> = {
  NUMBER,
  CURRENCY: [
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
  DATE: [DATE_FORMAT],
  DATE_TIME: [DATE_FORMAT],
  EMAILS: [most("Addresses at most"), CLICK],
  PHONES: [most("Numbers at most"), CLICK],
  LINKS: [most("Links at most"), CLICK],
  ARRAY: [most("Texts at most")],
  ADDRESS: [
    {
      key: "subFields",
      label: "Parts shown",
      hint: "For interfaces; the API has all parts.",
      kind: "members",
      choices: ADDRESS_MEMBERS.map(([value, label]) => ({ value, label })),
    },
  ],
  FILES: [
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
};

/** What a new field of a type has as settings, null for none. */
export function initialSettings(type: string): Record<string, unknown> | null {
  const initial = (SETTINGS[type] ?? []).filter((each) => each.initial !== undefined);
  return initial.length === 0 ? null : Object.fromEntries(initial.map((each) => [each.key, each.initial]));
}

/** Settings with one member changed; nothing left is null. */
export function withSetting(
  settings: Readonly<Record<string, unknown>> | null,
  key: string,
  value: unknown,
): Record<string, unknown> | null {
  const { [key]: _, ...others } = settings ?? {};
  const all = value === null || value === "" ? others : { ...others, [key]: value };
  return Object.keys(all).length === 0 ? null : all;
}
