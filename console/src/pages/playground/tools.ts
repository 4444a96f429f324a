/** The two tools, which are files of their own: loaded when a playground needs them, named by the build. */

import { url } from "../../base";
import type { GraphiqlModule } from "../../graphiql/contract";

declare const TOOLS: {
  readonly scalar: { readonly script: string };
  readonly graphiql: {
    readonly script: string;
    readonly style: string;
    readonly workers: Readonly<Record<string, string>>;
  };
};

/** What Scalar's script leaves behind. */
export interface Scalar {
  readonly createApiReference: (
    element: HTMLElement,
    configuration: Readonly<Record<string, unknown>>,
  ) => { readonly destroy: () => void };
}

/** Addresses of the editor's workers, by the label under which it asks for them. */
export const WORKERS = Object.fromEntries(
  Object.entries(TOOLS.graphiql.workers).map(([label, name]) => [label, asset(name)]),
);

/** Scalar, its script run once for all. */
export async function loadScalar(): Promise<Scalar> {
  const global = window as unknown as { Scalar?: Scalar; __zod_globalConfig?: { jitless: boolean } };
  // Its schema library tries `eval` to see whether it may, which our content security policy would report.
  global.__zod_globalConfig = { jitless: true };
  if (!global.Scalar)
    await append(Object.assign(document.createElement("script"), { src: asset(TOOLS.scalar.script) }));
  if (!global.Scalar) throw new Error("The reference could not be started.");
  return global.Scalar;
}

/** GraphiQL, and a function that takes its styles away again. */
export async function loadGraphiql(): Promise<{ readonly module: GraphiqlModule; readonly leave: () => void }> {
  const style = document.createElement("link");
  Object.assign(style, { rel: "stylesheet", href: asset(TOOLS.graphiql.style) });
  try {
    const [module] = await Promise.all([
      import(asset(TOOLS.graphiql.script)) as Promise<GraphiqlModule>,
      append(style),
    ]);
    return { module, leave: () => style.remove() };
  } catch (error) {
    style.remove();
    throw error;
  }
}

function asset(name: string): string {
  return url(`assets/${name}`);
}

/** Put an element into the page; resolves when what it names is loaded. */
function append(element: HTMLScriptElement | HTMLLinkElement): Promise<void> {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => {
      element.remove();
      reject(new Error("A part of the console could not be loaded. Check the connection, then repeat."));
    });
    document.head.append(element);
  });
}
