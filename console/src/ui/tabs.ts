/** Tabs as links: `?tab=…` names the one that is open, so that it can be linked to and the back button works. */

import { useLocation } from "preact-iso";
import { html } from "../html";

export interface Tab {
  readonly key: string;
  readonly label: string;
  /** A number behind the label. */
  readonly count?: number;
}

/** The open tab's key: what the address says, else the first one. */
export function useTab(tabs: readonly Tab[]): string {
  const { query } = useLocation();
  return tabs.find((each) => each.key === query.tab)?.key ?? tabs[0]?.key ?? "";
}

/** The row of tabs. `label` names what they are parts of. */
export function Tabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  const { path } = useLocation();
  const open = useTab(tabs);
  return html`<nav class="tabs" aria-label=${label}>
    ${tabs.map(
      ({ key, label: text, count }) => html`<a key=${key} href="${path}?tab=${key}"
        aria-current=${key === open ? "page" : undefined}>${text}${count !== undefined && html` <span class="count">${count}</span>`}</a>`,
    )}
  </nav>`;
}
