/** The value of a condition, by the control that fits. */

import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../../api/load";
import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import {
  choicesOf,
  chosen,
  DIRECTIONS,
  type OperandInfo,
  type Period,
  periodOf,
  periodValue,
  UNITS,
} from "./logic/operators";
import { findRecords, readLabels } from "./records";

interface RuleValueProps {
  readonly info: OperandInfo;
  readonly field: FieldMetadata;
  readonly value: unknown;
  readonly objects: readonly ObjectMetadata[];
  readonly disabled: boolean;
  readonly onChange: (value: unknown) => void;
}

export function RuleValue(props: RuleValueProps) {
  const { info, field, value, disabled, onChange } = props;
  const kind = info.value;
  const label = `Value for ${field.label}`;
  if (kind === "none") return null;
  if (kind === "options") return html`<${Options} ...${props} />`;
  if (kind === "records") return html`<${Records} ...${props} />`;
  if (kind === "period") return html`<${PeriodValue} ...${props} />`;
  if (kind === "boolean" || kind === "option") {
    const choices =
      kind === "boolean"
        ? [
            { value: "true", label: "true" },
            { value: "false", label: "false" },
          ]
        : [{ value: "", label: "Choose …" }, ...choicesOf(field, info)];
    const present = chosen(value)[0] ?? "";
    return html`<select aria-label=${label} value=${present} disabled=${disabled} onChange=${(event: Event) => {
      const next = (event.target as HTMLSelectElement).value;
      onChange(kind === "boolean" ? next === "true" : next);
    }}>
      ${choices.map((each) => html`<option key=${each.value} value=${each.value} selected=${each.value === present}>${each.label}</option>`)}
    </select>`;
  }
  const text = kind === "date" ? String(value ?? "").slice(0, 10) : (chosen(value)[0] ?? "");
  return html`<input type=${kind === "date" ? "date" : "text"} inputmode=${kind === "number" ? "decimal" : undefined} aria-label=${label}
    value=${text} disabled=${disabled} autocomplete="off" onInput=${(event: Event) => onChange((event.target as HTMLInputElement).value)} />`;
}

/** Some of a field's options. */
function Options({ info, field, value, disabled, onChange }: RuleValueProps) {
  const present = new Set(chosen(value));
  const options = choicesOf(field, info);
  const gone = [...present].filter((each) => !options.some((option) => option.value === each || option.label === each));
  function toggle(option: string, label: string, checked: boolean) {
    const others = [...present].filter((each) => each !== option && each !== label);
    onChange(checked ? [...others, option] : others);
  }
  return html`<fieldset class="option-choices" disabled=${disabled}>
    <legend class="visually-hidden">Options of ${field.label}</legend>
    ${options.map(
      (
        each,
      ) => html`<label key=${each.value}><input type="checkbox" checked=${present.has(each.value) || present.has(each.label)}
      onChange=${(event: Event) => toggle(each.value, each.label, (event.target as HTMLInputElement).checked)} /> ${each.label}</label>`,
    )}
    ${gone.map((each) => html`<label key=${each}><input type="checkbox" checked onChange=${() => toggle(each, each, false)} /> ${each} (gone)</label>`)}
  </fieldset>`;
}

const WORDS: Readonly<Record<string, string>> = { PAST: "the past", THIS: "this", NEXT: "the next" };

/** A period that moves with the time: the past 7 days. */
function PeriodValue({ field, value, disabled, onChange }: RuleValueProps) {
  const period = periodOf(value);
  const set = (change: Partial<Period>) => onChange(periodValue({ ...period, ...change }));
  const many = period.direction !== "THIS" && period.amount !== 1;
  return html`<span class="period">
    <select aria-label="Direction of the period of ${field.label}" value=${period.direction} disabled=${disabled}
      onChange=${(event: Event) => set({ direction: (event.target as HTMLSelectElement).value as Period["direction"] })}>
      ${DIRECTIONS.map((each) => html`<option key=${each} value=${each} selected=${each === period.direction}>${WORDS[each]}</option>`)}
    </select>
    ${
      period.direction !== "THIS" &&
      html`<input type="number" min="1" max="999" aria-label="Length of the period of ${field.label}" value=${period.amount} disabled=${disabled}
        onChange=${(event: Event) => set({ amount: Math.max(1, Math.trunc(Number((event.target as HTMLInputElement).value)) || 1) })} />`
    }
    <select aria-label="Unit of the period of ${field.label}" value=${period.unit} disabled=${disabled}
      onChange=${(event: Event) => set({ unit: (event.target as HTMLSelectElement).value })}>
      ${[...new Set([...UNITS, period.unit])].map((each) => html`<option key=${each} value=${each} selected=${each === period.unit}>${each.toLowerCase()}${many ? "s" : ""}</option>`)}
    </select>
  </span>`;
}

/** Milliseconds without typing after which records are looked for. */
const PAUSE = 250;

/** Records at the other end of a relation. */
function Records({ field, value, objects, disabled, onChange }: RuleValueProps) {
  const target = objects.find((each) => each.id === field.relation?.targetObjectMetadata.id);
  if (target === undefined) return html`<span class="quiet">Its object is gone.</span>`;
  return html`<${RecordChoice} target=${target} field=${field} ids=${chosen(value)} disabled=${disabled}
    onChange=${(ids: readonly string[]) => onChange({ selectedRecordIds: ids })} />`;
}

interface RecordChoiceProps {
  readonly target: ObjectMetadata;
  readonly field: FieldMetadata;
  readonly ids: readonly string[];
  readonly disabled: boolean;
  readonly onChange: (ids: readonly string[]) => void;
}

function RecordChoice({ target, field, ids, disabled, onChange }: RecordChoiceProps) {
  const [typed, setTyped] = useState("");
  const [query, setQuery] = useState<string | null>(null);
  useEffect(() => {
    if (typed === "") return;
    const timer = setTimeout(() => setQuery(typed), PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  const labels = useLoaded(() => readLabels(target, ids), [ids.join()]);
  const found = useLoaded(async () => (query === null ? [] : await findRecords(target, query)), [query]);
  const offered = (found.data ?? []).filter((each) => !ids.includes(each.id));
  return html`<div class="records">
    ${ids.map(
      (id) => html`<span key=${id} class="badge">${labels.data?.get(id) ?? id}
      ${
        !disabled &&
        html`<button type="button" class="icon-button" aria-label="Remove ${labels.data?.get(id) ?? id}"
        onClick=${() => onChange(ids.filter((each) => each !== id))}>✕</button>`
      }</span>`,
    )}
    ${
      !disabled &&
      html`<input type="search" aria-label="Find ${target.labelPlural.toLowerCase()} for ${field.label}" placeholder="Find ${target.labelPlural.toLowerCase()}"
        value=${typed} onFocus=${() => setQuery((before) => before ?? "")}
        onInput=${(event: Event) => {
          const next = (event.target as HTMLInputElement).value;
          setTyped(next);
          if (next === "") setQuery("");
        }} />`
    }
    ${found.error && html`<p class="error">${found.error.message}</p>`}
    ${
      query !== null &&
      !disabled &&
      html`<ul class="found-records" aria-label="${target.labelPlural} found">
        ${offered.map(
          (each) => html`<li key=${each.id}><button type="button" class="link-button"
          onClick=${() => {
            onChange([...ids, each.id]);
            setTyped("");
            setQuery(null);
          }}>${each.label}</button></li>`,
        )}
        ${offered.length === 0 && !found.loading && html`<li class="quiet">None found.</li>`}
      </ul>`
    }
  </div>`;
}
