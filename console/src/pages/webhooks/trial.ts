/** Sends a sample to a webhook and shows what it answers. */

import { useState } from "preact/hooks";
import { asApiError } from "../../api/load";
import { html } from "../../html";
import { CodeBlock } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { SelectField } from "../../ui/fields";
import { Notice } from "../../ui/states";
import type { Webhook } from "./api";
import { sendTest, type TestResult } from "./deliveries_api";
import { eventsToTest } from "./operations";
import { durationOf, formatted } from "./words";

interface TestDialogProps {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}

export function TestDialog({ webhook, onClose }: TestDialogProps) {
  const choices = eventsToTest(webhook.operations);
  const [name, setName] = useState(choices[0] ?? "ping");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<TestResult | null>(null);
  const [problem, setProblem] = useState("");
  async function send(event: Event) {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    setResult(null);
    try {
      setResult(await sendTest(webhook.id, name));
    } catch (error) {
      setProblem(asApiError(error).message);
    } finally {
      setBusy(false);
    }
  }
  return html`<${Dialog} title="Send a test event" onClose=${onClose}>
    <form class="trial" onSubmit=${send}>
      <p>A sample is posted at once, signed like every delivery and with the header <code>X-Icosa-Test: true</code>.
        It is not tried again and does not appear among the deliveries.</p>
      <${SelectField} label="Event" value=${name} onChange=${setName}
        choices=${choices.map((each) => ({ value: each, label: each }))} />
      <div aria-live="polite">
        ${busy && html`<p class="hint">Waiting for the answer, at most 10 seconds…</p>`}
        ${problem && html`<${Notice} kind="danger">${problem}<//>`}
        ${result && html`<${Result} result=${result} />`}
      </div>
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${onClose}>Close</button>
        <button type="submit" class="button primary" disabled=${busy} aria-busy=${busy}>${result ? "Send again" : "Send"}</button>
      </div>
    </form>
  <//>`;
}

function Result({ result }: { result: TestResult }) {
  const { success, status, error, durationMs, response, requestBody } = result;
  const said = status === null ? (error ?? "There was no answer") : `The receiver answered ${status}`;
  return html`
    <${Notice} kind=${success ? "success" : "danger"}>${said}, after ${durationOf(durationMs)}.<//>
    ${response !== "" && html`<h3>Answer</h3><${CodeBlock} label="Answer of the receiver" code=${formatted(response)} />`}
    <details class="usage"><summary>What was sent</summary>
      <${CodeBlock} label="Body of the test" code=${formatted(requestBody)} /></details>
  `;
}
