// What a bundler makes of the README's own examples and of all of nondiff, from dist/, in bytes after gzip.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { ROOT } from "./library.mjs";

/** Most bytes of each. The web worker has the fit that chooses its steps, with its model; all of nondiff that and more. */
export const LIMITS = {
  "the `fetch` example": 25_000,
  "the web worker": 38_100,
  "all of `nondiff`": 236_500,
};

/** How many bytes `contents` has, bundled and minified, after gzip, and what the bundler warned about. */
export async function sizeOf(contents) {
  const { outputFiles, warnings } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  const [{ text }] = outputFiles;
  return { bytes: gzipSync(text, { level: 9 }).length, warnings: warnings.map((warning) => warning.text) };
}

/** What is bundled: the README's example of a `fetch` handler, that of a web worker, and all. */
export async function exampleContents() {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const examples = [...readme.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  return {
    "the `fetch` example": examples.find((code) => code.includes("fetch()")),
    "the web worker": examples.find((code) => code.includes("self.onmessage")),
    "all of `nondiff`": 'export * from "nondiff";',
  };
}

/** The size of each of the above, and that which the README states: "24.9 kB" as 24900. */
export async function exampleSizes() {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const contents = await exampleContents();
  return Promise.all(
    Object.entries(contents).map(async ([name, code]) => {
      const stated = new RegExp(`(\\d+\\.\\d) kB for ${name}`).exec(readme.replaceAll(/\s+/g, " "));
      return { name, limit: LIMITS[name], stated: stated ? 1000 * Number(stated[1]) : NaN, ...(await sizeOf(code)) };
    }),
  );
}
