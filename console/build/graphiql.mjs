// The GraphQL playground's tool: GraphiQL with React and the Monaco editor, in files of their own that only that page
// loads. The application's bundle knows them by name only.

import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import * as esbuild from "esbuild";
import { BUNDLE, outputOf } from "./settings.mjs";

const ENTRY = "src/graphiql/graphiql.ts";

/** The editor's workers, by the label under which it asks for them. */
const WORKERS = {
  editor: "node_modules/monaco-editor/esm/vs/editor/editor.worker.js",
  graphql: "node_modules/monaco-graphql/esm/graphql.worker.js",
  json: "node_modules/monaco-editor/esm/vs/language/json/json.worker.js",
};

/** Build it. Gives the names of its files, and the paths of what went into them. */
export async function graphiql(folder, assets) {
  const options = { ...BUNDLE, absWorkingDir: folder, outdir: assets };
  const [page, workers] = await Promise.all([
    esbuild.build({ ...options, entryPoints: { graphiql: join(folder, ENTRY) }, format: "esm", splitting: true }),
    esbuild.build({
      ...options,
      entryPoints: Object.fromEntries(Object.entries(WORKERS).map(([label, path]) => [`worker-${label}`, path])),
      format: "iife",
    }),
  ]);
  const [script, { cssBundle }] = outputOf(page.metafile, ENTRY);
  await removeStyles(folder, page.metafile, cssBundle);
  return {
    script: basename(script),
    style: basename(cssBundle),
    workers: Object.fromEntries(
      Object.entries(WORKERS).map(([label, path]) => [label, basename(outputOf(workers.metafile, path)[0])]),
    ),
    inputs: [page, workers].flatMap(({ metafile }) => Object.keys(metafile.inputs)),
  };
}

/** esbuild writes the styles of a lazy script once more beside it, where nothing loads them. */
async function removeStyles(folder, metafile, kept) {
  const styles = Object.keys(metafile.outputs).filter((path) => path.endsWith(".css") && path !== kept);
  await Promise.all(styles.map((path) => rm(join(folder, path))));
}
