/** The workspace's roles and their drafts, shared by the pages of roles: a draft outlives the page that made it. */

import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../../api/errors";
import { asApiError, type Loaded } from "../../api/load";
import { session } from "../../session";
import { type Roles, readRoles } from "./api";
import { draftOf, NEW_ROLE, type Role, type RoleDraft } from "./logic/role";
import { same } from "./logic/save";

/** In addresses, in place of an id: the role that is being made. */
export const CREATE = "create";

interface State {
  readonly data: Roles | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
}

/** What somebody changed of a role, and the role that they saw then. */
interface Unsaved {
  readonly draft: RoleDraft;
  readonly from: RoleDraft;
}

const NOTHING: State = { data: null, error: null, loading: false };

const roles = signal<State>(NOTHING);
const unsaved = signal<ReadonlyMap<string, Unsaved>>(new Map());

effect(() => {
  if (session.value !== null) return;
  roles.value = NOTHING;
  unsaved.value = new Map();
});

effect(() => {
  if (unsaved.value.size === 0) return;
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  window.addEventListener("beforeunload", ask);
  return () => window.removeEventListener("beforeunload", ask);
});

/** The roles: read again by every page that opens, while it shows those that are known. */
export function useRoles(): Loaded<Roles> {
  useEffect(() => void reloadRoles(), []);
  return { ...roles.value, reload: reloadRoles };
}

export async function reloadRoles(): Promise<void> {
  roles.value = { ...roles.value, loading: true };
  try {
    roles.value = { data: await readRoles(), error: null, loading: false };
  } catch (error) {
    roles.value = { ...roles.value, error: asApiError(error), loading: false };
  }
}

/** A stored role as a draft; of the role that is being made what it begins with. */
export function storedDraft(role: Role | null): RoleDraft {
  return role === null ? NEW_ROLE : draftOf(role);
}

/** The draft of a role as it is edited now. */
export function draftFor(roleId: string, stored: RoleDraft): RoleDraft {
  return unsaved.value.get(roleId)?.draft ?? stored;
}

export function isUnsaved(roleId: string): boolean {
  return unsaved.value.has(roleId);
}

/** Whether somebody else changed the role after one began to edit it. */
export function isOutdated(roleId: string, stored: RoleDraft): boolean {
  const entry = unsaved.value.get(roleId);
  return entry !== undefined && !same(entry.from, stored);
}

/** Keep a draft; one that says what is stored is none. */
export function keepDraft(roleId: string, draft: RoleDraft, stored: RoleDraft): void {
  const next = new Map(unsaved.value);
  if (same(draft, stored)) next.delete(roleId);
  else next.set(roleId, { draft, from: next.get(roleId)?.from ?? stored });
  unsaved.value = next;
}

/** Let a draft be one of what is stored now, as after a part of it was saved. */
export function rebase(roleId: string, stored: RoleDraft): void {
  const entry = unsaved.value.get(roleId);
  if (entry !== undefined) unsaved.value = new Map(unsaved.value).set(roleId, { ...entry, from: stored });
}

export function dropDraft(roleId: string): void {
  const next = new Map(unsaved.value);
  next.delete(roleId);
  unsaved.value = next;
}

/** The role of this id as it is known now. */
export function knownRole(roleId: string): Role | null {
  return roles.peek().data?.list.find((each) => each.id === roleId) ?? null;
}
