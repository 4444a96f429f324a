/** Forms that are saved as a whole. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { html } from "../html";
import { toastError } from "./toast";

interface SaveFormProps {
  /** Saves. Its failure is shown, and what was typed stays. */
  readonly onSave: () => unknown;
  readonly onCancel?: () => void;
  readonly save?: string;
  /** Something was changed. */
  readonly dirty: boolean;
  /** What was typed can be saved. */
  readonly valid: boolean;
  readonly children: ComponentChildren;
}

/** A form with Save and Cancel. Save is possible once something is changed and all is valid; Enter saves, too. */
export function SaveForm({ onSave, onCancel, save = "Save", dirty, valid, children }: SaveFormProps) {
  const [busy, setBusy] = useState(false);
  useUnsaved(dirty && !busy);
  async function submit(event: Event) {
    event.preventDefault();
    if (!dirty || !valid || busy) return;
    setBusy(true);
    try {
      await onSave();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  }
  return html`<form class="save-form" onSubmit=${submit} novalidate>
    ${children}
    <div class="form-actions">
      ${onCancel && html`<button type="button" class="button" disabled=${busy} onClick=${onCancel}>Cancel</button>`}
      <button type="submit" class="button primary" disabled=${!dirty || !valid || busy} aria-busy=${busy}>${save}</button>
    </div>
  </form>`;
}

/** Ask before the tab is closed or reloaded while something is not saved. */
export function useUnsaved(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return;
    function ask(event: BeforeUnloadEvent) {
      event.preventDefault();
    }
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [unsaved]);
}
