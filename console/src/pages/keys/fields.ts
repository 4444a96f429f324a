/** Fields of the forms of keys. */

import type { ComponentChildren } from "preact";
import { page } from "../../base";
import { can } from "../../caller";
import { html } from "../../html";
import { SelectField } from "../../ui/fields";
import type { KeyRole } from "./api";
import { LIVES, NEVER } from "./expiry";

interface RoleFieldProps {
  readonly roles: readonly KeyRole[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
  /** Why it is disabled, or where to learn more. */
  readonly hint?: ComponentChildren;
}

/** The role of a key, with a word when it may do everything. */
export function RoleField({ roles, value, onChange, disabled = false, hint = "" }: RoleFieldProps) {
  const chosen = roles.find((each) => each.id === value);
  const choices = roles.map(({ id, label }) => ({ value: id, label }));
  const unknown = value !== "" && chosen === undefined;
  return html`<${SelectField} label="Role" required disabled=${disabled} value=${value} onChange=${onChange}
    choices=${unknown ? [{ value, label: "Another role" }, ...choices] : choices}
    hint=${html`${chosen ? meaning(chosen) : ""} ${hint} ${roles.length === 1 && can("ROLES") && html`<a href=${page("settings/roles/create")}>Make a role for keys</a>`}`} />`;
}

function meaning(role: KeyRole): string {
  if (role.all) return `${role.label} may read, change and destroy everything, settings included. Most keys need less.`;
  return role.description ?? "";
}

interface LifeFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** When a key ends. */
export function LifeField({ label, value, onChange }: LifeFieldProps) {
  return html`<${SelectField} label=${label} value=${value} onChange=${onChange} choices=${LIVES}
    hint=${value === NEVER ? "A key without an end works until somebody deletes it, also when it has leaked unnoticed." : "Afterwards it is refused."} />`;
}
