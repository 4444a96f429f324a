/** All roles, and which of them is the default. */

import { useState } from "preact/hooks";
import { page } from "../../base";
import { caller } from "../../caller";
import { html } from "../../html";
import { SelectField } from "../../ui/fields";
import { NeedsFlag, Page } from "../../ui/page";
import { Empty, Ready } from "../../ui/states";
import { Table } from "../../ui/table";
import { toast, toastError } from "../../ui/toast";
import { counted, matches } from "../model/logic/text";
import { type Roles, setDefaultRole } from "./api";
import { draftOf, type Role } from "./logic/role";
import { summary } from "./logic/words";
import { CREATE, isUnsaved, reloadRoles, useRoles } from "./store";

const LEAD = "What API keys may do. Every key has one role.";

export function RolesPage() {
  return html`<${NeedsFlag} flag="ROLES" title="Roles"><${List} /><//>`;
}

function List() {
  const roles = useRoles();
  const create = html`<a class="button primary" href=${page(`settings/roles/${CREATE}`)}>Create role</a>`;
  return html`<${Page} title="Roles" lead=${LEAD} actions=${create}>
    <${Ready} of=${roles}>${(data: Roles) => html`<${All} roles=${data} /><${DefaultRole} roles=${data} />`}<//>
  <//>`;
}

function All({ roles }: { roles: Roles }) {
  const [query, setQuery] = useState("");
  const shown = roles.list.filter((each) => matches(query, each.label, each.description ?? ""));
  return html`
    <div class="toolbar">
      <input type="search" aria-label="Search roles" placeholder="Search roles" value=${query}
        onInput=${(event: Event) => setQuery((event.target as HTMLInputElement).value)} />
      ${isUnsaved(CREATE) && html`<a href=${page(`settings/roles/${CREATE}`)}>Go on with the new role</a>`}
    </div>
    ${
      shown.length === 0
        ? html`<${Empty} title="No roles found">No role has “${query}” in its name or description.<//>`
        : html`<${Table} caption="Roles" rows=${shown} rowKey=${(role: Role) => role.id} sortedBy="label"
            columns=${columns(roles.defaultId)} />`
    }`;
}

function columns(defaultId: string | null) {
  return [
    {
      key: "label",
      label: "Role",
      sort: (role: Role) => role.label,
      cell: (role: Role) => html`<span class="role-name">
        <a href=${page(`settings/roles/${role.id}`)}>${role.label}</a>
        ${role.id === caller.value?.role.id && html`<span class="badge">Yours</span>`}
        ${role.id === defaultId && html`<span class="badge">Default</span>`}
        ${!role.isEditable && html`<span class="badge">Built in</span>`}
        ${isUnsaved(role.id) && html`<span class="badge warning">Unsaved changes</span>`}
      </span>`,
    },
    { key: "may", label: "May", cell: (role: Role) => summary(draftOf(role)) },
    {
      key: "keys",
      label: "Used by",
      sort: (role: Role) => role.apiKeys.length,
      cell: (role: Role) =>
        role.apiKeys.length > 0
          ? counted(role.apiKeys.length, "key")
          : role.canBeAssignedToApiKeys
            ? "No key"
            : html`<span class="quiet">Not for keys</span>`,
    },
  ];
}

function DefaultRole({ roles }: { roles: Roles }) {
  const [busy, setBusy] = useState(false);
  async function choose(id: string) {
    setBusy(true);
    try {
      await setDefaultRole(id);
      toast("The default role was changed.");
    } catch (error) {
      toastError(error);
    } finally {
      await reloadRoles();
      setBusy(false);
    }
  }
  return html`<section class="section" aria-labelledby="default-role">
    <h2 id="default-role">Default role</h2>
    <${SelectField} label="Keys get this role when theirs is deleted" value=${roles.defaultId ?? ""} disabled=${busy}
      onChange=${choose} choices=${roles.list.map(({ id, label }) => ({ value: id, label }))} />
  </section>`;
}
