/** Permission flags: what each is for (docs/wire/access.md#permission-flags). Pure. */

import type { RoleDraft } from "./role.ts";

type Kind = "settings" | "tools";

export interface Flag {
  readonly key: string;
  readonly kind: Kind;
  readonly label: string;
  readonly purpose: string;
  /** Nothing in this API asks for it: it is kept for clients of Twenty. */
  readonly idle?: boolean;
  /** Means something for users only, or for agents only. */
  readonly only?: "users" | "agents";
}

export const FLAGS: readonly Flag[] = [
  {
    key: "API_KEYS_AND_WEBHOOKS",
    kind: "settings",
    label: "API keys and webhooks",
    purpose: "Make, change and delete keys and webhooks.",
  },
  { key: "ROLES", kind: "settings", label: "Roles", purpose: "Change roles, and which keys have them." },
  { key: "DATA_MODEL", kind: "settings", label: "Data model", purpose: "Change objects, fields and indexes." },
  { key: "WORKSPACE", kind: "settings", label: "Workspace", purpose: "Change the workspace's name and settings." },
  { key: "SECURITY", kind: "settings", label: "Security", purpose: "Read the audit log, change settings of security." },
  {
    key: "WORKSPACE_MEMBERS",
    kind: "settings",
    label: "Workspace members",
    purpose: "Change and delete records of workspace members.",
  },
  { key: "WORKFLOWS", kind: "settings", label: "Workflows", purpose: "See and change workflows and their runs." },
  { key: "LAYOUTS", kind: "settings", label: "Layouts", purpose: "Change page layouts, their tabs and widgets." },
  {
    key: "APPLICATIONS",
    kind: "settings",
    label: "Applications",
    purpose: "Install and remove applications.",
    idle: true,
  },
  { key: "MARKETPLACE_APPS", kind: "settings", label: "Marketplace", purpose: "Use the marketplace.", idle: true },
  { key: "AI_SETTINGS", kind: "settings", label: "AI settings", purpose: "Change settings of AI.", idle: true },
  { key: "BILLING", kind: "settings", label: "Billing", purpose: "See and change billing.", idle: true, only: "users" },
  {
    key: "IMPERSONATE",
    kind: "settings",
    label: "Impersonate",
    purpose: "Act in another user's name.",
    idle: true,
    only: "users",
  },
  {
    key: "SSO_BYPASS",
    kind: "settings",
    label: "SSO bypass",
    purpose: "Sign in without single sign-on.",
    idle: true,
    only: "users",
  },
  { key: "VIEWS", kind: "tools", label: "Views", purpose: "Make, change and delete views." },
  { key: "IMPORT_CSV", kind: "tools", label: "Import CSV", purpose: "Import records from files.", idle: true },
  { key: "EXPORT_CSV", kind: "tools", label: "Export CSV", purpose: "Export records to files.", idle: true },
  { key: "UPLOAD_FILE", kind: "tools", label: "Upload files", purpose: "Add files to records.", idle: true },
  { key: "DOWNLOAD_FILE", kind: "tools", label: "Download files", purpose: "Read files of records.", idle: true },
  { key: "AI", kind: "tools", label: "AI", purpose: "Use AI.", idle: true },
  { key: "SEND_EMAIL_TOOL", kind: "tools", label: "Send email", purpose: "Send email.", idle: true },
  {
    key: "CREATE_CALENDAR_EVENT_TOOL",
    kind: "tools",
    label: "Create calendar events",
    purpose: "Add events to calendars.",
    idle: true,
  },
  { key: "CODE_INTERPRETER_TOOL", kind: "tools", label: "Run code", purpose: "Run code in a sandbox.", idle: true },
  {
    key: "HTTP_REQUEST_TOOL",
    kind: "tools",
    label: "HTTP requests",
    purpose: "Call other services.",
    idle: true,
    only: "agents",
  },
  {
    key: "CONNECTED_ACCOUNTS",
    kind: "tools",
    label: "Connected accounts",
    purpose: "Connect accounts of mail and calendars.",
    idle: true,
    only: "users",
  },
  {
    key: "PROFILE_INFORMATION",
    kind: "tools",
    label: "Profile",
    purpose: "Change the own profile.",
    idle: true,
    only: "users",
  },
];

/** The flags of a kind that mean something for those who may have the role, and those that it holds anyway. */
export function flagsFor(draft: RoleDraft, kind: Kind): readonly Flag[] {
  const { canBeAssignedToUsers: users, canBeAssignedToAgents: agents } = draft.targets;
  return FLAGS.filter(
    ({ key, kind: own, only }) =>
      own === kind && (only === undefined || (only === "users" ? users : agents) || draft.flags.includes(key)),
  );
}

/** Whether a draft holds a flag, by name or with all of its kind. */
export function holds(draft: RoleDraft, flag: string): boolean {
  const kind = FLAGS.find((each) => each.key === flag)?.kind;
  return draft.flags.includes(flag) || (kind === "settings" ? draft.allSettings : kind === "tools" && draft.allTools);
}

/** The draft with a flag by name, or without it. */
export function withFlag(draft: RoleDraft, flag: string, held: boolean): RoleDraft {
  const others = draft.flags.filter((each) => each !== flag);
  return { ...draft, flags: held ? [...others, flag].sort() : others };
}
