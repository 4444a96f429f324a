/** API names: what follows from a label, and what is no name (docs/wire/metadata.md#names). Pure. */

import generated from "../../../../../schemas/generated-names.json" with { type: "json" };
import reserved from "../../../../../schemas/reserved-names.json" with { type: "json" };

/** Longest name of an object, a field or a value of an option, and longest label of an object or option. */
export const MAX_LENGTH = 63;

const RESERVED = new Set<string>(reserved);
const TYPES = new Set<string>(generated.types);
const QUERIES = new Set<string>(generated.queries);
const PATHS = new Set<string>(generated.paths);

/** Writes a text in ASCII. */
export type Ascii = (text: string) => string;

/** The name of a field that follows from its label; empty when none does. */
export function fieldName(label: string, ascii: Ascii): string {
  return named(label, ascii, () => false);
}

/** The singular name of an object that follows from its label. */
export function singularName(label: string, ascii: Ascii): string {
  return named(label, ascii, (name) => TYPES.has(capitalised(name)) || QUERIES.has(name));
}

/** The plural name of an object that follows from its plural label, beside a singular name. */
export function pluralName(label: string, singular: string, ascii: Ascii): string {
  const name = named(label, ascii, (each) => QUERIES.has(each) || PATHS.has(each));
  return name !== "" && name === singular ? `${name}s`.slice(0, MAX_LENGTH) : name;
}

function named(label: string, ascii: Ascii, isTaken: (name: string) => boolean): string {
  const slug = ascii(label.trim())
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
  const words = (/^\d/.test(slug) ? `n${slug}` : slug).match(/[a-z]+|[0-9]+/g) ?? [];
  const name = words.map((word, index) => (index === 0 ? word : capitalised(word))).join("");
  return name !== "" && (RESERVED.has(name) || isTaken(name)) ? `${name}Custom` : name;
}

/** The name with its first letter raised. */
export function capitalised(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** What is wrong with a name, in words; empty when nothing is that can be said without the server. */
export function nameProblem(name: string): string {
  if (name === "") return "Type a name.";
  if (name.length > MAX_LENGTH) return `A name has at most ${MAX_LENGTH} characters; this one has ${name.length}.`;
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) return "A name begins with a small letter; then come letters and digits.";
  if (RESERVED.has(name)) return `${name} is reserved. Use another name, such as ${name}Custom.`;
  return "";
}

/** The plural label that is proposed for a singular one. */
export function pluralLabel(label: string): string {
  const text = label.trim();
  if (text === "") return "";
  if (/[^aeiou]y$/i.test(text)) return `${text.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/i.test(text) ? `${text}es` : `${text}s`;
}

/** The value of an option that follows from its label: upper snake case, different from those that are taken. */
export function optionValue(label: string, taken: ReadonlySet<string>, ascii: Ascii): string {
  const slug = ascii(label)
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
  const base = (/^[A-Z]/.test(slug) ? slug : slug === "" ? "OPTION" : `OPT_${slug}`).slice(0, MAX_LENGTH - 4);
  const stem = base.replace(/_$/, "");
  let value = stem;
  for (let count = 2; taken.has(value); count++) value = `${stem}_${count}`;
  return value;
}
