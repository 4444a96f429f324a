import { caller } from "../../caller";
import { html } from "../../html";
import { Notice } from "../../ui/states";

/** That calls of a playground are no game: where they go and whose rights they have. */
export function Reality() {
  const who = caller.value;
  if (who === null) return null;
  return html`<${Notice} kind="warning">
    Calls are real. They change <strong>${who.workspace.displayName}</strong> with the rights of the role
    <strong> ${who.role.label}</strong>.
  <//>`;
}
