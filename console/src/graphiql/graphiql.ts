/**
 * GraphiQL with its Explorer, as a file of its own: React and the editor are loaded by the GraphQL playground only.
 * The editor itself is imported here so that it comes at once, not after GraphiQL has asked for it.
 */

import "monaco-graphql/esm/monaco-editor.js";
import "monaco-editor/min/vs/editor/editor.main.css";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "@graphiql/plugin-explorer/style.css";
import "graphiql/graphiql.css";
import "./graphiql.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL, type GraphiQLProps } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import type { GraphiqlModule, MountedGraphiql, StartGraphiql } from "./contract";

const explorer = explorerPlugin({ showAttribution: false });
const PLUGINS = [HISTORY_PLUGIN, explorer];

/** Show GraphiQL in an element. */
export const start: StartGraphiql = (element, { fetcher, query, dark, workers }): MountedGraphiql => {
  setWorkers(workers);
  const storage = memory();
  const root = createRoot(element);
  const render = (isDark: boolean) => {
    const properties: GraphiQLProps = {
      fetcher: fetcher as GraphiQLProps["fetcher"],
      initialQuery: query,
      defaultQuery: query,
      plugins: PLUGINS,
      ...(matchMedia("(min-width: 761px)").matches ? { visiblePlugin: explorer } : {}),
      storage,
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
      forcedTheme: isDark ? "dark" : "light",
      defaultEditorToolsVisibility: "variables",
    };
    root.render(createElement(GraphiQL, properties, createElement(GraphiQL.Logo, null, "")));
  };
  render(dark);
  return {
    setDark: render,
    stop() {
      root.unmount();
      document.body.classList.remove("graphiql-light", "graphiql-dark");
    },
  };
};

/** A storage that ends with the page: queries may hold what is nobody else's business. */
function memory(): NonNullable<GraphiQLProps["storage"]> {
  const entries = new Map<string, string>();
  return {
    get length() {
      return entries.size;
    },
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}

function setWorkers(workers: Readonly<Record<string, string>>): void {
  const getWorker = (_module: string, label: string) => new Worker(workers[label] ?? workers.editor ?? "");
  Object.assign(globalThis, { MonacoEnvironment: { getWorker } });
}

({ start }) satisfies GraphiqlModule;
