/** What a field is: of new fields and of those that are there. */

import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { CheckField, TextArea, TextField } from "../../ui/fields";
import { ascii } from "./ascii";
import { DefaultControl } from "./default_control";
import type { FieldDraft } from "./logic/draft";
import { fieldName, nameProblem } from "./logic/names";
import { optionProblem } from "./logic/options";
import type { Problems } from "./logic/problems";
import { SETTINGS } from "./logic/settings";
import { isRelation, typeInfo } from "./logic/types";
import { OptionsEditor } from "./options_editor";
import { RelationForm } from "./relation_form";
import { SettingsForm } from "./settings_form";

interface Props {
  readonly object: ObjectMetadata;
  readonly objects: readonly ObjectMetadata[];
  /** The field as it is stored; of a new one nothing. */
  readonly field?: FieldMetadata;
  readonly draft: FieldDraft;
  readonly onChange: (draft: FieldDraft) => void;
  readonly problems: Problems;
}

/** The form of a field, without its buttons. */
export function FieldForm({ object, objects, field, draft, onChange, problems }: Props) {
  const info = typeInfo(draft.type);
  const set = (change: Partial<FieldDraft>) => onChange(withName({ ...draft, ...change }, field));
  return html`
    <${About} draft=${draft} set=${set} problems=${problems} field=${field} />
    ${draft.relation && html`<${RelationForm} object=${object} objects=${objects} draft=${draft} relation=${draft.relation} onChange=${(relation: FieldDraft["relation"]) => set({ relation })} error=${problems.relation} />`}
    ${
      draft.options &&
      info.default.kind === "options" &&
      html`<${OptionsEditor} object=${object} field=${field} options=${draft.options} many=${info.default.many}
        onChange=${(options: FieldDraft["options"]) => set({ options })} error=${problems.options ?? problems.defaultValue} />`
    }
    ${SETTINGS[draft.type] && html`<h2>Settings</h2><${SettingsForm} type=${draft.type} settings=${draft.settings} onChange=${(settings: FieldDraft["settings"]) => set({ settings })} error=${problems.settings} />`}
    ${
      hasDefault(draft) &&
      html`<h2>Default</h2><p class="hint spaced">What a record has that is made without a value. Records that are there show it, too, if
        the field is new.</p>
      <${DefaultControl} type=${draft.type} value=${draft.defaultValue} onChange=${(defaultValue: unknown) => set({ defaultValue })} error=${problems.defaultValue} />`
    }
    ${!isRelation(draft.type) && html`<${Rules} draft=${draft} set=${set} problems=${problems} isNew=${field === undefined} />`}
  `;
}

interface PartProps {
  readonly draft: FieldDraft;
  readonly set: (change: Partial<FieldDraft>) => void;
  readonly problems: Problems;
}

function About({ draft, set, problems, field }: PartProps & { field?: FieldMetadata }) {
  const locked = field !== undefined && !field.isCustom;
  const isMorph = draft.type === "MORPH_RELATION";
  const wrong = draft.label === "" ? "" : nameProblem(draft.name);
  return html`
    <div class="fields">
      <${TextField} label="Label" required value=${draft.label} onInput=${(label: string) => set({ label })} autofocus=${field === undefined}
        error=${problems.label} />
      <${TextField} label="API name" required code value=${draft.name} disabled=${draft.synced || locked} onInput=${(name: string) => set({ name })}
        error=${problems.name ?? wrong} hint=${isMorph && field === undefined ? "Beginning of the names: each target has its own field." : "In REST bodies and GraphQL"} />
    </div>
    ${
      locked
        ? html`<p class="hint spaced">The API name of a standard field is the same in every workspace and stays as it is.</p>`
        : (!isMorph || field === undefined) &&
          html`<${CheckField} label="API name follows the label" checked=${draft.synced} onChange=${(synced: boolean) => set({ synced })}
            hint="Switch this off to write an API name of your own." />`
    }
    <${TextArea} label="Description" rows=${2} value=${draft.description} onInput=${(description: string) => set({ description })}
      hint="Shown in the documents of both APIs." error=${problems.description} />
    <${TextField} label="Icon" value=${draft.icon} onInput=${(icon: string) => set({ icon })} placeholder="IconTag"
      hint="Name of a Tabler icon, for interfaces that show one." error=${problems.icon} />
  `;
}

function Rules({ draft, set, problems, isNew }: PartProps & { isNew: boolean }) {
  const info = typeInfo(draft.type);
  return html`
    ${(info.canBeRequired || info.canBeUnique) && html`<h2>Rules</h2>`}
    ${
      info.canBeRequired &&
      html`<${CheckField} label="Required" checked=${draft.isRequired} disabled=${!isNew} onChange=${(isRequired: boolean) => set({ isRequired })}
        hint=${isNew ? "A record cannot be without a value. If there are records, give a default, too. This cannot be changed later." : "Whether a value is required is decided when a field is made."} />
      ${problem(problems.isRequired)}`
    }
    ${
      info.canBeUnique &&
      html`<${CheckField} label="Unique" checked=${draft.isUnique} onChange=${(isUnique: boolean) => set({ isUnique })}
        hint="No two records have the same value, those in the trash included. Empty values never collide. Without a default." />
      ${problem(problems.isUnique)}`
    }
  `;
}

function problem(text: string | undefined) {
  return text && html`<p class="error" role="alert" tabindex="-1">${text}</p>`;
}

/** The draft with the name that follows from its label, if it does. */
export function withName(draft: FieldDraft, field?: FieldMetadata): FieldDraft {
  if (!draft.synced || (field !== undefined && !field.isCustom)) return draft;
  return { ...draft, name: fieldName(draft.label, ascii) };
}

function hasDefault(draft: FieldDraft): boolean {
  const { kind } = typeInfo(draft.type).default;
  return kind !== "none" && kind !== "options";
}

/** What keeps a draft from being saved, by member. */
export function fieldProblems(draft: FieldDraft, objects: readonly ObjectMetadata[]): Problems {
  const found: Record<string, string> = {};
  if (draft.label.trim() === "") found.label = "Type a label.";
  const wrong = nameProblem(draft.name);
  if (wrong) found.name = wrong;
  if (draft.options) {
    const { options } = draft;
    if (options.list.length === 0) found.options = "Add an option.";
    if (options.list.some((each) => optionProblem(options, each) !== "")) found.options = "Look at the options.";
  }
  if (draft.defaultValue === undefined) found.defaultValue = "The default is not valid.";
  for (const { key, required } of SETTINGS[draft.type] ?? []) {
    if (required && !draft.settings?.[key]) found.settings = "A number is required.";
  }
  if (draft.relation) {
    const { targets, label } = draft.relation;
    if (!targets.every((id) => objects.some((each) => each.id === id)) || targets.length === 0)
      found.relation = "Choose an object.";
    if (label.trim() === "") found.relation = "Type a label.";
  }
  return found;
}
