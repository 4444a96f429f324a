/** Who is signed in and what that key may do. */

import { signal } from "@preact/signals";
import { rest } from "./api/http";

/** Rights on one object's records; `restrictedFields` by field id. */
export interface ObjectRights {
  readonly objectMetadataId: string;
  readonly nameSingular: string;
  readonly canReadObjectRecords: boolean;
  readonly canUpdateObjectRecords: boolean;
  readonly canSoftDeleteObjectRecords: boolean;
  readonly canDestroyObjectRecords: boolean;
  readonly restrictedFields: Readonly<Record<string, { readonly canRead?: boolean; readonly canUpdate?: boolean }>>;
}

/** How many calls in how many seconds. */
export interface Rate {
  readonly calls: number;
  readonly seconds: number;
}

/** What the APIs take from the caller's workspace. */
export interface Limits {
  readonly rate: Rate;
  readonly metadataRate: Rate;
  readonly batch: number;
  readonly pageSize: number;
  readonly bodyBytes: number;
}

/** The answer of `GET /rest/metadata/me`. */
export interface Caller {
  readonly workspace: { readonly id: string; readonly displayName: string };
  readonly principal: { readonly id: string; readonly name: string; readonly expiresAt: string };
  readonly role: { readonly id: string; readonly label: string };
  readonly permissionFlags: readonly string[];
  readonly objectPermissions: readonly ObjectRights[];
  readonly limits: Limits;
}

/** The caller, null until it is known. */
export const caller = signal<Caller | null>(null);

/** Read the caller again, after a change of the own key or role. */
export async function loadCaller(): Promise<void> {
  caller.value = await rest<Caller>("rest/metadata/me");
}

/** Whether the caller's role holds a permission flag. */
export function can(flag: string): boolean {
  return caller.value?.permissionFlags.includes(flag) ?? false;
}

/** Whether this is the key that one is signed in with. */
export function isOwn(keyId: string): boolean {
  return caller.value?.principal.id === keyId;
}

/** Why the caller may not do something that needs a flag, in words. */
export function lacking(flag: string): string {
  return `The role ${caller.value?.role.label ?? "of this key"} lacks ${flag}. Ask an administrator.`;
}
