/** One object: its fields, indexes and settings, and how to use it. */

import { page } from "../../base";
import type { ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { Page } from "../../ui/page";
import { Notice } from "../../ui/states";
import { Tabs, useTab } from "../../ui/tabs";
import { ApiTab } from "./api_tab";
import { FieldsTab } from "./fields_tab";
import { IndexesTab } from "./indexes_tab";
import { objectKind, plainFields } from "./logic/model";
import { mayChange, objectCrumbs, objectPath, ReadOnlyNote, useWhileBuilding, WithObject } from "./parts";
import { SettingsTab } from "./settings_tab";

type Objects = readonly ObjectMetadata[];

/** What can be added, by tab. */
const NEXT: Readonly<Record<string, { readonly label: string; readonly path: string }>> = {
  fields: { label: "New field", path: "/new-field" },
  indexes: { label: "New index", path: "/new-index" },
};

export function ObjectPage({ plural }: { plural: string }) {
  return html`<${WithObject} plural=${plural}>${(object: ObjectMetadata, objects: Objects) => html`
    <${OneObject} key=${object.id} object=${object} objects=${objects} />`}<//>`;
}

function OneObject({ object, objects }: { object: ObjectMetadata; objects: Objects }) {
  useWhileBuilding(object);
  const tabs = [
    { key: "fields", label: "Fields", count: plainFields(object).length },
    { key: "indexes", label: "Indexes", count: object.indexMetadataList.length },
    { key: "settings", label: "Settings" },
    { key: "api", label: "Use in API" },
  ];
  const open = useTab(tabs);
  const next = NEXT[open];
  const actions =
    mayChange() &&
    next &&
    html`<a class="button primary" href=${page(objectPath(object.namePlural, next.path))}>${next.label}</a>`;
  return html`<${Page} title=${object.labelPlural} crumbs=${objectCrumbs(object)} actions=${actions} lead=${object.description}>
    <p class="model-facts"><span class="badge">${objectKind(object)}</span>
      <span>REST <code>rest/${object.namePlural}</code></span><span>GraphQL <code>${object.nameSingular}</code></span></p>
    <${ReadOnlyNote} />
    ${!object.isActive && html`<${Notice} kind="warning">This object is deactivated: interfaces hide it and searches leave it out. The APIs still serve it.<//>`}
    <${Tabs} tabs=${tabs} label="Parts of ${object.labelPlural}" />
    ${open === "fields" && html`<${FieldsTab} object=${object} objects=${objects} />`}
    ${open === "indexes" && html`<${IndexesTab} object=${object} />`}
    ${open === "settings" && html`<${SettingsTab} object=${object} objects=${objects} />`}
    ${open === "api" && html`<${ApiTab} object=${object} />`}
  <//>`;
}
