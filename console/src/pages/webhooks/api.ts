/** Webhooks as the metadata API has them (docs/wire/access.md#webhooks). */

import { graphql } from "../../api/http";

export interface Webhook {
  readonly id: string;
  readonly targetUrl: string;
  readonly operations: readonly string[];
  readonly description: string | null;
  readonly isEnabled: boolean;
  /** Why the server switched it off. */
  readonly disabledReason: string | null;
  readonly pausedUntil: string | null;
  readonly failingSince: string | null;
  readonly lastSuccessAt: string | null;
  readonly headers: readonly { readonly name: string }[];
  /** Until when the secret before the last rotation signs, too. */
  readonly previousSecretExpiresAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A header of deliveries. Without a value the one that is stored stays. */
export interface HeaderInput {
  readonly name: string;
  readonly value?: string;
}

/** What can be set; `secret` only when it is to change. */
export interface WebhookInput {
  readonly targetUrl?: string;
  readonly operations?: readonly string[];
  readonly description?: string | null;
  readonly secret?: string;
  readonly isEnabled?: boolean;
  readonly headers?: readonly HeaderInput[];
}

export { LIMITS } from "./limits";

/** Without the secret, each of which the server would have to open. */
const MEMBERS =
  "id targetUrl operations description isEnabled disabledReason pausedUntil failingSince lastSuccessAt headers { name } " +
  "previousSecretExpiresAt createdAt updatedAt";

export async function readWebhooks(): Promise<readonly Webhook[]> {
  return (await graphql<{ webhooks: Webhook[] }>("metadata", `query Webhooks { webhooks { ${MEMBERS} } }`)).webhooks;
}

/** Null when there is none. */
export async function readWebhook(id: string): Promise<Webhook | null> {
  const query = `query Webhook($id: UUID!) { webhook(id: $id) { ${MEMBERS} } }`;
  return (await graphql<{ webhook: Webhook | null }>("metadata", query, { id })).webhook;
}

/** The secret in clear; empty when there is none. */
export async function readSecret(id: string): Promise<string> {
  const query = "query WebhookSecret($id: UUID!) { webhook(id: $id) { secret } }";
  return (await graphql<{ webhook: { secret: string } | null }>("metadata", query, { id })).webhook?.secret ?? "";
}

/** A new webhook; without a secret one is made up. */
export async function createWebhook(input: WebhookInput): Promise<string> {
  const query = "mutation CreateWebhook($input: CreateWebhookInput!) { createWebhook(input: $input) { id } }";
  return (await graphql<{ createWebhook: { id: string } }>("metadata", query, { input })).createWebhook.id;
}

export async function updateWebhook(id: string, update: WebhookInput): Promise<void> {
  const query = "mutation UpdateWebhook($input: UpdateWebhookInput!) { updateWebhook(input: $input) { id } }";
  await graphql("metadata", query, { input: { id, update } });
}

export async function deleteWebhook(id: string): Promise<void> {
  await graphql("metadata", "mutation DeleteWebhook($id: UUID!) { deleteWebhook(id: $id) { id } }", { id });
}

/** A new secret, beside which the old one signs for another 24 hours. */
export async function rotateSecret(id: string): Promise<string> {
  const query = "mutation RotateSecret($id: UUID!) { rotateWebhookSecret(id: $id) { secret } }";
  return (await graphql<{ rotateWebhookSecret: { secret: string } }>("metadata", query, { id })).rotateWebhookSecret
    .secret;
}
