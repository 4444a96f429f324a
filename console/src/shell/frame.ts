/** What surrounds every page: the menu, and who is signed in where. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { BASE, page } from "../base";
import { caller } from "../caller";
import { html } from "../html";
import { ROUTES } from "../routes";
import { end } from "../session";
import { isElsewhere, moveOver } from "./policy";
import { choose, type Theme, theme } from "./theme";

/** The menu. `below` is the path that the entry's pages begin with. */
const MENU = [
  { label: "APIs & Webhooks", path: "settings/api-webhooks" },
  { label: "Roles", path: "settings/roles" },
  { label: "Data model", path: "settings/objects" },
  { label: "Playground", path: "playground" },
  { label: "General", path: "settings/general" },
  { label: "Audit log", path: "settings/audit" },
];

const FULL_SCREEN = ROUTES.filter((each) => each.fullScreen).map(
  (each) => new RegExp(`^${BASE}${each.path.replace(/:\w+/g, "[^/]+")}/?$`),
);

/** Days before the end of a key from which one is warned. */
const WARN_DAYS = 14;

/** `busy`: the next page is being opened. */
export function Frame({ children, busy }: { children: ComponentChildren; busy: boolean }) {
  const { path } = useLocation();
  const elsewhere = isElsewhere(path);
  useEffect(() => {
    if (elsewhere) moveOver();
  }, [elsewhere]);
  if (elsewhere) return null;
  if (FULL_SCREEN.some((each) => each.test(path))) return html`<div class="full-screen">${children}</div>`;
  return html`
    <a class="skip" href="#content" onClick=${skip}>Skip to content</a>
    <${Header} />
    <div class="layout">
      <nav class="menu-bar" aria-label="Sections"><ul>
        ${MENU.map(
          (entry) => html`<li key=${entry.path}><a href=${page(entry.path)}
            aria-current=${current(path, entry.path) ? "page" : undefined}>${entry.label}</a></li>`,
        )}
      </ul></nav>
      <main id="content" tabindex="-1" aria-busy=${busy}>${children}</main>
    </div>
  `;
}

function Header() {
  const who = caller.value;
  if (who === null) return null;
  return html`<header class="top">
    <a class="brand" href=${page("")}><${Mark} /><span><span class="visually-hidden">Icosa, start page of </span>${who.workspace.displayName}</span></a>
    <div class="who">
      ${ending(who.principal.expiresAt)}
      <span class="who-name"><span class="visually-hidden">Signed in with </span>${who.principal.name} · ${who.role.label}</span>
      <label class="theme"><span class="visually-hidden">Theme</span>
        <select value=${theme.value} onChange=${(event: Event) => choose((event.target as HTMLSelectElement).value as Theme)}>
          <option value="system">System</option><option value="light">Light</option><option value="dark">Dark</option>
        </select></label>
      <button type="button" class="button small" onClick=${() => end()}>Sign out</button>
    </div>
  </header>`;
}

/** The sign of the product. */
export function Mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
    <path d="M16 1.5 28.6 8.75v14.5L16 30.5 3.4 23.25V8.75Z" fill="currentColor" />
    <path d="M16 7.2 24 21.4H8Zm0 0L3.6 8.9 8 21.4l8 8.8 8-8.8 4.4-12.5Z" fill="none" class="mark-lines" stroke-width="1.6" stroke-linejoin="round" />
  </svg>`;
}

function ending(expiresAt: string) {
  const days = Math.floor((Date.parse(expiresAt) - Date.now()) / 86_400_000);
  if (!(days < WARN_DAYS)) return null;
  return html`<span class="badge warning">Key ends in ${days === 1 ? "1 day" : `${Math.max(days, 0)} days`}</span>`;
}

function current(path: string, entry: string): boolean {
  return path === page(entry) || path.startsWith(`${page(entry)}/`);
}

/** With a base URL a bare fragment leads to another page, so the focus is moved by hand. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
