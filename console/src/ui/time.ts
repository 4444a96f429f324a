/** Moments: as people write them, with the exact one for machines and on hover. */

import { html } from "../html";

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const MINUTE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** The day of a moment in ISO 8601, in words. */
export function day(at: string): string {
  return DAY.format(new Date(at));
}

/** Day and time of a moment in ISO 8601, in words. */
export function minute(at: string): string {
  return MINUTE.format(new Date(at));
}

interface MomentProps {
  /** In ISO 8601. */
  readonly at: string;
  /** The time of the day, too. */
  readonly time?: boolean;
  /** What is shown in place of the date, as "in 3 days". */
  readonly text?: string;
}

/** A moment. */
export function Moment({ at, time, text }: MomentProps) {
  return html`<time datetime=${at} title=${EXACT.format(new Date(at))}>${text ?? (time ? minute(at) : day(at))}</time>`;
}
