/** What the pages of the data model have in common. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../../base";
import { can, lacking } from "../../caller";
import { type ObjectMetadata, reloadObjects, useObjects } from "../../data/objects";
import { html } from "../../html";
import { type Crumb, NotFound, Page } from "../../ui/page";
import { Failure, Notice, Skeleton } from "../../ui/states";
import { typeInfo } from "./logic/types";

/** Flag that changes of the data model need. */
export const FLAG = "DATA_MODEL";

/** Milliseconds after which the model is read again while something is being built. */
const WAIT = 4000;

/** Address of an object's pages, below the console's folder. */
export function objectPath(plural: string, rest = ""): string {
  return `settings/objects/${encodeURIComponent(plural)}${rest}`;
}

/** The way to a page of an object. */
export function objectCrumbs(object: ObjectMetadata, last?: string): Crumb[] {
  const list = { label: "Data model", path: "settings/objects" };
  if (last === undefined) return [list, { label: object.labelPlural }];
  return [list, { label: object.labelPlural, path: objectPath(object.namePlural) }, { label: last }];
}

interface WithObjectProps {
  readonly plural: string;
  readonly children: (object: ObjectMetadata, objects: readonly ObjectMetadata[]) => ComponentChildren;
}

/** The object of an address, with all others; a note where there is none. */
export function WithObject({ plural, children }: WithObjectProps) {
  const objects = useObjects();
  const find = useNamed<ObjectMetadata>((each) => each.namePlural);
  if (objects.data === null) {
    return html`<${Page} title="Data model" crumbs=${[{ label: "Data model", path: "settings/objects" }]}>
      ${objects.error ? html`<${Failure} error=${objects.error} retry=${objects.reload} />` : html`<${Skeleton} />`}
    <//>`;
  }
  const object = find(objects.data, plural);
  if (object === undefined)
    return html`<${NotFound} what="object" back="settings/objects" label="All objects of the data model" />`;
  return html`${children(object, objects.data)}`;
}

/**
 * Finds what an address names. While the address stays, what it named once is found by its id: when something is
 * renamed, the model is there a moment before the new address.
 */
export function useNamed<T extends { readonly id: string }>(nameOf: (one: T) => string) {
  const known = useRef({ name: "", id: "" });
  return (all: readonly T[], name: string): T | undefined => {
    const found =
      all.find((each) => nameOf(each) === name) ??
      (known.current.name === name ? all.find((each) => each.id === known.current.id) : undefined);
    known.current = { name, id: found?.id ?? "" };
    return found;
  };
}

/** Read the model again and again while a part of an object is being built. */
export function useWhileBuilding(object: ObjectMetadata): void {
  const building = [...object.fieldsList, ...object.indexMetadataList].some((each) => each.status === "BUILDING");
  useEffect(() => {
    if (!building) return;
    const timer = setTimeout(() => void reloadObjects(), WAIT);
    return () => clearTimeout(timer);
  }, [building, object]);
}

/** Whether the caller may change the model. */
export function mayChange(): boolean {
  return can(FLAG);
}

/** Says why nothing can be changed, where it cannot. */
export function ReadOnlyNote() {
  if (mayChange()) return null;
  return html`<${Notice}>You can look at the data model but not change it. ${lacking(FLAG)}<//>`;
}

/** A yes or no of the address: `?system=yes`. Only what is unlike `usual` is written there. */
export function useSwitch(key: string, usual: boolean): [boolean, (on: boolean) => void] {
  const { path, query, route } = useLocation();
  const on = query[key] === undefined ? usual : query[key] === "yes";
  function set(next: boolean) {
    const { [key]: _, ...others } = query;
    const search = new URLSearchParams({ ...others, ...(next === usual ? {} : { [key]: next ? "yes" : "no" }) });
    route(search.size > 0 ? `${path}?${search}` : path, true);
  }
  return [on, set];
}

/** The sign of a type. */
export function TypeSign({ type }: { type: string }) {
  return html`<span class="sign" aria-hidden="true">${typeInfo(type).sign}</span>`;
}

/** How far the work on a field or an index is. */
export function Status({ status }: { status: string }) {
  const [kind, text] = STATUS[status] ?? ["", status];
  return html`<span class="badge ${kind}">${text}</span>`;
}

const STATUS: Readonly<Record<string, readonly [string, string]>> = {
  READY: ["success", "Ready"],
  BUILDING: ["warning", "Building"],
  FAILED: ["danger", "Failed"],
};

/** Messages that belong to no member of a form. */
export function FormProblem({ text }: { text: string | undefined }) {
  return text ? html`<div class="notice danger" role="alert">${text}</div>` : null;
}

/** A link to a page of the console. */
export function Link({ to, children }: { to: string; children: ComponentChildren }) {
  return html`<a href=${page(to)}>${children}</a>`;
}
