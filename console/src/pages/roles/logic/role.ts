/** Roles as the metadata API has them, and as drafts that are edited (docs/wire/access.md#roles). Pure. */

import { type RuleGroup, type StoredGroup, type StoredRule, treeOf } from "./rules.ts";

export type Right = "read" | "update" | "softDelete" | "destroy";

interface RightInfo {
  readonly key: Right;
  /** What it lets one do. */
  readonly label: string;
  /** The same in a sentence: "may see". */
  readonly verb: string;
  readonly hint: string;
  /** Its members on the wire: for all objects, for one. */
  readonly all: RoleRight;
  readonly one: ObjectRight;
}

type RoleRight =
  | "canReadAllObjectRecords"
  | "canUpdateAllObjectRecords"
  | "canSoftDeleteAllObjectRecords"
  | "canDestroyAllObjectRecords";
type ObjectRight =
  | "canReadObjectRecords"
  | "canUpdateObjectRecords"
  | "canSoftDeleteObjectRecords"
  | "canDestroyObjectRecords";

/** The rights on records, the one that the others need first. */
export const RIGHTS: readonly RightInfo[] = [
  {
    key: "read",
    label: "See records",
    verb: "see",
    hint: "Read, list, search and count them.",
    all: "canReadAllObjectRecords",
    one: "canReadObjectRecords",
  },
  {
    key: "update",
    label: "Edit records",
    verb: "edit",
    hint: "Create and change them.",
    all: "canUpdateAllObjectRecords",
    one: "canUpdateObjectRecords",
  },
  {
    key: "softDelete",
    label: "Delete records",
    verb: "delete",
    hint: "Move them to the trash and back.",
    all: "canSoftDeleteAllObjectRecords",
    one: "canSoftDeleteObjectRecords",
  },
  {
    key: "destroy",
    label: "Destroy records",
    verb: "destroy",
    hint: "Remove them for good.",
    all: "canDestroyAllObjectRecords",
    one: "canDestroyObjectRecords",
  },
];

export type Target = "canBeAssignedToUsers" | "canBeAssignedToAgents" | "canBeAssignedToApiKeys";

export const TARGETS: readonly { readonly key: Target; readonly label: string }[] = [
  { key: "canBeAssignedToApiKeys", label: "API keys" },
  { key: "canBeAssignedToUsers", label: "Users" },
  { key: "canBeAssignedToAgents", label: "Agents" },
];

export interface RoleKey {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: string;
}

/** A role in an answer. */
export interface Role extends Readonly<Record<RoleRight | Target, boolean>> {
  readonly id: string;
  readonly label: string;
  readonly description: string | null;
  readonly icon: string | null;
  readonly isEditable: boolean;
  readonly canUpdateAllSettings: boolean;
  readonly canAccessAllTools: boolean;
  readonly apiKeys: readonly RoleKey[];
  readonly permissionFlags: readonly { readonly flag: string }[];
  readonly objectPermissions: readonly ({ readonly objectMetadataId: string } & Readonly<
    Record<ObjectRight, boolean | null>
  >)[];
  readonly fieldPermissions: readonly {
    readonly objectMetadataId: string;
    readonly fieldMetadataId: string;
    readonly canReadFieldValue: boolean | null;
    readonly canUpdateFieldValue: boolean | null;
  }[];
  readonly rowLevelPermissionPredicates: readonly StoredRule[];
  readonly rowLevelPermissionPredicateGroups: readonly StoredGroup[];
}

/** What a role says of one object; null leaves it to its rights on all objects. */
export type ObjectRights = Readonly<Record<Right, boolean | null>>;

/** What a role may not do with a field. */
export interface FieldLimit {
  readonly hidden: boolean;
  readonly locked: boolean;
}

/** By field id. Fields without a limit are absent. */
export type FieldLimits = Readonly<Record<string, FieldLimit>>;

/** A role while it is edited. By object id: only objects of which it says anything. */
export interface RoleDraft {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly targets: Readonly<Record<Target, boolean>>;
  readonly allSettings: boolean;
  readonly allTools: boolean;
  readonly rights: Readonly<Record<Right, boolean>>;
  /** Flags that it holds by name, in order. */
  readonly flags: readonly string[];
  readonly objects: Readonly<Record<string, ObjectRights>>;
  readonly fields: Readonly<Record<string, FieldLimits>>;
  readonly rows: Readonly<Record<string, RuleGroup>>;
}

export const NOTHING_SAID: ObjectRights = { read: null, update: null, softDelete: null, destroy: null };

/** What a new role begins with: for keys, without any right. */
export const NEW_ROLE: RoleDraft = {
  label: "",
  description: "",
  icon: "IconUser",
  targets: { canBeAssignedToApiKeys: true, canBeAssignedToUsers: false, canBeAssignedToAgents: false },
  allSettings: false,
  allTools: false,
  rights: { read: false, update: false, softDelete: false, destroy: false },
  flags: [],
  objects: {},
  fields: {},
  rows: {},
};

/** A stored role as a draft. */
export function draftOf(role: Role): RoleDraft {
  return {
    label: role.label,
    description: role.description ?? "",
    icon: role.icon ?? "",
    targets: pick(
      TARGETS.map((each) => each.key),
      (key) => role[key],
    ),
    allSettings: role.canUpdateAllSettings,
    allTools: role.canAccessAllTools,
    rights: byRight((right) => role[right.all]),
    flags: role.permissionFlags.map((each) => each.flag).sort(),
    objects: Object.fromEntries(
      role.objectPermissions
        .map((row) => [row.objectMetadataId, byRight((right) => row[right.one])] as const)
        .filter(([, rights]) => saysSomething(rights)),
    ),
    fields: fieldsOf(role),
    rows: rowsOf(role),
  };
}

/** A value for each right. */
export function byRight<T>(value: (right: RightInfo) => T): Record<Right, T> {
  return Object.fromEntries(RIGHTS.map((each) => [each.key, value(each)])) as Record<Right, T>;
}

export function saysSomething(rights: ObjectRights): boolean {
  return RIGHTS.some((each) => rights[each.key] !== null);
}

function fieldsOf(role: Role): Record<string, FieldLimits> {
  const fields: Record<string, Record<string, FieldLimit>> = {};
  for (const row of role.fieldPermissions) {
    const limit = { hidden: row.canReadFieldValue === false, locked: row.canUpdateFieldValue === false };
    if (!limit.hidden && !limit.locked) continue;
    fields[row.objectMetadataId] = { ...fields[row.objectMetadataId], [row.fieldMetadataId]: limit };
  }
  return fields;
}

function rowsOf(role: Role): Record<string, RuleGroup> {
  const rules = role.rowLevelPermissionPredicates;
  const ids = new Set(rules.map((each) => each.objectMetadataId));
  return Object.fromEntries(
    [...ids].map((id) => [
      id,
      treeOf(
        rules.filter((each) => each.objectMetadataId === id),
        role.rowLevelPermissionPredicateGroups.filter((each) => each.objectMetadataId === id),
      ),
    ]),
  );
}

function pick<K extends string, T>(keys: readonly K[], value: (key: K) => T): Record<K, T> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, T>;
}
