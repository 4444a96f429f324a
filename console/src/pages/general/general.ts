/** The page of the workspace: its name, where its APIs are, and what holds for all of it. */

import { useLoaded } from "../../api/load";
import { url } from "../../base";
import { caller } from "../../caller";
import { html } from "../../html";
import { CopyField } from "../../ui/copy";
import { Page } from "../../ui/page";
import { Ready } from "../../ui/states";
import { Moment } from "../../ui/time";
import { type Plan, readWorkspace, type Workspace } from "./api";
import { DemoRecords } from "./demo";
import {
  ConsistencyForm,
  DefaultRoleForm,
  EmptyingForm,
  EnvelopeForm,
  IndexesForm,
  NameForm,
  TimelineForm,
  TrashForm,
} from "./forms";
import { type Fact, facts, planned } from "./limits";

/** The APIs, by their path below the console's folder. */
const APIS: readonly { readonly label: string; readonly path: string }[] = [
  { label: "Core REST", path: "rest/" },
  { label: "Core GraphQL", path: "graphql" },
  { label: "Metadata REST", path: "rest/metadata/" },
  { label: "Metadata GraphQL", path: "metadata" },
  { label: "OpenAPI, Core", path: "rest/open-api/core" },
  { label: "OpenAPI, Metadata", path: "rest/open-api/metadata" },
];

export function General() {
  const workspace = useLoaded(readWorkspace);
  return html`<${Page} title="General" lead="This workspace, and where its APIs are.">
    <${Ready} of=${workspace}>${(found: Workspace) => html`<${Sections} workspace=${found} reload=${workspace.reload} />`}<//>
  <//>`;
}

interface SectionsProps {
  readonly workspace: Workspace;
  readonly reload: () => Promise<void>;
}

function Sections({ workspace, reload }: SectionsProps) {
  const part = { workspace, reload };
  return html`
    <section class="section inline-form" aria-labelledby="workspace">
      <h2 id="workspace">Workspace</h2>
      <${NameForm} ...${part} />
      <${CopyField} label="Workspace id" value=${workspace.id} />
      <p class="hint">Made <${Moment} at=${workspace.createdAt} time />.</p>
    </section>
    <section class="section" aria-labelledby="addresses">
      <h2 id="addresses">Addresses of the APIs</h2>
      <div class="fields addresses">
        ${APIS.map(({ label, path }) => html`<${CopyField} key=${path} label=${label} value=${url(path)} />`)}
      </div>
    </section>
    <section class="section inline-form" aria-labelledby="settings">
      <h2 id="settings">Settings</h2>
      <${DefaultRoleForm} ...${part} /><${EnvelopeForm} ...${part} /><${TimelineForm} ...${part} /><${ConsistencyForm} ...${part} /><${IndexesForm} ...${part} /><${EmptyingForm} ...${part} /><${TrashForm} ...${part} />
    </section>
    <${PlanFacts} plan=${workspace.plan} />
    <${Limits} />
    <${DemoRecords} />
  `;
}

function PlanFacts({ plan }: { readonly plan: Plan }) {
  return html`<section class="section" aria-labelledby="plan">
    <h2 id="plan">Plan</h2>
    <${Facts} of=${planned(plan)} />
    <p class="hint">This workspace has the plan <strong>${plan.name}</strong>. Whoever operates this installation can give it another one.</p>
  </section>`;
}

function Facts({ of }: { readonly of: readonly Fact[] }) {
  return html`<dl class="facts">
    ${of.map(({ name, value, meaning }) => html`<div key=${name}><dt>${name}</dt><dd>${value}${meaning === "" ? "" : html`<p class="hint">${meaning}</p>`}</dd></div>`)}
  </dl>`;
}

function Limits() {
  if (caller.value === null) return null;
  return html`<section class="section" aria-labelledby="limits">
    <h2 id="limits">Limits</h2>
    <${Facts} of=${facts(caller.value.limits)} />
  </section>`;
}
