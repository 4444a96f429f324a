/** Which fields of an object a role may see and edit. */

import { useState } from "preact/hooks";
import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { Dialog } from "../../ui/dialog";
import { CheckField } from "../../ui/fields";
import { Notice } from "../../ui/states";
import { counted, matches } from "../model/logic/text";
import type { Editor } from "./editor";
import { mayOpen } from "./logic/escalation";
import { limitOf, may, withEdited, withOnlySeen, withSeen } from "./logic/rights";
import type { RoleDraft } from "./logic/role";
import { LACKING } from "./reasons";

interface FieldsTableProps {
  readonly editor: Editor;
  readonly object: ObjectMetadata;
  readonly objects: readonly ObjectMetadata[];
}

/** Fields that are no values of a record. */
const WITHOUT = new Set(["TS_VECTOR"]);

export function FieldsTable({ editor, object, objects }: FieldsTableProps) {
  const [query, setQuery] = useState("");
  const [choosing, setChoosing] = useState(false);
  const { draft, editable } = editor;
  const fields = object.fieldsList.filter((each) => !WITHOUT.has(each.type)).sort(byWeight);
  const shown = fields.filter((each) => matches(query, each.label, each.name));
  if (!may(draft, object.id, "read")) {
    return html`<section class="section" aria-labelledby="fields"><h2 id="fields">Fields</h2>
      <p class="quiet">The role does not see ${object.labelPlural.toLowerCase()}, so there is nothing to hide.</p></section>`;
  }
  return html`<section class="section" aria-labelledby="fields">
    <div class="section-header"><h2 id="fields">Fields</h2>
      ${editable && html`<button type="button" class="button small" onClick=${() => setChoosing(true)}>Only these fields…</button>`}</div>
    <p class="quiet">A role has the list of what it may <em>not</em> see or edit: fields that are made later are open to it.</p>
    <div class="toolbar">
      <input type="search" aria-label="Search fields" placeholder="Search fields" value=${query}
        onInput=${(event: Event) => setQuery((event.target as HTMLInputElement).value)} />
      <span class="quiet">${query ? `${shown.length} of ${counted(fields.length, "field")}` : counted(fields.length, "field")}</span>
    </div>
    <div class="table-frame rights-table"><table>
      <caption class="visually-hidden">Fields of ${object.labelPlural}</caption>
      <thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">See</th><th scope="col">Edit</th></tr></thead>
      <tbody>
        <${AllRow} editor=${editor} object=${object} fields=${shown} />
        ${shown.map((field) => html`<${FieldRow} key=${field.id} editor=${editor} object=${object} field=${field} objects=${objects} />`)}
      </tbody>
    </table></div>
    ${choosing && html`<${OnlyThese} editor=${editor} object=${object} fields=${fields} onClose=${() => setChoosing(false)} />`}
  </section>`;
}

/** Fields of people first, then those of the system, each as they stand in the object. */
function byWeight(a: FieldMetadata, b: FieldMetadata): number {
  return Number(a.isSystem) - Number(b.isSystem);
}

interface RowProps {
  readonly editor: Editor;
  readonly object: ObjectMetadata;
}

/** Sees, or edits, all of the fields that are shown. */
function AllRow({ editor, object, fields }: RowProps & { fields: readonly FieldMetadata[] }) {
  const { draft, editable, change } = editor;
  if (fields.length === 0) return html`<tr><th scope="row">No field found</th><td></td><td></td><td></td></tr>`;
  const seen = fields.filter((each) => !limitOf(draft, object.id, each.id).hidden).length;
  const edited = fields.filter((each) => !limitOf(draft, object.id, each.id).locked).length;
  const all = (each: (draft: RoleDraft, field: FieldMetadata) => RoleDraft) => change(fields.reduce(each, draft));
  return html`<tr class="all-row">
    <th scope="row">All of these</th>
    <td></td>
    <td data-label="See"><input type="checkbox" aria-label="See all of these fields" checked=${seen === fields.length} disabled=${!editable}
      indeterminate=${seen > 0 && seen < fields.length}
      onChange=${() => {
        const show = seen < fields.length;
        all((next, field) => (seeable(editor, object, field, show) ? withSeen(next, object.id, field.id, show) : next));
      }} /></td>
    <td data-label="Edit">${
      may(draft, object.id, "update")
        ? html`<input type="checkbox" aria-label="Edit all of these fields" checked=${edited === fields.length} disabled=${!editable}
            indeterminate=${edited > 0 && edited < fields.length}
            onChange=${() => {
              const open = edited < fields.length;
              all((next, field) =>
                editableField(editor, object, field, open) ? withEdited(next, object.id, field.id, open) : next,
              );
            }} />`
        : html`<${NoRight} />`
    }</td>
  </tr>`;
}

/** Whether a field may be shown, or hidden. */
function seeable(editor: Editor, object: ObjectMetadata, field: FieldMetadata, show: boolean): boolean {
  if (field.id === object.labelIdentifierFieldMetadataId) return show;
  return !show || mayOpen(editor.holders, object.id, field.id, "hidden");
}

function editableField(editor: Editor, object: ObjectMetadata, field: FieldMetadata, open: boolean): boolean {
  if (!open) return true;
  return mayOpen(editor.holders, object.id, field.id, "locked") && seeable(editor, object, field, true);
}

function FieldRow({
  editor,
  object,
  field,
  objects,
}: RowProps & { field: FieldMetadata; objects: readonly ObjectMetadata[] }) {
  const { draft, editable, change } = editor;
  const { hidden, locked } = limitOf(draft, object.id, field.id);
  const isLabel = field.id === object.labelIdentifierFieldMetadataId;
  const maySee = hidden ? seeable(editor, object, field, true) : !isLabel;
  const mayEdit = locked ? editableField(editor, object, field, true) : true;
  const note = isLabel ? "Names the record: always seen." : hidden || locked ? noteOf(field, objects) : "";
  return html`<tr>
    <th scope="row"><span>${field.label}</span> <code>${field.name}</code>${!field.isActive && html` <span class="badge">Inactive</span>`}
      ${note && html`<span class="field-note">${note}</span>`}
      ${editable && ((hidden && !maySee) || (locked && !mayEdit)) && html`<span class="field-note">${LACKING}</span>`}</th>
    <td data-label="Type">${field.type}</td>
    <td data-label="See"><input type="checkbox" aria-label="See ${field.label}" checked=${!hidden} disabled=${!editable || !maySee}
      onChange=${() => change(withSeen(draft, object.id, field.id, hidden))} /></td>
    <td data-label="Edit">${
      may(draft, object.id, "update")
        ? html`<input type="checkbox" aria-label="Edit ${field.label}" checked=${!locked} disabled=${!editable || !mayEdit}
            onChange=${() => change(withEdited(draft, object.id, field.id, locked))} />`
        : html`<${NoRight} />`
    }</td>
  </tr>`;
}

/** A limit of a relation also holds at its other end. */
function noteOf(field: FieldMetadata, objects: readonly ObjectMetadata[]): string {
  const end = field.relation;
  const target = objects.find((each) => each.id === end?.targetObjectMetadata.id);
  if (!end || target === undefined || target.isSystem) return "";
  const other = target.fieldsList.find((each) => each.id === end.targetFieldMetadata.id);
  return `Also holds for ${target.labelPlural} › ${other?.label ?? end.targetFieldMetadata.name}.`;
}

function NoRight() {
  return html`<span class="quiet" title="The role does not edit these records">–<span class="visually-hidden">not with this role</span></span>`;
}

interface OnlyTheseProps extends RowProps {
  readonly fields: readonly FieldMetadata[];
  readonly onClose: () => void;
}

/** Hides all fields but some. */
function OnlyThese({ editor, object, fields, onClose }: OnlyTheseProps) {
  const { draft, change } = editor;
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const offered = fields.filter((each) => each.id !== object.labelIdentifierFieldMetadataId);
  const shown = offered.filter((each) => matches(query, each.label, each.name));
  function apply() {
    // What the caller cannot open stays hidden.
    const ids = offered.filter(
      (each) => seeable(editor, object, each, true) || !limitOf(draft, object.id, each.id).hidden,
    );
    change(
      withOnlySeen(
        draft,
        object.id,
        ids.map((each) => each.id),
        chosen,
      ),
    );
    onClose();
  }
  const actions = html`<button type="button" class="button" onClick=${onClose}>Cancel</button>
    <button type="button" class="button primary" disabled=${chosen.size === 0} onClick=${apply}>Hide all others</button>`;
  return html`<${Dialog} title="Only these fields" onClose=${onClose} actions=${actions}>
    <p>Choose what the role sees beside the name of a record. All other fields of today are hidden.</p>
    <${Notice}>Fields that are made later can be seen until you hide them here.<//>
    <input type="search" aria-label="Search fields to choose" placeholder="Search fields" value=${query} autofocus
      onInput=${(event: Event) => setQuery((event.target as HTMLInputElement).value)} />
    <div class="pick-list">
      ${shown.map(
        (
          each,
        ) => html`<${CheckField} key=${each.id} label=${html`${each.label} <code>${each.name}</code>`} checked=${chosen.has(each.id)}
        onChange=${(checked: boolean) => {
          const next = new Set(chosen);
          if (checked) next.add(each.id);
          else next.delete(each.id);
          setChosen(next);
        }} />`,
      )}
    </div>
  <//>`;
}
