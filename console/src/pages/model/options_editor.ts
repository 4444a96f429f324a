/** The options of a SELECT or MULTI_SELECT. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLoaded } from "../../api/load";
import type { FieldMetadata, FieldOption, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { TextArea } from "../../ui/fields";
import { Notice } from "../../ui/states";
import { ascii } from "./ascii";
import { countOptions } from "./counts";
import * as edit from "./logic/options";
import { counted } from "./logic/text";
import { newId } from "./new_id";

interface Props {
  readonly object: ObjectMetadata;
  readonly field?: FieldMetadata;
  readonly options: edit.OptionsDraft;
  readonly many: boolean;
  readonly onChange: (options: edit.OptionsDraft) => void;
  readonly error?: string;
}

export function OptionsEditor({ object, field, options, many, onChange, error }: Props) {
  const [bulk, setBulk] = useState<string | null>(null);
  const rows = useRef<HTMLOListElement>(null);
  const [focus, setFocus] = useState<string | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  // Before the next key arrives: what is typed after Enter belongs to the new option.
  useLayoutEffect(() => {
    if (focus === null) return;
    const label = rows.current?.querySelector<HTMLInputElement>(`[data-id="${focus}"] .option-label`);
    label?.focus();
    label?.select();
    setFocus(null);
  }, [focus]);
  function add(index?: number) {
    const next = edit.added(options, newId, ascii, index);
    onChange(next);
    setFocus(next.list[(index ?? options.list.length - 1) + 1]?.id ?? null);
  }
  return html`
    <section class="section options" aria-label="Options"><div class="section-header"><h2>Options</h2>
      <button type="button" class="button small" onClick=${() => setBulk(bulk === null ? edit.asText(options) : null)}>
        ${bulk === null ? "Edit as text" : "Edit one by one"}</button></div>
    ${error && html`<p class="error" role="alert" tabindex="-1">${error}</p>`}
    ${
      bulk !== null
        ? html`<${TextArea} label="Options" hint="One label a line. A line that stays keeps its option, and the records that have it." rows=${10}
            value=${bulk} onInput=${(text: string) => {
              setBulk(text);
              onChange(edit.fromText(options, text, newId, ascii));
            }} />`
        : html`<ol class="option-rows" ref=${rows}>${options.list.map(
            (
              option,
              index,
            ) => html`<${Row} key=${option.id} option=${option} index=${index} options=${options} many=${many} onChange=${onChange}
              onEnter=${() => add(index)} dragged=${dragged} onDrag=${setDragged} />`,
          )}</ol>
          <button type="button" class="button" onClick=${() => add()}>Add option</button>`
    }
    ${field && html`<${Lost} object=${object} field=${field} options=${options} many=${many} />`}
    </section>`;
}

interface RowProps {
  readonly option: edit.OptionDraft;
  readonly index: number;
  readonly options: edit.OptionsDraft;
  readonly many: boolean;
  readonly onChange: (options: edit.OptionsDraft) => void;
  readonly onEnter: () => void;
  /** The row that is being dragged. */
  readonly dragged: number | null;
  readonly onDrag: (index: number | null) => void;
}

function Row({ option, index, options, many, onChange, onEnter, dragged, onDrag }: RowProps) {
  const { id, label, value, color } = option;
  const name = label || value || `option ${index + 1}`;
  const wrong = edit.optionProblem(options, option);
  const isDefault = options.defaults.includes(id);
  function over(event: DragEvent) {
    if (dragged === null) return;
    event.preventDefault();
    if (dragged === index) return;
    onChange(edit.moved(options, dragged, index));
    onDrag(index);
  }
  function onKey(event: KeyboardEvent) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    onEnter();
  }
  return html`<li class="option-row ${dragged === index ? "dragged" : ""} ${wrong ? "invalid" : ""}" data-id=${id} onDragOver=${over}
      onDrop=${(event: Event) => event.preventDefault()}>
    <span class="grip" draggable onDragStart=${() => onDrag(index)} onDragEnd=${() => onDrag(null)} aria-hidden="true" title="Drag to move">⠿</span>
    <span class="swatch swatch-${color}" aria-hidden="true"></span>
    <input class="option-label" type="text" aria-label="Label of ${name}" value=${label} autocomplete="off" onKeyDown=${onKey}
      onInput=${(event: Event) => onChange(edit.relabelled(options, id, (event.target as HTMLInputElement).value, ascii))} />
    <input class="code" type="text" aria-label="API value of ${name}" value=${value} autocomplete="off" spellcheck=${false} onKeyDown=${onKey}
      onInput=${(event: Event) => onChange(edit.revalued(options, id, (event.target as HTMLInputElement).value))} />
    <select aria-label="Colour of ${name}" value=${color} onChange=${(event: Event) => onChange(edit.recoloured(options, id, (event.target as HTMLSelectElement).value))}>
      ${colors(color).map((each) => html`<option key=${each} value=${each} selected=${each === color}>${each || "none"}</option>`)}
    </select>
    <label class="default"><input type="checkbox" checked=${isDefault} aria-label="${name} is the default"
      onChange=${(event: Event) => onChange(edit.defaulted(options, id, (event.target as HTMLInputElement).checked, many))} /> Default</label>
    <span class="moves">
      <button type="button" class="icon-button" aria-label="Move ${name} up" disabled=${index === 0} onClick=${() => onChange(edit.moved(options, index, index - 1))}>↑</button>
      <button type="button" class="icon-button" aria-label="Move ${name} down" disabled=${index === options.list.length - 1} onClick=${() => onChange(edit.moved(options, index, index + 1))}>↓</button>
      <button type="button" class="icon-button" aria-label="Remove ${name}" disabled=${options.list.length === 1} onClick=${() => onChange(edit.removed(options, id))}>✕</button>
    </span>
    ${wrong && html`<p class="error">${wrong}</p>`}
  </li>`;
}

function colors(present: string): readonly string[] {
  const known: readonly string[] = edit.COLORS;
  return known.includes(present) ? known : [present, ...known];
}

/** What becomes of the records that have a removed option. */
function Lost({ object, field, options, many }: Required<Pick<Props, "object" | "field" | "options" | "many">>) {
  const gone: FieldOption[] = edit.lost(field.options ?? [], options);
  const values = gone.map((each) => each.value);
  const counts = useLoaded(() => countOptions(object, field, values), [field.id, values.join()]);
  if (gone.length === 0) return null;
  const falls = options.list.filter((each) => options.defaults.includes(each.id)).map((each) => each.label);
  return html`<${Notice} kind="warning"><p>When you save:</p><ul>${gone.map(({ id, label, value }) => {
    const count = counts.data?.get(value);
    const number = counts.error
      ? "an unknown number of records"
      : count === undefined
        ? "… records"
        : counted(count, "record");
    return html`<li key=${id}><strong>${label}</strong> goes: ${number} ${count === 1 ? "loses" : "lose"} the value${
      falls.length > 0
        ? ` and ${count === 1 ? "shows" : "show"} ${falls.join(", ")} instead${many ? " where nothing else is left" : ""}`
        : ""
    }.</li>`;
  })}</ul><//>`;
}
