/** A role under the hands of somebody: what is stored, what was changed, and what they may change. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ApiError } from "../../api/errors";
import { page } from "../../base";
import { caller, loadCaller } from "../../caller";
import type { ObjectMetadata } from "../../data/objects";
import { toast, toastError } from "../../ui/toast";
import { newId } from "../model/new_id";
import { type Roles, saveSteps } from "./api";
import type { Holders } from "./logic/escalation";
import { problemsOf } from "./logic/problems";
import type { Role, RoleDraft } from "./logic/role";
import { stepsOf } from "./logic/save";
import {
  CREATE,
  draftFor,
  dropDraft,
  isOutdated,
  isUnsaved,
  keepDraft,
  knownRole,
  rebase,
  reloadRoles,
  storedDraft,
} from "./store";

export interface Editor {
  readonly roleId: string;
  readonly isNew: boolean;
  /** Null for a role that is being made. */
  readonly role: Role | null;
  readonly stored: RoleDraft;
  readonly draft: RoleDraft;
  readonly change: (next: RoleDraft) => void;
  readonly dirty: boolean;
  /** Somebody else changed it meanwhile. */
  readonly outdated: boolean;
  /** False for roles that cannot be changed. */
  readonly editable: boolean;
  /** Whose rights may be given. */
  readonly holders: Holders;
  readonly problems: readonly string[];
  /** Why the name was refused; empty when it was not. */
  readonly labelTaken: string;
  readonly busy: boolean;
  readonly save: () => Promise<void>;
  readonly cancel: () => void;
}

/** The editor of a role; `role` is null for the one that is being made. */
export function useEditor(roleId: string, role: Role | null, roles: Roles, objects: readonly ObjectMetadata[]): Editor {
  const { route } = useLocation();
  const [busy, setBusy] = useState(false);
  const [taken, setTaken] = useState("");
  const isNew = roleId === CREATE;
  const stored = storedDraft(role);
  const draft = draftFor(roleId, stored);
  const own = roles.list.find((each) => each.id === caller.value?.role.id);
  const problems = problemsOf(draft, objects);

  async function save() {
    if (busy || problems.length > 0) return;
    setBusy(true);
    const id = isNew ? newId() : roleId;
    try {
      await saveSteps(stepsOf(id, stored, draft, { isNew, newId }));
      await reloadRoles();
      dropDraft(roleId);
      toast(isNew ? `The role “${draft.label.trim()}” was made.` : "Saved.");
      if (id === caller.value?.role.id) await loadCaller();
      if (isNew) route(page(`settings/roles/${id}`), true);
    } catch (error) {
      await afterFailure(id, error);
    } finally {
      setBusy(false);
    }
  }

  /** Some calls may have been made: go on from what there is now, with the same draft. */
  async function afterFailure(id: string, error: unknown) {
    await reloadRoles();
    const now = knownRole(id);
    if (now !== null) {
      if (isNew) {
        dropDraft(CREATE);
        keepDraft(id, draft, storedDraft(now));
        route(page(`settings/roles/${id}`), true);
      } else rebase(id, storedDraft(now));
    }
    if (isLabelTaken(error)) {
      setTaken(draft.label);
      route(page(`settings/roles/${roleId}?tab=settings`), true);
      return;
    }
    toastError(readable(error, objects));
  }

  return {
    roleId,
    isNew,
    role,
    stored,
    draft,
    change: (next) => keepDraft(roleId, next, stored),
    dirty: isUnsaved(roleId),
    outdated: isOutdated(roleId, stored),
    editable: role?.isEditable ?? true,
    holders: [...(own ? [storedDraft(own)] : []), ...(isNew ? [] : [stored])],
    problems,
    labelTaken: taken !== "" && taken === draft.label ? "Another role has this name." : "",
    busy,
    save,
    cancel: () => {
      setTaken("");
      dropDraft(roleId);
      if (isNew) route(page("settings/roles"));
    },
  };
}

function isLabelTaken(error: unknown): boolean {
  return error instanceof ApiError && JSON.stringify(error.details).includes("ROLE_LABEL_ALREADY_EXISTS");
}

const IDS = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** An error that names objects and fields as people know them. */
function readable(error: unknown, objects: readonly ObjectMetadata[]): unknown {
  if (!(error instanceof ApiError)) return error;
  const names = new Map(
    objects.flatMap((each) => [
      [each.id, each.labelPlural] as const,
      ...each.fieldsList.map((field) => [field.id, `${each.labelSingular} › ${field.label}`] as const),
    ]),
  );
  const text = error.message.replace(IDS, (id) => (names.has(id) ? `“${names.get(id)}”` : id));
  return new ApiError(text, { code: error.code, status: error.status });
}
