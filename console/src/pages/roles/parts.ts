/** What the pages of a role share. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import { caller } from "../../caller";
import { type ObjectMetadata, useObjects } from "../../data/objects";
import { html } from "../../html";
import { Confirm } from "../../ui/dialog";
import { type Crumb, NeedsFlag, NotFound, Page } from "../../ui/page";
import { Notice, Ready } from "../../ui/states";
import { counted } from "../model/logic/text";
import type { Roles } from "./api";
import { type Editor, useEditor } from "./editor";
import { mentioned } from "./logic/rights";
import { RIGHTS, type RoleDraft } from "./logic/role";
import { limitOfOwnRole } from "./reasons";
import { CREATE, dropDraft, useRoles } from "./store";

const LIST = "settings/roles";

export function rolePath(roleId: string, below = ""): string {
  return `${LIST}/${roleId}${below}`;
}

/** The way to a role, and to what is below it. */
export function crumbs(editor: Editor, below?: string): readonly Crumb[] {
  const label = editor.draft.label.trim() || (editor.isNew ? "New role" : "Role");
  const list = { label: "Roles", path: LIST };
  return below === undefined ? [list, { label }] : [list, { label, path: rolePath(editor.roleId) }, { label: below }];
}

interface WithRoleProps {
  readonly roleId: string;
  readonly children: (editor: Editor, roles: Roles, objects: readonly ObjectMetadata[]) => ComponentChildren;
}

/** What is rendered with a role once it is known: a skeleton before, a page that says so when there is none. */
export function WithRole({ roleId, children }: WithRoleProps) {
  return html`<${NeedsFlag} flag="ROLES" title="Role"><${Loading} key=${roleId} roleId=${roleId}>${children}<//><//>`;
}

function Loading({ roleId, children }: WithRoleProps) {
  const roles = useRoles();
  const objects = useObjects();
  if (roles.data === null || objects.data === null) {
    const waiting = roles.data === null ? roles : objects;
    return html`<${Page} title="Role" crumbs=${[{ label: "Roles", path: LIST }, { label: "Role" }]}>
      <${Ready} of=${waiting}>${() => ""}<//><//>`;
  }
  const role = roles.data.list.find((each) => each.id === roleId) ?? null;
  if (role === null && roleId !== CREATE) return html`<${NotFound} what="role" back=${LIST} label="All roles" />`;
  return html`<${Editing} roleId=${roleId} role=${role} roles=${roles.data} objects=${objects.data}>${children}<//>`;
}

// biome-ignore lint/suspicious/noExplicitAny: its properties are those of Loading, once they are known.
function Editing({ roleId, role, roles, objects, children }: any) {
  const editor = useEditor(roleId, role, roles, objects);
  return html`${children(editor, roles, objects)}<${LeaveGuard} editor=${editor} /><${SaveBar} editor=${editor} />`;
}

/** Why nothing, or not everything, can be changed here; with `rights` also why not everything can be given. */
export function Notes({ editor, rights = false }: { editor: Editor; rights?: boolean }) {
  if (!editor.editable) {
    return html`<${Notice}>This role is built in: it shows what it may do, and cannot be changed.<//>`;
  }
  return html`
    ${
      editor.outdated &&
      html`<${Notice} kind="warning">Someone changed this role while you did. Saving replaces what they changed; Cancel shows it.<//>`
    }
    ${rights && isLimited(editor.holders[0]) && html`<${Notice}>${limitOfOwnRole()}<//>`}
    ${
      editor.role?.id === caller.value?.role.id &&
      html`<${Notice} kind="warning">This is your own role: what you take from it you lose at once, and may not be able to give back.<//>`
    }`;
}

/** Whether the caller's own role lacks anything. */
function isLimited(own: RoleDraft | undefined): boolean {
  if (own === undefined) return true;
  return !own.allSettings || !own.allTools || RIGHTS.some((each) => !own.rights[each.key]) || mentioned(own).size > 0;
}

/** Save and Cancel, as long as something is not saved. */
function SaveBar({ editor }: { editor: Editor }) {
  const { dirty, isNew, busy, problems, editable } = editor;
  if (!editable || !(dirty || isNew)) return null;
  return html`<section class="save-bar" aria-label="Unsaved changes">
    <div class="save-bar-text" role="status">
      ${
        problems.length > 0
          ? html`<p>${problems[0]}${problems.length > 1 && ` And ${counted(problems.length - 1, "more problem")}.`}</p>`
          : html`<p>${isNew ? "The role is made when you save it." : "You have unsaved changes."}</p>`
      }
    </div>
    <button type="button" class="button" disabled=${busy} onClick=${editor.cancel}>Cancel</button>
    <button type="button" class="button primary" disabled=${busy || !dirty || problems.length > 0} aria-busy=${busy}
      onClick=${editor.save}>${isNew ? "Create role" : "Save"}</button>
  </section>`;
}

/** Asks before a link leads away from a role with unsaved changes. Its own pages keep them. */
function LeaveGuard({ editor }: { editor: Editor }) {
  const { route } = useLocation();
  const [target, setTarget] = useState<string | null>(null);
  const own = page(rolePath(editor.roleId));
  const inside = useRef(own);
  inside.current = own;
  useEffect(() => {
    if (!editor.dirty) return;
    const ask = (event: MouseEvent) => {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const link = event.composedPath().find((each): each is HTMLAnchorElement => each instanceof HTMLAnchorElement);
      if (!link || link.target || link.download || link.origin !== window.location.origin) return;
      if (link.pathname === inside.current || link.pathname.startsWith(`${inside.current}/`)) return;
      event.preventDefault();
      event.stopPropagation();
      setTarget(link.pathname + link.search);
    };
    document.addEventListener("click", ask, true);
    return () => document.removeEventListener("click", ask, true);
  }, [editor.dirty]);
  if (target === null) return null;
  return html`<${Confirm} title="Leave without saving?" confirm="Discard changes" onClose=${() => setTarget(null)}
    onConfirm=${() => {
      dropDraft(editor.roleId);
      route(target);
    }}><p>Your changes of this role are not saved, and are lost when you leave.</p><//>`;
}
