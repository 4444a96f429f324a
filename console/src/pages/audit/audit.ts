/** The page of the audit log: who changed which key, role or permission, and how. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { ApiError } from "../../api/errors";
import { asApiError, useLoaded } from "../../api/load";
import { page } from "../../base";
import { can } from "../../caller";
import { useObjects } from "../../data/objects";
import { html } from "../../html";
import { ActionButton } from "../../ui/button";
import { NeedsFlag, Page } from "../../ui/page";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { Moment } from "../../ui/time";
import { type AuditEntry, type AuditPage, readAudit, readRoleLabels } from "./api";
import { actionInWords, actorInWords, changes, type Labels } from "./words";

const TITLE = "Audit log";
const PAGE = 50;
const KEPT = "Changes of API keys, roles, permissions and webhooks. They are kept for 400 days.";

export function AuditLog() {
  return html`<${NeedsFlag} flag="SECURITY" title=${TITLE}><${Page} title=${TITLE} lead=${KEPT}><${Log} /><//><//>`;
}

function Log() {
  const { shown, error, more, begin } = useLog();
  const columns = useColumns();
  if (shown === null) return error ? html`<${Failure} error=${error} retry=${begin} />` : html`<${Skeleton} />`;
  if (shown.entries.length === 0) return html`<${Empty} title="Nothing has happened yet">${KEPT}<//>`;
  return html`
    <div class="audit"><${Table} caption="Changes, the newest first" rows=${shown.entries} rowKey=${({ id }: AuditEntry) => id}
      columns=${columns} /></div>
    <p class="hint" role="status">${shown.next === null ? `All ${shown.entries.length} changes are shown.` : `The last ${shown.entries.length} changes are shown.`}</p>
    ${shown.next !== null && html`<${ActionButton} action=${more}>Load more<//>`}
  `;
}

/** The entries that were read so far. */
function useLog() {
  const [shown, setShown] = useState<AuditPage | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  async function begin() {
    setError(null);
    try {
      setShown(await readAudit(PAGE, null));
    } catch (failure) {
      setError(asApiError(failure));
    }
  }
  async function more() {
    if (shown === null) return;
    const { entries, next } = await readAudit(PAGE, shown.next);
    setShown({ entries: [...shown.entries, ...entries], next });
  }
  useEffect(() => void begin(), []);
  return { shown, error, more, begin };
}

function useColumns(): readonly Column<AuditEntry>[] {
  const objects = useObjects();
  const roles = useLoaded(readRoleLabels);
  const labels = useMemo(() => {
    const found = new Map(roles.data ?? []);
    for (const object of objects.data ?? []) {
      found.set(object.id, object.labelPlural);
      for (const field of object.fieldsList) found.set(field.id, field.label);
    }
    return found;
  }, [objects.data, roles.data]);
  return [
    { key: "when", label: "When", cell: ({ createdAt }) => html`<${Moment} at=${createdAt} time />` },
    { key: "who", label: "Who", cell: ({ actor }) => linked("apiKey", actor.id, actorInWords(actor)) },
    { key: "what", label: "What", cell: (entry) => html`<${What} entry=${entry} labels=${labels} />` },
  ];
}

function What({ entry, labels }: { entry: AuditEntry; labels: Labels }) {
  const { action, target, before, after } = entry;
  const found = changes(before, after, labels);
  const gone = action === "role.deleted" || action === "webhook.deleted";
  return html`${actionInWords(action)}${" "}
    <strong>${gone ? target.label : linked(target.type, target.id, target.label)}</strong>
    ${
      found.length > 0 &&
      html`<details class="changes"><summary>${found.length === 1 ? "1 detail" : `${found.length} details`}</summary>
        <dl>${found.map(
          (each) => html`<div key=${each.name}><dt>${each.name}</dt>
            <dd>${said("del", "Before", each.before)} ${said("ins", "Now", each.after)}</dd></div>`,
        )}</dl>
      </details>`
    }`;
}

/** A value, with a word for those who do not see how it is marked. */
function said(element: "del" | "ins", word: string, text: string) {
  return text !== "" && html`<${element}><span class="visually-hidden">${word}: </span>${text}<//>`;
}

/** Pages of what entries are about, and the flag that each needs. */
const PAGES: Readonly<Record<string, { readonly path: (id: string) => string; readonly flag?: string }>> = {
  apiKey: { path: (id) => `settings/api-webhooks/apis/${id}`, flag: "API_KEYS_AND_WEBHOOKS" },
  role: { path: (id) => `settings/roles/${id}`, flag: "ROLES" },
  workspace: { path: () => "settings/general" },
  webhook: { path: (id) => `settings/api-webhooks/webhooks/${id}`, flag: "API_KEYS_AND_WEBHOOKS" },
};

/** A name that leads to its page, if there is one that the caller may see. */
function linked(type: string, id: string | null, name: string) {
  const target = PAGES[type];
  if (target === undefined || id === null || (target.flag !== undefined && !can(target.flag))) return name;
  return html`<a href=${page(target.path(id))}>${name}</a>`;
}
