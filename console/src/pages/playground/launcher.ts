import { page } from "../../base";
import { html } from "../../html";
import { Page } from "../../ui/page";
import { APIS, addressOf, SCHEMAS } from "./schemas";
import { Reality } from "./warning";

/** The choice of a playground. */
export function Launcher() {
  return html`<${Page} title="Playground" lead="Try the APIs with your own data. Nothing has to be installed.">
    <${Reality} />
    ${SCHEMAS.map(
      (schema) => html`<section class="section" key=${schema.key} aria-labelledby="schema-${schema.key}">
        <h2 id="schema-${schema.key}">${schema.label}</h2>
        <p class="lead">${schema.holds}</p>
        <ul class="launchers">
          ${APIS.map(
            (api) => html`<li key=${api.key}><a class="launcher" href=${page(addressOf(api.key, schema))}>
              <strong><span class="visually-hidden">${schema.label} </span>${api.label}</strong>
              <span>${api.offers}</span>
            </a></li>`,
          )}
        </ul>
      </section>`,
    )}
  <//>`;
}
