/** Where the console and its APIs are. Nothing may assume `/`: API Gateway puts a stage first, a custom domain any path. */

/** Address of the console's folder, with a slash at its end. */
const FOLDER = document.baseURI;

/** Path of the console's folder, with a slash at its end: `/`, `/dev/`. */
export const BASE = new URL(FOLDER).pathname;

/** URL of a path below the folder: `url("rest/people")`. */
export function url(path: string): string {
  return new URL(path, FOLDER).href;
}

/** Path of a page for links: `page("settings/roles")` is `/dev/settings/roles`. Parts of a name must be encoded. */
export function page(path: string): string {
  return BASE + path;
}

/** What the address bar shows, without the folder: `settings/roles?tab=all`. */
export function here(): string {
  const { pathname, search, hash } = window.location;
  return (pathname.startsWith(BASE) ? pathname.slice(BASE.length) : "") + search + hash;
}
