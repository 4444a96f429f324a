/** How a token is used: commands to copy. */

import { page, url } from "../../base";
import { can } from "../../caller";
import { useObjects } from "../../data/objects";
import { html } from "../../html";
import { CodeBlock } from "../../ui/copy";

/** What stands in a command for a token that is not shown. */
const PLACE = "$TOKEN";

/** Commands that try a token: with it as long as it is shown, else with a variable in its place. */
export function Usage({ token }: { token: string }) {
  const objects = useObjects();
  const first = objects.data?.find((each) => each.isActive && !each.isSystem);
  const header = `-H "Authorization: Bearer ${token || PLACE}"`;
  return html`<details class="usage" open=${token !== ""}>
    <summary>How to use it</summary>
    <p>Who the token belongs to and what it may do${token === "" && html`, with a token in the variable <code>TOKEN</code>`}:</p>
    <${CodeBlock} label="command that asks who I am" code=${`curl "${url("rest/metadata/me")}" \\\n  ${header}`} />
    ${
      first &&
      html`<p>Three records of ${first.labelPlural}:</p>
        <${CodeBlock} label="command that lists records" code=${`curl "${url(`rest/${first.namePlural}?limit=3`)}" \\\n  ${header}`} />`
    }
    <p>More calls, ready to try, are in the <a href=${page("playground")}>playground</a>${
      can("DATA_MODEL") &&
      html` and on the page of each object in the <a href=${page("settings/objects")}>data model</a>`
    }.</p>
  </details>`;
}
