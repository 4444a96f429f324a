/** What a role may do with one object: its rights, its fields, and which of its records exist for it. */

import { page } from "../../base";
import type { ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { NotFound, Page } from "../../ui/page";
import { Notice } from "../../ui/states";
import type { Roles } from "./api";
import type { Editor } from "./editor";
import { FieldsTable } from "./fields_table";
import { mayGiveOn } from "./logic/escalation";
import { may, rightsOn, withObjectRight } from "./logic/rights";
import { RIGHTS, type Right } from "./logic/role";
import { crumbs, Notes, rolePath, WithRole } from "./parts";
import { LACKING } from "./reasons";
import { RowRules } from "./row_rules";

interface RoleObjectPageProps {
  readonly roleId: string;
  readonly objectMetadataId: string;
}

/** Objects whose rights follow a flag, whatever roles say (docs/wire/access.md#object-permissions). */
const BY_FLAG: Readonly<Record<string, string>> = { workflow: "WORKFLOWS" };

export function RoleObjectPage({ roleId, objectMetadataId }: RoleObjectPageProps) {
  return html`<${WithRole} roleId=${roleId}>${(editor: Editor, _: Roles, objects: readonly ObjectMetadata[]) => {
    const object = objects.find((each) => each.id === objectMetadataId);
    if (object === undefined) {
      return html`<${NotFound} what="object" back=${rolePath(roleId)} label="Back to the role" />`;
    }
    return html`<${OneObject} key=${object.id} editor=${editor} object=${object} objects=${objects} />`;
  }}<//>`;
}

interface OneObjectProps {
  readonly editor: Editor;
  readonly object: ObjectMetadata;
  readonly objects: readonly ObjectMetadata[];
}

function OneObject({ editor, object, objects }: OneObjectProps) {
  const name = editor.draft.label.trim() || "the new role";
  const back = html`<a class="button" href=${page(rolePath(editor.roleId, editor.isNew ? "?tab=permissions" : ""))}>Back to the role</a>`;
  const lead = `What keys with the role ${name} may do with ${object.labelPlural.toLowerCase()}.`;
  return html`<${Page} title=${object.labelPlural} crumbs=${crumbs(editor, object.labelPlural)} lead=${lead} actions=${back}>
    <${Notes} editor=${editor} rights />
    ${
      object.isSystem
        ? html`<${Notice}>This is a system object: every role may use it, and rules for it are not possible.<//>`
        : html`<${Rights} editor=${editor} object=${object} />
            <${FieldsTable} editor=${editor} object=${object} objects=${objects} />
            <${RowRules} editor=${editor} object=${object} objects=${objects} />`
    }
  <//>`;
}

function Rights({ editor, object }: { editor: Editor; object: ObjectMetadata }) {
  const flag = BY_FLAG[object.nameSingular];
  return html`<section class="section" aria-labelledby="rights">
    <h2 id="rights">Rights</h2>
    ${
      flag === undefined
        ? RIGHTS.map(
            ({ key, label }) =>
              html`<${OneRight} key=${key} right=${key} label=${label} editor=${editor} object=${object} />`,
          )
        : html`<${Notice}>Who holds the flag <code>${flag}</code> may do everything with ${object.labelPlural.toLowerCase()}, nobody else anything.<//>`
    }
  </section>`;
}

interface OneRightProps {
  readonly right: Right;
  readonly label: string;
  readonly editor: Editor;
  readonly object: ObjectMetadata;
}

/** A right that is inherited, granted or revoked. */
function OneRight({ right, label, editor, object }: OneRightProps) {
  const { draft, editable, holders, change } = editor;
  const said = rightsOn(draft, object.id)[right];
  const general = draft.rights[right];
  const lacks = !mayGiveOn(holders, object.id, right);
  const states = [
    { value: null, label: `As for all objects (${general ? "yes" : "no"})`, gives: general },
    { value: true, label: "Grant", gives: true },
    { value: false, label: "Revoke", gives: false },
  ];
  return html`<fieldset class="three-states" disabled=${!editable}>
    <legend>${label}</legend>
    ${states.map(
      (state) => html`<label key=${state.label} class="segment">
        <input type="radio" name="right-${right}" checked=${said === state.value}
          disabled=${lacks && state.gives && said !== state.value}
          onChange=${() => change(withObjectRight(draft, object.id, right, state.value))} />
        <span>${state.label}</span></label>`,
    )}
    <span class="outcome">${may(draft, object.id, right) ? "Allowed" : "Not allowed"}</span>
    ${lacks && editable && html`<p class="hint">${LACKING}</p>`}
  </fieldset>`;
}
