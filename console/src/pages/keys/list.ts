/** The page of APIs & Webhooks: what calls this workspace, and what it calls. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useLoaded } from "../../api/load";
import { page } from "../../base";
import { can, isOwn, lacking } from "../../caller";
import { html } from "../../html";
import { Page } from "../../ui/page";
import { Empty, Notice, Ready } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { Moment } from "../../ui/time";
import { WebhookList } from "../webhooks/list";
import { type ApiKey, readKeys } from "./api";
import { hasEnded, lifeLeft } from "./expiry";

const HERE = "settings/api-webhooks";

export function ApisAndWebhooks() {
  const allowed = can("API_KEYS_AND_WEBHOOKS");
  return html`<${Page} title="APIs & Webhooks" lead="What calls this workspace, and what it calls.">
    <section class="section launch" aria-labelledby="try">
      <div><h2 id="try">Playground</h2><p>Try REST and GraphQL in the browser, against your own data model.</p></div>
      <a class="button" href=${page("playground")}>Open the playground</a>
    </section>
    ${allowed ? html`<${KeyList} /><${WebhookList} />` : html`<${Notice} kind="warning">${lacking("API_KEYS_AND_WEBHOOKS")}<//>`}
  <//>`;
}

function KeyList() {
  const { route } = useLocation();
  const keys = useLoaded(readKeys);
  const create =
    can("ROLES") &&
    html`<button type="button" class="button primary" onClick=${() => route(page(`${HERE}/apis/new`))}>Create key</button>`;
  return html`<section class="section" aria-labelledby="keys">
    <div class="section-header"><h2 id="keys">API keys</h2>${create}</div>
    ${!can("ROLES") && html`<p class="hint">You can rename and end keys, but not make any. ${lacking("ROLES")}</p>`}
    <${Ready} of=${keys}>${(found: readonly ApiKey[]) => html`<${KeyTable} keys=${found} />`}<//>
  </section>`;
}

function KeyTable({ keys }: { keys: readonly ApiKey[] }) {
  const [text, setText] = useState("");
  if (keys.length === 0)
    return html`<${Empty} title="No API keys yet">A key lets a program call the APIs, with the rights of its role.<//>`;
  const wanted = text.trim().toLowerCase();
  const shown = keys.filter(({ name, role }) => `${name}\n${role?.label ?? ""}`.toLowerCase().includes(wanted));
  return html`
    <div class="toolbar">
      <input type="search" aria-label="Filter keys" placeholder="Filter by name or role" value=${text}
        onInput=${(event: Event) => setText((event.target as HTMLInputElement).value)} />
      <span class="hint" role="status">${wanted === "" ? "" : `${shown.length} of ${keys.length}`}</span>
    </div>
    ${
      shown.length === 0
        ? html`<${Empty} title="No key matches">Neither a name nor a role contains “${text.trim()}”.<//>`
        : html`<${Table} caption="API keys" rows=${shown} rowKey=${({ id }: ApiKey) => id} sortedBy="name"
            muted=${({ expiresAt }: ApiKey) => hasEnded(expiresAt, new Date())} columns=${columns()} />`
    }
  `;
}

function columns(): readonly Column<ApiKey>[] {
  const now = new Date();
  return [
    {
      key: "name",
      label: "Name",
      sort: ({ name }) => name,
      cell: ({ id, name }) => html`<a href=${page(`${HERE}/apis/${id}`)}>${name}</a>
        ${isOwn(id) && html` <span class="badge">Your key</span>`}`,
    },
    { key: "role", label: "Role", sort: ({ role }) => role?.label ?? "", cell: ({ role }) => role?.label ?? "None" },
    {
      key: "expiration",
      label: "Expiration",
      sort: ({ expiresAt }) => expiresAt,
      cell: ({ expiresAt }) => expiration(expiresAt, now),
    },
    {
      key: "created",
      label: "Created",
      sort: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => html`<${Moment} at=${createdAt} />`,
    },
    {
      key: "used",
      label: "Last used",
      sort: ({ lastUsedAt }) => lastUsedAt ?? "",
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? "Never" : html`<${Moment} at=${lastUsedAt} time />`),
    },
  ];
}

function expiration(expiresAt: string, now: Date) {
  const text = lifeLeft(expiresAt, now);
  if (!hasEnded(expiresAt, now)) return html`<${Moment} at=${expiresAt} text=${text} />`;
  return html`<span class="badge danger">${text}</span> <${Moment} at=${expiresAt} />`;
}
