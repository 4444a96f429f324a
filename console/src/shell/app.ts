/** The whole console: sign-in, or menu and page. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from "preact-iso";
import { useLoaded } from "../api/load";
import { BASE, page } from "../base";
import { caller, loadCaller } from "../caller";
import { html } from "../html";
import { ROUTES } from "../routes";
import { end, session } from "../session";
import { NotFound } from "../ui/page";
import { Failure, Skeleton } from "../ui/states";
import { Toasts } from "../ui/toast";
import { Frame } from "./frame";
import { guarded, loaded } from "./guard";
import { Redirect } from "./redirect";
import { SignIn } from "./sign_in";

const SCOPE = new RegExp(`^${BASE}(?:$|[?#]|(?:settings|playground)(?:[/?#]|$))`);

const PAGES = ROUTES.map(({ path, load, fullScreen }) => ({
  path: page(path),
  component: guarded(lazy(async () => ({ default: await loaded(load) }))),
  fullScreen: fullScreen === true,
}));

export function App() {
  return html`
    ${session.value === null ? html`<${SignIn} />` : html`<${SignedIn} />`}
    <${Toasts} />
  `;
}

function SignedIn() {
  const loaded = useLoaded(loadCaller);
  useEffect(() => endOnTime(), [session.value?.expiresAt]);
  if (caller.value === null) {
    return html`<main class="lonely">
      ${loaded.error ? html`<${Failure} error=${loaded.error} retry=${loaded.reload} />` : html`<${Skeleton} />`}
      ${loaded.error && html`<button type="button" class="button" onClick=${() => end()}>Sign out</button>`}
    </main>`;
  }
  return html`<${LocationProvider} scope=${SCOPE}><${Frame} busy=${opening.value}><${Pages} /><//><//>`;
}

/** A page's script is on its way; the page before stays meanwhile. */
const opening = signal(false);

function Pages() {
  return html`<${ErrorBoundary}>
    <${Router} onLoadStart=${() => set(true)} onLoadEnd=${() => set(false)}>
      <${Route} path=${BASE} component=${Home} />
      <${Route} path=${page("settings")} component=${Home} />
      ${PAGES.map(({ path, component }) => html`<${Route} key=${path} path=${path} component=${component} />`)}
      <${Route} default component=${NotFound} />
    <//>
  <//>`;
}

function set(value: boolean): void {
  opening.value = value;
}

/** Where one arrives: the first page of the menu. */
function Home() {
  return html`<${Redirect} to="settings/api-webhooks" />`;
}

/** Ends the session when its token does. */
function endOnTime(): () => void {
  const left = Date.parse(session.peek()?.expiresAt ?? "") - Date.now();
  // A browser's timer takes 31 bits.
  const timer = setTimeout(() => end("Your session has ended. Sign in again."), Math.min(left, 2 ** 31 - 1));
  return () => clearTimeout(timer);
}
