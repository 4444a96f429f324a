// Builds the console into functions/console/site: index.html, assets with a hash in their names, and a compressed
// twin of each asset that compresses. `node console/build.mjs`, from any folder.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const SITE = join(HERE, "..", "functions", "console", "site");
const ASSETS = join(SITE, "assets");

/** Bytes above which only the compressed file is kept: a function's answer may have 6 MB. */
const PLAIN_LIMIT = 1_000_000;

/** Extensions whose files gain from compression. */
const COMPRESSIBLE = new Set([".css", ".js", ".json", ".svg", ".txt"]);

async function build() {
  await rm(SITE, { recursive: true, force: true });
  await mkdir(ASSETS, { recursive: true });
  const outputs = await bundle();
  const icon = await hashed(join(HERE, "icon.svg"));
  await writeFile(join(SITE, "index.html"), await page(outputs, icon));
  await writeFile(join(SITE, "THIRD-PARTY.txt"), await licences());
  await compress();
}

/** What esbuild wrote for main.ts: its script, its style sheet and the chunks that it imports at once. */
async function bundle() {
  const { metafile } = await esbuild.build({
    entryPoints: { main: join(HERE, "src", "main.ts") },
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["chrome123", "firefox121", "safari17.5"],
    minify: true,
    metafile: true,
    outdir: ASSETS,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".svg": "file", ".woff2": "file" },
    logLevel: "warning",
    absWorkingDir: HERE,
  });
  const [script, output] = Object.entries(metafile.outputs).find(([, each]) => each.entryPoint === "src/main.ts");
  return {
    script: basename(script),
    style: basename(output.cssBundle),
    imports: output.imports.filter((each) => each.kind === "import-statement").map((each) => basename(each.path)),
  };
}

async function page({ script, style, imports }, icon) {
  const preload = imports.map((name) => `<link rel="modulepreload" href="assets/${name}">`).join("\n");
  const values = { script: `assets/${script}`, style: `assets/${style}`, icon: `assets/${icon}`, preload };
  const template = await readFile(join(HERE, "index.html"), "utf8");
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
}

/** The name under which a file of ours is an asset. */
async function hashed(path) {
  const content = await readFile(path);
  const extension = extname(path);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const name = `${basename(path, extension)}-${hash}${extension}`;
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

/** The licences of what is shipped: every package that package.json names as a dependency, and what those depend on. */
async function licences() {
  const parts = [];
  const seen = new Set();
  const todo = Object.keys(JSON.parse(await readFile(join(HERE, "package.json"), "utf8")).dependencies);
  while (todo.length > 0) {
    const name = todo.pop();
    if (seen.has(name)) continue;
    seen.add(name);
    const folder = join(HERE, "node_modules", name);
    const description = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    todo.push(...Object.keys(description.dependencies ?? {}));
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    const text = file ? await readFile(join(folder, file), "utf8") : "";
    parts.push(`${name} ${description.version} (${description.license})\n\n${text.trim()}\n`);
  }
  return parts.sort().join(`\n${"-".repeat(80)}\n\n`);
}

await build();
