/** The settings of a type. */

import { html } from "../../html";
import { CheckField, SelectField, TextField } from "../../ui/fields";
import { SETTINGS, type Setting, withSetting } from "./logic/settings";

type Settings = Readonly<Record<string, unknown>> | null;

interface Props {
  readonly type: string;
  readonly settings: Settings;
  readonly onChange: (settings: Settings) => void;
  readonly error?: string;
}

export function SettingsForm({ type, settings, onChange, error }: Props) {
  return html`<div class="fields">${(SETTINGS[type] ?? []).map(
    (
      setting,
    ) => html`<${Control} key=${setting.key} setting=${setting} value=${settings?.[setting.key]} error=${setting.required ? error : ""}
      onChange=${(value: unknown) => onChange(withSetting(settings, setting.key, value))} />`,
  )}</div>`;
}

interface ControlProps {
  readonly setting: Setting;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly error?: string;
}

function Control({ setting, value, onChange, error }: ControlProps) {
  const { kind, label, hint, choices = [], min, max, required } = setting;
  if (kind === "choice") {
    return html`<${SelectField} label=${label} hint=${hint} value=${String(value ?? "")} choices=${choices} onChange=${onChange} />`;
  }
  if (kind === "number") {
    const number = typeof value === "number" ? String(value) : "";
    const outside =
      number !== "" && ((min !== undefined && Number(number) < min) || (max !== undefined && Number(number) > max));
    return html`<${TextField} label=${label} hint=${hint} type="number" value=${number} required=${required}
      error=${error || (outside ? `A number from ${min}${max === undefined ? " on" : ` to ${max}`}.` : "")}
      onInput=${(text: string) => onChange(text === "" ? null : Number(text))} />`;
  }
  const shown = Array.isArray(value) ? value : choices.map((each) => each.value);
  return html`<fieldset class="field group"><legend class="label">${label}</legend><div class="model-choices">${choices.map(
    (each) => html`<${CheckField} key=${each.value} label=${each.label} checked=${shown.includes(each.value)}
      onChange=${(on: boolean) => onChange(choices.map((one) => one.value).filter((one) => (one === each.value ? on : shown.includes(one))))} />`,
  )}</div><p class="hint">${hint}</p></fieldset>`;
}
