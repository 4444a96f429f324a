/** Questions before something is taken away, with the numbers of what is lost. */

import { useLocation } from "preact-iso";
import { useLoaded } from "../../api/load";
import { page } from "../../base";
import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { Confirm } from "../../ui/dialog";
import { toast } from "../../ui/toast";
import { deleteField, deleteObject, updateFields, updateObject } from "./calls";
import { type Counts, countRecords, countValues } from "./counts";
import { endsOf, fieldsLeadingTo } from "./logic/model";
import { counted, enumerated } from "./logic/text";
import { isRelation } from "./logic/types";
import { objectPath } from "./parts";

/** Most relations that are named one by one. */
const NAMED = 6;

interface ObjectProps {
  readonly object: ObjectMetadata;
  readonly objects: readonly ObjectMetadata[];
  readonly onClose: () => void;
}

/** Deletes an object after a question, and leads to the list. */
export function DeleteObject({ object, objects, onClose }: ObjectProps) {
  const { route } = useLocation();
  const records = useLoaded(() => countRecords(object), [object.id]);
  const leading = fieldsLeadingTo(object, objects).filter(({ object: other }) => !other.isSystem);
  async function run() {
    await deleteObject(object);
    toast(`${object.labelPlural} were deleted.`);
    route(page("settings/objects"));
  }
  return html`<${Confirm} title="Delete ${object.labelPlural}?" confirm="Delete object" word="yes" onConfirm=${run} onClose=${onClose}>
    <p>Deletes <strong>${object.labelPlural}</strong> with <${Records} of=${records} />. This cannot be undone.</p>
    ${
      leading.length > 0 &&
      html`<p>${counted(leading.length, "relation")} to it ${leading.length === 1 ? "goes" : "go"}, too: ${enumerated([
        ...leading.slice(0, NAMED).map(({ object: other, field }) => `${field.label} of ${other.labelPlural}`),
        ...(leading.length > NAMED ? [`${leading.length - NAMED} more`] : []),
      ])}.</p>`
    }
    <p>Addresses below <code>rest/${object.namePlural}</code> will answer 400.</p>
  <//>`;
}

/** Deactivates an object after a question. */
export function DeactivateObject({ object, onClose }: { object: ObjectMetadata; onClose: () => void }) {
  const records = useLoaded(() => countRecords(object), [object.id]);
  async function run() {
    await updateObject(object, { isActive: false });
    toast(`${object.labelPlural} were deactivated.`);
  }
  return html`<${Confirm} title="Deactivate ${object.labelPlural}?" confirm="Deactivate" onConfirm=${run} onClose=${onClose}>
    <p>Interfaces hide ${object.labelPlural}, and searches leave out <${Records} of=${records} />.
      Nothing is lost: the records and their addresses in both APIs stay.</p>
  <//>`;
}

interface FieldProps {
  readonly object: ObjectMetadata;
  readonly field: FieldMetadata;
  readonly onClose: () => void;
  /** Leads to the object's page afterwards. */
  readonly leave?: boolean;
}

/** Deletes a field after a question. */
export function DeleteField({ object, field, onClose, leave }: FieldProps) {
  const { route } = useLocation();
  const values = useLoaded(() => countValues(object, field), [field.id]);
  const ends = endsOf(field);
  async function run() {
    await deleteField(field);
    toast(`${field.label} was deleted.`);
    if (leave) route(page(objectPath(object.namePlural)));
  }
  return html`<${Confirm} title="Delete ${field.label}?" confirm="Delete field" word="yes" onConfirm=${run} onClose=${onClose}>
    ${
      isRelation(field.type)
        ? html`<p><${Records} of=${values} /> ${verb(values, "loses", "lose")} the connection that it makes between ${object.labelPlural} and${" "}
            ${enumerated(ends.map((end) => end.targetObjectMetadata.namePlural))}. The field at the other end goes, too. This
            cannot be undone.</p>`
        : html`<p><${Records} of=${values} /> with a value of <strong>${field.label}</strong> ${verb(values, "loses", "lose")} it. This cannot be undone.</p>`
    }
    <p>Columns, filters and sorts of views by it go. Requests that name <code>${field.name}</code> are refused.</p>
  <//>`;
}

/** Deactivates a field after a question. */
export function DeactivateField({ object, field, onClose }: FieldProps) {
  const values = useLoaded(() => countValues(object, field), [field.id]);
  async function run() {
    await updateFields([{ id: field.id, update: { isActive: false } }]);
    toast(`${field.label} was deactivated.`);
  }
  return html`<${Confirm} title="Deactivate ${field.label}?" confirm="Deactivate" onConfirm=${run} onClose=${onClose}>
    <p>Interfaces hide it; columns and filters of views by it go. <${Records} of=${values} />${" "}
      with a value ${verb(values, "keeps", "keep")} it, and the APIs still show it.</p>
  <//>`;
}

interface Counted {
  readonly data: Counts | null;
  readonly error: unknown;
}

/** The verb that a number of records takes. */
function verb({ data }: Counted, one: string, many: string): string {
  return data?.live === 1 && data.trashed === 0 ? one : many;
}

/** A number of records once it is known; where it may not be known, that. */
function Records({ of }: { of: Counted }) {
  if (of.data === null) return html`<strong>${of.error ? "an unknown number of records" : "… records"}</strong>`;
  const { live, trashed } = of.data;
  const text = counted(live, "record");
  return html`<strong>${trashed === 0 ? text : `${text} and ${trashed.toLocaleString("en")} in the trash`}</strong>`;
}
