/** What a role may do with records, settings and tools. */

import type { ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { CheckField } from "../../ui/fields";
import type { Editor } from "./editor";
import { mayGiveAll, mayGiveFlag, mayGiveRight } from "./logic/escalation";
import { type Flag, flagsFor, withFlag } from "./logic/flags";
import { withRight } from "./logic/rights";
import { RIGHTS } from "./logic/role";
import { ObjectRules } from "./object_rules";
import { LACKING } from "./reasons";

interface TabProps {
  readonly editor: Editor;
  readonly objects: readonly ObjectMetadata[];
}

export function PermissionsTab({ editor, objects }: TabProps) {
  return html`
    <${AllObjects} editor=${editor} />
    <${ObjectRules} editor=${editor} objects=${objects} />
    <${Flags} editor=${editor} kind="settings" title="Settings" all="All settings"
      hint="Everything below, and what is added later." />
    <${Flags} editor=${editor} kind="tools" title="Tools" all="All tools" hint="Everything below, and what is added later." />
  `;
}

function AllObjects({ editor }: { editor: Editor }) {
  const { draft, editable, holders, change } = editor;
  return html`<section class="section" aria-labelledby="all-objects">
    <h2 id="all-objects">All objects</h2>
    <p class="quiet">What the role may do with records of every object that has no rule of its own.</p>
    <div class="checks four">
      ${RIGHTS.map(({ key, label, hint }) => {
        const lacks = !draft.rights[key] && !mayGiveRight(holders, key);
        return html`<${CheckField} key=${key} label=${label} checked=${draft.rights[key]} disabled=${!editable || lacks}
          hint=${lacks && editable ? `${hint} ${LACKING}` : hint}
          onChange=${(allowed: boolean) => change(withRight(draft, key, allowed))} />`;
      })}
    </div>
  </section>`;
}

interface FlagsProps {
  readonly editor: Editor;
  readonly kind: "settings" | "tools";
  readonly title: string;
  readonly all: string;
  readonly hint: string;
}

function Flags({ editor, kind, title, all, hint }: FlagsProps) {
  const { draft, editable, holders, change } = editor;
  const member = kind === "settings" ? "allSettings" : "allTools";
  const lacks = !draft[member] && !mayGiveAll(holders, member);
  const flags = flagsFor(draft, kind);
  const idle = flags.filter((each) => each.idle);
  return html`<section class="section" aria-labelledby="flags-${kind}">
    <h2 id="flags-${kind}">${title}</h2>
    <${CheckField} label=${html`<strong>${all}</strong>`} checked=${draft[member]} disabled=${!editable || lacks}
      hint=${lacks && editable ? `${hint} ${LACKING}` : hint}
      onChange=${(held: boolean) => change({ ...draft, [member]: held })} />
    <${FlagChecks} editor=${editor} wholly=${draft[member]} flags=${flags.filter((each) => !each.idle)} />
    ${
      idle.length > 0 &&
      html`<details class="more">
        <summary>${idle.length} more that nothing asks for</summary>
        <p class="quiet">Kept for clients that know them from Twenty. In this API they open and close nothing.</p>
        <${FlagChecks} editor=${editor} wholly=${draft[member]} flags=${idle} />
      </details>`
    }
  </section>`;
}

interface FlagChecksProps {
  readonly editor: Editor;
  /** The role has all of the kind. */
  readonly wholly: boolean;
  readonly flags: readonly Flag[];
}

function FlagChecks({ editor: { draft, editable, holders, change }, wholly, flags }: FlagChecksProps) {
  return html`<div class="checks">
    ${flags.map(({ key, label, purpose }) => {
      const held = wholly || draft.flags.includes(key);
      const lacks = !held && !mayGiveFlag(holders, key);
      return html`<${CheckField} key=${key} label=${label} checked=${held} disabled=${!editable || wholly || lacks}
        hint=${lacks && editable ? `${purpose} ${LACKING}` : purpose}
        onChange=${(next: boolean) => change(withFlag(draft, key, next))} />`;
    })}
  </div>`;
}
