/** Fields of the forms of keys. */

import type { ComponentChildren } from "preact";
import { page } from "../../base";
import { can } from "../../caller";
import { html } from "../../html";
import { SelectField } from "../../ui/fields";
import type { KeyRole, RoleOfKey } from "./api";
import { LIVES, NEVER } from "./expiry";

interface RoleFieldProps {
  readonly roles: readonly KeyRole[];
  /** What the key has; left out of a new key. */
  readonly present?: RoleOfKey | null;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
  /** Why it is disabled, or where to learn more. */
  readonly hint?: ComponentChildren;
}

/** The role of a key, with a word when it may do everything. */
export function RoleField({ roles, present, value, onChange, disabled = false, hint = "" }: RoleFieldProps) {
  const chosen = roles.find((each) => each.id === value);
  const more =
    roles.length === 1 && can("ROLES") && html`<a href=${page("settings/roles/create")}>Make a role for keys</a>`;
  return html`<${SelectField} label="Role" required disabled=${disabled} value=${value} onChange=${onChange}
    choices=${choicesOf(roles, present)} hint=${html`${chosen ? meaning(chosen) : ""} ${hint} ${more}`} />`;
}

/** The roles, and before them what a key has that is none of them: none at all, or one that keys get no more. */
function choicesOf(roles: readonly KeyRole[], present: RoleOfKey | null | undefined) {
  const choices = roles.map(({ id, label }) => ({ value: id, label }));
  if (present === undefined || choices.some((each) => each.value === present?.id)) return choices;
  return [{ value: present?.id ?? "", label: present?.label ?? "None" }, ...choices];
}

function meaning(role: KeyRole): ComponentChildren {
  if (role.all)
    return caution(`${role.label} may read, change and destroy everything, settings included. Most keys need less.`);
  return role.description ?? "";
}

/** A word before a choice that one may regret. */
function caution(text: string) {
  return html`<span class="caution">${text}</span>`;
}

interface LifeFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** When a key ends. */
export function LifeField({ label, value, onChange }: LifeFieldProps) {
  const hint =
    value === NEVER
      ? caution("A key without an end works until somebody deletes it, also when it has leaked unnoticed.")
      : "Then its tokens are refused. The end can be changed later.";
  return html`<${SelectField} label=${label} value=${value} onChange=${onChange} choices=${LIVES} hint=${hint} />`;
}
