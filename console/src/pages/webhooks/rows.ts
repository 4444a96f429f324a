/** The rows of a webhook's filter: which object, and what happens to it. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { type ObjectMetadata, useObjects } from "../../data/objects";
import { html } from "../../html";
import { LIMITS } from "./api";
import { ACTIONS, ANY, isWhole, type Row, withEmpty } from "./operations";

interface FilterRowsProps {
  readonly rows: readonly Row[];
  readonly onChange: (rows: readonly Row[]) => void;
}

/** Rows that can be changed and removed. When the last one is filled, an empty one appears below it. */
export function FilterRows({ rows, onChange }: FilterRowsProps) {
  const objects = useObjects();
  const group = useRef<HTMLFieldSetElement>(null);
  const removed = useRef<number | null>(null);
  const shown = withEmpty(rows, LIMITS.operations);
  const choices = useMemo(() => choicesOf(objects.data ?? []), [objects.data]);
  const whole = shown.some(isWhole);
  useEffect(() => {
    // The button that had the focus may have gone with its row.
    if (removed.current === null) return;
    const row = group.current?.querySelectorAll(".filter-row")[Math.min(removed.current, shown.length - 1)];
    row?.querySelector<HTMLElement>("select, button")?.focus();
    removed.current = null;
  });

  function set(index: number, change: Partial<Row>) {
    onChange(shown.map((row, at) => (at === index ? { ...row, ...change } : row)));
  }
  function remove(index: number) {
    removed.current = index;
    onChange(shown.filter((_, at) => at !== index));
  }

  return html`<fieldset class="filters" ref=${group} aria-describedby="filters-hint">
    <legend class="label">Events<span class="required" aria-hidden="true"> *</span></legend>
    ${shown.map(
      (row, index) => html`<div key=${index} class="filter-row">
        ${row.verbatim ? html`<code>${row.object}</code>` : html`<${Pair} row=${row} number=${index + 1} objects=${choices} onChange=${(change: Partial<Row>) => set(index, change)} />`}
        ${
          (isWhole(row) || index < shown.length - 1) &&
          html`<button type="button" class="icon-button" aria-label="Remove event ${index + 1}" title="Remove" onClick=${() => remove(index)}>✕</button>`
        }
      </div>`,
    )}
    <p id="filters-hint" class=${whole ? "hint" : "error"}>${
      whole
        ? `An event is sent once, also when several rows name it. At most ${LIMITS.operations}.`
        : "Choose an object and what happens to it, at least once."
    }</p>
  </fieldset>`;
}

interface PairProps {
  readonly row: Row;
  readonly number: number;
  readonly objects: readonly Named[];
  readonly onChange: (change: Partial<Row>) => void;
}

function Pair({ row, number, objects, onChange }: PairProps) {
  return html`
    <${Choice} label="Object of event ${number}" empty="Object…" value=${row.object} choices=${objects}
      onChange=${(object: string) => onChange({ object })} />
    <${Choice} label="What happens in event ${number}" empty="What happens…" value=${row.action} choices=${ACTIONS}
      onChange=${(action: string) => onChange({ action })} />
  `;
}

interface Named {
  readonly value: string;
  readonly label: string;
}

/** What events can be about: all, and each active object, those of the workspace's work before those that serve them. */
function choicesOf(objects: readonly ObjectMetadata[]): readonly Named[] {
  const sorted = objects
    .filter((each) => each.isActive)
    .sort((a, b) => Number(a.isSystem) - Number(b.isSystem) || a.labelPlural.localeCompare(b.labelPlural));
  const named = sorted.map(({ nameSingular, labelPlural }) => ({ value: nameSingular, label: labelPlural }));
  return [{ value: ANY, label: "All objects" }, ...named];
}

interface ChoiceProps {
  readonly label: string;
  readonly empty: string;
  readonly value: string;
  readonly choices: readonly Named[];
  readonly onChange: (value: string) => void;
}

/** A select; a value that is none of the choices, as an object that is gone, stays and is shown as it is. */
function Choice({ label, empty, value, choices, onChange }: ChoiceProps) {
  const unknown = value !== "" && !choices.some((each) => each.value === value);
  return html`<select aria-label=${label} value=${value} onChange=${(event: Event) => onChange((event.target as HTMLSelectElement).value)}>
    ${value === "" && html`<option value="">${empty}</option>`}
    ${unknown && html`<option value=${value}>${value}</option>`}
    ${choices.map((each) => html`<option key=${each.value} value=${each.value} selected=${each.value === value}>${each.label}</option>`)}
  </select>`;
}
