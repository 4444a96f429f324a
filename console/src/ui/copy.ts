/** Values to take away. */

import { useId, useRef } from "preact/hooks";
import { html } from "../html";
import { toast } from "./toast";

interface CopyFieldProps {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
}

/** A read-only value with a button that copies it. */
export function CopyField({ label, value, hint }: CopyFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  return html`<div class="field">
    <label class="label" for=${id}>${label}</label>
    <div class="copy-field">
      <input id=${id} ref=${input} type="text" class="code" readonly value=${value} spellcheck=${false} autocomplete="off"
        aria-describedby=${hint ? `${id}-hint` : undefined} onFocus=${() => input.current?.select()} />
      <button type="button" class="button" aria-label="Copy ${label}" onClick=${() => copy(value, input.current)}>Copy</button>
    </div>
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}

/** Code with a button that copies it. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  const block = useRef<HTMLPreElement>(null);
  return html`<div class="code-block">
    <pre ref=${block} tabindex="0" role="region" aria-label=${label}><code>${code}</code></pre>
    <button type="button" class="button small" aria-label="Copy ${label}"
      onClick=${() => copy(code, block.current)}>Copy</button>
  </div>`;
}

/**
 * Copy a text and say so. On plain http there is no clipboard: the text in `source` is selected instead, and the
 * browser's older way is tried.
 */
export async function copy(text: string, source: HTMLElement | null): Promise<void> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied.");
      return;
    } catch {
      // Not allowed here: the other way may be.
    }
  }
  if (source instanceof HTMLInputElement) source.select();
  else if (source) window.getSelection()?.selectAllChildren(source);
  if (document.execCommand("copy")) toast("Copied.");
  else toast("Selected. Press Ctrl+C or ⌘C to copy.", "warning");
}
