/** Ids that the console gives. */

/** A random UUID. `crypto.randomUUID` is missing on plain http, `getRandomValues` is not. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const digits = Array.from(bytes, (each, index) => {
    const byte = index === 6 ? (each & 0x0f) | 0x40 : index === 8 ? (each & 0x3f) | 0x80 : each;
    return byte.toString(16).padStart(2, "0");
  });
  return digits.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
