import { useSignal } from "@preact/signals";
import { html } from "../../html";
import { type Column, Table } from "../../ui/table";
import { type Call, calls } from "./calls";

/** The last call in one line, and all of them on request. */
export function CallsPanel() {
  const open = useSignal(false);
  const [last] = calls.value;
  return html`<section class="calls" aria-label="Calls">
    <div class="calls-summary">
      <button type="button" class="button small" aria-expanded=${open.value} aria-controls="calls"
        disabled=${last === undefined} onClick=${() => {
          open.value = !open.value;
        }}>Calls <span class="count">${calls.value.length}</span></button>
      <p role="status">${last ? html`<${Summary} call=${last} />` : "No calls yet. Each one appears here with its status, time and cost."}</p>
    </div>
    <div id="calls" class="calls-list" hidden=${!open.value || last === undefined} tabindex="0" role="region"
      aria-label="All calls">
      <${Table} caption="Calls, the newest first" columns=${COLUMNS} rows=${calls.value} rowKey=${(call: Call) => String(call.id)} />
    </div>
  </section>`;
}

function Summary({ call }: { call: Call }) {
  const { explain } = call;
  return html`<${Status} call=${call} /> <strong>${call.title}</strong>
    <span>${duration(call)}</span> <span>${size(call)}</span>
    ${
      explain &&
      html` <span>${explain.roundTrips} round ${explain.roundTrips === "1" ? "trip" : "trips"}</span>
      <span>${units(call)}</span> ${explain.cost && html`<span>$${explain.cost.call}</span>`}
      ${explain.plan.length > 0 && html` <span class="plan">${explain.plan.join("; ")}</span>`}`
    }`;
}

function Status({ call }: { call: Call }) {
  const failed = call.status === 0 || call.status >= 400 || call.error !== "";
  const text = call.status === 0 ? "failed" : call.status < 400 && failed ? `${call.status} with errors` : call.status;
  return html`<span class="badge ${failed ? "danger" : "success"}">${text}</span>`;
}

const COLUMNS: readonly Column<Call>[] = [
  { key: "title", label: "Call", cell: (call) => call.title },
  { key: "status", label: "Status", cell: (call) => html`<${Status} call=${call} />` },
  { key: "time", label: "Time", cell: duration, align: "end" },
  { key: "size", label: "Size", cell: size, align: "end" },
  { key: "trips", label: "Round trips", cell: ({ explain }) => explain?.roundTrips ?? "–", align: "end" },
  { key: "units", label: "Units", cell: (call) => (call.explain ? units(call) : "–"), align: "end" },
  { key: "cost", label: "Cost", cell: (call) => html`<${Price} call=${call} />`, align: "end" },
  { key: "plan", label: "Plan, or error", cell: (call) => html`<${Details} call=${call} />` },
  { key: "request", label: "Request", cell: ({ requestId }) => html`<code>${requestId || "–"}</code>` },
];

function Details({ call }: { call: Call }) {
  if (call.error) return html`<pre class="call-error">${call.error}</pre>`;
  const { plan } = call.explain ?? { plan: [] };
  if (plan.length === 0) return "–";
  return html`<ol class="plan">${plan.map((step, index) => html`<li key=${index}>${step}</li>`)}</ol>`;
}

function duration({ milliseconds }: Call): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function size({ bytes }: Call): string {
  return bytes < 1000
    ? `${bytes} B`
    : bytes < 1e6
      ? `${(bytes / 1000).toFixed(1)} KB`
      : `${(bytes / 1e6).toFixed(1)} MB`;
}

function units({ explain }: Call): string {
  return `${explain?.read} read, ${explain?.write} write`;
}

function Price({ call }: { call: Call }) {
  const cost = call.explain?.cost;
  if (!cost) return "–";
  return html`$${cost.call}
    <div class="hint">A million: $${cost.million}</div>
    <div class="hint">${cost.services.map(([name, price]) => `${name} ${price}`).join(", ")}</div>`;
}
