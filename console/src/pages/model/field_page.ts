/** One field, to look at and to change. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { SaveForm } from "../../ui/form";
import { NotFound, Page } from "../../ui/page";
import { Notice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { knows } from "./ascii";
import { updateFields } from "./calls";
import { FieldForm, fieldProblems, withName } from "./field_form";
import { draftOfField, fieldChanges } from "./logic/draft";
import { canDeactivate, canDelete, ownEnd, typeLabel } from "./logic/model";
import { FIELD_PLACES } from "./logic/problems";
import { isRelation } from "./logic/types";
import { DeactivateField, DeleteField } from "./losses";
import {
  FormProblem,
  mayChange,
  objectCrumbs,
  objectPath,
  ReadOnlyNote,
  Status,
  useNamed,
  useWhileBuilding,
  WithObject,
} from "./parts";
import { type EndDraft, Ends, endChanges, NO_END, otherChanges } from "./relation_ends";
import { useSaving } from "./saving";

type Objects = readonly ObjectMetadata[];

interface Props {
  readonly object: ObjectMetadata;
  readonly objects: Objects;
  readonly field: FieldMetadata;
}

export function FieldPage({ plural, fieldName: name }: { plural: string; fieldName: string }) {
  const find = useNamed<FieldMetadata>((each) => each.name);
  return html`<${WithObject} plural=${plural}>${(object: ObjectMetadata, objects: Objects) => {
    const field = find(object.fieldsList, name);
    if (field === undefined)
      return html`<${NotFound} what="field" back=${objectPath(plural)} label="All fields of ${object.labelPlural}" />`;
    return html`<${OneField} key=${field.id} object=${object} objects=${objects} field=${field} />`;
  }}<//>`;
}

function OneField({ object, objects, field }: Props) {
  useWhileBuilding(object);
  // After a save the form begins again, with what the server made of it; a reload of the model leaves it alone.
  const [saves, setSaves] = useState(0);
  return html`<${Page} title=${field.label} crumbs=${objectCrumbs(object, field.label)}>
    <p class="model-facts"><span>${typeLabel(field, objects)}</span><code>${field.name}</code><${Status} status=${field.status} />
      <span class="badge">${field.isSystem ? "System" : field.isCustom ? "Custom" : "Standard"}</span></p>
    <${ReadOnlyNote} />
    ${!field.isActive && html`<${Notice} kind="warning">This field is deactivated: interfaces hide it. Records keep its values, and the APIs still serve them.<//>`}
    ${field.isSystem && html`<${Notice}>Every object has this field, or the product works with it. It is not changed here.<//>`}
    <fieldset class="bare" disabled=${!mayChange() || field.isSystem}><${Edit} key=${saves} object=${object} objects=${objects} field=${field} onSaved=${() => setSaves(saves + 1)} /></fieldset>
    ${mayChange() && html`<${Danger} object=${object} field=${field} />`}
  <//>`;
}

function Edit({ object, objects, field, onSaved }: Props & { onSaved: () => void }) {
  const { route } = useLocation();
  const [typed, setTyped] = useState(() => draftOfField(field));
  const [end, setEnd] = useState<EndDraft>(NO_END);
  const { problems, clear, save } = useSaving();
  const draft = withName(typed, field);
  const other = field.type === "RELATION" ? ownEnd(field) : undefined;
  const update = { ...fieldChanges(field, draft), ...endChanges(field, end) };
  const otherUpdate = other ? otherChanges(other, objects, end.label) : {};
  const changed = Object.keys(update).length + Object.keys(otherUpdate).length > 0;
  function reset() {
    clear();
    setTyped(draftOfField(field));
    setEnd(NO_END);
  }
  async function store() {
    await knows(draft.label, end.label ?? "");
    await save(async () => {
      await updateFields(
        [
          { id: field.id, update },
          ...(other ? [{ id: other.targetFieldMetadata.id, update: otherUpdate }] : []),
        ].filter((each) => Object.keys(each.update).length > 0),
      );
      toast("Saved.");
      onSaved();
      if (draft.name !== field.name) route(page(objectPath(object.namePlural, `/${draft.name}`)), true);
    }, FIELD_PLACES);
  }
  return html`<${SaveForm} onSave=${store} onCancel=${reset} dirty=${changed} valid=${Object.keys(fieldProblems(draft, objects)).length === 0}>
    <${FormProblem} text=${problems[""]} />
    <${FieldForm} object=${object} objects=${objects} field=${field} draft=${draft} problems=${problems} onChange=${(
      next: typeof draft,
    ) => {
      clear();
      setTyped(next);
    }} />
    ${
      "name" in update &&
      html`<${Notice} kind="warning">The API name changes: bodies, filters and GraphQL documents that say <code>${field.name}</code> will be
        refused, and must say <code>${draft.name}</code>. Records keep their values.<//>`
    }
    ${
      isRelation(field.type) &&
      html`<${Ends} object=${object} field=${field} objects=${objects} draft=${end} error=${problems.relation} onChange=${(
        next: EndDraft,
      ) => {
        clear();
        setEnd(next);
      }} />`
    }
  <//>`;
}

function Danger({ object, field }: { object: ObjectMetadata; field: FieldMetadata }) {
  const [asked, setAsked] = useState("");
  const named = field.id === object.labelIdentifierFieldMetadataId;
  async function activate() {
    await updateFields([{ id: field.id, update: { isActive: true } }]);
    toast(`${field.label} is active again.`);
  }
  if (field.isSystem && !canDeactivate(object, field)) return null;
  const close = () => setAsked("");
  return html`<section class="section"><h2>Danger zone</h2><div class="danger-zone dangers">
    <div><p><strong>${field.isActive ? "Deactivate this field" : "Activate this field"}</strong><br />${
      named
        ? `It names ${object.labelPlural}: choose another label identifier first.`
        : field.isActive
          ? "Interfaces hide it; columns and filters of views by it go. Values stay."
          : "Interfaces show it again. Columns of views have to be added anew."
    }</p>
      ${
        field.isActive
          ? html`<button type="button" class="button danger" disabled=${!canDeactivate(object, field)} onClick=${() => setAsked("deactivate")}>Deactivate</button>`
          : html`<${ActionButton} action=${activate}>Activate<//>`
      }</div>
    <div><p><strong>Delete this field</strong><br />${
      field.isCustom && !field.isSystem
        ? "All its values go."
        : "Standard fields cannot be deleted. Deactivate it instead."
    }</p>
      <button type="button" class="button danger" disabled=${!canDelete(object, field)} onClick=${() => setAsked("delete")}>Delete</button></div>
  </div>
    ${asked === "deactivate" && html`<${DeactivateField} object=${object} field=${field} onClose=${close} />`}
    ${asked === "delete" && html`<${DeleteField} object=${object} field=${field} onClose=${close} leave />`}
  </section>`;
}
