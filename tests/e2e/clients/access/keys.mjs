// Twenty's own client for the Metadata API, as its package ships it: makes an API key, uses it and revokes it.
//
//   node keys.mjs        with TWENTY_API_URL and TWENTY_API_KEY
//
// Prints what it saw.

import { MetadataApiClient } from 'twenty-client-sdk/metadata';

const NEVER = '2199-12-31T00:00:00.000Z';
const admin = new MetadataApiClient();

const { getApiKeyRoles: roles } = await admin.query({ getApiKeyRoles: { id: true, label: true, apiKeys: { name: true } } });
const { createApiKey: key } = await admin.mutation({
  createApiKey: {
    __args: { input: { name: 'Made by the SDK', expiresAt: NEVER, roleId: roles.find((role) => role.label === 'Admin').id } },
    id: true,
    name: true,
    role: { label: true },
  },
});
const { generateApiKeyToken: made } = await admin.mutation({
  generateApiKeyToken: { __args: { apiKeyId: key.id, expiresAt: NEVER }, token: true },
});

const other = new MetadataApiClient({ headers: { Authorization: `Bearer ${made.token}` } });
const { currentWorkspace: workspace } = await other.query({ currentWorkspace: { id: true, displayName: true } });
const { apiKeys: listed } = await other.query({ apiKeys: { id: true, name: true } });
const { updateApiKey: renamed } = await other.mutation({
  updateApiKey: { __args: { input: { id: key.id, name: 'Renamed by the SDK' } }, name: true },
});
const { revokeApiKey: revoked } = await admin.mutation({
  revokeApiKey: { __args: { input: { id: key.id } }, id: true, revokedAt: true },
});
let failure = null;
try {
  await other.query({ currentWorkspace: { id: true } });
} catch (error) {
  failure = error.message;
}

console.log(JSON.stringify({ key, workspace, listed, renamed, revoked, failure }));
