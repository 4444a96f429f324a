import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [
  { path: "settings/api-webhooks", load: async () => (await import("./list")).ApisAndWebhooks },
  { path: "settings/api-webhooks/apis/new", load: async () => (await import("./new")).NewKey },
  { path: "settings/api-webhooks/apis/:id", load: async () => (await import("./detail")).KeyDetail },
];
