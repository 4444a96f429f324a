/** Modal dialogs, by the browser's own element: focus stays inside, Escape closes, focus returns. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { html } from "../html";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons at the bottom, the primary one last. */
  readonly actions?: ComponentChildren;
}

/** A dialog that is open as long as it is rendered. */
export function Dialog({ title, onClose, children, actions }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return html`<dialog ref=${element} aria-labelledby=${heading} onCancel=${(event: Event) => {
    event.preventDefault();
    onClose();
  }}>
    <h2 id=${heading}>${title}</h2>
    <div class="dialog-body">${children}</div>
    ${actions && html`<div class="dialog-actions">${actions}</div>`}
  </dialog>`;
}

interface ConfirmProps {
  readonly title: string;
  /** What will stop working or be lost. */
  readonly children: ComponentChildren;
  readonly confirm: string;
  /** Runs on confirmation; the dialog closes when it is done. Its failure is shown, and the dialog stays. */
  readonly onConfirm: () => unknown;
  readonly onClose: () => void;
  /** Word to type before one can confirm; without it a click is enough. */
  readonly word?: string;
}

/** Asks before something dangerous. */
export function Confirm({ title, children, confirm, onConfirm, onClose, word }: ConfirmProps) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const ready = (word === undefined || typed.trim() === word) && !busy;
  async function submit(event: Event) {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setProblem("");
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      // Not as a message at the edge: what is outside of an open dialog is neither read out nor to be clicked.
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <form onSubmit=${submit}>
      ${children}
      ${
        word !== undefined &&
        html`<label class="field"><span class="label">Type <code>${word}</code> to confirm</span>
          <input type="text" value=${typed} autocomplete="off" spellcheck=${false} autofocus
            onInput=${(event: Event) => setTyped((event.target as HTMLInputElement).value)} /></label>`
      }
      ${problem && html`<div class="notice danger" role="alert">${problem}</div>`}
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${onClose}>Cancel</button>
        <button type="submit" class="button danger" disabled=${!ready} aria-busy=${busy}>${confirm}</button>
      </div>
    </form>
  <//>`;
}
