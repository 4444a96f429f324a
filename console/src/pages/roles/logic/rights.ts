/** Changing the rights of a draft: whoever may write may see, and whoever may not see may not write. Pure. */

import {
  type FieldLimit,
  type FieldLimits,
  NOTHING_SAID,
  type ObjectRights,
  RIGHTS,
  type Right,
  type RoleDraft,
  saysSomething,
} from "./role.ts";

/** The draft with a right on all objects, or without it. */
export function withRight(draft: RoleDraft, right: Right, allowed: boolean): RoleDraft {
  const rights = { ...draft.rights, [right]: allowed };
  if (allowed) rights.read = true;
  if (!rights.read) for (const each of RIGHTS) rights[each.key] = false;
  return { ...draft, rights };
}

/** What a draft says of an object; nothing where it says nothing. */
export function rightsOn(draft: RoleDraft, objectId: string): ObjectRights {
  return draft.objects[objectId] ?? NOTHING_SAID;
}

/** Whether the role has a right on an object, everything taken together. */
export function may(draft: RoleDraft, objectId: string, right: Right): boolean {
  return rightsOn(draft, objectId)[right] ?? draft.rights[right];
}

/**
 * The draft saying `value` of a right on an object, null for what holds for all objects. Granting a right to write
 * grants to see where that is missing; where one cannot see, rights to write that remain are taken.
 */
export function withObjectRight(draft: RoleDraft, objectId: string, right: Right, value: boolean | null): RoleDraft {
  const rights: Record<Right, boolean | null> = { ...rightsOn(draft, objectId), [right]: value };
  const effective = (key: Right) => rights[key] ?? draft.rights[key];
  if (right !== "read" && effective(right) && !effective("read")) rights.read = true;
  if (!effective("read"))
    for (const { key } of RIGHTS) if (effective(key)) rights[key] = draft.rights[key] ? false : null;
  return withObject(draft, objectId, rights);
}

/** The draft without anything that it says of an object. */
export function withoutObject(draft: RoleDraft, objectId: string): RoleDraft {
  return {
    ...draft,
    objects: without(draft.objects, objectId),
    fields: without(draft.fields, objectId),
    rows: without(draft.rows, objectId),
  };
}

/** The objects of which a draft says anything. */
export function mentioned(draft: RoleDraft): ReadonlySet<string> {
  return new Set([draft.objects, draft.fields, draft.rows].flatMap((each) => Object.keys(each)));
}

/** Objects whose rights contradict each other after the rights on all objects changed: written, but not seen. */
export function contradictions(draft: RoleDraft): readonly string[] {
  return Object.keys(draft.objects).filter(
    (id) => !may(draft, id, "read") && RIGHTS.some((right) => may(draft, id, right.key)),
  );
}

// ------------------------------------------------------------------ fields

const FREE: FieldLimit = { hidden: false, locked: false };

export function limitOf(draft: RoleDraft, objectId: string, fieldId: string): FieldLimit {
  return draft.fields[objectId]?.[fieldId] ?? FREE;
}

/** The draft in which a field can be seen, or not. What cannot be seen cannot be edited either. */
export function withSeen(draft: RoleDraft, objectId: string, fieldId: string, seen: boolean): RoleDraft {
  const { locked } = limitOf(draft, objectId, fieldId);
  return withLimit(draft, objectId, fieldId, seen ? { hidden: false, locked } : { hidden: true, locked: true });
}

/** The draft in which a field can be edited, and then also seen, or not. */
export function withEdited(draft: RoleDraft, objectId: string, fieldId: string, edited: boolean): RoleDraft {
  const { hidden } = limitOf(draft, objectId, fieldId);
  return withLimit(draft, objectId, fieldId, edited ? FREE : { hidden, locked: true });
}

/** The draft in which of some fields exactly these can be seen; their other limits stay. */
export function withOnlySeen(
  draft: RoleDraft,
  objectId: string,
  fieldIds: readonly string[],
  seen: ReadonlySet<string>,
): RoleDraft {
  return fieldIds.reduce((next, id) => {
    const isSeen = !limitOf(next, objectId, id).hidden;
    return isSeen === seen.has(id) ? next : withSeen(next, objectId, id, seen.has(id));
  }, draft);
}

function withLimit(draft: RoleDraft, objectId: string, fieldId: string, limit: FieldLimit): RoleDraft {
  const others = without(draft.fields[objectId] ?? {}, fieldId);
  const limits: FieldLimits = limit.hidden || limit.locked ? { ...others, [fieldId]: limit } : others;
  const fields = without(draft.fields, objectId);
  return { ...draft, fields: Object.keys(limits).length > 0 ? { ...fields, [objectId]: limits } : fields };
}

function withObject(draft: RoleDraft, objectId: string, rights: ObjectRights): RoleDraft {
  const others = without(draft.objects, objectId);
  return { ...draft, objects: saysSomething(rights) ? { ...others, [objectId]: rights } : others };
}

function without<T>(all: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([each]) => each !== key));
}
