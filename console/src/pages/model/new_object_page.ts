/** A new object. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import { html } from "../../html";
import { SaveForm } from "../../ui/form";
import { NeedsFlag, Page } from "../../ui/page";
import { toast } from "../../ui/toast";
import { knows } from "./ascii";
import { createObject } from "./calls";
import { FRESH_OBJECT, objectInput } from "./logic/draft";
import { objectPlaces } from "./logic/problems";
import { derived, ObjectForm, objectProblems } from "./object_form";
import { FLAG, FormProblem, objectPath } from "./parts";
import { useSaving } from "./saving";

const CRUMBS = [{ label: "Data model", path: "settings/objects" }, { label: "New object" }];

export function NewObjectPage() {
  return html`<${NeedsFlag} flag=${FLAG} title="New object"><${NewObject} /><//>`;
}

function NewObject() {
  const { route } = useLocation();
  const [typed, setDraft] = useState(FRESH_OBJECT);
  const { problems, clear, save } = useSaving();
  // Anew each time: letters of other scripts are known a moment later.
  const draft = derived(typed);
  async function create() {
    await knows(draft.labelSingular, draft.labelPlural);
    const complete = derived(typed);
    await save(async () => {
      const { namePlural } = await createObject(objectInput(complete));
      toast(`${complete.labelPlural} are there. Add fields as you need them.`);
      route(page(objectPath(namePlural)));
    }, objectPlaces(complete));
  }
  return html`<${Page} title="New object" crumbs=${CRUMBS} lead="A new object has a name, dates, an author, and relations to
    notes, tasks, files and its timeline. Both APIs know it at once.">
    <${SaveForm} onSave=${create} onCancel=${() => route(page("settings/objects"))} save="Create object"
      dirty=${typed !== FRESH_OBJECT} valid=${Object.keys(objectProblems(draft)).length === 0}>
      <${FormProblem} text=${problems[""]} />
      <${ObjectForm} draft=${draft} problems=${problems} onChange=${(next: typeof draft) => {
        clear();
        setDraft(next);
      }} />
    <//>
  <//>`;
}
