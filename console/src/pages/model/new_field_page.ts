/** A new field: first its type, then the rest. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import type { ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { SaveForm } from "../../ui/form";
import { NeedsFlag, Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { toast } from "../../ui/toast";
import { ascii, knows } from "./ascii";
import { createField } from "./calls";
import { FieldForm, fieldProblems, withName } from "./field_form";
import { fieldInput, freshField } from "./logic/draft";
import { freshOptions } from "./logic/options";
import { FIELD_PLACES } from "./logic/problems";
import { matches } from "./logic/text";
import { CREATABLE, GROUPS, type TypeInfo, typeInfo } from "./logic/types";
import { newId } from "./new_id";
import { FLAG, FormProblem, Link, objectCrumbs, objectPath, TypeSign, WithObject } from "./parts";
import { useSaving } from "./saving";

type Objects = readonly ObjectMetadata[];

export function NewFieldPage({ plural }: { plural: string }) {
  const { query } = useLocation();
  const type = CREATABLE.find((each) => each.type === query.type)?.type;
  return html`<${NeedsFlag} flag=${FLAG} title="New field">
    <${WithObject} plural=${plural}>${(object: ObjectMetadata, objects: Objects) =>
      type === undefined
        ? html`<${Types} key=${object.id} object=${object} />`
        : html`<${NewField} key=${`${object.id} ${type}`} object=${object} objects=${objects} type=${type} />`}<//>
  <//>`;
}

/** The types as cards. */
function Types({ object }: { object: ObjectMetadata }) {
  const [query, setQuery] = useState("");
  const shown = CREATABLE.filter((each) => matches(query, each.label, each.about, each.type));
  return html`<${Page} title="New field" crumbs=${objectCrumbs(object, "New field")} lead="What kind of value will it hold? A type
    cannot be changed later.">
    <div class="toolbar" role="search">
      <input type="search" placeholder="Search types" aria-label="Search types" value=${query}
        onInput=${(event: Event) => setQuery((event.target as HTMLInputElement).value)} />
    </div>
    ${shown.length === 0 && html`<${Empty} title="No type matches">Change the search.<//>`}
    ${GROUPS.map((group) => {
      const types = shown.filter((each) => each.group === group);
      return (
        types.length > 0 &&
        html`<section key=${group} class="section"><h2>${group}</h2>
        <ul class="cards">${types.map((each) => html`<${Card} key=${each.type} object=${object} info=${each} />`)}</ul></section>`
      );
    })}
  <//>`;
}

function Card({ object, info }: { object: ObjectMetadata; info: TypeInfo }) {
  return html`<li class="card"><${TypeSign} type=${info.type} />
    <div><${Link} to=${objectPath(object.namePlural, `/new-field?type=${info.type}`)}>${info.label}<//><p>${info.about}</p></div></li>`;
}

function NewField({ object, objects, type }: { object: ObjectMetadata; objects: Objects; type: string }) {
  const { route } = useLocation();
  const [fresh] = useState(() => freshField(type, freshOptions(newId, ascii)));
  const [typed, setDraft] = useState(fresh);
  const { problems, clear, save } = useSaving();
  const draft = withName(typed);
  const back = page(objectPath(object.namePlural));
  async function create() {
    await knows(draft.label);
    await save(async () => {
      await createField(fieldInput(withName(typed), object.id));
      toast(`${draft.label.trim()} is there: both APIs know it.`);
      route(back);
    }, FIELD_PLACES);
  }
  const title = `New field: ${typeInfo(type).label}`;
  const crumbs = objectCrumbs(object, typeInfo(type).label);
  crumbs.splice(-1, 0, { label: "New field", path: objectPath(object.namePlural, "/new-field") });
  return html`<${Page} title=${title} crumbs=${crumbs}>
    <${SaveForm} onSave=${create} onCancel=${() => route(page(objectPath(object.namePlural, "/new-field")))} save="Create field"
      dirty=${typed !== fresh} valid=${Object.keys(fieldProblems(draft, objects)).length === 0}>
      <${FormProblem} text=${problems[""]} />
      <${FieldForm} object=${object} objects=${objects} draft=${draft} problems=${problems} onChange=${(
        next: typeof draft,
      ) => {
        clear();
        setDraft(next);
      }} />
    <//>
  <//>`;
}
