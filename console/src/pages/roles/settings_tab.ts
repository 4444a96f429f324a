/** A role's name, description and icon, who it is for, and its end. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import { html } from "../../html";
import { Confirm } from "../../ui/dialog";
import { CheckField, TextArea, TextField } from "../../ui/fields";
import { toast } from "../../ui/toast";
import { counted } from "../model/logic/text";
import { deleteRole, type Roles } from "./api";
import type { Editor } from "./editor";
import { TARGETS } from "./logic/role";
import { labelProblem, targetProblem } from "./logic/save";
import { dropDraft, reloadRoles } from "./store";

const ICONS = [
  "IconUser",
  "IconUserCog",
  "IconKey",
  "IconLock",
  "IconShield",
  "IconEye",
  "IconRobot",
  "IconPlug",
  "IconDatabase",
];

interface TabProps {
  readonly editor: Editor;
  readonly roles: Roles;
}

export function SettingsTab({ editor, roles }: TabProps) {
  const { draft, editable, change, isNew, dirty, stored } = editor;
  const empty = isNew && draft.label === stored.label ? "" : labelProblem(draft.label);
  return html`
    <form class="save-form" onSubmit=${(event: Event) => {
      event.preventDefault();
      if (dirty) void editor.save();
    }} novalidate>
      <${TextField} label="Name" required disabled=${!editable} value=${draft.label} autofocus=${isNew}
        error=${editable ? empty || editor.labelTaken : ""} onInput=${(label: string) => change({ ...draft, label })} />
      <${TextArea} label="Description" disabled=${!editable} value=${draft.description}
        hint="What the role is for. Shown where keys get it." onInput=${(description: string) => change({ ...draft, description })} />
      <${TextField} label="Icon" code disabled=${!editable} value=${draft.icon} suggestions=${ICONS}
        hint="Its name among the Tabler icons, for clients that show icons." onInput=${(icon: string) => change({ ...draft, icon })} />
      <fieldset class="group" aria-describedby=${targetProblem(draft) ? "target-problem" : undefined}>
        <legend class="label">Who may have it</legend>
        ${TARGETS.map(
          ({
            key,
            label,
          }) => html`<${CheckField} key=${key} label=${label} checked=${draft.targets[key]} disabled=${!editable}
          onChange=${(chosen: boolean) => change({ ...draft, targets: { ...draft.targets, [key]: chosen } })} />`,
        )}
        ${targetProblem(draft) && html`<p class="error" id="target-problem">${targetProblem(draft)}</p>`}
        <p class="hint">Only API keys call this API. Users and agents are kept for clients that know them.</p>
      </fieldset>
      <button type="submit" hidden disabled=${!dirty || editor.problems.length > 0}>Save with Enter</button>
    </form>
    ${editor.role !== null && editable && html`<${Danger} editor=${editor} roles=${roles} />`}
  `;
}

function Danger({ editor, roles }: TabProps) {
  const { route } = useLocation();
  const [asking, setAsking] = useState(false);
  const { role, roleId } = editor;
  if (role === null) return null;
  const fallback = roles.list.find((each) => each.id === roles.defaultId);
  const reason = obstacle(roleId, role.apiKeys.length, roles);
  const moved =
    role.apiKeys.length === 0
      ? "No key has it."
      : `${counted(role.apiKeys.length, "key")} will get the default role ${fallback?.label ?? ""}, at once.`;

  async function remove() {
    await deleteRole(roleId);
    dropDraft(roleId);
    await reloadRoles();
    toast(`The role “${role?.label}” was deleted.`);
    route(page("settings/roles"), true);
  }

  return html`<section class="section danger-zone" aria-labelledby="danger">
    <h2 id="danger">Danger zone</h2>
    <p>${reason || `Deletes the role. ${moved}`}</p>
    <button type="button" class="button danger" disabled=${reason !== ""} onClick=${() => setAsking(true)}>Delete role…</button>
    ${
      asking &&
      html`<${Confirm} title="Delete “${role.label}”" confirm="Delete role" word="yes" onConfirm=${remove} onClose=${() => setAsking(false)}>
        <p>${moved} This cannot be undone.</p>
      <//>`
    }
  </section>`;
}

/** Why a role cannot be deleted; empty when it can. */
function obstacle(roleId: string, keys: number, roles: Roles): string {
  if (roleId === roles.defaultId) return "This is the default role. Choose another default in the list of roles first.";
  const fallback = roles.list.find((each) => each.id === roles.defaultId);
  if (keys > 0 && !(fallback?.canBeAssignedToApiKeys ?? false)) {
    return `${counted(keys, "key")} would get the default role ${fallback?.label ?? ""}, which is not for keys. Give them another role first, or choose another default.`;
  }
  return "";
}
