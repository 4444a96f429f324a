import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [
  { path: "settings/api-webhooks", load: async () => (await import("./start")).Start },
];
