// THIRD-PARTY.txt: the licences of what the site ships.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The licence of each package that one of the bundles has a file of. `inputs` are esbuild's, relative to `folder`. */
export async function licences(folder, inputs) {
  const packages = new Set(inputs.map(packageOf).filter(Boolean));
  return Promise.all([...packages].map((each) => licence(join(folder, each))));
}

/** All licences as one text. */
export function together(parts) {
  return [...parts].sort().join(`\n${"-".repeat(80)}\n\n`);
}

/** `node_modules/a/node_modules/@b/c` of a file in it, undefined for a file of ours. */
function packageOf(path) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((each) => /^(licen[cs]e|notice|thirdpartynotices)(\.|$)/i.test(each));
  const texts = await Promise.all(files.sort().map((each) => readFile(join(folder, each), "utf8")));
  return [`${name} ${version} (${license})`, ...texts.map((each) => each.trim())].join("\n\n").concat("\n");
}
