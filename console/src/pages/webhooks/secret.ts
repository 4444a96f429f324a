/** The secret of a webhook: masked until one asks, changed, rolled; and how a receiver uses it. */

import { useState } from "preact/hooks";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { CodeBlock, CopyField } from "../../ui/copy";
import { Confirm } from "../../ui/dialog";
import { TextField } from "../../ui/fields";
import { toast } from "../../ui/toast";
import { LIMITS, readSecret, updateWebhook } from "./api";
import { SAMPLES } from "./samples";

/** Bytes of a secret that is made up here; the server makes as many. */
const RANDOM_BYTES = 32;

/** What is about to happen to the secret. */
type Step = "" | "change" | "roll";

export function SecretSection({ id }: { id: string }) {
  const [secret, setSecret] = useState<string | null>(null);
  const [step, setStep] = useState<Step>("");

  async function save(next: string) {
    await updateWebhook(id, { secret: next });
    setSecret(next);
    toast(next === "" ? "The webhook has no secret now." : "The webhook has a new secret.");
  }
  const close = () => setStep("");

  return html`<section class="section" aria-labelledby="secret">
    <h2 id="secret">Secret</h2>
    <p>Signs what is sent, so that the receiver can tell it from forgeries.</p>
    ${secret !== null && html`<${Shown} secret=${secret} />`}
    <div class="actions">
      ${
        secret === null
          ? html`<${ActionButton} action=${async () => setSecret(await readSecret(id))}>Reveal secret<//>`
          : html`<button type="button" class="button" onClick=${() => setSecret(null)}>Hide secret</button>`
      }
      <button type="button" class="button" onClick=${() => setStep("roll")}>Roll secret…</button>
      <button type="button" class="button" onClick=${() => setStep("change")}>Set secret…</button>
    </div>
    <details class="usage"><summary>How a receiver checks the signature</summary>
      <p>Each delivery has the headers <code>X-Twenty-Webhook-Timestamp</code> and <code>X-Twenty-Webhook-Signature</code>,
        as Twenty's have. The signature is made of the secret, the timestamp and the body as it arrived.</p>
      ${SAMPLES.map(({ language, code }) => html`<h3>${language}</h3><${CodeBlock} key=${language} label="${language} code" code=${code} />`)}
    </details>
    ${step === "roll" && html`<${Roll} save=${save} onClose=${close} />`}
    ${step === "change" && html`<${Change} save=${save} onClose=${close} />`}
  </section>`;
}

function Shown({ secret }: { secret: string }) {
  if (secret === "") return html`<p>There is none: what is sent is not signed.</p>`;
  return html`<${CopyField} label="Secret of this webhook" value=${secret} />`;
}

interface StepProps {
  readonly save: (secret: string) => Promise<void>;
  readonly onClose: () => void;
}

function Roll({ save, onClose }: StepProps) {
  return html`<${Confirm} title="Roll the secret" confirm="Roll secret" word="yes" onConfirm=${() => save(random())} onClose=${onClose}>
    <p>A new secret takes the place of the present one at once. The receiver refuses what is sent until it has the new one.</p>
  <//>`;
}

function Change({ save, onClose }: StepProps) {
  const [next, setNext] = useState("");
  return html`<${Confirm} title="Set the secret" confirm=${next === "" ? "Remove secret" : "Set secret"} word="yes"
    onConfirm=${() => save(next)} onClose=${onClose}>
    <p>The receiver refuses what is sent until it has the same secret.</p>
    <${TextField} label="New secret" type="password" code autofocus value=${next} onInput=${setNext} maxLength=${LIMITS.secret}
      hint=${next === "" ? "Left blank, nothing is signed any more: everybody who knows the URL can post to it." : ""} />
  <//>`;
}

function random(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
