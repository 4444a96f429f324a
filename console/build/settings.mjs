// What all bundles have in common.

/** Options of esbuild. */
export const BUNDLE = {
  bundle: true,
  target: ["chrome123", "firefox121", "safari17.5"],
  minify: true,
  metafile: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".svg": "file", ".ttf": "file", ".woff2": "file" },
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
};

/** The output that esbuild wrote for an entry point: its path and its description. */
export function outputOf(metafile, entryPoint) {
  const found = Object.entries(metafile.outputs).find(([, each]) => each.entryPoint === entryPoint);
  if (!found) throw new Error(`nothing was built for ${entryPoint}`);
  return found;
}
