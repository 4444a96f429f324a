/** The token that was made last, as long as its page is open: in memory, and nowhere else. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Fresh {
  readonly keyId: string;
  /** Empty when it could not be made. */
  readonly token: string;
  /** Why it could not be made, or what else to know. */
  readonly problem?: string;
}

export const fresh = signal<Fresh | null>(null);

/** The fresh token of a key, if it has one. It is forgotten when the page closes, or goes into the browser's history. */
export function useFresh(keyId: string): Fresh | null {
  useEffect(() => {
    const forget = () => {
      fresh.value = null;
    };
    window.addEventListener("pagehide", forget);
    return () => {
      window.removeEventListener("pagehide", forget);
      if (fresh.peek()?.keyId === keyId) forget();
    };
  }, [keyId]);
  return fresh.value?.keyId === keyId ? fresh.value : null;
}
