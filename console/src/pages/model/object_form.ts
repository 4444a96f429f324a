/** What an object is called and described as: of new objects and of those that are there. */

import { html } from "../../html";
import { CheckField, TextArea, TextField } from "../../ui/fields";
import { ascii } from "./ascii";
import type { ObjectDraft } from "./logic/draft";
import { MAX_LENGTH, nameProblem, pluralLabel, pluralName, singularName } from "./logic/names";
import type { Problems } from "./logic/problems";

interface Props {
  readonly draft: ObjectDraft;
  readonly onChange: (draft: ObjectDraft) => void;
  readonly problems: Problems;
  /** The names cannot be changed: of what is shipped. */
  readonly locked?: boolean;
}

/** The first part of an object's form. */
export function ObjectForm({ draft, onChange, problems, locked = false }: Props) {
  const wrong = objectProblems(draft, locked);
  function set(change: Partial<ObjectDraft>) {
    onChange(derived({ ...draft, ...change }, locked));
  }
  /** The plural follows the singular until somebody writes one. */
  function setSingular(labelSingular: string) {
    const follows = draft.labelPlural === pluralLabel(draft.labelSingular);
    set({ labelSingular, ...(follows ? { labelPlural: pluralLabel(labelSingular) } : {}) });
  }
  const named = draft.labelSingular !== "" || draft.nameSingular !== "";
  return html`
    <div class="fields">
      <${TextField} label="Singular label" required value=${draft.labelSingular} onInput=${setSingular} placeholder="Rocket"
        maxLength=${MAX_LENGTH} autofocus error=${problems.labelSingular} />
      <${TextField} label="Plural label" required value=${draft.labelPlural} placeholder="Rockets" maxLength=${MAX_LENGTH}
        onInput=${(labelPlural: string) => set({ labelPlural })} error=${problems.labelPlural} />
      <${TextField} label="Singular API name" required code value=${draft.nameSingular} disabled=${draft.synced || locked}
        onInput=${(nameSingular: string) => set({ nameSingular })} hint="In GraphQL: query, types, mutations"
        error=${problems.nameSingular ?? (named ? wrong.nameSingular : "")} />
      <${TextField} label="Plural API name" required code value=${draft.namePlural} disabled=${draft.synced || locked}
        onInput=${(namePlural: string) => set({ namePlural })} hint=${html`In REST: <code>rest/${draft.namePlural || "…"}</code>`}
        error=${problems.namePlural ?? (named ? wrong.namePlural : "")} />
    </div>
    ${
      locked
        ? html`<p class="hint spaced">The API names of standard objects are the same in every workspace and stay as they are.</p>`
        : html`<${CheckField} label="API names follow the labels" checked=${draft.synced} onChange=${(synced: boolean) => set({ synced })}
            hint="Switch this off to write API names of your own." />`
    }
    <${TextArea} label="Description" value=${draft.description} onInput=${(description: string) => set({ description })}
      hint="Shown in the documents of both APIs." error=${problems.description} />
    <${TextField} label="Icon" value=${draft.icon} onInput=${(icon: string) => set({ icon })} placeholder="IconRocket"
      hint="Name of a Tabler icon, for interfaces that show one." error=${problems.icon} />
  `;
}

/** The draft with names that follow from its labels, if they do. */
export function derived(draft: ObjectDraft, locked = false): ObjectDraft {
  if (!draft.synced || locked) return draft;
  const nameSingular = singularName(draft.labelSingular, ascii);
  return { ...draft, nameSingular, namePlural: pluralName(draft.labelPlural, nameSingular, ascii) };
}

/** What keeps a draft from being saved, by member. */
export function objectProblems(draft: ObjectDraft, locked = false): Problems {
  const found: Record<string, string> = {};
  if (draft.labelSingular.trim() === "") found.labelSingular = "Type a label.";
  if (draft.labelPlural.trim() === "") found.labelPlural = "Type a label.";
  if (locked) return found;
  for (const name of ["nameSingular", "namePlural"] as const) {
    const problem = nameProblem(draft[name]);
    if (problem) found[name] = problem;
  }
  if (draft.nameSingular !== "" && draft.nameSingular.toLowerCase() === draft.namePlural.toLowerCase())
    found.namePlural = "The plural name must differ from the singular one.";
  return found;
}
