/** What a page shows instead of its content: nothing yet, nothing at all, something to know, something that failed. */

import type { ComponentChildren } from "preact";
import type { ApiError } from "../api/errors";
import type { Loaded } from "../api/load";
import { html } from "../html";

/** Grey lines in place of what is being loaded. */
export function Skeleton({ lines = 6 }) {
  return html`<div class="skeleton" role="status" aria-label="Loading">
    ${Array.from({ length: lines }, (_, index) => html`<div key=${index}></div>`)}
  </div>`;
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
}

/** A list without entries: what would be here, and how to begin. */
export function Empty({ title, children, action }: EmptyProps) {
  return html`<div class="empty"><p class="empty-title">${title}</p>${children && html`<p>${children}</p>`}${action}</div>`;
}

interface NoticeProps {
  readonly kind?: "info" | "success" | "warning" | "danger";
  readonly children: ComponentChildren;
}

/** Something to know before going on. */
export function Notice({ kind = "info", children }: NoticeProps) {
  return html`<div class="notice ${kind}" role="note">${children}</div>`;
}

/** A failure with a way to try again. */
export function Failure({ error, retry }: { error: ApiError; retry?: () => void }) {
  return html`<div class="notice danger" role="alert">
    <p>${error.message}</p>
    ${retry && html`<button type="button" class="button small" onClick=${retry}>Try again</button>`}
  </div>`;
}

/**
 * The content once it is loaded; before, a skeleton; else the failure.
 * `html`<${Ready} of=${keys}>${(list) => html`…`}<//>``
 */
export function Ready<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  if (of.data !== null) return html`${children(of.data)}`;
  if (of.error) return html`<${Failure} error=${of.error} retry=${of.reload} />`;
  return html`<${Skeleton} />`;
}
