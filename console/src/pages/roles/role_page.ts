/** One role: its permissions, its keys, its settings. */

import type { ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { Page } from "../../ui/page";
import { Tabs, useTab } from "../../ui/tabs";
import type { Roles } from "./api";
import { AssignmentTab } from "./assignment_tab";
import type { Editor } from "./editor";
import { crumbs, Notes, WithRole } from "./parts";
import { PermissionsTab } from "./permissions_tab";
import { SettingsTab } from "./settings_tab";

export function RolePage({ roleId }: { roleId: string }) {
  return html`<${WithRole} roleId=${roleId}>${(
    editor: Editor,
    roles: Roles,
    objects: readonly ObjectMetadata[],
  ) => html`
    <${OneRole} editor=${editor} roles=${roles} objects=${objects} />`}<//>`;
}

function OneRole({ editor, roles, objects }: { editor: Editor; roles: Roles; objects: readonly ObjectMetadata[] }) {
  const settings = { key: "settings", label: "Settings" };
  const permissions = { key: "permissions", label: "Permissions" };
  // A new role needs its name first, and has no keys yet.
  const tabs = editor.isNew
    ? [settings, permissions]
    : [permissions, { key: "assignment", label: "Assignment", count: editor.role?.apiKeys.length ?? 0 }, settings];
  const open = useTab(tabs);
  const title = editor.draft.label.trim() || (editor.isNew ? "New role" : "Role without a name");
  return html`<${Page} title=${title} crumbs=${crumbs(editor)} lead=${editor.draft.description}>
    <${Notes} editor=${editor} rights=${open === "permissions"} />
    <${Tabs} tabs=${tabs} label="Parts of the role" />
    ${open === "permissions" && html`<${PermissionsTab} editor=${editor} objects=${objects} />`}
    ${open === "assignment" && html`<${AssignmentTab} editor=${editor} />`}
    ${open === "settings" && html`<${SettingsTab} editor=${editor} roles=${roles} />`}
  <//>`;
}
