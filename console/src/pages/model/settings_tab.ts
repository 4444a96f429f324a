/** What an object is called, what names its records, and its end. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { CheckField, SelectField } from "../../ui/fields";
import { SaveForm } from "../../ui/form";
import { Notice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { knows } from "./ascii";
import { updateObject } from "./calls";
import { draftOfObject, objectChanges } from "./logic/draft";
import { canNameRecords } from "./logic/model";
import { objectPlaces } from "./logic/problems";
import { DeactivateObject, DeleteObject } from "./losses";
import { derived, ObjectForm, objectProblems } from "./object_form";
import { FormProblem, mayChange, objectPath } from "./parts";
import { useSaving } from "./saving";

interface Props {
  readonly object: ObjectMetadata;
  readonly objects: readonly ObjectMetadata[];
}

export function SettingsTab({ object, objects }: Props) {
  // After a save the form begins again, with what the server made of it; a reload of the model leaves it alone.
  const [saves, setSaves] = useState(0);
  return html`
    <fieldset class="bare" disabled=${!mayChange()}><${About} key=${saves} object=${object} onSaved=${() => setSaves(saves + 1)} /></fieldset>
    ${mayChange() && html`<${Danger} object=${object} objects=${objects} />`}
  `;
}

/** What of an object is chosen, beside its names. */
interface Choices {
  readonly labelIdentifierFieldMetadataId: string | null;
  readonly imageIdentifierFieldMetadataId: string | null;
  readonly isSearchable: boolean;
}

function About({ object, onSaved }: { object: ObjectMetadata; onSaved: () => void }) {
  const { route } = useLocation();
  const locked = !object.isCustom;
  const [typed, setTyped] = useState(() => draftOfObject(object));
  const [choices, setChoices] = useState<Choices>(object);
  const { problems, clear, save } = useSaving();
  const draft = derived(typed, locked);
  const changes = { ...objectChanges(object, draft), ...chosen(object, choices) };
  const renamed = "nameSingular" in changes || "namePlural" in changes;
  function choose(change: Partial<Choices>) {
    clear();
    setChoices({ ...choices, ...change });
  }
  async function store() {
    await knows(draft.labelSingular, draft.labelPlural);
    await save(async () => {
      const { namePlural } = await updateObject(object, changes);
      toast("Saved.");
      onSaved();
      if (namePlural !== object.namePlural) route(`${page(objectPath(namePlural))}?tab=settings`, true);
    }, objectPlaces(draft));
  }
  function reset() {
    clear();
    setTyped(draftOfObject(object));
    setChoices(object);
  }
  return html`<${SaveForm} onSave=${store} onCancel=${reset} dirty=${Object.keys(changes).length > 0}
      valid=${Object.keys(objectProblems(draft, locked)).length === 0}>
    <${FormProblem} text=${problems[""]} />
    <${ObjectForm} draft=${draft} problems=${problems} locked=${locked} onChange=${(next: typeof draft) => {
      clear();
      setTyped(next);
    }} />
    ${
      renamed &&
      html`<${Notice} kind="warning">The API names change: requests to <code>rest/${object.namePlural}</code> and the GraphQL
        names of <code>${object.nameSingular}</code> will fail. Webhooks and code must follow. Records stay.<//>`
    }
    <h2>Records</h2>
    <${SelectField} label="Label identifier" value=${choices.labelIdentifierFieldMetadataId ?? ""} disabled=${locked}
      hint="The field that names a record: text, a full name or a UUID. It becomes searchable." error=${problems.labelIdentifierFieldMetadataId}
      choices=${labelChoices(object)} onChange=${(id: string) => choose({ labelIdentifierFieldMetadataId: id })} />
    <${SelectField} label="Image identifier" value=${choices.imageIdentifierFieldMetadataId ?? ""} disabled=${object.isSystem}
      hint="The field that pictures a record, such as its logo." error=${problems.imageIdentifierFieldMetadataId}
      choices=${imageChoices(object)} onChange=${(id: string) => choose({ imageIdentifierFieldMetadataId: id || null })} />
    <${CheckField} label="Include in search" checked=${choices.isSearchable} disabled=${object.isSystem}
      onChange=${(isSearchable: boolean) => choose({ isSearchable })} hint="Whether the search over all objects finds its records." />
  <//>`;
}

function chosen(object: ObjectMetadata, choices: Choices): Partial<Choices> {
  const keys = ["labelIdentifierFieldMetadataId", "imageIdentifierFieldMetadataId", "isSearchable"] as const;
  return Object.fromEntries(keys.filter((key) => choices[key] !== object[key]).map((key) => [key, choices[key]]));
}

function labelChoices(object: ObjectMetadata) {
  const present = object.labelIdentifierFieldMetadataId;
  const fields = object.fieldsList.filter((each) => canNameRecords(each) || each.id === present);
  return [...(present === null ? [{ value: "", label: "None", disabled: true }] : []), ...fields.map(choice)];
}

function imageChoices(object: ObjectMetadata) {
  const pictures = new Set(["FILES", "LINKS", "TEXT"]);
  const present = object.imageIdentifierFieldMetadataId;
  const fields = object.fieldsList.filter(
    (each) => (pictures.has(each.type) && each.isActive && !each.isSystem) || each.id === present,
  );
  return [{ value: "", label: "None" }, ...fields.map(choice)];
}

function choice(field: FieldMetadata) {
  return { value: field.id, label: field.label };
}

function Danger({ object, objects }: Props) {
  const [asked, setAsked] = useState("");
  async function activate() {
    await updateObject(object, { isActive: true });
    toast(`${object.labelPlural} are active again.`);
  }
  return html`<section class="section"><h2>Danger zone</h2><div class="danger-zone dangers">
    <div><p><strong>${object.isActive ? "Deactivate this object" : "Activate this object"}</strong><br />
      Interfaces ${object.isActive ? "hide it, searches leave it out" : "show it, searches find its records"}. Records and API addresses stay.</p>
      ${
        object.isActive
          ? html`<button type="button" class="button danger" onClick=${() => setAsked("deactivate")}>Deactivate</button>`
          : html`<${ActionButton} action=${activate}>Activate<//>`
      }</div>
    <div><p><strong>Delete this object</strong><br />${
      object.isCustom
        ? "All its records go, and all relations to it."
        : "Standard objects cannot be deleted. Deactivate it instead."
    }</p>
      <button type="button" class="button danger" disabled=${!object.isCustom} onClick=${() => setAsked("delete")}>Delete</button></div>
  </div>
    ${asked === "deactivate" && html`<${DeactivateObject} object=${object} onClose=${() => setAsked("")} />`}
    ${asked === "delete" && html`<${DeleteObject} object=${object} objects=${objects} onClose=${() => setAsked("")} />`}
  </section>`;
}
