/** The other end of a new relation. */

import type { ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { CheckField, Field, SelectField } from "../../ui/fields";
import { ascii } from "./ascii";
import type { FieldDraft, RelationDraft } from "./logic/draft";
import { capitalised, fieldName } from "./logic/names";
import { enumerated } from "./logic/text";

interface Props {
  readonly object: ObjectMetadata;
  readonly objects: readonly ObjectMetadata[];
  readonly draft: FieldDraft;
  readonly relation: RelationDraft;
  readonly onChange: (relation: RelationDraft) => void;
  readonly error?: string;
}

export function RelationForm({ object, objects, draft, relation, onChange, error }: Props) {
  const isMorph = draft.type === "MORPH_RELATION";
  const offered = [...objects]
    .filter((each) => each.isActive && !(isMorph && each.id === object.id))
    .sort((a, b) => Number(a.isSystem) - Number(b.isSystem) || a.labelPlural.localeCompare(b.labelPlural));
  const targets = objects.filter((each) => relation.targets.includes(each.id));
  const name = fieldName(relation.label, ascii);
  const set = (change: Partial<RelationDraft>) => onChange({ ...relation, ...change });
  return html`
    <h2>Relation</h2>
    <${SelectField} label="Kind" value=${relation.kind} onChange=${(kind: string) => set({ kind: kind as RelationDraft["kind"] })} choices=${[
      { value: "MANY_TO_ONE", label: `Many to one: many ${object.labelPlural} belong to one` },
      { value: "ONE_TO_MANY", label: `One to many: one ${object.labelSingular} has many` },
    ]} />
    ${
      isMorph
        ? html`<fieldset class="field group"><legend class="label">Objects at the other end</legend><div class="model-choices">${offered.map(
            (
              each,
            ) => html`<${CheckField} key=${each.id} label=${each.labelPlural} checked=${relation.targets.includes(each.id)}
              onChange=${(on: boolean) => set({ targets: on ? [...relation.targets, each.id] : relation.targets.filter((id) => id !== each.id) })} />`,
          )}</div></fieldset>`
        : html`<${SelectField} label="Object at the other end" required value=${relation.targets[0] ?? ""} onChange=${(id: string) => set({ targets: [id] })}
            choices=${[{ value: "", label: "Choose an object", disabled: true }, ...offered.map((each) => ({ value: each.id, label: each.labelPlural }))]} />`
    }
    <${Field} label="Label of the field at the other end" required error=${error} hint=${html`API name there: <code>${name || "…"}</code>`}>${(
      ids: object,
    ) => html`<input ...${ids} type="text" value=${relation.label} autocomplete="off" required placeholder=${object.labelPlural}
      onInput=${(event: Event) => set({ label: (event.target as HTMLInputElement).value })} />`}<//>
    ${targets.length > 0 && html`<p class="hint">${sentence(object, targets, relation.kind)} ${isMorph && draft.name && fieldsOf(draft.name, targets, relation.kind)}</p>`}
  `;
}

function sentence(object: ObjectMetadata, targets: readonly ObjectMetadata[], kind: RelationDraft["kind"]): string {
  const one = enumerated(targets.map((each) => each.labelSingular)).replace(/ and (?=[^ ]*$)/, " or ");
  const many = enumerated(targets.map((each) => each.labelPlural));
  return kind === "MANY_TO_ONE"
    ? `Each ${object.labelSingular} leads to one ${one}, which has many ${object.labelPlural}.`
    : `Each ${object.labelSingular} has many ${many}, each of which leads to one ${object.labelSingular}.`;
}

/** The fields that a morph relation becomes: one for each target. */
function fieldsOf(name: string, targets: readonly ObjectMetadata[], kind: RelationDraft["kind"]) {
  const names = targets.map((each) => name + capitalised(kind === "MANY_TO_ONE" ? each.nameSingular : each.namePlural));
  return html`API names here: ${names.map((each) => html`<code key=${each}>${each}</code> `)}`;
}
