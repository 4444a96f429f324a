/** Deliveries of webhooks as the metadata API has them (docs/wire/webhooks.md). */

import { graphql } from "../../api/http";

export type State = "waiting" | "delivered" | "failed" | "dead" | "skipped";

export interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly state: State;
  readonly attempts: number;
  readonly createdAt: string;
  readonly lastAttemptAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly durationMs: number | null;
  readonly isReplay: boolean;
}

/** A delivery with what was sent and answered. */
export interface Exchange extends Delivery {
  readonly response: string | null;
  readonly requestHeaders: Readonly<Record<string, string>> | null;
  readonly requestBody: string | null;
}

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
}

export interface TestResult {
  readonly success: boolean;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  readonly response: string;
  readonly requestBody: string;
}

const MEMBERS =
  "id eventId eventName state attempts createdAt lastAttemptAt nextAttemptAt lastStatus lastError durationMs isReplay";

const PAGE = `query Deliveries($webhookId: UUID!, $state: WebhookDeliveryState, $first: Int!, $after: ConnectionCursor) {
  webhookDeliveries(webhookId: $webhookId, state: $state, first: $first, after: $after) {
    edges { node { ${MEMBERS} } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** A page of the log, the newest first; of one state if there is one. */
export async function readDeliveries(
  webhookId: string,
  state: State | "",
  first: number,
  after: string | null,
): Promise<DeliveryPage> {
  type Answer = {
    webhookDeliveries: { edges: { node: Delivery }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  };
  const variables = { webhookId, state: state === "" ? null : state, first, after };
  const { edges, pageInfo } = (await graphql<Answer>("metadata", PAGE, variables)).webhookDeliveries;
  return { deliveries: edges.map((each) => each.node), next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

export async function readDelivery(webhookId: string, id: string): Promise<Exchange> {
  const query = `query Delivery($webhookId: UUID!, $id: UUID!) {
    webhookDelivery(webhookId: $webhookId, id: $id) { ${MEMBERS} response requestHeaders requestBody }
  }`;
  return (await graphql<{ webhookDelivery: Exchange }>("metadata", query, { webhookId, id })).webhookDelivery;
}

/** Send a delivery's event once more; the id of the new delivery. */
export async function replay(webhookId: string, id: string): Promise<string> {
  const query =
    "mutation Replay($webhookId: UUID!, $id: UUID!) { replayWebhookDelivery(webhookId: $webhookId, id: $id) { id } }";
  type Answer = { replayWebhookDelivery: { id: string } };
  return (await graphql<Answer>("metadata", query, { webhookId, id })).replayWebhookDelivery.id;
}

/** Send once more what has failed since a moment. */
export async function replayFailed(webhookId: string, since: string | null) {
  const query = `mutation ReplayFailed($webhookId: UUID!, $since: DateTime) {
    replayWebhookDeliveries(webhookId: $webhookId, since: $since) { count hasMore }
  }`;
  type Answer = { replayWebhookDeliveries: { count: number; hasMore: boolean } };
  return (await graphql<Answer>("metadata", query, { webhookId, since })).replayWebhookDeliveries;
}

/** Send a sample at once; takes up to ten seconds. */
export async function sendTest(id: string, eventName: string): Promise<TestResult> {
  const query = `mutation TestWebhook($id: UUID!, $eventName: String) {
    testWebhook(id: $id, eventName: $eventName) { success status error durationMs response requestBody }
  }`;
  return (await graphql<{ testWebhook: TestResult }>("metadata", query, { id, eventName })).testWebhook;
}
