/** States of webhooks and of their deliveries, in words. */

import type { Webhook } from "./api";
import type { Delivery, State } from "./deliveries_api";

/** What a state is called, and how it is marked. */
export interface Mark {
  readonly label: string;
  readonly kind: "" | "success" | "warning" | "danger";
}

export const STATES: Readonly<Record<State, Mark>> = {
  waiting: { label: "Waiting", kind: "" },
  delivered: { label: "Delivered", kind: "success" },
  failed: { label: "Failing", kind: "warning" },
  dead: { label: "Given up", kind: "danger" },
  skipped: { label: "Skipped", kind: "danger" },
};

/** How a webhook does. */
export function markOf({ isEnabled, pausedUntil, failingSince }: Webhook): Mark {
  if (!isEnabled) return { label: "Switched off", kind: "danger" };
  if (pausedUntil !== null) return { label: "Paused", kind: "warning" };
  if (failingSince !== null) return { label: "Failing", kind: "warning" };
  return { label: "Enabled", kind: "success" };
}

/** What the last attempt came to: the status of the answer, or why there was none. */
export function outcomeOf({ state, lastStatus, lastError }: Delivery): string {
  if (lastStatus !== null) return String(lastStatus);
  if (lastError !== null) return lastError;
  return state === "skipped" ? "Never tried" : "–";
}

/** A time in milliseconds. */
export function durationOf(ms: number | null): string {
  if (ms === null) return "–";
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** JSON as people read it; what is no JSON as it is. */
export function formatted(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
