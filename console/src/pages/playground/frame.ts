import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../../api/errors";
import { page } from "../../base";
import { caller } from "../../caller";
import { html } from "../../html";
import { Failure } from "../../ui/states";
import { explaining, forgetCalls } from "./calls";
import { CallsPanel } from "./calls_panel";
import { APIS, type Api, addressOf, SCHEMAS, type Schema } from "./schemas";

interface FrameProps {
  readonly api: Api;
  readonly schema: Schema;
  /** Further controls of the header. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** What surrounds a playground: the way back, the switches, whose data it is, and the calls. */
export function PlaygroundFrame({ api, schema, actions, children }: FrameProps) {
  const label = APIS.find((each) => each.key === api)?.label ?? "";
  useEffect(() => {
    document.title = `${label} playground, ${schema.label} · ${caller.value?.workspace.displayName ?? "Icosa"}`;
  }, [label, schema]);
  useEffect(() => forgetCalls, [api, schema]);
  return html`
    <section class="playground-header" aria-label="Playground">
      <a class="button small" href=${page("playground")}><span aria-hidden="true">✕</span> Close</a>
      <h1>${label} <span class="visually-hidden">playground, ${schema.label}</span></h1>
      <${Switch} label="Schema" entries=${SCHEMAS.map((each) => ({ key: each.key, label: each.label, to: addressOf(api, each), on: each === schema }))} />
      <${Switch} label="API" entries=${APIS.map((each) => ({ key: each.key, label: each.label, to: addressOf(each.key, schema), on: each.key === api }))} />
      ${actions}
      <label class="explain-switch" title="Ask with each call how it was answered and what it costs">
        <input type="checkbox" checked=${explaining.value}
          onChange=${(event: Event) => {
            explaining.value = (event.target as HTMLInputElement).checked;
          }} /> Explain</label>
      <p class="reality">Calls are real: <strong>${caller.value?.workspace.displayName}</strong>, role
        <strong> ${caller.value?.role.label}</strong></p>
    </section>
    <${CallsPanel} />
    ${children}
  `;
}

/** In place of a tool that could not be started. */
export function Stopped({ error, retry }: { error: ApiError; retry: () => void }) {
  return html`<main class="playground-start"><${Failure} error=${error} retry=${retry} /></main>`;
}

interface Entry {
  readonly key: string;
  readonly label: string;
  readonly to: string;
  readonly on: boolean;
}

function Switch({ label, entries }: { label: string; entries: readonly Entry[] }) {
  return html`<nav class="switch" aria-label=${label}>
    ${entries.map(({ key, label: text, to, on }) => html`<a key=${key} href=${page(to)} aria-current=${on ? "page" : undefined}>${text}</a>`)}
  </nav>`;
}
