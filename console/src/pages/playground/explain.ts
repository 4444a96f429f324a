/** What Icosa's headers tell about an answer (docs/how-to/read-an-explain.md). */

/** How a request was answered and what that took. */
export interface Explain {
  readonly plan: readonly string[];
  readonly roundTrips: string;
  readonly read: string;
  readonly write: string;
  /** US dollars at list prices, such as `0.00000025`; empty when the server does not tell. */
  readonly cost: string;
}

/** The header that asks for it. */
export const ASK = "X-Icosa-Explain";

/** The explain of an answer, null when it has none: it was not asked for, or the role may not read everything. */
export function explainOf(headers: Headers): Explain | null {
  const capacity = headers.get("X-Icosa-Capacity");
  if (capacity === null) return null;
  return {
    plan: (headers.get("X-Icosa-Plan") ?? "").split("; ").filter((step) => step !== "" && step !== "none"),
    roundTrips: headers.get("X-Icosa-Round-Trips") ?? "",
    read: /read=([\d.]+)/.exec(capacity)?.[1] ?? "0",
    write: /write=([\d.]+)/.exec(capacity)?.[1] ?? "0",
    cost: /[\d.]+(?:e-?\d+)?/i.exec(headers.get("X-Icosa-Cost") ?? "")?.[0] ?? "",
  };
}
