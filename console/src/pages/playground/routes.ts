import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [{ path: "playground", load: async () => (await import("./start")).Start }];
