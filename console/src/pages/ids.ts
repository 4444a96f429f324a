/** Ids in addresses. */

const FORM = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text can be an id at all; the APIs refuse to look for others. */
export function isId(text: string): boolean {
  return FORM.test(text);
}
