/** The objects with rules of their own: what the rules say, and how to add and remove one. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import type { ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { Dialog } from "../../ui/dialog";
import { Menu } from "../../ui/menu";
import { Empty } from "../../ui/states";
import { Table } from "../../ui/table";
import { counted, matches } from "../model/logic/text";
import type { Editor } from "./editor";
import { mentioned, rightsOn, withoutObject } from "./logic/rights";
import { RIGHTS } from "./logic/role";
import { countRules } from "./logic/rules";
import { rolePath } from "./parts";

interface ObjectRulesProps {
  readonly editor: Editor;
  readonly objects: readonly ObjectMetadata[];
}

export function ObjectRules({ editor, objects }: ObjectRulesProps) {
  const [picking, setPicking] = useState(false);
  const { draft, editable } = editor;
  const ids = mentioned(draft);
  const ruled = objects.filter((each) => ids.has(each.id));
  const free = objects.filter((each) => !ids.has(each.id) && !each.isSystem && each.isActive);
  return html`<section class="section" aria-labelledby="object-rules">
    <div class="section-header">
      <h2 id="object-rules">Object rules</h2>
      ${editable && html`<button type="button" class="button small" disabled=${free.length === 0} onClick=${() => setPicking(true)}>Add rule</button>`}
    </div>
    <p class="quiet">Where single objects differ: their rights, fields that are hidden, and which of their records exist for the role.</p>
    ${
      ruled.length === 0
        ? html`<${Empty} title="No rules for single objects">The role may do the same with all of them.<//>`
        : html`<${Table} caption="Object rules" rows=${ruled} rowKey=${(each: ObjectMetadata) => each.id} sortedBy="object"
            columns=${columns(editor)} />`
    }
    ${picking && html`<${Picker} objects=${free} roleId=${editor.roleId} onClose=${() => setPicking(false)} />`}
  </section>`;
}

function columns(editor: Editor) {
  const { roleId, draft, editable, change } = editor;
  return [
    {
      key: "object",
      label: "Object",
      sort: (each: ObjectMetadata) => each.labelPlural,
      cell: (each: ObjectMetadata) =>
        html`<a href=${page(rolePath(roleId, `/object/${each.id}`))}>${each.labelPlural}</a>`,
    },
    {
      key: "rights",
      label: "Rights",
      cell: (each: ObjectMetadata) => html`<${Marks} editor=${editor} objectId=${each.id} />`,
    },
    { key: "fields", label: "Fields", cell: (each: ObjectMetadata) => fieldWords(editor, each.id) },
    {
      key: "records",
      label: "Records",
      cell: (each: ObjectMetadata) => {
        const tree = draft.rows[each.id];
        return tree ? `By ${counted(countRules(tree), "condition")}` : "All";
      },
    },
    ...(editable
      ? [
          {
            key: "menu",
            label: "Actions",
            quiet: true,
            align: "end" as const,
            cell: (each: ObjectMetadata) =>
              html`<${ObjectMenu} each=${each} roleId=${roleId} onRemove=${() => change(withoutObject(draft, each.id))} />`,
          },
        ]
      : []),
  ];
}

function ObjectMenu({ each, roleId, onRemove }: { each: ObjectMetadata; roleId: string; onRemove: () => void }) {
  const { route } = useLocation();
  return html`<${Menu} label="Actions of ${each.labelPlural}" items=${[
    { label: "Edit", onSelect: () => route(page(rolePath(roleId, `/object/${each.id}`))) },
    { label: "Remove", danger: true, onSelect: onRemove },
  ]} />`;
}

/** What a rule grants and revokes, against the rights on all objects. */
function Marks({ editor, objectId }: { editor: Editor; objectId: string }) {
  const rights = rightsOn(editor.draft, objectId);
  const said = RIGHTS.filter((each) => rights[each.key] !== null);
  if (said.length === 0) return "As for all objects";
  return html`<span class="marks">${said.map(({ key, verb }) =>
    rights[key]
      ? html`<span key=${key} class="badge success"><span aria-hidden="true">✓ </span>${verb} granted</span>`
      : html`<span key=${key} class="badge danger"><span aria-hidden="true">✕ </span>${verb} revoked</span>`,
  )}</span>`;
}

function fieldWords({ draft }: Editor, objectId: string): string {
  const limits = Object.values(draft.fields[objectId] ?? {});
  const hidden = limits.filter((each) => each.hidden).length;
  const locked = limits.length - hidden;
  return (
    [hidden > 0 ? `${hidden} hidden` : "", locked > 0 ? `${locked} read-only` : ""].filter(Boolean).join(", ") || "All"
  );
}

interface PickerProps {
  readonly objects: readonly ObjectMetadata[];
  readonly roleId: string;
  readonly onClose: () => void;
}

function Picker({ objects, roleId, onClose }: PickerProps) {
  const [query, setQuery] = useState("");
  const shown = objects
    .filter((each) => matches(query, each.labelPlural, each.nameSingular))
    .sort((a, b) => a.labelPlural.localeCompare(b.labelPlural));
  const actions = html`<button type="button" class="button" onClick=${onClose}>Cancel</button>`;
  return html`<${Dialog} title="Add a rule for an object" onClose=${onClose} actions=${actions}>
    <input type="search" aria-label="Search objects" placeholder="Search objects" value=${query} autofocus
      onInput=${(event: Event) => setQuery((event.target as HTMLInputElement).value)} />
    <ul class="pick-list">
      ${shown.map(
        (
          each,
        ) => html`<li key=${each.id}><a href=${page(rolePath(roleId, `/object/${each.id}`))}>${each.labelPlural}</a>
        <code>${each.nameSingular}</code></li>`,
      )}
      ${shown.length === 0 && html`<li class="quiet">No object found.</li>`}
    </ul>
  <//>`;
}
