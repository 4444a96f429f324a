/** The log of a webhook's deliveries. */

import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../../api/errors";
import { asApiError } from "../../api/load";
import { page } from "../../base";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { Moment } from "../../ui/time";
import { type Delivery, type DeliveryPage, readDeliveries, type State } from "./deliveries_api";
import { ReplayDialog } from "./replay";
import { Badge } from "./state";
import { durationOf, outcomeOf, STATES } from "./words";

const PAGE = 50;

export function Deliveries({ webhookId }: { webhookId: string }) {
  const [state, setState] = useState<State | "">("");
  const [asking, setAsking] = useState(false);
  const log = useLog(webhookId, state);
  return html`<section class="section deliveries" aria-labelledby="deliveries">
    <h2 id="deliveries" class="visually-hidden">Deliveries</h2>
    <div class="toolbar">
      <select aria-label="State" value=${state} onChange=${(event: Event) => setState((event.target as HTMLSelectElement).value as State | "")}>
        <option value="">All states</option>
        ${Object.entries(STATES).map(([key, { label }]) => html`<option key=${key} value=${key}>${label}</option>`)}
      </select>
      <${ActionButton} action=${log.begin}>Refresh<//>
      <button type="button" class="button" onClick=${() => setAsking(true)}>Replay all failed…</button>
    </div>
    <${Shown} log=${log} state=${state} webhookId=${webhookId} />
    ${asking && html`<${ReplayDialog} webhookId=${webhookId} onDone=${log.begin} onClose=${() => setAsking(false)} />`}
  </section>`;
}

interface Log {
  readonly shown: DeliveryPage | null;
  readonly error: ApiError | null;
  readonly begin: () => Promise<void>;
  readonly more: () => Promise<void>;
}

function Shown({ log, state, webhookId }: { log: Log; state: State | ""; webhookId: string }) {
  const { shown, error, begin, more } = log;
  if (shown === null) return error ? html`<${Failure} error=${error} retry=${begin} />` : html`<${Skeleton} />`;
  const { deliveries, next } = shown;
  if (deliveries.length === 0 && next === null)
    return state === ""
      ? html`<${Empty} title="Nothing was sent yet">What is sent from now on is listed here for 30 days.<//>`
      : html`<${Empty} title="None is ${STATES[state].label.toLowerCase()}" />`;
  return html`
    <${Table} caption="Deliveries, the newest first" rows=${deliveries} rowKey=${({ id }: Delivery) => id} columns=${columns(webhookId)} />
    <p class="hint" role="status">${next === null ? `All ${deliveries.length} of the last 30 days are shown.` : `The last ${deliveries.length} are shown.`}</p>
    ${next !== null && html`<${ActionButton} action=${more}>Load more<//>`}
  `;
}

function columns(webhookId: string): readonly Column<Delivery>[] {
  return [
    {
      key: "event",
      label: "Event",
      cell: ({ id, eventName, isReplay }) =>
        html`<a href=${page(`settings/api-webhooks/webhooks/${webhookId}/deliveries/${id}`)}><code>${eventName}</code></a>
          ${isReplay && html` <span class="badge">Replay</span>`}`,
    },
    { key: "state", label: "State", cell: ({ state }) => html`<${Badge} mark=${STATES[state]} />` },
    { key: "outcome", label: "Answer", cell: outcomeOf },
    { key: "attempts", label: "Attempts", align: "end", cell: ({ attempts }) => attempts },
    { key: "duration", label: "Took", align: "end", cell: ({ durationMs }) => durationOf(durationMs) },
    { key: "when", label: "When", cell: ({ createdAt }) => html`<${Moment} at=${createdAt} time />` },
  ];
}

/** The deliveries that were read so far. */
function useLog(webhookId: string, state: State | ""): Log {
  const [shown, setShown] = useState<DeliveryPage | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  async function begin() {
    setError(null);
    try {
      setShown(await readDeliveries(webhookId, state, PAGE, null));
    } catch (failure) {
      setShown(null);
      setError(asApiError(failure));
    }
  }
  async function more() {
    if (shown === null) return;
    const { deliveries, next } = await readDeliveries(webhookId, state, PAGE, shown.next);
    setShown({ deliveries: [...shown.deliveries, ...deliveries], next });
  }
  useEffect(() => {
    setShown(null);
    void begin();
  }, [webhookId, state]);
  return { shown, error, begin, more };
}
