/**
 * Tests run each file of `src` as a module of the engine, stripped of its types and otherwise as it stands. Vitest's own way turns
 * what a file imports into properties of an object, looked up at each use, and loads the 150 files through its server for every
 * test file: a loop over 200,000 normals, whose table is another file's, takes twice as long so.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Plugin } from "vitest/config";

const root = fileURLToPath(new URL("../../", import.meta.url));
const source = join(root, "src");
/** Where the modules lie: src/roots/finder.ts becomes .compiled/src/roots/finder.js. */
export const COMPILED: string = join(root, ".compiled");

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
const compiledName = (path: string): string => path.replace(/\.ts$/, ".js");

/** Compiles every file of `src` by itself, and removes the modules of files that are gone. */
export async function compileSources(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: filesBelow(source).filter((path) => /(?<!\.d)\.ts$/.test(path)),
    outbase: root,
    outdir: COMPILED,
    bundle: true,
    format: "esm",
    target: "es2022",
    sourcemap: "inline",
    write: false,
    plugins: [
      {
        name: "imports-stay",
        setup({ onResolve }) {
          onResolve({ filter: /.*/ }, ({ kind, path }) =>
            kind === "entry-point"
              ? undefined
              : { path: path.startsWith(".") ? compiledName(path) : path, external: true },
          );
        },
      },
    ],
  });
  mkdirSync(COMPILED, { recursive: true });
  const before = new Set(filesBelow(COMPILED).filter((path) => path.endsWith(".js")));
  for (const { path, text } of outputFiles) {
    if (before.delete(path) && readFileSync(path, "utf8") === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  for (const path of before) rmSync(path);
}

/** What tests import of `src` is the compiled file. */
export const compiledSources: Plugin = {
  name: "compiled-sources",
  enforce: "pre",
  resolveId(specifier, importer) {
    // Models that import the package by its name.
    if (specifier === "nondiff") return join(COMPILED, "src/index.js");
    if (specifier === "nondiff/core") return join(COMPILED, "src/core.js");
    if (!importer || !specifier.startsWith(".") || !specifier.endsWith(".ts")) return undefined;
    const path = resolve(dirname(importer), specifier);
    return path.startsWith(source + sep) ? join(COMPILED, compiledName(path.slice(root.length))) : undefined;
  },
};
