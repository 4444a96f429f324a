/** The other end of a relation that is there. */

import type { FieldMetadata, ObjectMetadata, RelationEnd } from "../../data/objects";
import { html } from "../../html";
import { CheckField, SelectField, TextField } from "../../ui/fields";
import { ascii } from "./ascii";
import { endsOf, isToMany } from "./logic/model";
import { fieldName } from "./logic/names";
import { Link, objectPath } from "./parts";

type Objects = readonly ObjectMetadata[];
type Members = Readonly<Record<string, unknown>>;

/** What is typed about the other end; null is what is stored. */
export interface EndDraft {
  readonly label: string | null;
  readonly onDelete: string | null;
  /** Ids of objects that a morph relation is to lead to, too. */
  readonly targets: readonly string[];
}

export const NO_END: EndDraft = { label: null, onDelete: null, targets: [] };

/** What of the field itself is changed. */
export function endChanges(field: FieldMetadata, { onDelete, targets }: EndDraft): Members {
  return {
    ...(onDelete === null || onDelete === field.settings?.onDelete
      ? {}
      : { settings: { ...field.settings, onDelete } }),
    ...(targets.length === 0
      ? {}
      : { morphRelationsUpdatePayload: targets.map((targetObjectMetadataId) => ({ targetObjectMetadataId })) }),
  };
}

/** What of the field at the other end is changed. */
export function otherChanges(end: RelationEnd, objects: Objects, label: string | null): Members {
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
  readonly object: ObjectMetadata;
  readonly field: FieldMetadata;
  readonly objects: Objects;
  readonly draft: EndDraft;
  readonly onChange: (draft: EndDraft) => void;
  readonly error?: string;
}

/** Where a relation leads, and what can be changed there. */
export function Ends({ object, field, objects, draft, onChange, error }: EndsProps) {
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
    }
    ${field.type === "MORPH_RELATION" && field.isCustom && html`<${More} object=${object} field=${field} objects=${objects} draft=${draft} onChange=${onChange} />`}`;
}

/** Objects that a morph relation does not lead to yet. */
function More({ object, field, objects, draft, onChange }: EndsProps) {
  const present = new Set(endsOf(field).map((end) => end.targetObjectMetadata.id));
  const offered = objects
    .filter((each) => each.isActive && !each.isSystem && each.id !== object.id && !present.has(each.id))
    .sort((a, b) => a.labelPlural.localeCompare(b.labelPlural));
  if (offered.length === 0) return null;
  return html`<fieldset class="field group"><legend class="label">Let it lead to more objects</legend><div class="model-choices">${offered.map(
    (each) => html`<${CheckField} key=${each.id} label=${each.labelPlural} checked=${draft.targets.includes(each.id)}
      onChange=${(on: boolean) => onChange({ ...draft, targets: on ? [...draft.targets, each.id] : draft.targets.filter((id) => id !== each.id) })} />`,
  )}</div><p class="hint">Each becomes a field of its own here, with the same label.</p></fieldset>`;
}
