/** The webhooks, as a part of the page of APIs & Webhooks. */

import { useLocation } from "preact-iso";
import { useLoaded } from "../../api/load";
import { page } from "../../base";
import { html } from "../../html";
import { Empty, Ready } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { Moment } from "../../ui/time";
import { readWebhooks, type Webhook } from "./api";
import { WebhookBadge } from "./state";
import { hostOf } from "./target";
import { markOf } from "./words";

const FOLDER = "settings/api-webhooks/webhooks";

/** Events that a row of the table shows; of more it says how many. */
const SHOWN = 4;

export function WebhookList() {
  const { route } = useLocation();
  const webhooks = useLoaded(readWebhooks);
  return html`<section class="section" aria-labelledby="webhooks">
    <div class="section-header"><h2 id="webhooks">Webhooks</h2>
      <button type="button" class="button" onClick=${() => route(page(`${FOLDER}/new`))}>Create webhook</button></div>
    <${Ready} of=${webhooks}>${(found: readonly Webhook[]) =>
      found.length === 0
        ? html`<${Empty} title="No webhooks yet">A webhook posts changes of records to a URL of yours.<//>`
        : html`<${Table} caption="Webhooks" rows=${found} rowKey=${({ id }: Webhook) => id} columns=${COLUMNS} sortedBy="host" />`}<//>
  </section>`;
}

const COLUMNS: readonly Column<Webhook>[] = [
  {
    key: "host",
    label: "Host",
    sort: ({ targetUrl }) => hostOf(targetUrl),
    cell: ({ id, targetUrl, description }) => html`<a href=${page(`${FOLDER}/${id}`)}>${hostOf(targetUrl)}</a>
      ${description && html`<div class="hint">${description}</div>`}`,
  },
  {
    key: "operations",
    label: "Events",
    cell: ({
      operations,
    }) => html`<span class="events">${operations.slice(0, SHOWN).map((each) => html`<code key=${each}>${each}</code>`)}
      ${operations.length > SHOWN && html`<span class="hint">and ${operations.length - SHOWN} more</span>`}</span>`,
  },
  {
    key: "state",
    label: "State",
    sort: (webhook) => markOf(webhook).label,
    cell: (webhook) => html`<${WebhookBadge} webhook=${webhook} />`,
  },
  {
    key: "created",
    label: "Created",
    sort: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => html`<${Moment} at=${createdAt} />`,
  },
];
