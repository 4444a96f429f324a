/** A page that fails does not take the console with it. */

import type { ComponentChildren, ComponentType } from "preact";
import { useErrorBoundary } from "preact/hooks";
import { asApiError } from "../api/load";
import { html } from "../html";
import { Page } from "../ui/page";
import { Failure } from "../ui/states";

/** A page that shows what it raises while it is rendered in place of itself. */
// biome-ignore lint/suspicious/noExplicitAny: as of PageRoute.load.
export function guarded(component: ComponentType<any>): ComponentType<any> {
  return (props) => html`<${Guard} key=${window.location.pathname}><${component} ...${props} /><//>`;
}

function Guard({ children }: { children?: ComponentChildren }) {
  const [error, reset] = useErrorBoundary((failure) => reportError(failure));
  if (error === undefined) return html`${children}`;
  return html`<${Page} title="Something went wrong">
    <${Failure} error=${asApiError(error)} retry=${reset} />
  <//>`;
}

/** A page's component; where its script is not there any more, as after an update of the server, a way to the new one. */
// biome-ignore lint/suspicious/noExplicitAny: as of PageRoute.load.
export async function loaded(load: () => Promise<ComponentType<any>>): Promise<ComponentType<any>> {
  try {
    return await load();
  } catch (failure) {
    reportError(failure);
    return Outdated;
  }
}

function Outdated() {
  return html`<${Page} title="This page could not be loaded">
    <p>The connection failed, or the console was updated since you opened it.</p>
    <p><button type="button" class="button primary" onClick=${() => window.location.reload()}>Reload</button></p>
  <//>`;
}
