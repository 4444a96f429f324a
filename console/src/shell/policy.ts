/**
 * The content security policy of a page is that of the document it is in, and the playgrounds have one of their own:
 * their editors make styles as they run. So the way into a playground and out of it is a new document.
 */

import { BASE } from "../base";
import { handOver } from "../session";

const PLAYGROUND = `${BASE}playground/`;

/** Whether this document was loaded as a playground. A slash at the end is of no account, here and on the server. */
const isPlayground = window.location.pathname.replace(/\/+$/, "").startsWith(PLAYGROUND);

/** Whether a page of this path has to have another document. */
export function isElsewhere(path: string): boolean {
  return path.startsWith(PLAYGROUND) !== isPlayground;
}

/** Load the document of the address that the browser shows by now. Who is signed in stays it. */
export function moveOver(): void {
  handOver();
  window.location.reload();
}
