/** What an entry of the audit log says, in words. */

/** What the actor did to the target. Of actions that are not here the log's own name is shown. */
const ACTIONS: Readonly<Record<string, string>> = {
  "apiKey.created": "made the API key",
  "apiKey.updated": "changed the API key",
  "apiKey.revoked": "deleted the API key",
  "apiKey.roleAssigned": "gave another role to the API key",
  "apiKey.tokenGenerated": "made a token of the API key",
  "apiKey.regenerated": "regenerated the API key",
  "apiKey.signInLinkMade": "made a sign-in link of the API key",
  "apiKey.signInLinkUsed": "signed in to the console by a link, with the API key",
  "role.created": "made the role",
  "role.updated": "changed the role",
  "role.deleted": "deleted the role",
  "role.permissionFlagsChanged": "changed the permission flags of the role",
  "role.objectPermissionsChanged": "changed what may be done with objects by the role",
  "role.fieldPermissionsChanged": "changed what may be done with fields by the role",
  "role.rowLevelPermissionPredicatesChanged": "changed which records are seen by the role",
  "workspace.defaultRoleChanged": "changed the default role of the workspace",
  "workspace.indexesChanged": "changed which indexes there are of the workspace",
  "index.built": "built the index of the field",
  "index.dropped": "dropped the index of the field",
  "index.changed": "changed the indexes of the workspace:",
  "counters.spread": "gave more counters to the object",
  "workspace.suspended": "suspended the workspace",
  "workspace.resumed": "resumed the workspace",
  "workspace.exportAsked": "had everything exported of the workspace",
  "workspace.restorationAsked": "began to bring back from an earlier moment the workspace",
  "workspace.restored": "brought back from an earlier moment the workspace",
  "workspace.deletionAsked": "began to delete the workspace",
  "workspace.demoRemovalAsked": "had the demo records removed from the workspace",
  "webhook.created": "made the webhook to",
  "webhook.updated": "changed the webhook to",
  "webhook.deleted": "deleted the webhook to",
  "webhook.secretRotated": "rotated the secret of the webhook to",
  "webhook.tested": "sent a test to the webhook to",
  "webhook.deliveryReplayed": "replayed a delivery of the webhook to",
  "webhook.failedReplayed": "replayed what had failed of the webhook to",
};

export function actionInWords(action: string): string {
  return ACTIONS[action] ?? action;
}

/** Who did it. */
export function actorInWords({ type, name }: { readonly type: string; readonly name: string | null }): string {
  if (name !== null) return name;
  return type === "SYSTEM" ? "Icosa itself" : "An administrator of the installation";
}

/** A member that changed. */
export interface Change {
  /** Where it stands: names of members and, for objects, fields and roles, their labels. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** Labels of objects, fields and roles by their ids. */
export type Labels = ReadonlyMap<string, string>;

type Members = Readonly<Record<string, unknown>>;

/** The members that changed, those inside others, too. What was and is empty is left out. */
export function changes(before: Members | null, after: Members | null, labels: Labels): readonly Change[] {
  const found: Change[] = [];
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  for (const name of names) {
    const [old, now] = [before?.[name], after?.[name]];
    const called = labels.get(name) ?? inWords(name);
    if (isMembers(old) || isMembers(now)) {
      const inner = changes(isMembers(old) ? old : null, isMembers(now) ? now : null, labels);
      found.push(...inner.map((each) => ({ ...each, name: `${called} › ${each.name}` })));
    } else {
      const [was, is] = [valueInWords(old, labels), valueInWords(now, labels)];
      if (was !== "" || is !== "") found.push({ name: called, before: was, after: is });
    }
  }
  return found;
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const MINUTE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A value; nothing is an empty text. */
export function valueInWords(value: unknown, labels: Labels): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string")
    return MOMENT.test(value) ? MINUTE.format(new Date(value)) : (labels.get(value) ?? value);
  if (Array.isArray(value))
    return value.map((each) => valueInWords(each, labels)).join(isMembers(value[0]) ? "; " : ", ");
  if (!isMembers(value)) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => [name, valueInWords(inner, labels)] as const)
    .filter(([name, text]) => name !== "id" && text !== "")
    .map(([name, text]) => `${inWords(name)}: ${text}`)
    .join(", ");
}

/** A member's name as words: `canReadFieldValue` is "Can read field value", `roleId` "Role". */
function inWords(name: string): string {
  const words = name
    .replace(/(?:Metadata)?Id$/, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
