/** Short messages about what just happened. Read out by screen readers; errors stay until they are closed. */

import { signal } from "@preact/signals";
import { html } from "../html";

type Kind = "success" | "warning" | "error";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: Kind;
}

/** Milliseconds that a message stays which is no error. */
const STAY = 6000;

const toasts = signal<readonly Toast[]>([]);
let count = 0;

/** Show a message. */
export function toast(text: string, kind: Kind = "success"): void {
  const id = ++count;
  toasts.value = [...toasts.value.filter((each) => each.text !== text), { id, text, kind }];
  if (kind !== "error") setTimeout(() => close(id), STAY);
}

/** Show what went wrong. */
export function toastError(error: unknown): void {
  toast(error instanceof Error ? error.message : String(error), "error");
}

function close(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

/** The place where messages appear; once in the page. */
export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map(
      ({ id, text, kind }) => html`<div key=${id} class="toast ${kind}">
        <span>${text}</span>
        <button type="button" class="icon-button" aria-label="Close message" onClick=${() => close(id)}>✕</button>
      </div>`,
    )}
  </div>`;
}
