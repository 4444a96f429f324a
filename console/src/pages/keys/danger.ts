/** Ending a key, and taking that back. */

import { useState } from "preact/hooks";
import { isOwn } from "../../caller";
import { html } from "../../html";
import { end } from "../../session";
import { ActionButton } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { toast } from "../../ui/toast";
import { type ApiKey, revokeKey, updateKey } from "./api";

interface DangerSectionProps {
  readonly apiKey: ApiKey;
  readonly reload: () => Promise<void>;
  readonly onDeleted: () => void;
}

export function DangerSection({ apiKey, reload, onDeleted }: DangerSectionProps) {
  const [asking, setAsking] = useState(false);
  const own = isOwn(apiKey.id);

  async function remove() {
    await revokeKey(apiKey.id);
    if (own) return end("You deleted the key that you were signed in with. Sign in with another one.");
    toast(`The key “${apiKey.name}” was deleted.`);
    onDeleted();
  }
  async function restore() {
    await updateKey(apiKey.id, { revokedAt: null });
    await reload();
    toast("The key is back.");
  }

  if (apiKey.revokedAt !== null) {
    return html`<section class="section" aria-labelledby="restore">
      <h2 id="restore">Restore</h2>
      <p>Brings the key back with its name and role. Tokens that have not ended themselves work again.</p>
      <${ActionButton} action=${restore}>Restore key<//>
    </section>`;
  }
  return html`<section class="section danger-zone" aria-labelledby="danger">
    <h2 id="danger">Danger zone</h2>
    <p>Scripts that use this key will get 403, from the next call on.${own && " You are signed in with this key: you will be signed out."}</p>
    <button type="button" class="button danger" onClick=${() => setAsking(true)}>Delete key…</button>
    ${
      asking &&
      html`<${Confirm} title="Delete “${apiKey.name}”" confirm="Delete key" word="yes" onConfirm=${remove} onClose=${() => setAsking(false)}>
        <p>Scripts that use this key will get 403.${own && " You will be signed out: this is the key that you are signed in with."}</p>
      <//>`
    }
  </section>`;
}
