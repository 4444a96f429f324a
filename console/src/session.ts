/**
 * The token of this tab. It lives in memory and, unless the user says no, in `sessionStorage`; never in an URL, a
 * cookie, `localStorage`, a log or an error.
 */

import { signal } from "@preact/signals";

const STORED = "icosa.session";

/** A token and the moment of its end, in ISO 8601. */
export interface Session {
  readonly token: string;
  readonly expiresAt: string;
}

/** The present session, null when nobody is signed in. */
export const session = signal<Session | null>(stored());

/** Why the last session ended, for the sign-in page; empty when the user ended it. */
export const reason = signal("");

/** Begin a session. With `keep` it survives a reload of this tab. */
export function begin(next: Session, keep: boolean): void {
  if (keep) sessionStorage.setItem(STORED, JSON.stringify(next));
  reason.value = "";
  session.value = next;
}

/** Go on with another token, kept where the present one is. */
export function renew(next: Session): void {
  begin(next, sessionStorage.getItem(STORED) !== null);
}

/** Let the next page of this tab go on with a session that is not kept. That page takes it out of the storage at once. */
export function handOver(): void {
  if (session.value === null || sessionStorage.getItem(STORED) !== null) return;
  sessionStorage.setItem(STORED, JSON.stringify({ ...session.value, once: true }));
}

/** End the session and forget its token. `why` is shown on the sign-in page. */
export function end(why = ""): void {
  sessionStorage.removeItem(STORED);
  reason.value = why;
  session.value = null;
}

function stored(): Session | null {
  const text = sessionStorage.getItem(STORED);
  if (text === null) return null;
  try {
    const { token, expiresAt, once } = JSON.parse(text) as Session & { once?: boolean };
    if (once) sessionStorage.removeItem(STORED);
    if (typeof token === "string" && Date.parse(expiresAt) > Date.now()) return { token, expiresAt };
  } catch {
    // Somebody else's value under our name: the same as none.
  }
  sessionStorage.removeItem(STORED);
  return null;
}
