import type { PageRoute } from "../../routes";

const OBJECT = "settings/objects/:plural";

export const routes: readonly PageRoute[] = [
  { path: "settings/objects", load: async () => (await import("./objects_page")).ObjectsPage },
  { path: "settings/objects/new", load: async () => (await import("./new_object_page")).NewObjectPage },
  { path: OBJECT, load: async () => (await import("./object_page")).ObjectPage },
  { path: `${OBJECT}/new-field`, load: async () => (await import("./new_field_page")).NewFieldPage },
  { path: `${OBJECT}/new-index`, load: async () => (await import("./new_index_page")).NewIndexPage },
  { path: `${OBJECT}/:fieldName`, load: async () => (await import("./field_page")).FieldPage },
];
