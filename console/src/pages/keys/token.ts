/** The token of a key: shown once, made anew, replaced. */

import { useId, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { asApiError } from "../../api/load";
import { page } from "../../base";
import { can, isOwn, lacking, loadCaller } from "../../caller";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { CopyField } from "../../ui/copy";
import { Confirm } from "../../ui/dialog";
import { Notice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { type ApiKey, continueWith, makeToken, regenerate } from "./api";
import { hasEnded } from "./expiry";
import { fresh, useFresh } from "./fresh";
import { Usage } from "./usage";

interface TokenSectionProps {
  readonly apiKey: ApiKey;
  readonly reload: () => Promise<void>;
}

export function TokenSection({ apiKey, reload }: TokenSectionProps) {
  const shown = useFresh(apiKey.id);
  const [asking, setAsking] = useState(false);
  const ended = hasEnded(apiKey.expiresAt, new Date());

  async function another() {
    fresh.value = { keyId: apiKey.id, token: await makeToken(apiKey.id, apiKey.expiresAt) };
    toast("There is a new token. Copy it now.");
  }

  return html`<section class="section" aria-labelledby="token">
    <h2 id="token">Token</h2>
    ${
      shown?.token
        ? html`<${Notice} kind="success">Copy this token now. It is not stored and cannot be shown again.<//>
          <${CopyField} label="Token" value=${shown.token} />`
        : html`<p>Programs send a token of this key. Tokens are shown once, when they are made, and are not stored.</p>`
    }
    ${shown?.problem && html`<${Notice} kind="warning">${shown.problem}<//>`}
    <div class="actions">
      ${!ended && html`<${ActionButton} action=${another}>${shown?.token === "" ? "Make the token" : "New token for this key"}<//>`}
      ${(!ended || can("ROLES")) && html`<button type="button" class="button" onClick=${() => setAsking(true)}>Regenerate…</button>`}
    </div>
    <p class="hint">${ended ? "An expired key gets no more tokens." : "A new token works beside the ones that exist, until the key ends."}
      ${" "}Regenerate when a token may have leaked: all others end at once.</p>
    <${Usage} token=${shown?.token ?? ""} />
    ${asking && html`<${Regenerate} apiKey=${apiKey} ended=${ended} reload=${reload} onClose=${() => setAsking(false)} />`}
  </section>`;
}

interface RegenerateProps extends TokenSectionProps {
  readonly ended: boolean;
  readonly onClose: () => void;
}

function Regenerate({ apiKey, ended, reload, onClose }: RegenerateProps) {
  const { route } = useLocation();
  const [keepId, setKeepId] = useState(!ended);

  async function confirmed() {
    const own = isOwn(apiKey.id);
    const made = await regenerate(apiKey.id, keepId);
    fresh.value = { keyId: made.id, token: made.token };
    if (own && !(await goOn(made.token))) return;
    if (keepId) await reload();
    else route(page(`settings/api-webhooks/apis/${made.id}`), true);
    toast(keepId ? "The key has a new token, the others have ended." : "A new key has replaced the old one.");
  }

  const mayReplace = can("ROLES");
  return html`<${Confirm} title="Regenerate “${apiKey.name}”" confirm="Regenerate" word="yes" onConfirm=${confirmed} onClose=${onClose}>
    <p>Programs that use a token of this key will get 401 or 403 until they have the new one.
      ${isOwn(apiKey.id) && " You are signed in with this key: this tab goes on with the new token, other tabs are signed out."}</p>
    <fieldset class="choices">
      <legend class="label">The new token belongs to</legend>
      <${Kind} checked=${keepId} disabled=${ended} onChange=${() => setKeepId(true)} label="the same key"
        hint=${ended ? "An expired key gets no more tokens." : "Its id stays, and so does what refers to it."} />
      <${Kind} checked=${!keepId} disabled=${!mayReplace} onChange=${() => setKeepId(false)} label="a new key"
        hint=${mayReplace ? "With the same name, role and span of life. This key is deleted." : lacking("ROLES")} />
    </fieldset>
  <//>`;
}

/** Sign in with the new token; when that fails, keep the page open, because the token is only here. */
async function goOn(token: string): Promise<boolean> {
  try {
    await continueWith(token);
    await loadCaller();
    return true;
  } catch (error) {
    const shown = fresh.peek();
    const problem = `Your session has ended with the old token (${asApiError(error).message}) Copy the new one and sign in with it.`;
    if (shown) fresh.value = { ...shown, problem };
    return false;
  }
}

interface KindProps {
  readonly label: string;
  readonly hint: string;
  readonly checked: boolean;
  readonly disabled: boolean;
  readonly onChange: () => void;
}

function Kind({ label, hint, checked, disabled, onChange }: KindProps) {
  const described = useId();
  return html`<div class="check-field"><label><input type="radio" name="kind" checked=${checked} disabled=${disabled}
    aria-describedby=${described} onChange=${onChange} /><span>${label}</span></label>
    <p class="hint" id=${described}>${hint}</p></div>`;
}
