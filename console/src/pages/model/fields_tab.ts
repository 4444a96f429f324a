/** The fields of an object. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { CheckField } from "../../ui/fields";
import { Menu, type MenuItem } from "../../ui/menu";
import { Empty } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { toast, toastError } from "../../ui/toast";
import { updateFields, updateObject } from "./calls";
import { canDeactivate, canDelete, canNameRecords, ownEnd, typeLabel } from "./logic/model";
import { counted, matches } from "./logic/text";
import { DeactivateField, DeleteField } from "./losses";
import { Link, mayChange, objectPath, Status, TypeSign, useSwitch } from "./parts";

interface Props {
  readonly object: ObjectMetadata;
  readonly objects: readonly ObjectMetadata[];
}

/** A question that is open about a field. */
interface Asked {
  readonly what: "deactivate" | "delete";
  readonly field: FieldMetadata;
}

export function FieldsTab({ object, objects }: Props) {
  const { route } = useLocation();
  const [query, setQuery] = useState("");
  const [inactive, setInactive] = useSwitch("inactive", true);
  const [system, setSystem] = useSwitch("system", false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const shown = object.fieldsList.filter(
    (each) =>
      (inactive || each.isActive) &&
      (system || !each.isSystem) &&
      matches(query, each.label, each.name, typeLabel(each, objects), each.type),
  );
  function menu(field: FieldMetadata) {
    const edit = () => route(page(objectPath(object.namePlural, `/${field.name}`)));
    return html`<${Menu} label="Actions of ${field.label}" items=${items(object, field, edit, (what) => setAsked({ what, field }))} />`;
  }
  return html`
    <div class="toolbar" role="search">
      <input type="search" placeholder="Search fields" aria-label="Search fields" value=${query}
        onInput=${(event: Event) => setQuery((event.target as HTMLInputElement).value)} />
      <${CheckField} label="Deactivated" checked=${inactive} onChange=${setInactive} />
      <${CheckField} label="System" checked=${system} onChange=${setSystem} />
      <span class="found" role="status">${counted(shown.length, "field")}</span>
    </div>
    ${
      shown.length === 0
        ? html`<${Empty} title="No field matches">Change the search or the filters.<//>`
        : html`<${Table} caption="Fields of ${object.labelPlural}" columns=${columns(object, objects, menu)} rows=${shown}
            rowKey=${(each: FieldMetadata) => each.id} muted=${(each: FieldMetadata) => !each.isActive} />`
    }
    ${asked?.what === "delete" && html`<${DeleteField} object=${object} field=${asked.field} onClose=${close} />`}
    ${asked?.what === "deactivate" && html`<${DeactivateField} object=${object} field=${asked.field} onClose=${close} />`}
  `;
}

function columns(
  object: ObjectMetadata,
  objects: readonly ObjectMetadata[],
  menu: (field: FieldMetadata) => unknown,
): Column<FieldMetadata>[] {
  return [
    {
      key: "label",
      label: "Field",
      sort: (each) => each.label,
      cell: (each) => html`<span class="named"><${TypeSign} type=${each.type} />
        <${Link} to=${objectPath(object.namePlural, `/${each.name}`)}>${each.label}<//>${marks(object, each)}</span>`,
    },
    { key: "name", label: "API name", sort: (each) => each.name, cell: (each) => html`<code>${each.name}</code>` },
    {
      key: "type",
      label: "Type",
      sort: (each) => typeLabel(each, objects),
      cell: (each) => target(each, objects),
    },
    {
      key: "status",
      label: "Status",
      sort: (each) => each.status,
      cell: (each) => html`<${Status} status=${each.status} />`,
    },
    ...(mayChange()
      ? [
          {
            key: "menu",
            label: "Actions",
            quiet: true,
            align: "end" as const,
            cell: (each: FieldMetadata) => html`${menu(each)}`,
          },
        ]
      : []),
  ];
}

/** The type, as a link to what a relation leads to. */
function target(field: FieldMetadata, objects: readonly ObjectMetadata[]) {
  const text = typeLabel(field, objects);
  const end = ownEnd(field);
  return end ? html`<${Link} to=${objectPath(end.targetObjectMetadata.namePlural)}>${text}<//>` : text;
}

function marks(object: ObjectMetadata, field: FieldMetadata) {
  const found = [
    field.id === object.labelIdentifierFieldMetadataId && "Names records",
    field.isUnique && "Unique",
    !field.isNullable && !field.isSystem && "Required",
    !field.isActive && "Deactivated",
  ].filter((each) => each !== false);
  return found.map((each) => html`<span key=${each} class="badge">${each}</span>`);
}

function items(
  object: ObjectMetadata,
  field: FieldMetadata,
  edit: () => void,
  ask: (what: Asked["what"]) => void,
): readonly MenuItem[] {
  const named = object.labelIdentifierFieldMetadataId;
  return [
    { label: "Edit", onSelect: edit },
    ...(object.isCustom && canNameRecords(field) && field.id !== named
      ? [{ label: "Set as label identifier", onSelect: () => identify(object, field) }]
      : []),
    ...(field.isActive
      ? canDeactivate(object, field)
        ? [{ label: "Deactivate", onSelect: () => ask("deactivate") }]
        : []
      : [{ label: "Activate", onSelect: () => activate(field) }]),
    ...(canDelete(object, field) ? [{ label: "Delete", danger: true, onSelect: () => ask("delete") }] : []),
  ];
}

async function activate(field: FieldMetadata): Promise<void> {
  await said(updateFields([{ id: field.id, update: { isActive: true } }]), `${field.label} is active again.`);
}

async function identify(object: ObjectMetadata, field: FieldMetadata): Promise<void> {
  const done = updateObject(object, { labelIdentifierFieldMetadataId: field.id });
  await said(done, `${field.label} names ${object.labelPlural} now.`);
}

async function said(change: Promise<unknown>, text: string): Promise<void> {
  try {
    await change;
    toast(text);
  } catch (error) {
    toastError(error);
  }
}
