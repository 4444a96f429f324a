/** How long keys live: what is offered, and how it is said. */

export interface Life {
  readonly value: string;
  readonly label: string;
  /** Without it the key never ends. */
  readonly days?: number;
}

/** The value of the choice without an end. */
export const NEVER = "never";

export const LIVES: readonly Life[] = [
  { value: "15", label: "15 days", days: 15 },
  { value: "30", label: "30 days", days: 30 },
  { value: "90", label: "90 days", days: 90 },
  { value: "365", label: "1 year", days: 365 },
  { value: "730", label: "2 years", days: 730 },
  { value: NEVER, label: "Never" },
];

/** The choice that is made at first. */
export const PRESET = "90";

/** Years after which a key ends that "never" does, by convention of all clients of this API. */
const NEVER_YEARS = 100;

/** A key that lives longer than so many years is said to live forever. */
const FOREVER_YEARS = 10;

const DAY = 86_400_000;
const MONTH_DAYS = 30.44;
const YEAR_DAYS = 365.25;

/** The moment at which a key ends that is made now, in ISO 8601. */
export function endOf(value: string, now: Date): string {
  const days = LIVES.find((each) => each.value === value)?.days;
  if (days !== undefined) return new Date(now.getTime() + days * DAY).toISOString();
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + NEVER_YEARS);
  return end.toISOString();
}

/** Whether a key has ended by its own clock. */
export function hasEnded(expiresAt: string, now: Date): boolean {
  return Date.parse(expiresAt) <= now.getTime();
}

/** Whether a key's end is so far away that there is none. */
export function isForever(expiresAt: string, now: Date): boolean {
  return Date.parse(expiresAt) - now.getTime() > FOREVER_YEARS * YEAR_DAYS * DAY;
}

/** When a key ends, in words: "In 3 months", "Never", "Expired". */
export function lifeLeft(expiresAt: string, now: Date): string {
  if (hasEnded(expiresAt, now)) return "Expired";
  if (isForever(expiresAt, now)) return "Never";
  const days = (Date.parse(expiresAt) - now.getTime()) / DAY;
  if (days < 1) return "In less than a day";
  if (days < 2 * MONTH_DAYS) return within(Math.round(days), "day");
  if (days < 2 * YEAR_DAYS) return within(Math.round(days / MONTH_DAYS), "month");
  return within(Math.round(days / YEAR_DAYS), "year");
}

function within(count: number, unit: string): string {
  return `In ${count} ${unit}${count === 1 ? "" : "s"}`;
}
