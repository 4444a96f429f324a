/** Letters in ASCII, as the server writes them (docs/wire/metadata.md#names-from-labels). Pure. */

/** Latin letters that are no ASCII letter with a mark. A test compares all of it with the whole table. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  Æ: "Ae",
  æ: "ae",
  Ø: "O",
  ø: "o",
  Œ: "Oe",
  œ: "oe",
  Ł: "L",
  ł: "l",
  Đ: "D",
  đ: "d",
  ı: "i",
};

/** A text of Latin letters in ASCII, null when it has others, which only the whole table knows. */
export function latin(text: string): string | null {
  let written = "";
  for (const letter of text) {
    const plain = LETTERS[letter] ?? letter.normalize("NFD").replace(/\p{M}/gu, "");
    if (!/^[\x20-\x7e]*$/.test(plain)) return null;
    written += plain;
  }
  return written;
}
