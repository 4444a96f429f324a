/** Why the caller may not give something. */

import { caller } from "../../caller";

/** A sentence for what the caller's own role lacks. */
export function notYours(what: string): string {
  return `Your role ${caller.value?.role.label ?? ""} lacks ${what}, so you cannot give it.`;
}
