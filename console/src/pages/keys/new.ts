/** The page that makes an API key. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { asApiError, useLoaded } from "../../api/load";
import { page } from "../../base";
import { can, lacking } from "../../caller";
import { html } from "../../html";
import { TextField } from "../../ui/fields";
import { SaveForm } from "../../ui/form";
import { NeedsFlag, Page } from "../../ui/page";
import { Empty, Notice, Ready } from "../../ui/states";
import { toast } from "../../ui/toast";
import { createKey, type KeyRole, makeToken, readKeyRoles } from "./api";
import { endOf, PRESET } from "./expiry";
import { LifeField, RoleField } from "./fields";
import { fresh } from "./fresh";

const LIST = "settings/api-webhooks";
const CRUMBS = [{ label: "APIs & Webhooks", path: LIST }, { label: "New key" }];
const TITLE = "New API key";
const NAME_LENGTH = 255;

export function NewKey() {
  return html`<${NeedsFlag} flag="API_KEYS_AND_WEBHOOKS" title=${TITLE}>
    <${Page} title=${TITLE} crumbs=${CRUMBS}
      lead="A key lets a program call the APIs, with the rights of its role.">
      ${can("ROLES") ? html`<${Loading} />` : html`<${Notice} kind="warning">${lacking("ROLES")}<//>`}
    <//>
  <//>`;
}

function Loading() {
  const roles = useLoaded(readKeyRoles);
  return html`<${Ready} of=${roles}>${(found: readonly KeyRole[]) =>
    found.length === 0
      ? html`<${Empty} title="No role can be given to keys"
          action=${html`<a class="button" href=${page("settings/roles/create")}>Make a role</a>`}>
          Every key has a role, which says what it may do.<//>`
      : html`<${Form} roles=${found} />`}<//>`;
}

function Form({ roles }: { roles: readonly KeyRole[] }) {
  const { route } = useLocation();
  const [name, setName] = useState("");
  const [roleId, setRoleId] = useState((roles.find((each) => !each.all) ?? roles[0])?.id ?? "");
  const [life, setLife] = useState(PRESET);
  const open = useRef(true);
  useEffect(
    () => () => {
      open.current = false;
    },
    [],
  );

  async function save() {
    const expiresAt = endOf(life, new Date());
    const key = await createKey({ name: name.trim(), expiresAt, roleId });
    const token = await makeToken(key.id, expiresAt).then(
      (made) => ({ token: made }),
      (error: unknown) => ({
        token: "",
        problem: `The key was made, but its token was not. ${asApiError(error).message}`,
      }),
    );
    if (!open.current) {
      toast(`The key “${key.name}” was made. Its page makes a token.`);
      return;
    }
    fresh.value = { keyId: key.id, ...token };
    route(page(`${LIST}/apis/${key.id}`), true);
    if (token.token) toast("The key was made. Copy its token now.");
  }

  return html`<${SaveForm} save="Create" dirty=${name.trim() !== ""} valid=${roleId !== ""} onSave=${save}
    onCancel=${() => route(page(LIST))}>
    <${TextField} label="Name" required value=${name} onInput=${setName} maxLength=${NAME_LENGTH}
      placeholder="Nightly import" hint="Says who uses the key. It stands in every record that the key makes." />
    <${RoleField} roles=${roles} value=${roleId} onChange=${setRoleId} />
    <${LifeField} label="Expires after" value=${life} onChange=${setLife} />
  <//>`;
}
