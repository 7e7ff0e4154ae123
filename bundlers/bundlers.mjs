// The bundlers, each as a function from an entry to one file: minified or not, with a plugin of its own kind if one is given.
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { rspack } from "@rspack/core";
import { build as esbuild, version as esbuildVersion, transform } from "esbuild";
import { rollup, VERSION as rollupVersion } from "rollup";
import { build as vite, version as viteVersion } from "vite";
import webpack from "webpack";

const { version: rspackVersion } = createRequire(import.meta.url)("@rspack/core/package.json");

async function byEsbuild(entry, outfile, { plugin, minify = false }) {
  const plugins = plugin ? [plugin] : [];
  await esbuild({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify,
    format: "esm",
    target: "es2022",
    plugins,
    logLevel: "error",
  });
}

async function byRollup(entry, file, { plugin, minify = false }) {
  // Rollup leaves types to a plugin; where the entry has some, this one takes them out after the plugin for plain programs.
  const types = {
    name: "types",
    transform: async (code, id) => (id.endsWith(".ts") ? (await transform(code, { loader: "ts" })).code : null),
  };
  const made = await rollup({
    input: entry,
    plugins: [...(plugin ? [plugin] : []), types, nodeResolve(), ...(minify ? [terser()] : [])],
    onwarn: failing,
  });
  await made.write({ file, format: "es" });
  await made.close();
}

function failing({ message }) {
  throw new Error(message);
}

async function byVite(entry, file, { plugin, minify = false }) {
  await vite({
    configFile: false,
    root: dirname(entry),
    logLevel: "error",
    plugins: plugin ? [plugin] : [],
    build: {
      outDir: dirname(file),
      emptyOutDir: false,
      target: "es2022",
      minify,
      lib: { entry, formats: ["es"], fileName: () => basename(file) },
      // A library keeps its white space by default, for others to bundle; this one is shipped as it is.
      rolldownOptions: { output: { minify } },
    },
  });
}

const packed =
  (compile, rules) =>
  async (entry, file, { plugin, minify = false }) => {
    const compiler = compile({
      mode: "production",
      context: dirname(entry),
      entry,
      target: ["es2022", "webworker"],
      experiments: { outputModule: true },
      output: {
        path: dirname(file),
        filename: basename(file),
        module: true,
        library: { type: "module" },
        chunkFormat: "module",
      },
      performance: { hints: false },
      optimization: { minimize: minify },
      module: { rules },
      plugins: plugin ? [plugin] : [],
    });
    const stats = await new Promise((done, fail) =>
      compiler.run((error, result) => (error ? fail(error) : done(result))),
    );
    await new Promise((done) => compiler.close(done));
    if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  };

// Types are left to loaders: of rspack there is one inside, for webpack esbuild's transform does it.
const TYPES = [
  {
    test: /\.ts$/,
    loader: "builtin:swc-loader",
    options: { jsc: { parser: { syntax: "typescript" } } },
    type: "javascript/auto",
  },
];
const TYPES_BY_ESBUILD = [{ test: /\.ts$/, loader: new URL("./types-loader.cjs", import.meta.url).pathname }];

export const BUNDLERS = [
  { name: "esbuild", version: esbuildVersion, bundle: byEsbuild },
  { name: "rollup", version: rollupVersion, bundle: byRollup },
  { name: "vite", version: viteVersion, bundle: byVite },
  { name: "webpack", version: webpack.version, bundle: packed(webpack, TYPES_BY_ESBUILD) },
  { name: "rspack", version: rspackVersion, bundle: packed(rspack, TYPES) },
];
