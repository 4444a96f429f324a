import type { PageRoute } from "../../routes";

/** `create` stands in place of an id for the role that is being made. */
export const routes: readonly PageRoute[] = [
  { path: "settings/roles", load: async () => (await import("./list_page")).RolesPage },
  { path: "settings/roles/:roleId", load: async () => (await import("./role_page")).RolePage },
  {
    path: "settings/roles/:roleId/object/:objectMetadataId",
    load: async () => (await import("./object_page")).RoleObjectPage,
  },
];
