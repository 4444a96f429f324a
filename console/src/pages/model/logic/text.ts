/** Texts: compared without regard to case and accents, and counted. Pure. */

/** A text as searches see it. */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Whether every word of a query is in one of the texts. */
export function matches(query: string, ...texts: readonly string[]): boolean {
  const haystack = texts.map(fold).join("\n");
  return fold(query)
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

/** `1 record`, `2,000 records`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** `a, b and c`. */
export function enumerated(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
