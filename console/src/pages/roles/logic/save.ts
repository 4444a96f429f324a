/**
 * Saving a draft: which calls, and in which order. Each call is checked by itself and acts at once, so an order is
 * looked for in which every state between is one that the API takes, and none allows what neither the old nor the new
 * role does. Pure.
 */

import { limitOf, may, mentioned, rightsOn } from "./rights.ts";
import { byRight, type ObjectRights, RIGHTS, type RoleDraft, saysSomething, TARGETS } from "./role.ts";
import { NO_RULES, ruleInput } from "./rules.ts";

type Members = Readonly<Record<string, unknown>>;

/** A call of a mutation: its name, and its input. */
export interface Step {
  readonly mutation: keyof typeof MUTATIONS;
  readonly input: Members;
}

/** The name and the type of each mutation's argument, and what of the answer is selected. */
export const MUTATIONS = {
  createOneRole: ["createRoleInput", "CreateRoleInput!", "{ id }"],
  updateOneRole: ["updateRoleInput", "UpdateRoleInput!", "{ id }"],
  upsertPermissionFlags: ["upsertPermissionFlagsInput", "UpsertPermissionFlagsInput!", "{ flag }"],
  upsertObjectPermissions: ["upsertObjectPermissionsInput", "UpsertObjectPermissionsInput!", "{ objectMetadataId }"],
  upsertFieldPermissions: ["upsertFieldPermissionsInput", "UpsertFieldPermissionsInput!", "{ id }"],
  upsertRowLevelPermissionPredicates: ["input", "UpsertRowLevelPermissionPredicatesInput!", "{ predicates { id } }"],
} as const;

/** Root fields that a document may have (docs/wire/metadata.md#limits-of-a-request). */
const ROOT_FIELDS = 10;

interface Document {
  readonly query: string;
  readonly variables: Members;
}

/** The documents that make all steps in their order, as a rule a single one. */
export function documentsOf(steps: readonly Step[]): readonly Document[] {
  const starts = Array.from({ length: Math.ceil(steps.length / ROOT_FIELDS) }, (_, index) => index * ROOT_FIELDS);
  return starts.map((start) => documentOf(steps.slice(start, start + ROOT_FIELDS)));
}

function documentOf(steps: readonly Step[]): Document {
  const heads = steps.map((step, index) => `$input${index}: ${MUTATIONS[step.mutation][1]}`);
  const calls = steps.map((step, index) => {
    const [argument, , selection] = MUTATIONS[step.mutation];
    return `step${index}: ${step.mutation}(${argument}: $input${index}) ${selection}`;
  });
  return {
    query: `mutation SaveRole(${heads.join(", ")}) {\n  ${calls.join("\n  ")}\n}`,
    variables: Object.fromEntries(steps.map((step, index) => [`input${index}`, step.input])),
  };
}

/** Whether two drafts are the same, whatever order their parts were made in. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** The calls that make `after` of the stored role `before`; of none when `isNew`. `newId` gives ids of groups. */
export function stepsOf(
  roleId: string,
  before: RoleDraft,
  after: RoleDraft,
  { isNew, newId }: { readonly isNew: boolean; readonly newId: () => string },
): readonly Step[] {
  const steps: Step[] = [];
  if (isNew) steps.push({ mutation: "createOneRole", input: { id: roleId, ...about(after) } });
  const named = isNew ? {} : changed(about(before), about(after));
  const flags = same(before.flags, after.flags)
    ? []
    : [{ mutation: "upsertPermissionFlags", input: { roleId, permissionFlagKeys: after.flags } } as const];
  // Whoever changes the own role keeps ROLES until the last call that needs it.
  const flagsFirst = before.allSettings && !after.allSettings;
  if (flagsFirst) steps.push(...flags);
  let roleSent = false;
  let now = before;
  for (const part of orderOf(before, after)) {
    if (part === "role") {
      const update = { ...named, ...changed(powers(before), powers(after)) };
      steps.push({ mutation: "updateOneRole", input: { id: roleId, update } });
      roleSent = true;
    } else {
      steps.push(...stepsOfPart(part, roleId, now, after, newId));
    }
    now = advanced(now, after, part);
  }
  if (!roleSent && Object.keys(named).length > 0) {
    steps.push({ mutation: "updateOneRole", input: { id: roleId, update: named } });
  }
  if (!flagsFirst) steps.push(...flags);
  return steps;
}

function about(draft: RoleDraft): Members {
  return {
    label: draft.label.trim(),
    description: draft.description.trim() || null,
    icon: draft.icon.trim() || null,
    ...draft.targets,
  };
}

function powers(draft: RoleDraft): Members {
  return {
    canUpdateAllSettings: draft.allSettings,
    canAccessAllTools: draft.allTools,
    ...Object.fromEntries(RIGHTS.map((each) => [each.all, draft.rights[each.key]])),
  };
}

function changed(before: Members, after: Members): Members {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));
}

// ------------------------------------------------------------------ order

/** Parts of a role that one call changes; `taken` are the rights on objects that get smaller, without the others. */
type Part = "role" | "taken" | "objects" | "fields" | "rows";

/** Raising goes from all objects to single ones, so this order is tried first. */
const PARTS: readonly Part[] = ["rows", "role", "objects", "fields"];

/** The parts that differ, in the best order. */
function orderOf(before: RoleDraft, after: RoleDraft): readonly Part[] {
  const parts = PARTS.filter((part) => !same(partOf(part, before), partOf(part, after)));
  const candidates = permutations(parts);
  if (parts.includes("objects")) candidates.push(...permutations([...parts, "taken"]).filter(takesFirst));
  const allowed = new Set([...permissions(before, before, after), ...permissions(after, before, after)]);
  let best: { readonly order: readonly Part[]; readonly cost: number } | null = null;
  for (const order of candidates) {
    const cost = costOf(order, before, after, allowed);
    if (cost !== null && (best === null || cost < best.cost)) best = { order, cost };
  }
  return best?.order ?? parts;
}

function takesFirst(order: readonly Part[]): boolean {
  return order.indexOf("taken") < order.indexOf("objects");
}

/** How much an order allows in between that neither end does; null when the API would refuse a call of it. */
function costOf(
  order: readonly Part[],
  before: RoleDraft,
  after: RoleDraft,
  allowed: ReadonlySet<string>,
): number | null {
  let now = before;
  let cost = 0;
  for (const part of order) {
    const next = advanced(now, after, part);
    if (!accepted(part, now, next, after)) return null;
    now = next;
    for (const each of permissions(now, before, after)) if (!allowed.has(each)) cost++;
  }
  return cost;
}

function partOf(part: Part, draft: RoleDraft): unknown {
  if (part === "role") return [draft.rights, draft.allSettings, draft.allTools];
  return draft[part === "taken" ? "objects" : part];
}

/** The draft once a part of it is that of `after`. */
function advanced(now: RoleDraft, after: RoleDraft, part: Part): RoleDraft {
  if (part === "role") {
    const { rights, allSettings, allTools } = after;
    return { ...now, rights, allSettings, allTools };
  }
  if (part === "taken") return { ...now, objects: taken(now, after) };
  return { ...now, [part]: after[part] };
}

/** What is said of objects, with what `after` forbids there, and nothing more that it allows. */
function taken(now: RoleDraft, after: RoleDraft): RoleDraft["objects"] {
  const ids = new Set([...Object.keys(now.objects), ...Object.keys(after.objects)]);
  const rows = [...ids].map((id): [string, ObjectRights] => [
    id,
    byRight(({ key }) => {
      const closes = !may(after, id, key) && (rightsOn(after, id)[key] === false || may(now, id, key));
      return closes ? false : rightsOn(now, id)[key];
    }),
  ]);
  return Object.fromEntries(rows.filter(([, rights]) => saysSomething(rights)));
}

/** Whether the API takes the call that leads from one state to the next (docs/wire/access.md#errors-of-roles). */
function accepted(part: Part, now: RoleDraft, next: RoleDraft, after: RoleDraft): boolean {
  if (part === "fields") {
    return fieldInputs(now, next, after).every(
      ({ objectMetadataId: id, canReadFieldValue: seen, canUpdateFieldValue: edited }) =>
        ((seen ?? edited ?? null) === null || may(now, id, "read")) &&
        ((edited ?? null) === null || may(now, id, "update")),
    );
  }
  if (part === "rows") return true;
  return Object.keys(next.objects).every(
    (id) => may(next, id, "read") || !RIGHTS.some((right) => may(next, id, right.key)),
  );
}

/** All that a state allows, of what the two ends speak of, each as a text. */
function permissions(state: RoleDraft, before: RoleDraft, after: RoleDraft): readonly string[] {
  const ids = new Set(["all others", ...mentioned(before), ...mentioned(after)]);
  const found: string[] = [];
  for (const id of ids) {
    const rows = JSON.stringify(state.rows[id] ?? null);
    for (const { key } of RIGHTS) if (may(state, id, key)) found.push(`${key} ${id} ${rows}`);
    const fields = new Set([...Object.keys(before.fields[id] ?? {}), ...Object.keys(after.fields[id] ?? {})]);
    for (const field of fields) {
      const limit = limitOf(state, id, field);
      if (may(state, id, "read") && !limit.hidden) found.push(`see ${id} ${field}`);
      if (may(state, id, "update") && !limit.locked) found.push(`edit ${id} ${field}`);
    }
  }
  return found;
}

function permutations(parts: readonly Part[]): (readonly Part[])[] {
  if (parts.length < 2) return [parts];
  return parts.flatMap((part) => permutations(parts.filter((each) => each !== part)).map((rest) => [part, ...rest]));
}

// ------------------------------------------------------------------ inputs

function stepsOfPart(
  part: Exclude<Part, "role">,
  roleId: string,
  now: RoleDraft,
  after: RoleDraft,
  newId: () => string,
): readonly Step[] {
  if (part === "fields") {
    const fieldPermissions = fieldInputs(now, after, after);
    return fieldPermissions.length === 0
      ? []
      : [{ mutation: "upsertFieldPermissions", input: { roleId, fieldPermissions } }];
  }
  if (part === "rows") return rowSteps(roleId, now, after, newId);
  const objects = part === "taken" ? taken(now, after) : after.objects;
  if (same(objects, now.objects)) return [];
  const objectPermissions = Object.entries(objects).map(([objectMetadataId, rights]) => ({
    objectMetadataId,
    ...Object.fromEntries(RIGHTS.map((each) => [each.one, rights[each.key]])),
  }));
  return [{ mutation: "upsertObjectPermissions", input: { roleId, objectPermissions } }];
}

interface FieldChange {
  readonly objectId: string;
  readonly fieldId: string;
}

/** Fields whose limits differ. */
function differing(now: RoleDraft, after: RoleDraft): readonly FieldChange[] {
  const ids = new Set([...Object.keys(now.fields), ...Object.keys(after.fields)]);
  return [...ids].flatMap((objectId) => {
    const fields = new Set([now, after].flatMap((each) => Object.keys(each.fields[objectId] ?? {})));
    return [...fields]
      .filter((fieldId) => !same(limitOf(now, objectId, fieldId), limitOf(after, objectId, fieldId)))
      .map((fieldId) => ({ objectId, fieldId }));
  });
}

interface FieldInput {
  readonly objectMetadataId: string;
  readonly fieldMetadataId: string;
  readonly canReadFieldValue?: false | null;
  readonly canUpdateFieldValue?: false | null;
}

/**
 * The changes of fields between two states. A limit of a right that the role does not have on the object in the end
 * says nothing, and the API refuses it: it is left out.
 */
function fieldInputs(now: RoleDraft, next: RoleDraft, after: RoleDraft): readonly FieldInput[] {
  return differing(now, next).flatMap(({ objectId, fieldId }) => {
    const [old, limit] = [limitOf(now, objectId, fieldId), limitOf(next, objectId, fieldId)];
    const input = {
      ...limited("canReadFieldValue", old.hidden, limit.hidden, may(after, objectId, "read")),
      ...limited("canUpdateFieldValue", old.locked, limit.locked, may(after, objectId, "update")),
    };
    if (Object.keys(input).length === 0) return [];
    return [{ objectMetadataId: objectId, fieldMetadataId: fieldId, ...input }];
  });
}

function limited<K extends string>(
  name: K,
  old: boolean,
  limit: boolean,
  matters: boolean,
): { [key in K]?: false | null } {
  if (old === limit || (limit && !matters)) return {};
  return { [name]: limit ? false : null } as { [key in K]?: false | null };
}

function rowSteps(roleId: string, now: RoleDraft, after: RoleDraft, newId: () => string): readonly Step[] {
  const ids = new Set([...Object.keys(now.rows), ...Object.keys(after.rows)]);
  return [...ids]
    .filter((id) => !same(now.rows[id] ?? null, after.rows[id] ?? null))
    .map((objectMetadataId) => ({
      mutation: "upsertRowLevelPermissionPredicates",
      input: {
        roleId,
        objectMetadataId,
        ...ruleInput(after.rows[objectMetadataId] ?? NO_RULES, objectMetadataId, newId),
      },
    }));
}

/** The first of the label's problems; empty when it can be saved. */
export function labelProblem(label: string): string {
  if (label.trim() === "") return "A role needs a name.";
  return label.trim().length > 255 ? "A name has at most 255 characters." : "";
}

export function targetProblem(draft: RoleDraft): string {
  return TARGETS.some((each) => draft.targets[each.key]) ? "" : "A role must be for someone: choose at least one.";
}
