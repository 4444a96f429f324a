/** The default value of a field, by type. Its value is the one that the API stores; undefined is none that it takes. */

import { useState } from "preact/hooks";
import { html } from "../../html";
import { SelectField, TextArea, TextField } from "../../ui/fields";
import { amount, micros, partOf, quoted, quotedDeep, unquoted, unquotedDeep, withPart } from "./logic/defaults";
import { type Part, typeInfo } from "./logic/types";

interface Props {
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly error?: string;
}

export function DefaultControl({ type, ...rest }: Props & { type: string }) {
  const info = typeInfo(type).default;
  if (info.kind === "parts") return html`<${Parts} parts=${info.parts} ...${rest} />`;
  const Control = CONTROLS[info.kind];
  return Control ? html`<${Control} ...${rest} />` : null;
}

function Text({ value, onChange, error }: Props) {
  return html`<${TextField} label="Default value" value=${unquoted(value)} error=${error} onInput=${(text: string) => onChange(quoted(text))} />`;
}

function NumberDefault({ value, onChange, error }: Props) {
  return html`<${TextField} label="Default value" type="number" value=${typeof value === "number" ? String(value) : ""} error=${error}
    onInput=${(text: string) => onChange(text === "" ? null : Number(text))} />`;
}

/** A choice between values that JSON tells apart. */
function choice(choices: readonly { readonly value: unknown; readonly label: string }[]) {
  return ({
    value,
    onChange,
    error,
  }: Props) => html`<${SelectField} label="Default value" error=${error} value=${JSON.stringify(value ?? null)}
    choices=${choices.map((each) => ({ value: JSON.stringify(each.value), label: each.label }))}
    onChange=${(text: string) => onChange(JSON.parse(text))} />`;
}

const NONE = { value: null, label: "None" };

const Bool = choice([NONE, { value: true, label: "Yes: true" }, { value: false, label: "No: false" }]);
const Uuid = choice([NONE, { value: "uuid", label: "A new UUID for each record" }]);
const Rating = choice([
  NONE,
  ...[1, 2, 3, 4, 5].map((each) => ({ value: `'RATING_${each}'`, label: `${"★".repeat(each)} (${each})` })),
]);

function moment(type: "date" | "datetime-local", now: string) {
  return ({ value, onChange, error }: Props) => {
    const fixed = unquoted(value).replace(/(:\d\d)(\.\d+)?Z$/, "$1");
    const [kind, setKind] = useState(value === "now" ? "now" : value ? "fixed" : "none");
    return html`<div class="fields">
      <${SelectField} label="Default value" value=${kind} choices=${[
        { value: "none", label: "None" },
        { value: "now", label: now },
        { value: "fixed", label: type === "date" ? "A day" : "A moment, in UTC" },
      ]} onChange=${(next: string) => {
        setKind(next);
        onChange(next === "now" ? "now" : null);
      }} error=${kind === "fixed" ? "" : error} />
      ${kind === "fixed" && html`<${TextField} label=${type === "date" ? "Day" : "Moment, in UTC"} type=${type} value=${fixed} error=${error} onInput=${(text: string) => onChange(quoted(text === "" || type === "date" ? text : zoned(text)))} />`}
    </div>`;
  };
}

/** What the browser's control says, in UTC. */
function zoned(text: string): string {
  return /T\d\d:\d\d$/.test(text) ? `${text}:00Z` : `${text}Z`;
}

function Lines({ value, onChange, error }: Props) {
  const [text, setText] = useState(() => (Array.isArray(value) ? value.map(unquoted).join("\n") : ""));
  return html`<${TextArea} label="Default value" hint="One text a line." value=${text} error=${error} onInput=${(
    next: string,
  ) => {
    setText(next);
    const lines = next.split("\n").filter((line) => line.trim() !== "");
    onChange(lines.length > 0 ? lines.map(quoted) : null);
  }} />`;
}

function Json({ value, onChange, error }: Props) {
  const [text, setText] = useState(() => (value ? JSON.stringify(unquotedDeep(value), null, 2) : ""));
  const wrong = value === undefined ? "This is no JSON object or array." : error;
  return html`<${TextArea} label="Default value" hint="A JSON object or array." code value=${text} error=${wrong} onInput=${(
    next: string,
  ) => {
    setText(next);
    onChange(parsed(next));
  }} />`;
}

function parsed(text: string): unknown {
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? quotedDeep(value) : undefined;
  } catch {
    return undefined;
  }
}

function Parts({ parts, value, onChange, error }: Props & { parts: readonly Part[] }) {
  return html`<div class="fields">${parts.map(
    (part) =>
      html`<${PartControl} key=${part.key} part=${part} value=${partOf(value, part.key)} onChange=${(next: unknown) => onChange(next === undefined ? undefined : withPart(value, part.key, next))} />`,
  )}</div>${error && html`<p class="error" role="alert" tabindex="-1">${error}</p>`}`;
}

function PartControl({ part, value, onChange }: { part: Part; value: unknown; onChange: (value: unknown) => void }) {
  const [text, setText] = useState(() => (part.kind === "micros" ? amount(value) : unquoted(value)));
  const read = part.kind === "micros" ? micros : quoted;
  const wrong = read(text) === undefined ? "An amount is written like 12.50." : "";
  return html`<${TextField} label=${part.label} placeholder=${part.placeholder} value=${text} error=${wrong} onInput=${(
    next: string,
  ) => {
    setText(next);
    onChange(read(next));
  }} />`;
}

// biome-ignore lint/suspicious/noExplicitAny: each takes the same properties.
const CONTROLS: Readonly<Record<string, (props: Props) => any>> = {
  text: Text,
  number: NumberDefault,
  boolean: Bool,
  uuid: Uuid,
  rating: Rating,
  date: moment("date", "The day on which the record is made"),
  dateTime: moment("datetime-local", "The moment at which the record is made"),
  lines: Lines,
  json: Json,
};
