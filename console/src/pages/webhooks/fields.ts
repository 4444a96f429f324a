/** Target, description and events of a webhook: the fields that its two forms share. */

import { useState } from "preact/hooks";
import { html } from "../../html";
import { TextArea, TextField } from "../../ui/fields";
import { LIMITS, type Webhook } from "./api";
import { ALL, isWhole, operationsOf, type Row, rowsOf, sameOperations } from "./operations";
import { FilterRows } from "./rows";
import { targetProblem } from "./target";

export interface Draft {
  readonly targetUrl: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

export const NEW_DRAFT: Draft = { targetUrl: "", description: "", rows: ALL };

export function draftOf({ targetUrl, description, operations }: Webhook): Draft {
  return { targetUrl, description: description ?? "", rows: rowsOf(operations) };
}

/** Whether the API can be asked to take it. */
export function isValid({ targetUrl, description, rows }: Draft): boolean {
  return targetProblem(targetUrl) === "" && description.length <= LIMITS.description && rows.some(isWhole);
}

/** The members in which a draft differs from what there is. */
export function changesOf(draft: Draft, webhook: Webhook) {
  const operations = operationsOf(draft.rows);
  const description = draft.description.trim() || null;
  return {
    ...(draft.targetUrl.trim() === webhook.targetUrl ? {} : { targetUrl: draft.targetUrl.trim() }),
    ...(sameOperations(operations, webhook.operations) ? {} : { operations }),
    ...(description === webhook.description ? {} : { description }),
  };
}

interface WebhookFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

export function WebhookFields({ draft, onChange }: WebhookFieldsProps) {
  const [left, setLeft] = useState(false);
  const tooLong = draft.description.length > LIMITS.description;
  return html`
    <${TextField} label="Endpoint URL" type="url" required code value=${draft.targetUrl} maxLength=${LIMITS.targetUrl}
      placeholder="https://example.com/icosa-events" onBlur=${() => setLeft(true)}
      onInput=${(targetUrl: string) => onChange({ ...draft, targetUrl })}
      error=${left ? targetProblem(draft.targetUrl) : ""}
      hint="Where events are posted to, as JSON. It must be reachable from the internet." />
    <${TextArea} label="Description" rows=${2} value=${draft.description}
      onInput=${(description: string) => onChange({ ...draft, description })}
      error=${tooLong ? `At most ${LIMITS.description} characters.` : ""} />
    <${FilterRows} rows=${draft.rows} onChange=${(rows: readonly Row[]) => onChange({ ...draft, rows })} />
  `;
}
