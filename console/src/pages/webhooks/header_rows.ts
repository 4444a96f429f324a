/** Custom headers as rows of a form, and what keeps them from being saved. */

import type { HeaderInput } from "./api";
import { LIMITS } from "./limits.ts";

export interface HeaderRow {
  readonly name: string;
  /** What was typed; empty: the value that is stored stays. */
  readonly value: string;
  /** A value is stored under this name. */
  readonly stored: boolean;
}

const NAME = /^[A-Za-z0-9-]+$/;
const VALUE = /^[!-~](?:[\t -~]*[!-~])?$/;
const RESERVED =
  /^(?:host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|cookie|accept|user-agent|(?:content|webhook|x-twenty|x-icosa|proxy)-.*)$/i;

export function rowsOf(headers: readonly { readonly name: string }[]): readonly HeaderRow[] {
  return headers.map(({ name }) => ({ name, value: "", stored: true }));
}

/** Why a row cannot be saved; empty when it can. */
export function problemOf(row: HeaderRow, rows: readonly HeaderRow[]): string {
  const { name, value, stored } = row;
  if (name === "") return "Which header?";
  if (!NAME.test(name) || name.length > LIMITS.headerName)
    return `Letters, digits and hyphens, at most ${LIMITS.headerName}.`;
  if (RESERVED.test(name)) return `Deliveries set ${name} themselves.`;
  if (rows.some((other) => other !== row && other.name.toLowerCase() === name.toLowerCase()))
    return "There is another one with this name.";
  if (value === "") return stored ? "" : "Which value?";
  if (value.length > LIMITS.headerValue) return `The value has at most ${LIMITS.headerValue} characters.`;
  return VALUE.test(value) ? "" : "The value takes visible ASCII characters, with blanks only between them.";
}

/** What the API is sent. */
export function inputOf(rows: readonly HeaderRow[]): readonly HeaderInput[] {
  return rows.map(({ name, value }) => (value === "" ? { name } : { name, value }));
}

/** Whether something is to be saved. */
export function isChanged(rows: readonly HeaderRow[], headers: readonly { readonly name: string }[]): boolean {
  return (
    rows.length !== headers.length || rows.some(({ name, value }, at) => value !== "" || name !== headers[at]?.name)
  );
}
