/** The page of one API key. */

import { useLocation } from "preact-iso";
import { useLoaded } from "../../api/load";
import { page } from "../../base";
import { isOwn } from "../../caller";
import { html } from "../../html";
import { NeedsFlag, NotFound, Page } from "../../ui/page";
import { Notice, Ready } from "../../ui/states";
import { Moment } from "../../ui/time";
import { isId } from "../ids";
import { type ApiKey, readKey } from "./api";
import { DangerSection } from "./danger";
import { hasEnded } from "./expiry";
import { LifeForm, NameForm, RoleForm } from "./forms";
import { TokenSection } from "./token";

const LIST = "settings/api-webhooks";
const TITLE = "API key";

export function KeyDetail({ id }: { id: string }) {
  return html`<${NeedsFlag} flag="API_KEYS_AND_WEBHOOKS" title=${TITLE}><${Loading} key=${id} id=${id} /><//>`;
}

function Loading({ id }: { id: string }) {
  const key = useLoaded(async () => ({ found: isId(id) ? await readKey(id) : null }), [id]);
  if (key.data === null)
    return html`<${Page} title=${TITLE} crumbs=${crumbs(TITLE)}><${Ready} of=${key}>${() => ""}<//><//>`;
  if (key.data.found === null) return html`<${NotFound} what="API key" back=${LIST} label="All API keys" />`;
  return html`<${Detail} apiKey=${key.data.found} reload=${key.reload} />`;
}

interface DetailProps {
  readonly apiKey: ApiKey;
  readonly reload: () => Promise<void>;
}

function Detail({ apiKey, reload }: DetailProps) {
  const { route } = useLocation();
  const part = { apiKey, reload };
  const live = apiKey.revokedAt === null;
  return html`<${Page} title=${apiKey.name} crumbs=${crumbs(apiKey.name)}
    lead=${html`<${Facts} apiKey=${apiKey} />`}>
    <${State} apiKey=${apiKey} />
    ${live && html`<${TokenSection} ...${part} /><${Settings} ...${part} />`}
    <${DangerSection} ...${part} onDeleted=${() => route(page(LIST), true)} />
  <//>`;
}

function Settings(part: DetailProps) {
  return html`<section class="section inline-form" aria-labelledby="settings">
    <h2 id="settings">Settings</h2>
    <${NameForm} ...${part} /><${RoleForm} ...${part} /><${LifeForm} ...${part} />
  </section>`;
}

function Facts({ apiKey: { id, createdAt, lastUsedAt } }: { apiKey: ApiKey }) {
  return html`Made <${Moment} at=${createdAt} /> · ${
    lastUsedAt === null ? "never used" : html`last used <${Moment} at=${lastUsedAt} time />`
  } · id <code>${id}</code>`;
}

function State({ apiKey }: { apiKey: ApiKey }) {
  const { expiresAt, revokedAt, id } = apiKey;
  if (revokedAt !== null) {
    return html`<${Notice} kind="danger">This key was deleted on <${Moment} at=${revokedAt} />. Its tokens are refused.<//>`;
  }
  if (hasEnded(expiresAt, new Date())) {
    return html`<${Notice} kind="danger">This key expired on <${Moment} at=${expiresAt} />. Make a new one, or give it a later
      end below.<//>`;
  }
  return isOwn(id) && html`<${Notice}>You are signed in with this key.<//>`;
}

function crumbs(name: string) {
  return [{ label: "APIs & Webhooks", path: LIST }, { label: name }];
}
