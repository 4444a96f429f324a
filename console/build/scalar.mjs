// The REST playground's tool: the browser build of Scalar, out of the one package that holds it. As a dependency it
// would bring 300 more, none of which the browser build needs; so the package is fetched by itself and checked
// against the hash kept here.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const NAME = "@scalar/api-reference";
const VERSION = "1.76.0";
const INTEGRITY = "sha512-pjqwnzmA9YK3ZX+IZSICMsywm4qI6HLSngR2py9H6TvFApHHuJjkTAd+gFJfnqJDzJuro8k7ji6JCtJ2U+Byng==";
const FILES = ["package/dist/browser/standalone.js", "package/dist/browser/standalone.js.map"];

/** Scalar's script and its licences. `cache` is a folder that survives from one build to the next. */
export async function scalar(cache) {
  const folder = join(cache, `scalar-${VERSION}`);
  const [script, map] = await read(folder).catch(async (error) => {
    if (error.code !== "ENOENT") throw error;
    await fetchPackage(cache, folder);
    return read(folder);
  });
  return { script, licence: licence(JSON.parse(map), script) };
}

function read(folder) {
  return Promise.all(FILES.map((name) => readFile(join(folder, name), "utf8")));
}

/** Download the package by npm, so that its settings (mirrors, proxies) hold here, too; unpack the two files. */
async function fetchPackage(cache, folder) {
  const unpacking = `${folder}.new`;
  await rm(unpacking, { recursive: true, force: true });
  await mkdir(unpacking, { recursive: true });
  const npm = ["pack", `${NAME}@${VERSION}`, "--json", "--ignore-scripts", "--pack-destination", unpacking];
  const { stdout } = await run("npm", npm, { cwd: cache, maxBuffer: 64 * 1024 * 1024 });
  const archive = join(unpacking, JSON.parse(stdout)[0].filename);
  const found = `sha512-${createHash("sha512")
    .update(await readFile(archive))
    .digest("base64")}`;
  if (found !== INTEGRITY) throw new Error(`${NAME} ${VERSION} has the hash ${found}, expected ${INTEGRITY}`);
  await run("tar", ["-xzf", archive, "-C", unpacking, ...FILES]);
  await rm(archive);
  await rm(folder, { recursive: true, force: true });
  await rename(unpacking, folder);
}

/** What its licences ask for: Scalar's own, what is built into the script, and the notices that the script has. */
function licence(map, script) {
  const inside = map.sources.map((path) => /\/\.pnpm\/(@?[^@/]+@[^_(/]+)/.exec(path)?.[1]?.replace("+", "/"));
  const packages = [...new Set(inside.filter(Boolean))].sort();
  const comments = script.match(/\/\*[*!].*?\*\//gs) ?? [];
  const notices = [...new Set(comments.filter((text) => /licen[cs]e|copyright/i.test(text)))];
  return [
    `${NAME} ${VERSION} (MIT)`,
    `The MIT License\n\nCopyright (c) 2023-present Scalar\n\n${MIT}`,
    `Its browser build contains these packages:\n\n${packages.map((each) => `  ${each}`).join("\n")}`,
    ...notices,
  ].join("\n\n");
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
