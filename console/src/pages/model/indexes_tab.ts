/** The indexes of an object. */

import { useState } from "preact/hooks";
import { page } from "../../base";
import type { IndexMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { Confirm } from "../../ui/dialog";
import { CheckField } from "../../ui/fields";
import { Empty } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { toast } from "../../ui/toast";
import { AdviceTable } from "./advice_table";
import { deleteIndex } from "./calls";
import { indexedFields, MAX_CUSTOM_INDEXES } from "./logic/model";
import { mayChange, objectPath, Status, useSwitch } from "./parts";

export function IndexesTab({ object }: { object: ObjectMetadata }) {
  const [shipped, setShipped] = useSwitch("shipped", true);
  const [doomed, setDoomed] = useState<IndexMetadata | null>(null);
  const custom = object.indexMetadataList.filter((each) => each.isCustom).length;
  const shown = object.indexMetadataList.filter((each) => shipped || each.isCustom);
  async function remove() {
    if (doomed === null) return;
    await deleteIndex(doomed.id);
    toast("The index was deleted.");
  }
  return html`
    <p class="lead">An index of several fields serves lists that ask for equal
      values of the first ones in the order of the others, one of type GIN filters that look for a part of a text. Of ${MAX_CUSTOM_INDEXES} custom ones ${custom} ${custom === 1 ? "is" : "are"} there,
      those of relations included.</p>
    <div class="toolbar"><${CheckField} label="Indexes of the product" checked=${shipped} onChange=${setShipped} /></div>
    ${
      shown.length === 0
        ? html`<${Empty} title="No index yet" action=${mayChange() && html`<a class="button" href=${page(objectPath(object.namePlural, "/new-index"))}>New index</a>`} />`
        : html`<${Table} caption="Indexes of ${object.labelPlural}" columns=${columns(object, setDoomed)} rows=${shown}
            rowKey=${(each: IndexMetadata) => each.id} />`
    }
    ${mayChange() && html`<${AdviceTable} object=${object} onDelete=${setDoomed} />`}
    ${
      doomed &&
      html`<${Confirm} title="Delete this index?" confirm="Delete index" onConfirm=${remove} onClose=${() => setDoomed(null)}>
        <p>The index over <strong>${indexedFields(object, doomed)}</strong> goes. No record is lost, and filters find the same.</p>
      <//>`
    }
  `;
}

function columns(object: ObjectMetadata, onDelete: (index: IndexMetadata) => void): Column<IndexMetadata>[] {
  return [
    {
      key: "fields",
      label: "Fields",
      sort: (each) => indexedFields(object, each),
      cell: (each) => html`<span class="named">${indexedFields(object, each)}</span>`,
    },
    {
      key: "type",
      label: "Type",
      sort: (each) => each.indexType,
      cell: (each) => html`<code>${each.indexType}</code>`,
    },
    {
      key: "unique",
      label: "Unique",
      sort: (each) => Number(each.isUnique),
      cell: (each) => (each.isUnique ? "Yes" : "No"),
    },
    {
      key: "custom",
      label: "Custom",
      sort: (each) => Number(each.isCustom),
      cell: (each) => (each.isCustom ? "Yes" : "No"),
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
            key: "delete",
            label: "Actions",
            quiet: true,
            align: "end" as const,
            cell: (each: IndexMetadata) =>
              each.isCustom &&
              !each.isUnique &&
              html`<button type="button" class="button small danger" aria-label="Delete index over ${indexedFields(object, each)}"
                onClick=${() => onDelete(each)}>Delete</button>`,
          },
        ]
      : []),
  ];
}
