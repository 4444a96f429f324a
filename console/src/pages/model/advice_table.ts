/** What the index of each field of an object costs and saves, and what to do about it. */

import { graphql } from "../../api/http";
import { type Loaded, useLoaded } from "../../api/load";
import type { IndexMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { Ready } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { Moment } from "../../ui/time";
import { toast } from "../../ui/toast";
import { createIndex } from "./calls";
import { isOverOne, money, units } from "./logic/advice";
import { FormProblem, Status } from "./parts";
import { useSaving } from "./saving";

export interface Advice {
  readonly fieldMetadataId: string;
  readonly subFieldName: string | null;
  readonly path: string;
  readonly records: "ALL" | "VALUES" | "NULLS" | "NONE";
  readonly status: string;
  readonly madeBy: "SHIPPED" | "DECLARED" | "TUNER" | null;
  readonly uses: number;
  readonly lastUse: string | null;
  readonly scans: number;
  readonly scanUnits: number;
  readonly indexUnits: number;
  readonly advice: "BUILD" | "DROP" | "KEEP";
  readonly reason: string;
  readonly usdPerMonth: number;
}

const MEMBERS =
  "fieldMetadataId subFieldName path records status madeBy uses lastUse scans scanUnits indexUnits advice reason usdPerMonth";

async function readAdvice(objectId: string): Promise<readonly Advice[]> {
  const query = `query Advice($id: UUID) { indexAdvice(objectMetadataId: $id) { ${MEMBERS} } }`;
  return (await graphql<{ indexAdvice: readonly Advice[] }>("metadata", query, { id: objectId })).indexAdvice;
}

/** Advice is read anew whenever the object is. */
export function useAdvice(object: ObjectMetadata): Loaded<readonly Advice[]> {
  return useLoaded(() => readAdvice(object.id), [object]);
}

interface Props {
  readonly object: ObjectMetadata;
  /** Ask whether a declared index is to go. */
  readonly onDrop: (index: IndexMetadata) => void;
}

export function AdviceTable({ object, onDrop }: Props) {
  const advice = useAdvice(object);
  const { problems, save } = useSaving();
  async function declare(each: Advice, done: string) {
    const field = {
      fieldMetadataId: each.fieldMetadataId,
      ...(each.subFieldName === null ? {} : { subFieldName: each.subFieldName }),
    };
    await save(async () => {
      await createIndex({ objectMetadataId: object.id, fields: [field], indexType: "BTREE" });
      toast(done);
    }, [() => ""]);
  }
  return html`<h2 class="spaced">Indexes of single fields</h2>
    <p class="lead">Which fields people filter and order by, and what an index costs: write units a day, and
      by how much the bill changes, in USD a month at list prices, if it is built or dropped. Declared indexes stay; the
      others follow the setting “Indexes of fields” on the page General.</p>
    <${FormProblem} text=${problems[""]} />
    <${Ready} of=${advice}>${(
      rows: readonly Advice[],
    ) => html`<${Table} caption="Indexes of fields of ${object.labelPlural}"
      columns=${columns(object, declare, onDrop)} rows=${rows} rowKey=${(each: Advice) => each.path} />`}<//>`;
}

const MAKERS = { SHIPPED: "Shipped", DECLARED: "Declared", TUNER: "By use" } as const;
const ADVICE = { BUILD: "Build", DROP: "Drop", KEEP: null } as const;

type Declare = (each: Advice, done: string) => Promise<void>;

function columns(object: ObjectMetadata, declare: Declare, onDrop: (index: IndexMetadata) => void): Column<Advice>[] {
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
      sort: (each) => each.status,
      cell: (each) =>
        each.madeBy === null ? "None" : html`<${Status} status=${each.status} /> ${MAKERS[each.madeBy]}`,
    },
    {
      key: "use",
      label: "Use",
      sort: (each) => each.uses + each.scanUnits,
      cell: (each) => use(each),
    },
    {
      key: "writes",
      label: "Writes",
      align: "end",
      sort: (each) => each.indexUnits,
      cell: (each) =>
        html`<span title="Write units a day that the index costs, or would cost">${units(each.indexUnits)}</span>`,
    },
    {
      key: "usd",
      label: "A month",
      align: "end",
      sort: (each) => each.usdPerMonth,
      cell: (each) =>
        html`<span title="By how much the bill changes if it is built, or dropped">${money(each.usdPerMonth)}</span>`,
    },
    {
      key: "advice",
      label: "Advice",
      sort: (each) => each.advice,
      cell: (each) =>
        html`<span class=${ADVICE[each.advice] && "badge warning"} title=${each.reason}>${ADVICE[each.advice] ?? "–"}</span>`,
    },
    {
      key: "act",
      label: "Actions",
      quiet: true,
      align: "end",
      cell: (each) => action(object, each, declare, onDrop),
    },
  ];
}

/** Who reads by it, or would. */
function use(each: Advice) {
  if (each.scans > 0) return html`Missed: ${units(each.scanUnits)} units a day`;
  if (each.lastUse === null) return "–";
  return html`${units(each.uses)} in 30 days, last <${Moment} at=${each.lastUse} />`;
}

function action(object: ObjectMetadata, each: Advice, declare: Declare, onDrop: (index: IndexMetadata) => void) {
  if (each.madeBy === "DECLARED") {
    const index = object.indexMetadataList.find((known) => isOverOne(known, each));
    return (
      index &&
      html`<button type="button" class="button small" aria-label="Drop the index of ${each.path}"
      onClick=${() => onDrop(index)}>Drop</button>`
    );
  }
  if (each.madeBy === "TUNER") {
    return html`<button type="button" class="button small" aria-label="Keep the index of ${each.path}"
      onClick=${() => declare(each, "The index stays.")}>Keep</button>`;
  }
  return (
    each.records !== "ALL" &&
    html`<button type="button" class="button small" aria-label="Build the index of ${each.path}"
      onClick=${() => declare(each, "The index is being built.")}>Build</button>`
  );
}
