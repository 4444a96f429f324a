import { useState } from "preact/hooks";
import { useLoaded } from "../../api/load";
import { readObjects } from "../../data/objects";
import { html } from "../../html";
import { CheckField, TextField } from "../../ui/fields";
import { Ready } from "../../ui/states";

/** What the choice needs to know of an object; the whole data model would take longer. */
interface Choice {
  readonly namePlural: string;
  readonly labelPlural: string;
  readonly isActive: boolean;
  readonly isSystem: boolean;
}

const QUERY = `query ObjectNames($after: ConnectionCursor) {
  objects(paging: { first: 200, after: $after }) {
    edges { node { namePlural labelPlural isActive isSystem } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** Objects up to which the reference opens in a moment with all of them. */
const FEW = 30;

interface PickerProps {
  /** Plural names of the objects that are chosen at first. */
  readonly chosen: readonly string[];
  readonly onChoose: (names: readonly string[]) => void;
}

/** Objects to tick. */
export function ObjectPicker(props: PickerProps) {
  const loaded = useLoaded(readChoices);
  return html`<${Ready} of=${loaded}>${(choices: readonly Choice[]) => html`<${Choices} ...${props} choices=${choices} />`}<//>`;
}

function Choices({ choices, chosen, onChoose }: PickerProps & { choices: readonly Choice[] }) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set(chosen));
  const [search, setSearch] = useState("");
  const shown = choices.filter((each) => matches(each, search));
  const names = choices.map((each) => each.namePlural).filter((name) => ticked.has(name));
  function tick(name: string, on: boolean) {
    setTicked(new Set(on ? [...ticked, name] : [...ticked].filter((each) => each !== name)));
  }
  function submit(event: Event) {
    event.preventDefault();
    // Enter in the search takes what it leaves, when that is one object.
    const [only, ...others] = shown;
    if (names.length > 0) onChoose(names);
    else if (search && only && others.length === 0) onChoose([only.namePlural]);
  }
  return html`<form class="picker" onSubmit=${submit}>
    <${TextField} label="Search" type="search" value=${search} onInput=${setSearch} autofocus />
    <fieldset class="picker-list"><legend class="visually-hidden">Objects</legend>
      ${shown.map(
        ({ namePlural, labelPlural }) => html`<${CheckField} key=${namePlural} checked=${ticked.has(namePlural)}
          label=${html`${labelPlural} <code>${namePlural}</code>`} onChange=${(on: boolean) => tick(namePlural, on)} />`,
      )}
      ${shown.length === 0 && html`<p>No object has this name.</p>`}
    </fieldset>
    <div class="dialog-actions">
      ${
        choices.length <= FEW &&
        html`<button type="button" class="button" onClick=${() => onChoose(choices.map((each) => each.namePlural))}>
          All ${choices.length}</button>`
      }
      <button type="submit" class="button primary" disabled=${names.length === 0 && !(search && shown.length === 1)}>
        Open ${names.length > 1 ? `${names.length} objects` : "reference"}</button>
    </div>
  </form>`;
}

/** Active objects: those that people work with first, each kind by label. */
async function readChoices(): Promise<readonly Choice[]> {
  const found = await readObjects<Choice>(QUERY);
  return found
    .filter((each) => each.isActive)
    .sort((a, b) => Number(a.isSystem) - Number(b.isSystem) || a.labelPlural.localeCompare(b.labelPlural));
}

function matches({ namePlural, labelPlural }: Choice, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return namePlural.toLowerCase().includes(wanted) || labelPlural.toLowerCase().includes(wanted);
}
