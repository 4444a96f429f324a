/** Sends once more what has failed. */

import { useState } from "preact/hooks";
import { html } from "../../html";
import { Confirm } from "../../ui/dialog";
import { SelectField } from "../../ui/fields";
import { toast } from "../../ui/toast";
import { replayFailed } from "./deliveries_api";

interface ReplayDialogProps {
  readonly webhookId: string;
  readonly onDone: () => Promise<void>;
  readonly onClose: () => void;
}

const HOUR = 3_600_000;
const PERIODS: readonly { readonly value: string; readonly label: string }[] = [
  { value: String(HOUR), label: "In the last hour" },
  { value: String(24 * HOUR), label: "In the last 24 hours" },
  { value: String(7 * 24 * HOUR), label: "In the last 7 days" },
  { value: "", label: "In the last 30 days (all that are kept)" },
];

export function ReplayDialog({ webhookId, onDone, onClose }: ReplayDialogProps) {
  const [period, setPeriod] = useState(String(24 * HOUR));
  async function send() {
    const since = period === "" ? null : new Date(Date.now() - Number(period)).toISOString();
    const { count, hasMore } = await replayFailed(webhookId, since);
    await onDone();
    toast(said(count, hasMore));
  }
  return html`<${Confirm} title="Replay all failed deliveries" confirm="Replay" onConfirm=${send} onClose=${onClose}>
    <p>What has failed or was given up is sent once more, the oldest first, at most 10,000 at a time. Receivers know what
      they have by the header <code>webhook-id</code>, which stays the same.</p>
    <${SelectField} label="Made" value=${period} onChange=${setPeriod} choices=${PERIODS} />
  <//>`;
}

function said(count: number, hasMore: boolean): string {
  if (count === 0) return "Nothing has failed in that time.";
  const what = count === 1 ? "1 delivery is sent once more." : `${count} deliveries are sent once more.`;
  return hasMore ? `${what} There are others: replay again.` : what;
}
