// The mutants of some lines, all of them in one build of the tests that try them: where a line reads `a < b`, the build reads `active("7") ? a <= b : a < b`, so that
// one engine tries every mutant without loading anything anew.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { Instrumenter } from "@stryker-mutator/instrumenter";
import { build } from "esbuild";
import { ROOT, SELF } from "../library.mjs";

const SILENT = { isDebugEnabled: () => false, debug() {}, info() {}, warn: console.warn };

/** The mutants on ranges of lines such as `src/random/mix.ts:12-14`, and the text of each file that has some, by its name. */
export async function mutantsOn(ranges) {
  const files = new Map();
  for (const range of ranges) {
    const [, name, first, last] = /^(.+):(\d+)-(\d+)$/.exec(range);
    if (!files.has(name)) files.set(name, { name, content: readFileSync(name, "utf8"), mutate: [] });
    const [start, end] = [Number(first) - 1, Number(last) - 1];
    files.get(name).mutate.push({ start: { line: start, column: 0 }, end: { line: end, column: 1e9 } });
  }
  const options = { plugins: null, excludedMutations: [], ignorers: [] };
  const { files: mutated, mutants } = await new Instrumenter(SILENT).instrument([...files.values()], options);
  return { mutants, texts: new Map(mutated.map(({ name, content }) => [name, content])) };
}

/** Bundles test files into `home`, with these texts in place of the files of their names; gives their paths in the same order. */
export async function bundledTests(tests, texts, home) {
  const { metafile } = await build({
    entryPoints: tests,
    outdir: home,
    outbase: ".",
    bundle: true,
    splitting: true,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    packages: "external",
    alias: SELF,
    outExtension: { ".js": ".mjs" },
    logLevel: "error",
    plugins: [
      {
        name: "mutated",
        setup({ onLoad }) {
          onLoad({ filter: /\.(ts|mjs)$/ }, ({ path }) => {
            const text = texts.get(relative(ROOT, path)) ?? readFileSync(path, "utf8");
            // What a test reads lies beside its source, not beside its bundle.
            const contents = text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href));
            return { contents, loader: path.endsWith(".ts") ? "ts" : "js" };
          });
        },
      },
    ],
  });
  const bundles = new Map(Object.entries(metafile.outputs).map(([path, { entryPoint }]) => [entryPoint, path]));
  return tests.map((test) => join(ROOT, bundles.get(test)));
}
