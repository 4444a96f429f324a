/** How a webhook does, with its switch and its test. */

import { useState } from "preact/hooks";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Notice } from "../../ui/states";
import { Moment } from "../../ui/time";
import { toast } from "../../ui/toast";
import { updateWebhook, type Webhook } from "./api";
import { TestDialog } from "./trial";
import { type Mark, markOf } from "./words";

export function Badge({ mark }: { mark: Mark }) {
  return html`<span class="badge ${mark.kind}">${mark.label}</span>`;
}

interface StateProps {
  readonly webhook: Webhook;
  readonly reload: () => Promise<void>;
}

/** The buttons at the top of a webhook's page. */
export function StateActions({ webhook, reload }: StateProps) {
  const [open, setOpen] = useState<"" | "test" | "off">("");
  const close = () => setOpen("");
  async function turn(isEnabled: boolean) {
    await updateWebhook(webhook.id, { isEnabled });
    await reload();
    toast(isEnabled ? "The webhook is switched on." : "The webhook is switched off.");
  }
  return html`
    ${
      webhook.isEnabled
        ? html`<button type="button" class="button" onClick=${() => setOpen("off")}>Switch off…</button>`
        : html`<${ActionButton} action=${() => turn(true)}>Switch on<//>`
    }
    <button type="button" class="button primary" onClick=${() => setOpen("test")}>Send test event…</button>
    ${open === "test" && html`<${TestDialog} webhook=${webhook} onClose=${close} />`}
    ${
      open === "off" &&
      html`<${Confirm} title="Switch the webhook off" confirm="Switch off" onConfirm=${() => turn(false)} onClose=${close}>
        <p>Nothing is sent until it is switched on again. Up to 10,000 events wait for that and go out then.</p>
      <//>`
    }
  `;
}

/** What there is to know about the state; nothing while all is well. */
export function StateNotice({ webhook, reload }: StateProps) {
  const { isEnabled, disabledReason, pausedUntil, failingSince, lastSuccessAt } = webhook;
  const last =
    lastSuccessAt === null
      ? "Nothing has arrived yet."
      : html`The last one arrived <${Moment} at=${lastSuccessAt} time />.`;
  if (!isEnabled)
    return html`<${Notice} kind="danger"><p>${disabledReason === null ? "This webhook is switched off" : html`Icosa has switched this webhook off: ${sentence(disabledReason)}`}.
      Events wait until it is switched on. ${disabledReason !== null && last}</p><//>`;
  if (pausedUntil !== null)
    return html`<${Notice} kind="warning"><p>Deliveries fail since <${Moment} at=${failingSince ?? pausedUntil} time />, so the webhook is paused:
      one is tried again <${Moment} at=${pausedUntil} time />, the others wait for it. ${last}</p>
      <${ActionButton} small action=${() => resume(webhook.id, reload)}>Try now<//><//>`;
  if (failingSince !== null)
    return html`<${Notice} kind="warning"><p>Deliveries fail since <${Moment} at=${failingSince} time />. ${last}</p><//>`;
  return "";
}

/** A reason as the rest of a sentence. */
function sentence(reason: string): string {
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

/** Switching on what is on ends its pause. */
async function resume(id: string, reload: () => Promise<void>) {
  await updateWebhook(id, { isEnabled: true });
  await reload();
  toast("The webhook is tried again.");
}

/** The mark beside the title. */
export function WebhookBadge({ webhook }: { webhook: Webhook }) {
  return html`<${Badge} mark=${markOf(webhook)} />`;
}
