/** What can be changed of a key: its name, its role, its end. Each is saved by itself. */

import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../../api/load";
import { page } from "../../base";
import { can, isOwn, lacking, loadCaller } from "../../caller";
import { html } from "../../html";
import { Confirm } from "../../ui/dialog";
import { SelectField, TextField } from "../../ui/fields";
import { SaveForm } from "../../ui/form";
import { Ready } from "../../ui/states";
import { day } from "../../ui/time";
import { toast } from "../../ui/toast";
import { type ApiKey, assignRole, type KeyRole, readKeyRoles, updateKey } from "./api";
import { endOf, LIVES, lifeLeft } from "./expiry";
import { RoleField } from "./fields";

interface FormProps {
  readonly apiKey: ApiKey;
  readonly reload: () => Promise<void>;
}

const NAME_LENGTH = 255;

export function NameForm({ apiKey, reload }: FormProps) {
  const [name, setName] = useState(apiKey.name);
  useEffect(() => setName(apiKey.name), [apiKey.name]);
  async function save() {
    await updateKey(apiKey.id, { name: name.trim() });
    await Promise.all([reload(), isOwn(apiKey.id) && loadCaller()]);
    toast("Renamed.");
  }
  return html`<${SaveForm} dirty=${name.trim() !== apiKey.name} valid=${name.trim() !== ""} save="Rename" onSave=${save}>
      <${TextField} label="Name" required value=${name} onInput=${setName} maxLength=${NAME_LENGTH}
        error=${name.trim() === "" ? "A key needs a name." : ""} />
    <//>`;
}

/** Saved by a button: a select takes every option that the arrow keys pass, and one of them may be Admin. */
export function RoleForm({ apiKey, reload }: FormProps) {
  const roles = useLoaded(readKeyRoles);
  const present = apiKey.role?.id ?? "";
  const [chosen, setChosen] = useState(present);
  const [asking, setAsking] = useState(false);
  const own = isOwn(apiKey.id);
  const editable = can("ROLES");
  useEffect(() => setChosen(present), [present]);

  async function assign() {
    await assignRole(apiKey.id, chosen);
    await Promise.all([reload(), own && loadCaller()]);
    toast("The key has its new role from the next call on.");
  }

  function field(found: readonly KeyRole[]) {
    const rights = chosen && html`<a href=${page(`settings/roles/${chosen}`)}>What it may do</a>`;
    return html`<${RoleField} roles=${found} present=${apiKey.role} value=${chosen} onChange=${setChosen} disabled=${!editable}
      hint=${editable ? rights : lacking("ROLES")} />`;
  }
  return html`<${Ready} of=${roles}>${(found: readonly KeyRole[]) =>
    editable
      ? html`<${SaveForm} dirty=${chosen !== present} valid=${chosen !== ""} save="Change role"
          onSave=${own ? () => setAsking(true) : assign}>${field(found)}<//>`
      : html`<div class="save-form">${field(found)}</div>`}<//>
    ${
      asking &&
      html`<${Confirm} title="Change the role of your own key" confirm="Change role" word="yes" onConfirm=${assign}
        onClose=${() => setAsking(false)}>
        <p>You are signed in with this key. What its new role may not do, you cannot do any more from now on, and perhaps
          not take this back either.</p>
      <//>`
    }`;
}

const KEEP = "";

export function LifeForm({ apiKey, reload }: FormProps) {
  const [life, setLife] = useState(KEEP);
  async function save() {
    await updateKey(apiKey.id, { expiresAt: endOf(life, new Date()) });
    setLife(KEEP);
    await Promise.all([reload(), isOwn(apiKey.id) && loadCaller()]);
    toast("The key has another end.");
  }
  const left = lifeLeft(apiKey.expiresAt, new Date());
  const choices = [
    { value: KEEP, label: left === "Never" ? "Never, as it is" : `${left}, on ${day(apiKey.expiresAt)}, as it is` },
    ...LIVES.map(({ value, label, days }) => ({ value, label: days === undefined ? label : `${label} from now` })),
  ];
  return html`<${SaveForm} dirty=${life !== KEEP} valid=${true} save="Change expiration" onSave=${save}>
    <${SelectField} label="Expires" value=${life} onChange=${setLife} choices=${choices}
      hint="A token does not live longer than it was made for. After a later end, make a new token." />
  <//>`;
}
