/** How a receiver tells deliveries from forgeries. */

import { html } from "../../html";
import { CodeBlock } from "../../ui/copy";
import { SAMPLES } from "./samples";

export function HowToCheck() {
  return html`<details class="usage"><summary>How a receiver checks the signature</summary>
    <p>Each delivery is signed twice with the webhook's secret. Check either one, with the body as it arrived, before any parsing.</p>
    ${SAMPLES.map(
      ({ scheme, about, codes }) => html`<section key=${scheme} aria-label=${scheme}>
        <h3>${scheme}</h3><p>${about}</p>
        ${codes.map(({ language, code }) => html`<h4>${language}</h4><${CodeBlock} label="${language} code for ${scheme}" code=${code} />`)}
      </section>`,
    )}
  </details>`;
}
