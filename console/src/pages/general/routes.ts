import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [
  { path: "settings/general", load: async () => (await import("./general")).General },
];
