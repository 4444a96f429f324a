/** The workspace's settings as the metadata API has them (docs/wire/access.md#workspace-settings). */

import { graphql } from "../../api/http";
import { can } from "../../caller";

export type Envelope = "legacy" | "direct";
export type Timeline = "on" | "off";
export type Emptying = "on" | "off";
export type Consistency = "strong" | "eventual";
export type Indexes = "auto" | "advise" | "all" | "declared";

type Limited = "records" | "objects" | "webhooks" | "apiKeys";

/** What the workspace may have, null for any number. How much there is only those are told who may change settings. */
export interface Plan {
  readonly name: string;
  readonly limits: Readonly<Record<Limited, number | null>>;
  readonly usage?: Readonly<Record<Limited, number>>;
}

export interface Workspace {
  readonly id: string;
  readonly displayName: string | null;
  readonly createdAt: string;
  readonly trashRetentionDays: number;
  readonly trashEmptying: Emptying;
  readonly metadataEnvelope: Envelope;
  readonly timeline: Timeline;
  readonly consistency: Consistency;
  readonly indexes: Indexes;
  readonly plan: Plan;
  readonly defaultRole: { readonly id: string; readonly label: string } | null;
}

/** Settings that are to change. */
export interface WorkspaceChanges {
  readonly displayName?: string;
  readonly trashRetentionDays?: number;
  readonly trashEmptying?: Emptying;
  readonly metadataEnvelope?: Envelope;
  readonly timeline?: Timeline;
  readonly consistency?: Consistency;
  readonly indexes?: Indexes;
  readonly defaultRoleId?: string;
}

const LIMITED = "records objects webhooks apiKeys";
const MEMBERS =
  "id displayName createdAt trashRetentionDays trashEmptying metadataEnvelope timeline consistency indexes defaultRole { id label }";

export async function readWorkspace(): Promise<Workspace> {
  const usage = can("WORKSPACE") ? `usage { ${LIMITED} }` : "";
  const plan = `plan { name limits { ${LIMITED} } ${usage} }`;
  const query = `query Workspace { currentWorkspace { ${MEMBERS} ${plan} } }`;
  return (await graphql<{ currentWorkspace: Workspace }>("metadata", query)).currentWorkspace;
}

export async function updateWorkspace(data: WorkspaceChanges): Promise<void> {
  const query = "mutation UpdateWorkspace($data: UpdateWorkspaceInput!) { updateWorkspace(data: $data) { id } }";
  await graphql("metadata", query, { data });
}

/** All roles by label. */
export async function readRoles(): Promise<readonly { readonly id: string; readonly label: string }[]> {
  type Answer = { getRoles: { id: string; label: string }[] };
  return (await graphql<Answer>("metadata", "query RoleLabels { getRoles { id label } }")).getRoles;
}
