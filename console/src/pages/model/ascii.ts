/** Labels in ASCII. Latin letters are written at once; the table of all others is only loaded where one needs it. */

import { signal } from "@preact/signals";
import { latin } from "./logic/ascii";

const whole = signal<((text: string) => string) | null>(null);

/** A text in ASCII; without the letters that are not known yet while the table is loading. Read it in a component. */
export function ascii(text: string): string {
  const table = whole.value;
  const written = latin(text);
  if (written !== null) return written;
  if (table !== null) return table(text);
  void load();
  return [...text].map((letter) => latin(letter) ?? "").join("");
}

/** Resolves when every letter is known that the texts have. */
export async function knows(...texts: readonly string[]): Promise<void> {
  if (texts.some((each) => latin(each) === null)) await load();
}

async function load(): Promise<void> {
  whole.value = (await import("any-ascii")).default;
}
