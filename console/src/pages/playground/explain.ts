/** What Icosa's headers tell about an answer (docs/how-to/read-an-explain.md). */

/** How a request was answered and what that took. */
export interface Explain {
  readonly plan: readonly string[];
  readonly roundTrips: string;
  readonly read: string;
  readonly write: string;
  /** At list prices; null when the server does not tell. */
  readonly cost: Cost | null;
}

/** US dollars, as the server wrote them. */
export interface Cost {
  readonly call: string;
  /** A million such calls, whole and by service. */
  readonly million: string;
  readonly services: readonly (readonly [name: string, price: string])[];
}

/** The header that asks for it. */
export const ASK = "X-Icosa-Explain";

/** The explain of an answer, null when it has none: it was not asked for, or the role may not read everything. */
export function explainOf(headers: Headers): Explain | null {
  const capacity = headers.get("X-Icosa-Capacity");
  if (capacity === null) return null;
  const units = new Map(pairs(capacity));
  return {
    plan: (headers.get("X-Icosa-Plan") ?? "").split("; ").filter((step) => step !== "" && step !== "none"),
    roundTrips: headers.get("X-Icosa-Round-Trips") ?? "",
    read: units.get("read") ?? "0",
    write: units.get("write") ?? "0",
    cost: costOf(headers.get("X-Icosa-Cost") ?? ""),
  };
}

function costOf(text: string): Cost | null {
  const prices = new Map(pairs(text));
  const call = prices.get("call");
  const million = prices.get("million");
  if (call === undefined || million === undefined) return null;
  return { call, million, services: [...prices].filter(([name]) => name !== "call" && name !== "million") };
}

/** `read=11 write=0` as pairs. */
function pairs(text: string): readonly (readonly [string, string])[] {
  return text
    .split(" ")
    .map((each) => each.split("="))
    .flatMap(([name, value]) => (name && value !== undefined ? [[name, value] as const] : []));
}
