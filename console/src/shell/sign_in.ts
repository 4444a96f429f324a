/** The page that shows as long as nobody is signed in. */

import { useEffect, useState } from "preact/hooks";
import { rest } from "../api/http";
import { asApiError } from "../api/load";
import { caller } from "../caller";
import { forgetObjects } from "../data/objects";
import { html } from "../html";
import { begin, reason, type Session } from "../session";
import { CheckField, TextField } from "../ui/fields";
import { Mark } from "./frame";
import { problem } from "./token";

export function SignIn() {
  const [key, setKey] = useState("");
  const [keep, setKeep] = useState(true);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    caller.value = null;
    forgetObjects();
    document.title = "Sign in · Icosa";
    const code = takeCode();
    if (code) void exchange({ code }, "");
  }, []);

  async function exchange(body: { code?: string }, token: string) {
    setBusy(true);
    setError("");
    try {
      const headers = token ? { Authorization: `Bearer ${token}` } : {};
      begin(await rest<Session>("console/session", { method: "POST", body, headers }), keep);
    } catch (failure) {
      setError(asApiError(failure).message);
      setBusy(false);
    }
  }

  async function submit(event: Event) {
    event.preventDefault();
    const token = key.trim().replace(/^Bearer\s+/i, "");
    const wrong = problem(token);
    if (wrong) setError(wrong);
    else await exchange({}, token);
  }

  return html`<main class="sign-in">
    <h1><${Mark} /> Sign in to Icosa</h1>
    ${reason.value && html`<div class="notice warning" role="status">${reason.value}</div>`}
    <form onSubmit=${submit} novalidate>
      <${TextField} label="API key" type="password" value=${key} onInput=${setKey} error=${error} code autofocus
        hint="Exchanged for a session of twelve hours. The key itself is not kept." />
      <${CheckField} label="Keep me signed in in this tab" checked=${keep} onChange=${setKeep}
        hint="Otherwise a reload of the page signs you out." />
      <button type="submit" class="button primary wide" disabled=${busy} aria-busy=${busy}>Sign in</button>
    </form>
    <p class="hint">No key yet? An administrator of the workspace makes one, or a sign-in link. <code>make dev</code> prints
      such a link for the local workspace.</p>
  </main>`;
}

/** The one-time code in the address, which is removed from it before anything else happens. */
function takeCode(): string {
  const code = new URLSearchParams(window.location.hash.slice(1)).get("code") ?? "";
  if (code) history.replaceState(null, "", window.location.pathname + window.location.search);
  return code;
}
