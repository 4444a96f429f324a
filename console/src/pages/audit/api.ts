/** The audit log as the metadata API has it (docs/wire/access.md#audit-log). */

import { graphql } from "../../api/http";
import { can } from "../../caller";

export type Members = Readonly<Record<string, unknown>>;

export interface AuditEntry {
  readonly id: string;
  readonly createdAt: string;
  readonly action: string;
  readonly actor: { readonly type: string; readonly id: string | null; readonly name: string | null };
  readonly target: { readonly type: string; readonly id: string; readonly label: string };
  readonly before: Members | null;
  readonly after: Members | null;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
}

const QUERY = `query AuditLog($first: Int!, $after: ConnectionCursor) {
  auditLog(first: $first, after: $after) {
    edges { node { id createdAt action actor { type id name } target { type id label } before after } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** A page of entries, the newest first. */
export async function readAudit(first: number, after: string | null): Promise<AuditPage> {
  type Answer = {
    auditLog: { edges: { node: AuditEntry }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  };
  const { edges, pageInfo } = (await graphql<Answer>("metadata", QUERY, { first, after })).auditLog;
  return { entries: edges.map((each) => each.node), next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

/** Labels of roles by id, as far as the caller may read them. */
export async function readRoleLabels(): Promise<ReadonlyMap<string, string>> {
  const field = can("ROLES") ? "getRoles" : can("API_KEYS_AND_WEBHOOKS") ? "getApiKeyRoles" : "";
  if (field === "") return new Map();
  type Answer = { roles: { id: string; label: string }[] };
  const { roles } = await graphql<Answer>("metadata", `query RoleLabels { roles: ${field} { id label } }`);
  return new Map(roles.map(({ id, label }) => [id, label]));
}
