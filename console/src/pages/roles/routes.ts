import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [
  { path: "settings/roles", load: async () => (await import("./start")).Start },
];
