/** Buttons that do something which takes time. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { html } from "../html";
import { toastError } from "./toast";

interface ActionButtonProps {
  /** Runs on click. While it runs the button is disabled; its failure is shown as a message. */
  readonly action: () => unknown;
  readonly kind?: "primary" | "danger" | "plain";
  readonly small?: boolean;
  readonly disabled?: boolean;
  /** Why it is disabled, or what it does. */
  readonly title?: string;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** A button whose action may be asynchronous. `label` names it where its content does not say enough. */
export function ActionButton({ action, kind = "plain", small, disabled, title, label, children }: ActionButtonProps) {
  const [busy, setBusy] = useState(false);
  async function run() {
    setBusy(true);
    try {
      await action();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  }
  return html`<button type="button" class="button ${kind} ${small ? "small" : ""}" disabled=${disabled || busy}
    aria-busy=${busy} title=${title} aria-label=${label} onClick=${run}>${children}</button>`;
}
