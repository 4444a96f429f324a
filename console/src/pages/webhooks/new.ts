/** The page that makes a webhook. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import { html } from "../../html";
import { TextField } from "../../ui/fields";
import { SaveForm } from "../../ui/form";
import { NeedsFlag, Page } from "../../ui/page";
import { toast } from "../../ui/toast";
import { createWebhook, LIMITS } from "./api";
import { type Draft, isValid, NEW_DRAFT, WebhookFields } from "./fields";
import { operationsOf } from "./operations";
import { HowToCheck } from "./receivers";

const LIST = "settings/api-webhooks";
const TITLE = "New webhook";

export function NewWebhook() {
  return html`<${NeedsFlag} flag="API_KEYS_AND_WEBHOOKS" title=${TITLE}>
    <${Page} title=${TITLE} crumbs=${[{ label: "APIs & Webhooks", path: LIST }, { label: TITLE }]}
      lead="A webhook posts changes of records to a URL of yours, and tries again until they arrive.">
      <${Form} />
      <section class="section" aria-labelledby="signatures">
        <h2 id="signatures">Signatures</h2>
        <p>Everything that is sent is signed with the webhook's secret, so that the receiver can tell it from forgeries.</p>
        <${HowToCheck} />
      </section>
    <//>
  <//>`;
}

function Form() {
  const { route } = useLocation();
  const [draft, setDraft] = useState<Draft>(NEW_DRAFT);
  const [secret, setSecret] = useState("");
  async function save() {
    const id = await createWebhook({
      targetUrl: draft.targetUrl.trim(),
      operations: operationsOf(draft.rows),
      description: draft.description.trim() || null,
      ...(secret === "" ? {} : { secret }),
    });
    toast("The webhook was made.");
    route(page(`${LIST}/webhooks/${id}`), true);
  }
  return html`<${SaveForm} save="Create" dirty=${draft !== NEW_DRAFT || secret !== ""} valid=${isValid(draft)} onSave=${save}
    onCancel=${() => route(page(LIST))}>
    <${WebhookFields} draft=${draft} onChange=${setDraft} />
    <${TextField} label="Secret" type="password" code value=${secret} onInput=${setSecret} maxLength=${LIMITS.secret}
      hint="Signs what is sent, so that the receiver can tell it from forgeries. Left blank, a good one is made up." />
  <//>`;
}
