/** The page of one delivery: what was sent, what was answered. */

import { useLocation } from "preact-iso";
import { useLoaded } from "../../api/load";
import { page } from "../../base";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { NeedsFlag, NotFound, Page } from "../../ui/page";
import { Ready } from "../../ui/states";
import { Moment } from "../../ui/time";
import { toast } from "../../ui/toast";
import { isId } from "../ids";
import { readWebhook, type Webhook } from "./api";
import { type Exchange, readDelivery, replay } from "./deliveries_api";
import { Badge } from "./state";
import { hostOf } from "./target";
import { durationOf, formatted, STATES } from "./words";

const LIST = "settings/api-webhooks";
const TITLE = "Delivery";

interface DeliveryPageProps {
  readonly id: string;
  readonly deliveryId: string;
}

interface Found {
  readonly webhook: Webhook;
  readonly delivery: Exchange;
}

export function DeliveryDetail({ id, deliveryId }: DeliveryPageProps) {
  return html`<${NeedsFlag} flag="API_KEYS_AND_WEBHOOKS" title=${TITLE}>
    <${Loading} key=${deliveryId} id=${id} deliveryId=${deliveryId} />
  <//>`;
}

function Loading({ id, deliveryId }: DeliveryPageProps) {
  const loaded = useLoaded(async () => ({ found: await find(id, deliveryId) }), [id, deliveryId]);
  if (loaded.data === null && loaded.error?.code === "WEBHOOK_DELIVERY_NOT_FOUND") return html`<${Gone} id=${id} />`;
  if (loaded.data === null)
    return html`<${Page} title=${TITLE} crumbs=${[{ label: "APIs & Webhooks", path: LIST }, { label: TITLE }]}>
      <${Ready} of=${loaded}>${() => ""}<//><//>`;
  if (loaded.data.found === null) return html`<${Gone} id=${id} />`;
  return html`<${Detail} found=${loaded.data.found} reload=${loaded.reload} />`;
}

async function find(id: string, deliveryId: string): Promise<Found | null> {
  if (!isId(id) || !isId(deliveryId)) return null;
  const [webhook, delivery] = await Promise.all([readWebhook(id), readDelivery(id, deliveryId)]);
  return webhook === null ? null : { webhook, delivery };
}

function Gone({ id }: { id: string }) {
  return html`<${NotFound} what="delivery; they are kept for 30 days" back=${logOf(id)} label="All deliveries of the webhook" />`;
}

interface DetailProps {
  readonly found: Found;
  readonly reload: () => Promise<void>;
}

function Detail({ found: { webhook, delivery }, reload }: DetailProps) {
  const { route } = useLocation();
  const host = hostOf(webhook.targetUrl);
  async function again() {
    const made = await replay(webhook.id, delivery.id);
    toast("The event is sent once more.");
    route(page(`${LIST}/webhooks/${webhook.id}/deliveries/${made}`));
  }
  const crumbs = [
    { label: "APIs & Webhooks", path: LIST },
    { label: host, path: logOf(webhook.id) },
    { label: delivery.eventName },
  ];
  const isWaiting = delivery.state === "waiting";
  const actions = html`<${ActionButton} action=${reload}>Refresh<//>
    <${ActionButton} kind="primary" action=${again} disabled=${isWaiting} title=${isWaiting ? "It waits for its first attempt" : undefined}>Replay<//>`;
  return html`<${Page} title=${delivery.eventName} crumbs=${crumbs} actions=${actions}>
    <${Facts} delivery=${delivery} />
    <${Request} delivery=${delivery} targetUrl=${webhook.targetUrl} />
    <${Answer} delivery=${delivery} />
  <//>`;
}

function Facts({ delivery }: { delivery: Exchange }) {
  const { state, attempts, createdAt, lastAttemptAt, nextAttemptAt, durationMs, isReplay, eventId, id } = delivery;
  const next = nextAttemptAt === null ? noNext(delivery) : html`<${Moment} at=${nextAttemptAt} time />`;
  return html`<dl class="delivery-facts">
    <div><dt>State</dt><dd><${Badge} mark=${STATES[state]} />${isReplay && html` <span class="badge">Replay</span>`}</dd></div>
    <div><dt>Made</dt><dd><${Moment} at=${createdAt} time /></dd></div>
    <div><dt>Attempts</dt><dd>${attempts}${lastAttemptAt !== null && html`, the last one <${Moment} at=${lastAttemptAt} time />, took ${durationOf(durationMs)}`}</dd></div>
    ${next && html`<div><dt>Next attempt</dt><dd>${next}</dd></div>`}
    <div><dt>Event id</dt><dd><code>${eventId}</code></dd></div>
    <div><dt>Delivery id</dt><dd><code>${id}</code></dd></div>
  </dl>`;
}

/** Why there is no time of a next attempt; empty where none is to be expected. */
function noNext({ state }: Exchange): string {
  if (state === "waiting" || state === "failed") return "when the webhook works again, or is switched on";
  return state === "skipped" ? "none: 10,000 others were waiting" : "";
}

function Request({ delivery, targetUrl }: { delivery: Exchange; targetUrl: string }) {
  const { requestHeaders, requestBody, attempts } = delivery;
  return html`<section class="section delivery" aria-labelledby="request">
    <h2 id="request">Request</h2>
    <p class="wrap"><code>POST ${targetUrl}</code></p>
    ${
      requestHeaders !== null &&
      html`<h3>Headers</h3>
        <${CodeBlock} label="Headers of the request" code=${Object.entries(requestHeaders)
          .sort(([a], [b]) => a.localeCompare(b))
          .map(([name, value]) => `${name}: ${value}`)
          .join("\n")} />
        <p class="hint">Signatures are left out, and values of custom headers are hidden.</p>`
    }
    ${attempts === 0 && html`<p class="hint">Nothing was sent yet.</p>`}
    <h3>Body</h3>
    ${
      requestBody === null
        ? html`<p class="hint">It cannot be shown: your role may not read all that is in it, or the event is kept no longer.</p>`
        : html`<${CodeBlock} label="Body of the request" code=${formatted(requestBody)} />`
    }
  </section>`;
}

function Answer({ delivery }: { delivery: Exchange }) {
  const { lastStatus, lastError, response } = delivery;
  if (lastStatus === null && lastError === null) return "";
  return html`<section class="section delivery" aria-labelledby="answer">
    <h2 id="answer">Answer</h2>
    <p class="wrap">${lastStatus === null ? lastError : html`Status <strong>${lastStatus}</strong>${lastError !== null && lastError !== `HTTP ${lastStatus}` ? `: ${lastError}` : ""}`}</p>
    ${
      response
        ? html`<${CodeBlock} label="Answer of the receiver" code=${formatted(response)} />
            <p class="hint">The first 1,024 characters are kept.</p>`
        : lastStatus !== null && html`<p class="hint">It had no content.</p>`
    }
  </section>`;
}

function logOf(id: string): string {
  return `${LIST}/webhooks/${id}?tab=deliveries`;
}
