import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [
  { path: "settings/audit", load: async () => (await import("./audit")).AuditLog },
];
