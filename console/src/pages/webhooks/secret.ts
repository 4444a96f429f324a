/** The secret of a webhook: masked until one asks, changed, rotated; and how a receiver uses it. */

import { useState } from "preact/hooks";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { CopyField } from "../../ui/copy";
import { Confirm } from "../../ui/dialog";
import { TextField } from "../../ui/fields";
import { Notice } from "../../ui/states";
import { Moment } from "../../ui/time";
import { toast } from "../../ui/toast";
import { LIMITS, readSecret, rotateSecret, updateWebhook, type Webhook } from "./api";
import { HowToCheck } from "./receivers";

/** What is about to happen to the secret. */
type Step = "" | "change" | "rotate";

interface SecretSectionProps {
  readonly webhook: Webhook;
  readonly reload: () => Promise<void>;
}

export function SecretSection({ webhook, reload }: SecretSectionProps) {
  const { id, previousSecretExpiresAt: until } = webhook;
  const [secret, setSecret] = useState<string | null>(null);
  const [step, setStep] = useState<Step>("");

  async function save(next: string) {
    await updateWebhook(id, { secret: next });
    setSecret(next);
    await reload();
    toast(next === "" ? "The webhook has no secret now." : "The webhook has a new secret.");
  }
  async function rotate() {
    setSecret(await rotateSecret(id));
    await reload();
    toast("The webhook has a new secret.");
  }
  const close = () => setStep("");

  return html`<section class="section" aria-labelledby="secret">
    <h2 id="secret">Secret</h2>
    <p>Signs what is sent, so that the receiver can tell it from forgeries.</p>
    ${
      until !== null &&
      html`<${Notice}>Until <${Moment} at=${until} time /> deliveries are signed with the secret before this one as well.
        Give the receiver the new one by then.<//>`
    }
    ${secret !== null && html`<${Shown} secret=${secret} />`}
    <div class="actions">
      ${
        secret === null
          ? html`<${ActionButton} action=${async () => setSecret(await readSecret(id))}>Reveal secret<//>`
          : html`<button type="button" class="button" onClick=${() => setSecret(null)}>Hide secret</button>`
      }
      <button type="button" class="button" onClick=${() => setStep("rotate")}>Rotate secret…</button>
      <button type="button" class="button" onClick=${() => setStep("change")}>Set secret…</button>
    </div>
    <${HowToCheck} />
    ${step === "rotate" && html`<${Rotate} rotate=${rotate} onClose=${close} />`}
    ${step === "change" && html`<${Change} save=${save} onClose=${close} />`}
  </section>`;
}

function Shown({ secret }: { secret: string }) {
  if (secret === "") return html`<p>There is none: what is sent is not signed.</p>`;
  return html`<${CopyField} label="Secret of this webhook" value=${secret} />`;
}

function Rotate({ rotate, onClose }: { rotate: () => Promise<void>; onClose: () => void }) {
  return html`<${Confirm} title="Rotate the secret" confirm="Rotate secret" word="yes" onConfirm=${rotate} onClose=${onClose}>
    <p>A new secret is made up and shown. For 24 hours the header <code>webhook-signature</code> has a signature of the old
      one as well. <code>X-Twenty-Webhook-Signature</code> has room for one only: it is the new one's at once.</p>
  <//>`;
}

interface ChangeProps {
  readonly save: (secret: string) => Promise<void>;
  readonly onClose: () => void;
}

function Change({ save, onClose }: ChangeProps) {
  const [next, setNext] = useState("");
  return html`<${Confirm} title="Set the secret" confirm=${next === "" ? "Remove secret" : "Set secret"} word="yes"
    onConfirm=${() => save(next)} onClose=${onClose}>
    <p>The receiver refuses what is sent until it has the same secret.</p>
    <${TextField} label="New secret" type="password" code autofocus value=${next} onInput=${setNext} maxLength=${LIMITS.secret}
      hint=${next === "" ? "Left blank, nothing is signed any more: everybody who knows the URL can post to it." : ""} />
  <//>`;
}
