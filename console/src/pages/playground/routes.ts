import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [
  { path: "playground", load: async () => (await import("./launcher")).Launcher },
  { path: "playground/rest/:schema", load: async () => (await import("./rest")).RestPlayground, fullScreen: true },
  {
    path: "playground/graphql/:schema",
    load: async () => (await import("./graphql")).GraphqlPlayground,
    fullScreen: true,
  },
];
