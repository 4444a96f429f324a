// Builds the console into functions/console/site: index.html, assets with a hash in their names, and a compressed
// twin of each asset that compresses. `node console/build.mjs`, from any folder.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { graphiql } from "./build/graphiql.mjs";
import { licences, together } from "./build/licences.mjs";
import { scalar } from "./build/scalar.mjs";
import { BUNDLE, outputOf } from "./build/settings.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const CACHE = join(HERE, "node_modules", ".cache");
const SITE = join(HERE, "..", "functions", "console", "site");
const ASSETS = join(SITE, "assets");

/** Bytes above which only the compressed file is kept: a function's answer may have 6 MB. */
const PLAIN_LIMIT = 1_000_000;

/** Extensions whose files gain from compression. */
const COMPRESSIBLE = new Set([".css", ".js", ".json", ".svg", ".ttf", ".txt"]);

async function build() {
  await rm(SITE, { recursive: true, force: true });
  await mkdir(ASSETS, { recursive: true });
  await mkdir(CACHE, { recursive: true });
  const [rest, graphql] = await Promise.all([scalar(CACHE), graphiql(HERE, ASSETS)]);
  const tools = {
    scalar: { script: await asset("scalar.js", rest.script) },
    graphiql: { ...graphql, inputs: undefined },
  };
  const app = await bundle(tools);
  const icon = await asset("icon.svg", await readFile(join(HERE, "icon.svg")));
  await writeFile(join(SITE, "index.html"), await page(app, icon));
  const parts = await licences(HERE, [...app.inputs, ...graphql.inputs]);
  await writeFile(join(SITE, "THIRD-PARTY.txt"), together([...parts, rest.licence]));
  await compress();
}

/** The application, which loads `tools` by their names: its script, its style sheet and what the script imports at once. */
async function bundle(tools) {
  const { metafile } = await esbuild.build({
    ...BUNDLE,
    define: { ...BUNDLE.define, TOOLS: JSON.stringify(tools) },
    entryPoints: { main: join(HERE, "src", "main.ts") },
    splitting: true,
    format: "esm",
    outdir: ASSETS,
    absWorkingDir: HERE,
  });
  const [script, output] = outputOf(metafile, "src/main.ts");
  return {
    script: basename(script),
    style: basename(output.cssBundle),
    imports: output.imports.filter((each) => each.kind === "import-statement").map((each) => basename(each.path)),
    inputs: Object.keys(metafile.inputs),
  };
}

async function page({ script, style, imports }, icon) {
  const preload = imports.map((name) => `<link rel="modulepreload" href="assets/${name}">`).join("\n");
  const values = { script: `assets/${script}`, style: `assets/${style}`, icon: `assets/${icon}`, preload };
  const template = await readFile(join(HERE, "index.html"), "utf8");
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
}

/** Write an asset that esbuild does not know. Gives its name, which has a hash. */
async function asset(file, content) {
  const extension = extname(file);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const name = `${basename(file, extension)}-${hash}${extension}`;
  await writeFile(join(ASSETS, name), content);
  return name;
}

async function compress() {
  for (const name of await readdir(ASSETS)) {
    if (!COMPRESSIBLE.has(extname(name))) continue;
    const path = join(ASSETS, name);
    const content = await readFile(path);
    const packed = gzipSync(content, { level: 9 });
    if (packed.length < content.length) await writeFile(`${path}.gz`, packed);
    if (content.length > PLAIN_LIMIT) await rm(path);
  }
}

await build();
