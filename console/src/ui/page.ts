/** The frame of every page: where one is, the heading, the actions, the content. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { page } from "../base";
import { caller, can, lacking } from "../caller";
import { html } from "../html";

/** A step of the way to a page. `path` as for `page()`; the last one has none. */
export interface Crumb {
  readonly label: string;
  readonly path?: string;
}

interface PageProps {
  readonly title: string;
  readonly crumbs?: readonly Crumb[];
  /** Buttons at the top right, the primary one last. */
  readonly actions?: ComponentChildren;
  /** One sentence below the heading. */
  readonly lead?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** A page. The heading takes the focus when the page opens, so that keyboard and screen reader begin there. */
export function Page({ title, crumbs = [], actions, lead, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!document.querySelector("dialog[open]")) heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = `${title} · ${caller.value?.workspace.displayName ?? "Icosa"}`;
  }, [title]);
  return html`
    ${crumbs.length > 0 && html`<${Breadcrumb} crumbs=${crumbs} />`}
    <header class="page-header">
      <h1 tabindex="-1" ref=${heading}>${title}</h1>
      ${actions && html`<div class="actions">${actions}</div>`}
    </header>
    ${lead && html`<p class="lead">${lead}</p>`}
    ${children}
  `;
}

function Breadcrumb({ crumbs }: { crumbs: readonly Crumb[] }) {
  return html`<nav aria-label="Breadcrumb" class="breadcrumb"><ol>
    ${crumbs.map(
      ({ label, path }, index) => html`<li key=${index}>
        ${path === undefined ? html`<span aria-current="page">${label}</span>` : html`<a href=${page(path)}>${label}</a>`}
      </li>`,
    )}
  </ol></nav>`;
}

/** A page, or a note that the role lacks the flag that it needs. */
export function NeedsFlag({ flag, title, children }: { flag: string; title: string; children: ComponentChildren }) {
  if (can(flag)) return html`${children}`;
  return html`<${Page} title=${title}><div class="notice warning">${lacking(flag)}</div><//>`;
}

/** What is shown where an address leads to nothing. */
export function NotFound({ what = "page", back = "", label = "Go to the start" }) {
  return html`<${Page} title="Not found">
    <p>There is no such ${what}.</p>
    <p><a href=${page(back)}>${label}</a></p>
  <//>`;
}
