import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [
  { path: "settings/objects", load: async () => (await import("./start")).Start },
];
