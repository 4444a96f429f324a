/** One field, to look at and to change. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import type { FieldMetadata, ObjectMetadata, RelationEnd } from "../../data/objects";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { SelectField, TextField } from "../../ui/fields";
import { SaveForm } from "../../ui/form";
import { NotFound, Page } from "../../ui/page";
import { Notice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { ascii, knows } from "./ascii";
import { updateFields } from "./calls";
import { FieldForm, fieldProblems, withName } from "./field_form";
import { draftOfField, fieldChanges } from "./logic/draft";
import { canDeactivate, canDelete, endsOf, isToMany, ownEnd, typeLabel } from "./logic/model";
import { fieldName } from "./logic/names";
import { FIELD_PLACES } from "./logic/problems";
import { isRelation } from "./logic/types";
import { DeactivateField, DeleteField } from "./losses";
import {
  FormProblem,
  Link,
  mayChange,
  objectCrumbs,
  objectPath,
  ReadOnlyNote,
  Status,
  useWhileBuilding,
  WithObject,
} from "./parts";
import { useSaving } from "./saving";

type Objects = readonly ObjectMetadata[];

interface Props {
  readonly object: ObjectMetadata;
  readonly objects: Objects;
  readonly field: FieldMetadata;
}

export function FieldPage({ plural, fieldName: name }: { plural: string; fieldName: string }) {
  return html`<${WithObject} plural=${plural}>${(object: ObjectMetadata, objects: Objects) => {
    const field = object.fieldsList.find((each) => each.name === name);
    if (field === undefined)
      return html`<${NotFound} what="field" back=${objectPath(plural)} label="All fields of ${object.labelPlural}" />`;
    return html`<${OneField} key=${field.id} object=${object} objects=${objects} field=${field} />`;
  }}<//>`;
}

function OneField({ object, objects, field }: Props) {
  useWhileBuilding(object);
  return html`<${Page} title=${field.label} crumbs=${objectCrumbs(object, field.label)}>
    <p class="facts"><span>${typeLabel(field, objects)}</span><code>${field.name}</code><${Status} status=${field.status} />
      <span class="badge">${field.isSystem ? "System" : field.isCustom ? "Custom" : "Standard"}</span></p>
    <${ReadOnlyNote} />
    ${!field.isActive && html`<${Notice} kind="warning">This field is deactivated: interfaces hide it. Records keep its values, and the APIs still serve them.<//>`}
    ${field.isSystem && html`<${Notice}>Every object has this field, or the product works with it. It is not changed here.<//>`}
    <fieldset class="bare" disabled=${!mayChange() || field.isSystem}><${Edit} key=${field.id} object=${object} objects=${objects} field=${field} /></fieldset>
    ${mayChange() && html`<${Danger} object=${object} field=${field} />`}
  <//>`;
}

function Edit({ object, objects, field }: Props) {
  const { route } = useLocation();
  const [typed, setTyped] = useState(() => draftOfField(field));
  const [end, setEnd] = useState<EndDraft>({ label: null, onDelete: null });
  const { problems, clear, save } = useSaving();
  const draft = withName(typed, field);
  const other = field.type === "RELATION" ? ownEnd(field) : undefined;
  const update = {
    ...fieldChanges(field, draft),
    ...(end.onDelete === null ? {} : { settings: { ...field.settings, onDelete: end.onDelete } }),
  };
  const otherUpdate = other ? otherChanges(other, objects, end.label) : {};
  const changed = Object.keys(update).length + Object.keys(otherUpdate).length > 0;
  function reset() {
    clear();
    setTyped(draftOfField(field));
    setEnd({ label: null, onDelete: null });
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
      if (draft.name === field.name) setEnd({ label: null, onDelete: null });
      else route(page(objectPath(object.namePlural, `/${draft.name}`)), true);
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
      html`<${Ends} field=${field} objects=${objects} draft=${end} error=${problems.relation} onChange=${(
        next: EndDraft,
      ) => {
        clear();
        setEnd(next);
      }} />`
    }
  <//>`;
}

/** What is typed about the other end; null is what is stored. */
interface EndDraft {
  readonly label: string | null;
  readonly onDelete: string | null;
}

function otherChanges(end: RelationEnd, objects: Objects, label: string | null): Readonly<Record<string, unknown>> {
  const stored = fieldAt(end, objects);
  if (label === null || stored === undefined || label.trim() === stored.label || label.trim() === "") return {};
  return {
    label: label.trim(),
    ...(stored.isLabelSyncedWithName && stored.isCustom ? { name: fieldName(label, ascii) } : {}),
  };
}

function fieldAt(end: RelationEnd, objects: Objects): FieldMetadata | undefined {
  return objects
    .find((each) => each.id === end.targetObjectMetadata.id)
    ?.fieldsList.find((each) => each.id === end.targetFieldMetadata.id);
}

interface EndsProps {
  readonly field: FieldMetadata;
  readonly objects: Objects;
  readonly draft: EndDraft;
  readonly onChange: (draft: EndDraft) => void;
  readonly error?: string;
}

function Ends({ field, objects, draft, onChange, error }: EndsProps) {
  const [only] = field.type === "RELATION" ? endsOf(field) : [];
  const stored = only && fieldAt(only, objects);
  const onDelete = draft.onDelete ?? String(field.settings?.onDelete ?? "");
  return html`<h2>The other end</h2>
    <ul class="ends">${endsOf(field).map((end) => {
      const target = objects.find((each) => each.id === end.targetObjectMetadata.id);
      const there = fieldAt(end, objects);
      return html`<li key=${end.targetFieldMetadata.id}><${Link} to=${objectPath(end.targetObjectMetadata.namePlural, `/${end.targetFieldMetadata.name}`)}>
        ${target?.labelPlural ?? end.targetObjectMetadata.namePlural} › ${there?.label ?? end.targetFieldMetadata.name}<//>${" "}
        <code>${end.targetFieldMetadata.name}</code></li>`;
    })}</ul>
    ${stored && html`<${TextField} label="Label there" value=${draft.label ?? stored.label} error=${error} onInput=${(label: string) => onChange({ ...draft, label })} />`}
    ${
      !isToMany(field) &&
      html`<${SelectField} label="When the record that it leads to is destroyed" value=${onDelete} onChange=${(value: string) => onChange({ ...draft, onDelete: value })} choices=${[
        { value: "SET_NULL", label: "Forget it: the relation becomes empty" },
        { value: "CASCADE", label: "Destroy this record, too" },
        { value: "RESTRICT", label: "Refuse to destroy it" },
        { value: "NO_ACTION", label: "Refuse to destroy it (no action)" },
      ]} />`
    }`;
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
