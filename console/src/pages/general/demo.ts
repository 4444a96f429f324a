/** What is left of the records with which a demo workspace began, and their end. */

import { useState } from "preact/hooks";
import { rest } from "../../api/http";
import { can, lacking } from "../../caller";
import { html } from "../../html";
import { Confirm } from "../../ui/dialog";
import { CheckField } from "../../ui/fields";
import { toast, toastError } from "../../ui/toast";

type Numbers = Readonly<Record<string, number>>;

interface Found {
  readonly unchanged: Numbers;
  readonly changed: Numbers;
}

interface Removed {
  readonly removed: Numbers;
  readonly left: Numbers;
}

const PATH = "rest/metadata/demoRecords";

export function DemoRecords() {
  const [found, setFound] = useState<Found | null>(null);
  const [busy, setBusy] = useState(false);
  const allowed = can("WORKSPACE");
  async function look() {
    setBusy(true);
    try {
      const there = await rest<Found>(PATH);
      if (total(there.unchanged) + total(there.changed) > 0) setFound(there);
      else toast("This workspace has no demo records.");
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
  }
  return html`<section class="section inline-form" aria-labelledby="demo">
    <h2 id="demo">Demo records</h2>
    <p class="hint">A demo workspace begins with companies, people and what belongs to them. When you have seen enough of
      them you can go on without. ${allowed ? "" : lacking("WORKSPACE")}</p>
    ${allowed && html`<button type="button" class="button" aria-busy=${busy} disabled=${busy} onClick=${look}>Look for demo records</button>`}
    ${found && html`<${Removal} found=${found} onClose=${() => setFound(null)} />`}
  </section>`;
}

function Removal({ found, onClose }: { readonly found: Found; readonly onClose: () => void }) {
  const [withChanged, setWithChanged] = useState(total(found.unchanged) === 0);
  const [progress, setProgress] = useState("");
  const changed = total(found.changed);
  async function remove() {
    let removed = 0;
    for (;;) {
      // A request ends after a while; what it did not reach is for the next one.
      const done = await rest<Removed>(`${PATH}?with_changed=${withChanged}`, { method: "DELETE" });
      removed += total(done.removed);
      if (total(done.left) === 0) break;
      setProgress(`${removed} have gone, ${total(done.left)} are left.`);
    }
    toast(`${removed} demo records have gone.`);
  }
  return html`<${Confirm} title="Remove demo records" confirm="Remove" word="yes" onConfirm=${remove} onClose=${onClose}>
    <p>For good: ${listed(found.unchanged) || "none that are as they came"}. Records of your own stay, but what points at a
      demo record loses that reference, as after any deletion, and webhooks are told of each.</p>
    ${
      changed > 0 &&
      html`<${CheckField} label="Also those that somebody has changed, or put into the trash: ${listed(found.changed)}"
        checked=${withChanged} onChange=${setWithChanged} />`
    }
    ${progress && html`<p role="status">${progress}</p>`}
  <//>`;
}

function total(numbers: Numbers): number {
  return Object.values(numbers).reduce((sum, number) => sum + number, 0);
}

/** `60 companies, 150 people`. */
function listed(numbers: Numbers): string {
  return Object.entries(numbers)
    .map(([name, number]) => `${number} ${name}`)
    .join(", ");
}
