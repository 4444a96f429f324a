import { html } from "../../html";
import { Page } from "../../ui/page";

export function Start() {
  return html`<${Page} title="Roles"></${Page}>`;
}
