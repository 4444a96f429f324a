/**
 * What the caller may not give, known beforehand: nobody gives more than their own role has, or the role before its
 * change (docs/wire/access.md#escalation). The server decides; this only spares people a refusal. Pure.
 */

import { holds } from "./flags.ts";
import { limitOf, may } from "./rights.ts";
import type { Right, RoleDraft } from "./role.ts";

/** What somebody may give: what one of these has. The own role, and the role as it is stored. */
export type Holders = readonly RoleDraft[];

export function mayGiveAll(holders: Holders, kind: "allSettings" | "allTools"): boolean {
  return holders.some((each) => each[kind]);
}

export function mayGiveFlag(holders: Holders, flag: string): boolean {
  return holders.some((each) => holds(each, flag));
}

export function mayGiveRight(holders: Holders, right: Right): boolean {
  return holders.some((each) => each.rights[right]);
}

export function mayGiveOn(holders: Holders, objectId: string, right: Right): boolean {
  return holders.some((each) => may(each, objectId, right));
}

/** Whether a field may be opened to be seen or edited. */
export function mayOpen(holders: Holders, objectId: string, fieldId: string, what: "hidden" | "locked"): boolean {
  const right = what === "hidden" ? "read" : "update";
  return holders.some((each) => may(each, objectId, right) && !limitOf(each, objectId, fieldId)[what]);
}
