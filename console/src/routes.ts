/** The pages and their addresses, by section. Each section's pages are loaded when one of them opens. */

import type { ComponentType } from "preact";
import { routes as audit } from "./pages/audit/routes";
import { routes as general } from "./pages/general/routes";
import { routes as keys } from "./pages/keys/routes";
import { routes as model } from "./pages/model/routes";
import { routes as playground } from "./pages/playground/routes";
import { routes as roles } from "./pages/roles/routes";
import { routes as webhooks } from "./pages/webhooks/routes";

/** A page. */
export interface PageRoute {
  /** Address below the console's folder, with `:name` for what varies: `settings/roles/:roleId`. */
  readonly path: string;
  /** Loads the component; it gets what varies as its properties. */
  // biome-ignore lint/suspicious/noExplicitAny: each page names the properties that its own path has.
  readonly load: () => Promise<ComponentType<any>>;
  /** Covers the whole window, without the menu. */
  readonly fullScreen?: boolean;
}

export const ROUTES: readonly PageRoute[] = [
  ...general,
  ...audit,
  ...keys,
  ...webhooks,
  ...roles,
  ...model,
  ...playground,
];
