import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [
  { path: "settings/api-webhooks/webhooks/new", load: async () => (await import("./new")).NewWebhook },
  { path: "settings/api-webhooks/webhooks/:id", load: async () => (await import("./detail")).WebhookDetail },
  {
    path: "settings/api-webhooks/webhooks/:id/deliveries/:deliveryId",
    load: async () => (await import("./delivery")).DeliveryDetail,
  },
];
