/** Tables of things: sortable, and readable on a phone, where each row becomes a card. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { html } from "../html";

export interface Column<T> {
  readonly key: string;
  readonly label: string;
  readonly cell: (row: T) => ComponentChildren;
  /** What the column is sorted by; without it it is not. */
  readonly sort?: (row: T) => string | number;
  readonly align?: "end";
  /** The label is for screen readers only, as of a column of menus. */
  readonly quiet?: boolean;
}

interface TableProps<T> {
  /** Names the table for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** Key of the column that the rows are sorted by at first; without it they keep their order. */
  readonly sortedBy?: string;
  /** Whether a row is shown as of less weight. */
  readonly muted?: (row: T) => boolean;
}

const ORDER = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** A table. The first column is the row's heading. */
export function Table<T>({ caption, columns, rows, rowKey, sortedBy, muted }: TableProps<T>) {
  const [sort, setSort] = useState({ key: sortedBy ?? "", down: false });
  const shown = sorted(rows, columns.find((each) => each.key === sort.key)?.sort, sort.down);
  return html`<div class="table-frame"><table>
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>
      ${columns.map(
        ({ key, label, sort: sortable, align, quiet }) => html`<th key=${key} scope="col" class=${align ?? ""}
          aria-sort=${sort.key === key ? (sort.down ? "descending" : "ascending") : undefined}>
          ${heading(label, quiet === true, sortable !== undefined, () => setSort({ key, down: sort.key === key && !sort.down }))}
        </th>`,
      )}
    </tr></thead>
    <tbody>
      ${shown.map(
        (row) => html`<tr key=${rowKey(row)} class=${muted?.(row) ? "muted" : ""}>
          ${columns.map(({ key, label, cell, align, quiet }, index) =>
            index === 0
              ? html`<th key=${key} scope="row" class=${align ?? ""}>${cell(row)}</th>`
              : html`<td key=${key} class=${align ?? ""} data-label=${quiet ? "" : label}>${cell(row)}</td>`,
          )}
        </tr>`,
      )}
    </tbody>
  </table></div>`;
}

function heading(label: string, quiet: boolean, sortable: boolean, onSort: () => void) {
  if (quiet) return html`<span class="visually-hidden">${label}</span>`;
  if (!sortable) return label;
  return html`<button type="button" class="sort" onClick=${onSort}>${label}</button>`;
}

function sorted<T>(rows: readonly T[], by: ((row: T) => string | number) | undefined, down: boolean): readonly T[] {
  if (by === undefined) return rows;
  const order = [...rows].sort((a, b) => compare(by(a), by(b)));
  return down ? order.reverse() : order;
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : ORDER.compare(String(a), String(b));
}
