/** What the index of each field of an object costs and saves, and what to do about it. */

import { useEffect, useState } from "preact/hooks";
import { graphql } from "../../api/http";
import { type Loaded, useLoaded } from "../../api/load";
import type { IndexMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { Confirm } from "../../ui/dialog";
import { Notice, Ready } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { Moment } from "../../ui/time";
import { toast } from "../../ui/toast";
import { createIndex, dropFieldIndex } from "./calls";
import {
  type Action,
  type Advice,
  actionsOf,
  covers,
  effect,
  type IndexSetting,
  isOverOne,
  SETTINGS,
  times,
  units,
} from "./logic/advice";
import { FormProblem, Link, Status } from "./parts";
import { useSaving } from "./saving";

const MEMBERS =
  "fieldMetadataId subFieldName path records status madeBy isDroppable uses lastUse scans scanUnits indexUnits advice reason usdPerMonth";

/** Milliseconds after which advice is read again while an index is being built. */
const WAIT = 4000;

interface Read {
  readonly rows: readonly Advice[];
  readonly setting: IndexSetting;
}

async function readAdvice(objectId: string): Promise<Read> {
  const query = `query Advice($id: UUID) { currentWorkspace { indexes } indexAdvice(objectMetadataId: $id) { ${MEMBERS} } }`;
  type Answer = { currentWorkspace: { indexes: IndexSetting }; indexAdvice: readonly Advice[] };
  const { currentWorkspace, indexAdvice } = await graphql<Answer>("metadata", query, { id: objectId });
  return { rows: indexAdvice, setting: currentWorkspace.indexes };
}

/** Advice is read anew whenever the object is, and while something is being built. */
function useAdvice(object: ObjectMetadata): Loaded<Read> {
  const advice = useLoaded(() => readAdvice(object.id), [object]);
  const building = advice.data?.rows.some((each) => each.status === "BUILDING") ?? false;
  useEffect(() => {
    if (!building) return;
    const timer = setTimeout(() => void advice.reload(), WAIT);
    return () => clearTimeout(timer);
  }, [building, advice.data]);
  return advice;
}

interface Props {
  readonly object: ObjectMetadata;
  /** Ask whether a declared index is to go. */
  readonly onDelete: (index: IndexMetadata) => void;
}

export function AdviceTable({ object, onDelete }: Props) {
  const advice = useAdvice(object);
  const { problems, save } = useSaving();
  const [doomed, setDoomed] = useState<Advice | null>(null);
  async function declare(each: Advice, done: string) {
    await save(async () => {
      await createIndex({ objectMetadataId: object.id, fields: [place(each)], indexType: "BTREE" });
      toast(done);
    }, [() => ""]);
  }
  const does: Readonly<Record<Action, (each: Advice) => unknown>> = {
    build: (each) => declare(each, "The index is being built."),
    keep: (each) => declare(each, "The index stays."),
    drop: (each) => {
      const index = object.indexMetadataList.find((known) => isOverOne(known, each));
      if (index) onDelete(index);
      else setDoomed(each);
    },
  };
  return html`<h2 class="spaced">Indexes of single fields</h2>
    <p class="lead">Who filters and orders by a field, how many write units a day its index costs or would cost, and what
      the bill would be like without it or with it, at list prices.</p>
    <${FormProblem} text=${problems[""]} />
    <${Ready} of=${advice}>${({ rows, setting }: Read) => html`
      <${Notice}><p>${SETTINGS[setting]} <${Link} to="settings/general">Change the setting<//></p><//>
      <${Table} caption="Indexes of fields of ${object.labelPlural}"
        columns=${columns(setting, does)} rows=${rows} rowKey=${(each: Advice) => each.path} />`}<//>
    ${doomed && html`<${Drop} object=${object} advice=${doomed} onClose=${() => setDoomed(null)} />`}`;
}

function Drop({ object, advice, onClose }: { object: ObjectMetadata; advice: Advice; onClose: () => void }) {
  async function drop() {
    await dropFieldIndex(place(advice));
    toast("The index was dropped.");
  }
  return html`<${Confirm} title="Drop this index?" confirm="Drop index" onConfirm=${drop} onClose=${onClose}>
    <p>The index of <strong>${advice.path}</strong> goes. No record is lost, and lists find the same, but those that filter
      or order by it read ${object.labelPlural} one by one, which is slower and dearer.</p>
    <p>Use does not build it again for 30 days. You can, at any time.</p>
  <//>`;
}

/** As requests name the field of an index. */
function place({ fieldMetadataId, subFieldName }: Advice) {
  return { fieldMetadataId, ...(subFieldName === null ? {} : { subFieldName }) };
}

const MAKERS = { SHIPPED: "Shipped", DECLARED: "Declared", TUNER: "By use" } as const;
const ADVICE = { BUILD: "Build", DROP: "Drop", KEEP: null } as const;
const WORDS: Readonly<Record<Action, string>> = { build: "Build", keep: "Keep", drop: "Drop" };

type Does = Readonly<Record<Action, (each: Advice) => unknown>>;

function columns(setting: IndexSetting, does: Does): Column<Advice>[] {
  return [
    {
      key: "path",
      label: "Field",
      sort: (each) => each.path,
      cell: (each) => html`<span class="named">${each.path}</span>`,
    },
    {
      key: "status",
      label: "Index",
      sort: (each) => each.madeBy ?? "",
      cell: (each) =>
        each.madeBy === null
          ? html`<span class="quiet">None</span>`
          : html`<span class="advice-index"><${Status} status=${each.status} /> ${MAKERS[each.madeBy]}
              ${covers(each.records) && html`<span class="hint">${covers(each.records)}</span>`}</span>`,
    },
    { key: "use", label: "Use", sort: (each) => each.uses + each.scans, cell: use },
    {
      key: "writes",
      label: "Units a day",
      align: "end",
      sort: (each) => each.indexUnits,
      cell: (each) => units(each.indexUnits),
    },
    {
      key: "change",
      label: "What would change",
      sort: (each) => each.usdPerMonth,
      cell: (each) => html`<span class="advice-change">
        <span>${ADVICE[each.advice] && html`<span class="badge warning">${ADVICE[each.advice]}</span> `}${effect(each)}</span>
        <span class="hint">${each.reason}.</span></span>`,
    },
    {
      key: "act",
      label: "Actions",
      quiet: true,
      align: "end",
      cell: (each) =>
        html`<span class="advice-actions">${actionsOf(each, setting).map(
          (action) => html`<button key=${action} type="button" class="button small"
          aria-label="${WORDS[action]} the index of ${each.path}" onClick=${() => does[action](each)}>${WORDS[action]}</button>`,
        )}</span>`,
    },
  ];
}

/** Who reads by it, or would. */
function use(each: Advice) {
  if (each.scans === 0 && each.lastUse === null) return html`<span class="quiet">–</span>`;
  return html`<span class="advice-change">
    ${each.scans > 0 && html`<span>Missed ${times(each.scans)} in 7 days: ${units(each.scanUnits)} units a day</span>`}
    ${
      each.lastUse !== null &&
      html`<span>${each.uses > 0 ? html`${times(each.uses)} in 30 days, last` : "Last"} <${Moment} at=${each.lastUse} /></span>`
    }</span>`;
}
