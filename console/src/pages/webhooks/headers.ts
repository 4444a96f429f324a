/** The custom headers of a webhook. Their values are never shown again. */

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../../html";
import { SaveForm } from "../../ui/form";
import { toast } from "../../ui/toast";
import { LIMITS, updateWebhook, type Webhook } from "./api";
import { type HeaderRow, inputOf, isChanged, problemOf, rowsOf } from "./header_rows";

interface HeadersSectionProps {
  readonly webhook: Webhook;
  readonly reload: () => Promise<void>;
}

export function HeadersSection({ webhook, reload }: HeadersSectionProps) {
  const [rows, setRows] = useState(() => rowsOf(webhook.headers));
  useEffect(() => setRows(rowsOf(webhook.headers)), [webhook]);
  const dirty = isChanged(rows, webhook.headers);
  async function save() {
    await updateWebhook(webhook.id, { headers: inputOf(rows) });
    await reload();
    toast("The headers were changed.");
  }
  return html`<section class="section" aria-labelledby="headers">
    <h2 id="headers">Custom headers</h2>
    <p>Sent with every delivery, such as a token that the receiver asks for. Values are stored encrypted and never shown again.</p>
    <${SaveForm} save="Save headers" dirty=${dirty} valid=${rows.every((row) => problemOf(row, rows) === "")} onSave=${save}
      onCancel=${dirty ? () => setRows(rowsOf(webhook.headers)) : undefined}>
      <${HeaderRows} rows=${rows} onChange=${setRows} />
    <//>
  </section>`;
}

interface HeaderRowsProps {
  readonly rows: readonly HeaderRow[];
  readonly onChange: (rows: readonly HeaderRow[]) => void;
}

function HeaderRows({ rows, onChange }: HeaderRowsProps) {
  const group = useRef<HTMLFieldSetElement>(null);
  const focus = useRef<number | null>(null);
  useEffect(() => {
    // What had the focus has gone with its row, or is the button that has made a row.
    if (focus.current === null) return;
    const row = group.current?.querySelectorAll(".header-row")[Math.min(focus.current, rows.length - 1)];
    (row?.querySelector<HTMLElement>("input") ?? group.current?.querySelector<HTMLElement>("button"))?.focus();
    focus.current = null;
  });
  function set(index: number, change: Partial<HeaderRow>) {
    onChange(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  }
  function add() {
    focus.current = rows.length;
    onChange([...rows, { name: "", value: "", stored: false }]);
  }
  function remove(index: number) {
    focus.current = index;
    onChange(rows.filter((_, at) => at !== index));
  }
  return html`<fieldset class="filters headers" ref=${group}>
    <legend class="visually-hidden">Headers</legend>
    ${rows.map((row, index) => {
      const problem = row.name === "" && row.value === "" ? "" : problemOf(row, rows);
      const described = problem ? `header-${index}-problem` : undefined;
      return html`<div key=${index} class="header-row ${problem ? "invalid" : ""}">
        <input type="text" class="code" aria-label="Name of header ${index + 1}" value=${row.name} placeholder="X-Api-Key"
          maxlength=${LIMITS.headerName} autocomplete="off" spellcheck=${false} readonly=${row.stored}
          aria-invalid=${problem ? "true" : undefined} aria-describedby=${described}
          onInput=${(event: Event) => set(index, { name: (event.target as HTMLInputElement).value.trim() })} />
        <input type="password" class="code" aria-label="Value of header ${index + 1}" value=${row.value}
          placeholder=${row.stored ? "unchanged" : "value"} maxlength=${LIMITS.headerValue} autocomplete="new-password"
          aria-invalid=${problem ? "true" : undefined} aria-describedby=${described}
          onInput=${(event: Event) => set(index, { value: (event.target as HTMLInputElement).value })} />
        <button type="button" class="icon-button" aria-label="Remove header ${index + 1}" title="Remove" onClick=${() => remove(index)}>✕</button>
        ${problem && html`<p class="error" id=${described}>${problem}</p>`}
      </div>`;
    })}
    ${
      rows.length < LIMITS.headers
        ? html`<button type="button" class="button small" onClick=${add}>Add header</button>`
        : html`<p class="hint">There can be at most ${LIMITS.headers}.</p>`
    }
  </fieldset>`;
}
