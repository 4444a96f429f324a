/** Form fields: a label, the browser's own control, a hint and an error that are tied to it. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { html } from "../html";

interface Common {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** Why the value cannot be taken; empty when it can. */
  readonly error?: string;
  readonly required?: boolean;
  readonly disabled?: boolean;
}

interface TextProps extends Common {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "url" | "number" | "password" | "search" | "date" | "datetime-local" | "email";
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly autofocus?: boolean;
  /** Shown in the font of code. */
  readonly code?: boolean;
  readonly onBlur?: () => void;
  /** Values that are offered while typing. */
  readonly suggestions?: readonly string[];
}

/** One line of text. */
export function TextField({ value, onInput, type = "text", code, suggestions, onBlur, ...rest }: TextProps) {
  const list = useId();
  return html`<${Field} ...${rest}>${(ids: ControlIds) => html`<input ...${ids} type=${type} value=${value}
    class=${code ? "code" : ""} placeholder=${rest.placeholder} maxlength=${rest.maxLength} autofocus=${rest.autofocus}
    disabled=${rest.disabled} required=${rest.required} autocomplete="off" spellcheck=${!code && type === "text"}
    list=${suggestions ? list : undefined} onBlur=${onBlur}
    onInput=${(event: Event) => onInput((event.target as HTMLInputElement).value)} />
    ${suggestions && html`<datalist id=${list}>${suggestions.map((each) => html`<option key=${each} value=${each} />`)}</datalist>`}`}<//>`;
}

interface AreaProps extends Common {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly rows?: number;
  readonly code?: boolean;
}

/** Several lines of text. */
export function TextArea({ value, onInput, rows = 3, code, ...rest }: AreaProps) {
  return html`<${Field} ...${rest}>${(ids: ControlIds) => html`<textarea ...${ids} rows=${rows} value=${value}
    class=${code ? "code" : ""} disabled=${rest.disabled} required=${rest.required} spellcheck=${!code}
    onInput=${(event: Event) => onInput((event.target as HTMLTextAreaElement).value)}></textarea>`}<//>`;
}

/** A choice of a select; `disabled` ones are shown but cannot be taken. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly disabled?: boolean;
}

interface SelectProps extends Common {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly choices: readonly Choice[];
}

/** One of several values. */
export function SelectField({ value, onChange, choices, ...rest }: SelectProps) {
  return html`<${Field} ...${rest}>${(
    ids: ControlIds,
  ) => html`<select ...${ids} value=${value} disabled=${rest.disabled}
    required=${rest.required} onChange=${(event: Event) => onChange((event.target as HTMLSelectElement).value)}>
    ${choices.map(
      (each) => html`<option key=${each.value} value=${each.value} disabled=${each.disabled}
        selected=${each.value === value}>${each.label}</option>`,
    )}
  </select>`}<//>`;
}

interface CheckProps {
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly hint?: ComponentChildren;
  /** Neither yes nor no. */
  readonly indeterminate?: boolean;
}

/** A yes or no. */
export function CheckField({ label, checked, onChange, disabled, hint, indeterminate }: CheckProps) {
  const described = useId();
  return html`<div class="check-field"><label><input type="checkbox" checked=${checked} disabled=${disabled}
      indeterminate=${indeterminate ?? false} aria-describedby=${hint ? described : undefined}
      onChange=${(event: Event) => onChange((event.target as HTMLInputElement).checked)} />
      <span>${label}</span></label>
    ${hint && html`<p class="hint" id=${described}>${hint}</p>`}</div>`;
}

interface ControlIds {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: "true";
}

interface FieldProps extends Common {
  readonly children: (ids: ControlIds) => ComponentChildren;
}

/** The frame of a control of one's own: `html`<${Field} label="…">${(ids) => html`<input ...${ids} />`}<//>``. */
export function Field({ label, hint, error, required, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  const ids: ControlIds = {
    id,
    ...(described ? { "aria-describedby": described } : {}),
    ...(error ? { "aria-invalid": "true" as const } : {}),
  };
  return html`<div class="field ${error ? "invalid" : ""}">
    <label class="label" for=${id}>${label}${required && html`<span class="required" aria-hidden="true"> *</span>`}</label>
    ${children(ids)}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="error" id="${id}-error">${error}</p>`}
  </div>`;
}
