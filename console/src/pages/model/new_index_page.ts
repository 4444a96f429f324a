/** A new index of an object. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import type { ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { SelectField } from "../../ui/fields";
import { SaveForm } from "../../ui/form";
import { NeedsFlag, Page } from "../../ui/page";
import { Notice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { createIndex } from "./calls";
import { type Indexable, indexables, MAX_CUSTOM_INDEXES } from "./logic/model";
import { FLAG, FormProblem, objectCrumbs, objectPath, WithObject } from "./parts";
import { useSaving } from "./saving";

export function NewIndexPage({ plural }: { plural: string }) {
  return html`<${NeedsFlag} flag=${FLAG} title="New index">
    <${WithObject} plural=${plural}>${(object: ObjectMetadata) => html`<${NewIndex} key=${object.id} object=${object} />`}<//>
  <//>`;
}

function NewIndex({ object }: { object: ObjectMetadata }) {
  const { route } = useLocation();
  const [indexType, setType] = useState("BTREE");
  const [keys, setKeys] = useState<readonly string[]>([]);
  const { problems, clear, save } = useSaving();
  const back = `${page(objectPath(object.namePlural))}?tab=indexes`;
  const offered = indexables(object, indexType);
  const full = object.indexMetadataList.filter((each) => each.isCustom && !each.isUnique).length >= MAX_CUSTOM_INDEXES;
  const chosen = keys.flatMap((key) => offered.find((each) => each.key === key) ?? []);
  function change(next: readonly string[]) {
    clear();
    setKeys(next);
  }
  async function create() {
    const fields = chosen.map(({ fieldMetadataId, subFieldName }) => ({
      fieldMetadataId,
      ...(subFieldName === null ? {} : { subFieldName }),
    }));
    await save(async () => {
      await createIndex({ objectMetadataId: object.id, fields, indexType });
      toast("The index is there.");
      route(back);
    }, [() => ""]);
  }
  return html`<${Page} title="New index" crumbs=${objectCrumbs(object, "New index")}>
    <${Notice}>An index of <strong>several</strong> fields answers lists
      that ask for equal values of its first fields in the order of the others, for the price of the page. It is built from the
      records that are there, and every write costs two units more, four where one of its values changes. An index for${" "}
      <strong>contains search</strong> (GIN) answers filters that look for a part of a text, of three characters or more, for the
      price of what they find; a new text costs two units more for each of its characters. An index of
      <strong>one</strong> field answers filters and orders by it where it has none yet, and stays whatever its use. An object can have ${MAX_CUSTOM_INDEXES}.<//>
    ${full && html`<${Notice} kind="danger">This object has ${MAX_CUSTOM_INDEXES} custom indexes, those of its relations included. Delete one first.<//>`}
    <${SaveForm} onSave=${create} onCancel=${() => route(back)} save="Create index" dirty=${chosen.length > 0} valid=${chosen.length > 0 && !full}>
      <${FormProblem} text=${problems[""]} />
      <${SelectField} label="Type" value=${indexType} onChange=${(type: string) => {
        setType(type);
        change([]);
      }} choices=${[
        { value: "BTREE", label: "BTREE: values that have an order" },
        { value: "GIN", label: "GIN: contains search in texts and lists" },
      ]} hint="Indexes made here are never unique. To make a field unique, edit the field." />
      <${Chosen} chosen=${chosen} onChange=${change} />
      <${Adder} key=${`${indexType} ${keys.length}`} first=${chosen.length === 0} choices=${offered.filter((each) => !keys.includes(each.key))}
        none="No field of ${object.labelPlural} takes an index of this type." onAdd=${(key: string) => change([...keys, key])} />
    <//>
  <//>`;
}

interface AdderProps {
  readonly first: boolean;
  readonly choices: readonly Indexable[];
  /** What is said where nothing can be chosen. */
  readonly none: string;
  readonly onAdd: (key: string) => void;
}

/** Adds a field. A button does it: by keyboard a select changes with every key. */
function Adder({ first, choices, none, onAdd }: AdderProps) {
  const [key, setKey] = useState("");
  if (choices.length === 0) return first ? html`<p class="hint spaced">${none}</p>` : null;
  return html`<div class="adder"><${SelectField} label=${first ? "Field" : "And then"} value=${key} onChange=${setKey} choices=${[
    { value: "", label: "Choose a field", disabled: true },
    ...choices.map((each) => ({ value: each.key, label: each.label })),
  ]} />
    <button type="button" class="button" disabled=${key === ""} onClick=${() => onAdd(key)}>Add field</button></div>`;
}

/** The fields in their order. */
function Chosen({ chosen, onChange }: { chosen: readonly Indexable[]; onChange: (keys: readonly string[]) => void }) {
  if (chosen.length === 0) return null;
  const keys = chosen.map((each) => each.key);
  const move = (from: number, to: number) => onChange(keys.toSpliced(from, 1).toSpliced(to, 0, keys[from] ?? ""));
  return html`<div class="field"><span class="label" id="index-order">Fields in their order</span>
    <ol class="ordered" aria-labelledby="index-order">${chosen.map(
      ({ key, label }, index) => html`<li key=${key}><span>${label}</span>
        <button type="button" class="icon-button" aria-label="Move ${label} up" disabled=${index === 0} onClick=${() => move(index, index - 1)}>↑</button>
        <button type="button" class="icon-button" aria-label="Move ${label} down" disabled=${index === keys.length - 1} onClick=${() => move(index, index + 1)}>↓</button>
        <button type="button" class="icon-button" aria-label="Remove ${label}" onClick=${() => onChange(keys.filter((each) => each !== key))}>✕</button>
      </li>`,
    )}</ol></div>`;
}
