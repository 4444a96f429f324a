/** All objects of the workspace. */

import { useState } from "preact/hooks";
import { useLoaded } from "../../api/load";
import { page } from "../../base";
import { type ObjectMetadata, useObjects } from "../../data/objects";
import { html } from "../../html";
import { CheckField } from "../../ui/fields";
import { Menu } from "../../ui/menu";
import { Page } from "../../ui/page";
import { Empty, Ready } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { toast, toastError } from "../../ui/toast";
import { updateObject } from "./calls";
import { recordCounts } from "./counts";
import { objectKind, plainFields } from "./logic/model";
import { counted, matches } from "./logic/text";
import { DeleteObject } from "./losses";
import { Link, mayChange, objectPath, ReadOnlyNote, useSwitch } from "./parts";

type Counts = ReadonlyMap<string, number>;

const NO_COUNTS: Counts = new Map();

export function ObjectsPage() {
  const objects = useObjects();
  const counts = useLoaded(async () => (mayChange() ? await recordCounts() : NO_COUNTS));
  const actions = mayChange() && html`<a class="button primary" href=${page("settings/objects/new")}>New object</a>`;
  return html`<${Page} title="Data model" actions=${actions} lead="The objects of this workspace: each has its own
    addresses in REST and its own names in GraphQL.">
    <${ReadOnlyNote} />
    <${Ready} of=${objects}>${(all: readonly ObjectMetadata[]) => html`<${Objects} all=${all} counts=${counts.data} />`}<//>
  <//>`;
}

function Objects({ all, counts }: { all: readonly ObjectMetadata[]; counts: Counts | null }) {
  const [query, setQuery] = useState("");
  const [inactive, setInactive] = useSwitch("deactivated", true);
  const [system, setSystem] = useSwitch("system", false);
  const [doomed, setDoomed] = useState<ObjectMetadata | null>(null);
  const shown = all.filter(
    (each) =>
      (inactive || each.isActive) &&
      (system || !each.isSystem) &&
      matches(query, each.labelPlural, each.labelSingular, each.namePlural, each.nameSingular, objectKind(each)),
  );
  return html`
    <div class="toolbar" role="search">
      <input type="search" placeholder="Search objects" aria-label="Search objects" value=${query}
        onInput=${(event: Event) => setQuery((event.target as HTMLInputElement).value)} />
      <${CheckField} label="Deactivated" checked=${inactive} onChange=${setInactive} />
      <${CheckField} label="System" checked=${system} onChange=${setSystem} />
      <span class="found" role="status">${counted(shown.length, "object")}</span>
    </div>
    ${
      shown.length === 0
        ? html`<${Empty} title="No object matches">Change the search or the filters.<//>`
        : html`<${Table} caption="Objects" columns=${columns(counts, setDoomed)} rows=${shown} sortedBy="label"
            rowKey=${(each: ObjectMetadata) => each.id} muted=${(each: ObjectMetadata) => !each.isActive} />`
    }
    ${doomed && html`<${DeleteObject} object=${doomed} objects=${all} onClose=${() => setDoomed(null)} />`}
  `;
}

function columns(counts: Counts | null, onDelete: (object: ObjectMetadata) => void): Column<ObjectMetadata>[] {
  return [
    {
      key: "label",
      label: "Object",
      sort: (each) => each.labelPlural,
      cell: (each) => html`<span class="named"><${Link} to=${objectPath(each.namePlural)}>${each.labelPlural}<//>
        ${!each.isActive && html`<span class="badge">Deactivated</span>`}</span>`,
    },
    {
      key: "name",
      label: "API name",
      sort: (each) => each.namePlural,
      cell: (each) => html`<code>${each.namePlural}</code>`,
    },
    {
      key: "kind",
      label: "Type",
      sort: objectKind,
      cell: (each) => html`<span class="badge kind-${objectKind(each).toLowerCase()}">${objectKind(each)}</span>`,
    },
    {
      key: "fields",
      label: "Fields",
      sort: (each) => plainFields(each).length,
      cell: (each) => plainFields(each).length,
      align: "end",
    },
    ...(mayChange() ? managed(counts, onDelete) : []),
  ];
}

/** Columns of those who may change the model. */
function managed(counts: Counts | null, onDelete: (object: ObjectMetadata) => void): Column<ObjectMetadata>[] {
  return [
    {
      key: "records",
      label: "Records",
      sort: (each) => counts?.get(each.namePlural) ?? -1,
      cell: (each) =>
        counts?.get(each.namePlural)?.toLocaleString("en") ??
        (counts ? html`<span title="Your role may not read them">–</span>` : "…"),
      align: "end",
    },
    {
      key: "menu",
      label: "Actions",
      quiet: true,
      align: "end",
      cell: (each) => (each.isActive ? null : actions(each, onDelete)),
    },
  ];
}

function actions(object: ObjectMetadata, onDelete: (object: ObjectMetadata) => void) {
  const items = [
    { label: "Activate", onSelect: () => activate(object) },
    ...(object.isCustom ? [{ label: "Delete", danger: true, onSelect: () => onDelete(object) }] : []),
  ];
  return html`<${Menu} label="Actions of ${object.labelPlural}" items=${items} />`;
}

async function activate(object: ObjectMetadata): Promise<void> {
  try {
    await updateObject(object, { isActive: true });
    toast(`${object.labelPlural} are active again.`);
  } catch (error) {
    toastError(error);
  }
}
