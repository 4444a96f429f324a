/** The keys that have a role, and giving it to others. */

import { useState } from "preact/hooks";
import { useLoaded } from "../../api/load";
import { page } from "../../base";
import { caller, can, isOwn, lacking, loadCaller } from "../../caller";
import { html } from "../../html";
import { Confirm, Dialog } from "../../ui/dialog";
import { Empty, Notice, Ready } from "../../ui/states";
import { Table } from "../../ui/table";
import { toast } from "../../ui/toast";
import { type ApiKey, assignRole, readKeys } from "../keys/api";
import { lifeLeft } from "../keys/expiry";
import { matches } from "../model/logic/text";
import type { Editor } from "./editor";
import type { Role, RoleKey } from "./logic/role";
import { reloadRoles } from "./store";

const FLAG = "API_KEYS_AND_WEBHOOKS";

export function AssignmentTab({ editor: { role } }: { editor: Editor }) {
  if (role === null) return null;
  if (!role.canBeAssignedToApiKeys && role.apiKeys.length === 0) {
    return html`<${Empty} title="Not for keys">This role is not for API keys. Its settings can change that.<//>`;
  }
  return html`<${Keys} role=${role} />`;
}

function Keys({ role }: { role: Role }) {
  const [query, setQuery] = useState("");
  const [adding, setAdding] = useState(false);
  const shown = role.apiKeys.filter((each) => matches(query, each.name));
  const mayAdd = can(FLAG) && role.canBeAssignedToApiKeys;
  return html`
    <div class="toolbar">
      <input type="search" aria-label="Search keys" placeholder="Search keys" value=${query}
        onInput=${(event: Event) => setQuery((event.target as HTMLInputElement).value)} />
      ${mayAdd && html`<button type="button" class="button" onClick=${() => setAdding(true)}>Give to a key</button>`}
    </div>
    ${!can(FLAG) && html`<${Notice}>${lacking(FLAG)} Without it you cannot give the role to keys.<//>`}
    ${
      role.apiKeys.length === 0
        ? html`<${Empty} title="No key has this role">Keys get it when they are made, or here.<//>`
        : shown.length === 0
          ? html`<${Empty} title="No key found">No key of this role has “${query}” in its name.<//>`
          : html`<${Table} caption="Keys with this role" rows=${shown} rowKey=${(each: RoleKey) => each.id} sortedBy="name" columns=${COLUMNS} />`
    }
    ${role.apiKeys.length > 0 && html`<p class="quiet">Every key has one role. To take this one from a key, give it another.</p>`}
    ${adding && html`<${Picker} role=${role} onClose=${() => setAdding(false)} />`}
  `;
}

const COLUMNS = [
  {
    key: "name",
    label: "Key",
    sort: (each: RoleKey) => each.name,
    cell: (each: RoleKey) => html`<span class="role-name">
      ${can(FLAG) ? html`<a href=${page(`settings/api-webhooks/apis/${each.id}`)}>${each.name}</a>` : each.name}
      ${isOwn(each.id) && html`<span class="badge">Yours</span>`}</span>`,
  },
  {
    key: "ends",
    label: "Ends",
    sort: (each: RoleKey) => each.expiresAt,
    cell: (each: RoleKey) => lifeLeft(each.expiresAt, new Date()),
  },
];

function Picker({ role, onClose }: { role: Role; onClose: () => void }) {
  const keys = useLoaded(readKeys);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<ApiKey | null>(null);

  async function give() {
    if (chosen === null) return;
    await assignRole(chosen.id, role.id);
    await reloadRoles();
    toast(`“${chosen.name}” has the role “${role.label}” now.`);
    if (isOwn(chosen.id) || role.id === caller.value?.role.id) await loadCaller();
    onClose();
  }

  if (chosen !== null) {
    return html`<${Confirm} title="Give “${role.label}” to “${chosen.name}”" confirm="Change role" onConfirm=${give} onClose=${() => setChosen(null)}>
      <p>“${chosen.name}” has ${
        chosen.role === null
          ? "a role that was deleted"
          : html`the role <a href=${page(`settings/roles/${chosen.role.id}`)}>${chosen.role.label}</a>`
      }. It loses what that one may do, from the next call on.</p>
      ${isOwn(chosen.id) && html`<p><strong>This is the key that you are signed in with.</strong></p>`}
    <//>`;
  }
  const actions = html`<button type="button" class="button" onClick=${onClose}>Cancel</button>`;
  return html`<${Dialog} title="Give the role to a key" onClose=${onClose} actions=${actions}>
    <${Ready} of=${keys}>${(all: readonly ApiKey[]) => {
      const others = all.filter((each) => each.role?.id !== role.id);
      const shown = others.filter((each) => matches(query, each.name, each.role?.label ?? ""));
      return html`
        <input type="search" aria-label="Search keys without this role" placeholder="Search keys" value=${query} autofocus
          onInput=${(event: Event) => setQuery((event.target as HTMLInputElement).value)} />
        <ul class="pick-list">
          ${shown.map(
            (
              each,
            ) => html`<li key=${each.id}><button type="button" class="link-button" onClick=${() => setChosen(each)}>${each.name}</button>
            <span class="quiet">${each.role?.label ?? "No role"}</span></li>`,
          )}
          ${shown.length === 0 && html`<li class="quiet">${others.length === 0 ? "All keys have this role." : "No key found."}</li>`}
        </ul>`;
    }}<//>
  <//>`;
}
