/** Why the caller may not give something. */

import { caller } from "../../caller";

/** Behind what is greyed out, in a few words; `RoleLimits` says more once. */
export const LACKING = "Your role lacks this.";

/** The whole reason. */
export function limitOfOwnRole(): string {
  return `Nobody gives more than their own role has. What your role ${caller.value?.role.label ?? ""} lacks is greyed out.`;
}
