/** Settings of the workspace, each with a flag of its own that its change needs. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../../api/load";
import { can, lacking, loadCaller } from "../../caller";
import { html } from "../../html";
import { SelectField, TextField } from "../../ui/fields";
import { SaveForm } from "../../ui/form";
import { toast } from "../../ui/toast";
import {
  type Consistency,
  type Emptying,
  type Envelope,
  type Indexes,
  readRoles,
  type Timeline,
  updateWorkspace,
  type Workspace,
  type WorkspaceChanges,
} from "./api";

interface FormProps {
  readonly workspace: Workspace;
  readonly reload: () => Promise<void>;
}

export function NameForm({ workspace, reload }: FormProps) {
  const present = workspace.displayName ?? "";
  const [name, setName] = useDraft(present);
  return html`<${Setting} flag="WORKSPACE" save="Rename" dirty=${name.trim() !== present} valid=${name.trim() !== ""}
    changes=${{ displayName: name.trim() }} reload=${async () => void (await Promise.all([reload(), loadCaller()]))}>${(
      disabled: boolean,
    ) => html`<${TextField} label="Name of the workspace" required value=${name} onInput=${setName} disabled=${disabled}
      error=${name.trim() === "" ? "A workspace needs a name." : ""} hint=${disabled ? lacking("WORKSPACE") : ""} />`}<//>`;
}

export function DefaultRoleForm({ workspace, reload }: FormProps) {
  const roles = useLoaded(async () => (can("ROLES") ? await readRoles() : []));
  const present = workspace.defaultRole?.id ?? "";
  const [roleId, setRoleId] = useDraft(present);
  const known = roles.data ?? [];
  const missing = known.some((each) => each.id === present) ? [] : [workspace.defaultRole ?? { id: "", label: "None" }];
  return html`<${Setting} flag="ROLES" save="Change role" dirty=${roleId !== present} valid=${roleId !== ""}
    changes=${{ defaultRoleId: roleId }} reload=${reload}>${(
      disabled: boolean,
    ) => html`<${SelectField} label="Default role" value=${roleId} onChange=${setRoleId} disabled=${disabled}
      choices=${[...missing, ...known].map(({ id, label }) => ({ value: id, label }))}
      hint="Keys get it when their own role is deleted. ${disabled ? lacking("ROLES") : ""}" />`}<//>`;
}

const ENVELOPES: readonly { readonly value: Envelope; readonly label: string }[] = [
  { value: "legacy", label: 'In an envelope: {"data": {"createOneObject": {…}}}' },
  { value: "direct", label: "Directly: {…}" },
];

export function EnvelopeForm({ workspace, reload }: FormProps) {
  const present = workspace.metadataEnvelope;
  const [envelope, setEnvelope] = useDraft<string>(present);
  return html`<${Setting} flag="DATA_MODEL" save="Change answers" dirty=${envelope !== present} valid=${true}
    changes=${{ metadataEnvelope: envelope as Envelope }} reload=${reload}>${(
      disabled: boolean,
    ) => html`<${SelectField} label="Answers of Metadata REST" value=${envelope} onChange=${setEnvelope} disabled=${disabled}
      choices=${ENVELOPES}
      hint="How objects and fields come. Programs that read them have to expect it. ${disabled ? lacking("DATA_MODEL") : ""}" />`}<//>`;
}

const TIMELINES: readonly { readonly value: Timeline; readonly label: string }[] = [
  { value: "off", label: "Off" },
  { value: "on", label: "On: each change is a timeline activity" },
];

export function TimelineForm({ workspace, reload }: FormProps) {
  const present = workspace.timeline;
  const [timeline, setTimeline] = useDraft<string>(present);
  return html`<${Setting} flag="WORKSPACE" save="Change timeline" dirty=${timeline !== present} valid=${true}
    changes=${{ timeline: timeline as Timeline }} reload=${reload}>${(
      disabled: boolean,
    ) => html`<${SelectField} label="Timeline" value=${timeline} onChange=${setTimeline} disabled=${disabled}
      choices=${TIMELINES}
      hint="What happens to records, kept beside them. It makes writes dearer. ${disabled ? lacking("WORKSPACE") : ""}" />`}<//>`;
}

const CONSISTENCIES: readonly { readonly value: Consistency; readonly label: string }[] = [
  { value: "strong", label: "Strong: everything that was written before" },
  { value: "eventual", label: "Eventual: perhaps not the last second, for half the price" },
];

export function ConsistencyForm({ workspace, reload }: FormProps) {
  const present = workspace.consistency;
  const [consistency, setConsistency] = useDraft<string>(present);
  return html`<${Setting} flag="DATA_MODEL" save="Change reads" dirty=${consistency !== present} valid=${true}
    changes=${{ consistency: consistency as Consistency }} reload=${reload}>${(
      disabled: boolean,
    ) => html`<${SelectField} label="Reads of records see" value=${consistency} onChange=${setConsistency}
      disabled=${disabled} choices=${CONSISTENCIES}
      hint="A request can ask for the other. ${disabled ? lacking("DATA_MODEL") : ""}" />`}<//>`;
}

const EMPTYINGS: readonly { readonly value: Emptying; readonly label: string }[] = [
  { value: "on", label: "Destroyed, after the days below" },
  { value: "off", label: "Kept for ever" },
];

export function EmptyingForm({ workspace, reload }: FormProps) {
  const present = workspace.trashEmptying;
  const [emptying, setEmptying] = useDraft<string>(present);
  return html`<${Setting} flag="WORKSPACE" save="Change trash" dirty=${emptying !== present} valid=${true}
    changes=${{ trashEmptying: emptying as Emptying }} reload=${reload}>${(
      disabled: boolean,
    ) => html`<${SelectField} label="Records in the trash are" value=${emptying} onChange=${setEmptying} disabled=${disabled}
      choices=${EMPTYINGS}
      hint="What was destroyed cannot come back. ${disabled ? lacking("WORKSPACE") : ""}" />`}<//>`;
}

const INDEXES: readonly { readonly value: Indexes; readonly label: string }[] = [
  { value: "auto", label: "Those that are used: built and dropped by themselves" },
  { value: "advise", label: "Those that there are: advice only" },
  { value: "all", label: "All" },
  { value: "declared", label: "Those declared or shipped" },
];

export function IndexesForm({ workspace, reload }: FormProps) {
  const present = workspace.indexes;
  const [indexes, setIndexes] = useDraft<string>(present);
  return html`<${Setting} flag="DATA_MODEL" save="Change indexes" dirty=${indexes !== present} valid=${true}
    changes=${{ indexes: indexes as Indexes }} reload=${reload}>${(
      disabled: boolean,
    ) => html`<${SelectField} label="Indexes of fields" value=${indexes} onChange=${setIndexes} disabled=${disabled}
      choices=${INDEXES}
      hint="Answers stay the same: a field without an index makes writes cheaper and filters by it dearer. ${disabled ? lacking("DATA_MODEL") : ""}" />`}<//>`;
}

export function TrashForm({ workspace, reload }: FormProps) {
  const present = String(workspace.trashRetentionDays);
  const [days, setDays] = useDraft(present);
  const whole = /^\d{1,6}$/.test(days.trim());
  return html`<${Setting} flag="WORKSPACE" save="Change days" dirty=${days.trim() !== present} valid=${whole}
    changes=${{ trashRetentionDays: Number(days) }} reload=${reload}>${(
      disabled: boolean,
    ) => html`<${TextField} label="Days in the trash" type="number" value=${days} onInput=${setDays} disabled=${disabled}
      error=${whole ? "" : "A whole number of days, 0 or more."}
      hint="So long a record can be restored; then it is destroyed, within six hours. ${disabled ? lacking("WORKSPACE") : ""}" />`}<//>`;
}

interface SettingProps {
  readonly flag: string;
  readonly save: string;
  readonly dirty: boolean;
  readonly valid: boolean;
  readonly changes: WorkspaceChanges;
  readonly reload: () => Promise<void>;
  /** The field; it is told whether it cannot be changed. */
  readonly children: (disabled: boolean) => ComponentChildren;
}

/** A setting with its button, or only to be read. */
function Setting({ flag, save, dirty, valid, changes, reload, children }: SettingProps) {
  if (!can(flag)) return html`<div class="save-form">${children(true)}</div>`;
  async function submit() {
    await updateWorkspace(changes);
    await reload();
    toast("Saved.");
  }
  return html`<${SaveForm} save=${save} dirty=${dirty} valid=${valid} onSave=${submit}>${children(false)}<//>`;
}

/** What is typed; it begins anew when what is stored changes. */
function useDraft<T>(present: T): [T, (value: T) => void] {
  const [draft, setDraft] = useState<T>(present);
  useEffect(() => setDraft(present), [present]);
  return [draft, setDraft];
}
