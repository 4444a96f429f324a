/** Default values: texts carry quotes of their own (docs/wire/metadata.md#default-values). Pure. */

/** A text as a default has it; an empty one is no default. */
export function quoted(text: string): string | null {
  return text === "" ? null : `'${text}'`;
}

/** The text of a default; empty when it is none, as a function is none. */
export function unquoted(value: unknown): string {
  if (typeof value !== "string" || value.length < 2) return "";
  const [first, last] = [value.at(0), value.at(-1)];
  return first === last && (first === "'" || first === '"') ? value.slice(1, -1) : "";
}

/** JSON with quotes around each text, as defaults have it. */
export function quotedDeep(value: unknown): unknown {
  return mapped(value, (text) => `'${text}'`);
}

/** JSON without the quotes of defaults. */
export function unquotedDeep(value: unknown): unknown {
  return mapped(value, (text) => (/^(['"]).*\1$/s.test(text) ? text.slice(1, -1) : text));
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => mapped(each, change));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapped(each, change)]));
  return value;
}

/** The default of a composite with one member changed; nothing but nulls is no default. */
export function withPart(value: unknown, key: string, part: unknown): Record<string, unknown> | null {
  const parts = { ...(typeof value === "object" && value !== null ? value : {}), [key]: part };
  return Object.values(parts).every((each) => each === null || each === undefined) ? null : parts;
}

/** The member of a composite's default. */
export function partOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : null;
}

/** Millionths of an amount, exactly: `12.5` is 12500000. Null for an empty text, undefined for what is no amount. */
export function micros(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const found = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (!found) return undefined;
  const value = Number(`${found[1]}${found[2]}${(found[3] ?? "").padEnd(6, "0")}`);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The amount of millionths. */
export function amount(value: unknown): string {
  if (typeof value !== "number") return "";
  const digits = String(Math.abs(value)).padStart(7, "0");
  const decimals = digits.slice(-6).replace(/0+$/, "");
  return `${value < 0 ? "-" : ""}${digits.slice(0, -6)}${decimals === "" ? "" : `.${decimals}`}`;
}
