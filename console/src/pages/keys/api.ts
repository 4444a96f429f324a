/** API keys as the metadata API has them (docs/wire/access.md#api-keys-over-graphql). */

import { graphql, rest } from "../../api/http";
import { renew, type Session } from "../../session";

export interface RoleOfKey {
  readonly id: string;
  readonly label: string;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly createdAt: string;
  /** Null when it was deleted. */
  readonly role: RoleOfKey | null;
}

/** A role that keys may have. */
export interface KeyRole extends RoleOfKey {
  readonly description: string | null;
  /** It may do everything. */
  readonly all: boolean;
}

const MEMBERS = "id name expiresAt revokedAt lastUsedAt createdAt role { id label }";

/** The keys that are not revoked. */
export async function readKeys(): Promise<readonly ApiKey[]> {
  return (await graphql<{ apiKeys: ApiKey[] }>("metadata", `query Keys { apiKeys { ${MEMBERS} } }`)).apiKeys;
}

/** A key, also a revoked one; null when there is none. */
export async function readKey(id: string): Promise<ApiKey | null> {
  const query = `query Key($id: UUID!) { apiKey(input: { id: $id }) { ${MEMBERS} } }`;
  return (await graphql<{ apiKey: ApiKey | null }>("metadata", query, { id })).apiKey;
}

type Rights = "canUpdateAllSettings" | "canAccessAllTools" | "canUpdateAllObjectRecords" | "canDestroyAllObjectRecords";

const ROLES = `query KeyRoles {
  getApiKeyRoles {
    id label description canUpdateAllSettings canAccessAllTools canUpdateAllObjectRecords canDestroyAllObjectRecords
  }
}`;

/** The roles that keys may have, by label. */
export async function readKeyRoles(): Promise<readonly KeyRole[]> {
  type Answer = { getApiKeyRoles: (RoleOfKey & { description: string | null } & Record<Rights, boolean>)[] };
  return (await graphql<Answer>("metadata", ROLES)).getApiKeyRoles.map((role) => ({
    id: role.id,
    label: role.label,
    description: role.description,
    all:
      role.canUpdateAllSettings &&
      role.canAccessAllTools &&
      role.canUpdateAllObjectRecords &&
      role.canDestroyAllObjectRecords,
  }));
}

/** A new key, without a token. */
export async function createKey(input: { name: string; expiresAt: string; roleId: string }): Promise<ApiKey> {
  const query = `mutation CreateKey($input: CreateApiKeyInput!) { createApiKey(input: $input) { ${MEMBERS} } }`;
  return (await graphql<{ createApiKey: ApiKey }>("metadata", query, { input })).createApiKey;
}

/** Another token of a key. It is in no other answer. */
export async function makeToken(apiKeyId: string, expiresAt: string): Promise<string> {
  const query = `mutation MakeToken($apiKeyId: UUID!, $expiresAt: String!) {
    generateApiKeyToken(apiKeyId: $apiKeyId, expiresAt: $expiresAt) { token }
  }`;
  type Answer = { generateApiKeyToken: { token: string } };
  return (await graphql<Answer>("metadata", query, { apiKeyId, expiresAt })).generateApiKeyToken.token;
}

/** A token in place of all that a key has; with `keepId` of the same key, else of a new one that replaces it. */
export async function regenerate(id: string, keepId: boolean): Promise<{ id: string; token: string }> {
  const query = `mutation Regenerate($input: RegenerateApiKeyInput!) {
    regenerateApiKey(input: $input) { apiKey { id } token }
  }`;
  type Answer = { regenerateApiKey: { apiKey: { id: string }; token: string } };
  const { apiKey, token } = (await graphql<Answer>("metadata", query, { input: { id, keepId } })).regenerateApiKey;
  return { id: apiKey.id, token };
}

/** Change what is given; null as `revokedAt` brings a revoked key back. */
export async function updateKey(
  id: string,
  changes: { name?: string; expiresAt?: string; revokedAt?: null },
): Promise<void> {
  const query = "mutation UpdateKey($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { id } }";
  await graphql("metadata", query, { input: { id, ...changes } });
}

export async function assignRole(apiKeyId: string, roleId: string): Promise<void> {
  const query = `mutation AssignRole($apiKeyId: UUID!, $roleId: UUID!) {
    assignRoleToApiKey(apiKeyId: $apiKeyId, roleId: $roleId)
  }`;
  await graphql("metadata", query, { apiKeyId, roleId });
}

export async function revokeKey(id: string): Promise<void> {
  const query = "mutation RevokeKey($id: UUID!) { revokeApiKey(input: { id: $id }) { id } }";
  await graphql("metadata", query, { id });
}

/** Go on in this tab with a session of another token, because that of the old one has ended. */
export async function continueWith(token: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  renew(await rest<Session>("console/session", { method: "POST", body: {}, headers }));
}
