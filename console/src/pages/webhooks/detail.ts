/** The page of one webhook. */

import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useLoaded } from "../../api/load";
import { page } from "../../base";
import { html } from "../../html";
import { Confirm } from "../../ui/dialog";
import { SaveForm } from "../../ui/form";
import { NeedsFlag, NotFound, Page } from "../../ui/page";
import { Ready } from "../../ui/states";
import { type Tab, Tabs, useTab } from "../../ui/tabs";
import { Moment } from "../../ui/time";
import { toast } from "../../ui/toast";
import { isId } from "../ids";
import { deleteWebhook, readWebhook, updateWebhook, type Webhook } from "./api";
import { Deliveries } from "./deliveries";
import { changesOf, draftOf, isValid, WebhookFields } from "./fields";
import { HeadersSection } from "./headers";
import { SecretSection } from "./secret";
import { StateActions, StateNotice, WebhookBadge } from "./state";
import { hostOf } from "./target";

const LIST = "settings/api-webhooks";
const TITLE = "Webhook";
const TABS: readonly Tab[] = [
  { key: "settings", label: "Settings" },
  { key: "deliveries", label: "Deliveries" },
];

export function WebhookDetail({ id }: { id: string }) {
  return html`<${NeedsFlag} flag="API_KEYS_AND_WEBHOOKS" title=${TITLE}><${Loading} key=${id} id=${id} /><//>`;
}

function Loading({ id }: { id: string }) {
  const webhook = useLoaded(async () => ({ found: isId(id) ? await readWebhook(id) : null }), [id]);
  if (webhook.data === null)
    return html`<${Page} title=${TITLE} crumbs=${crumbs(TITLE)}><${Ready} of=${webhook}>${() => ""}<//><//>`;
  if (webhook.data.found === null) return html`<${NotFound} what="webhook" back=${LIST} label="All webhooks" />`;
  return html`<${Detail} webhook=${webhook.data.found} reload=${webhook.reload} />`;
}

interface DetailProps {
  readonly webhook: Webhook;
  readonly reload: () => Promise<void>;
}

function Detail({ webhook, reload }: DetailProps) {
  const host = hostOf(webhook.targetUrl);
  const lead = html`<${WebhookBadge} webhook=${webhook} /> Made <${Moment} at=${webhook.createdAt} /> · changed <${Moment} at=${webhook.updatedAt} /> · id <code>${webhook.id}</code>`;
  const tab = useTab(TABS);
  const actions = html`<${StateActions} webhook=${webhook} reload=${reload} />`;
  return html`<${Page} title=${host} crumbs=${crumbs(host)} lead=${lead} actions=${actions}>
    <${StateNotice} webhook=${webhook} reload=${reload} />
    <${Tabs} tabs=${TABS} label="Parts of the webhook" />
    ${
      tab === "deliveries"
        ? html`<${Deliveries} webhookId=${webhook.id} />`
        : html`<${EditSection} webhook=${webhook} reload=${reload} />
            <${HeadersSection} webhook=${webhook} reload=${reload} />
            <${SecretSection} webhook=${webhook} reload=${reload} />
            <${DangerSection} id=${webhook.id} host=${host} />`
    }
  <//>`;
}

function EditSection({ webhook, reload }: DetailProps) {
  const [draft, setDraft] = useState(() => draftOf(webhook));
  useEffect(() => setDraft(draftOf(webhook)), [webhook]);
  const changes = changesOf(draft, webhook);
  const dirty = Object.keys(changes).length > 0;
  async function save() {
    await updateWebhook(webhook.id, changes);
    await reload();
    toast("The webhook was changed.");
  }
  return html`<section class="section" aria-label="Settings">
    <${SaveForm} dirty=${dirty} valid=${isValid(draft)} onSave=${save} onCancel=${dirty ? () => setDraft(draftOf(webhook)) : undefined}>
      <${WebhookFields} draft=${draft} onChange=${setDraft} />
    <//>
  </section>`;
}

function DangerSection({ id, host }: { id: string; host: string }) {
  const { route } = useLocation();
  const [asking, setAsking] = useState(false);
  async function remove() {
    await deleteWebhook(id);
    toast(`The webhook to ${host} was deleted.`);
    route(page(LIST), true);
  }
  return html`<section class="section danger-zone" aria-labelledby="danger">
    <h2 id="danger">Danger zone</h2>
    <p>Its events will not be posted to ${host} any more, and it cannot be brought back.</p>
    <button type="button" class="button danger" onClick=${() => setAsking(true)}>Delete webhook…</button>
    ${
      asking &&
      html`<${Confirm} title="Delete the webhook to ${host}" confirm="Delete webhook" word="yes" onConfirm=${remove} onClose=${() => setAsking(false)}>
        <p>Its events and its secret are gone for good.</p>
      <//>`
    }
  </section>`;
}

function crumbs(host: string) {
  return [{ label: "APIs & Webhooks", path: LIST }, { label: host }];
}
