// Builds dist/: one ES module per entry and per model with shared chunks, the same as CommonJS, the command line, and the declarations.
import { execFileSync } from "node:child_process";
import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { joinChunks } from "./chunks.mjs";
import { writeCommonJs } from "./commonjs.mjs";
import { ENTRIES, LOOKUP, MODELS, REPORT_PAGE, ROOT } from "./library.mjs";

const require = createRequire(import.meta.url);
const common = {
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
  legalComments: "none",
};

// The licences of the packages whose files are in a bundle, as a comment that goes with it.
async function noticesOf(inputs) {
  const folders = [
    ...new Set(inputs.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [])),
  ].sort();
  const texts = await Promise.all(
    folders.map(async (folder) => {
      const { name, version } = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8"));
      return `${name} ${version}\n\n${await readFile(join(ROOT, folder, "LICENSE"), "utf8")}`;
    }),
  );
  return texts.length === 0
    ? ""
    : `/*!\nThis program contains parts of the following packages.\n\n${texts.join("\n")}*/\n`;
}

// The script and style of report pages, inlined into the command line as text.
const page = await build({
  ...common,
  entryPoints: [REPORT_PAGE],
  format: "iife",
  platform: "browser",
  minify: true,
  metafile: true,
  write: false,
});
const pageNotices = await noticesOf(Object.keys(page.metafile.inputs));
const assets = {
  name: "report-assets",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:report-assets$/ }, () => ({ path: "report-assets", namespace: "assets" }));
    onLoad({ filter: /.*/, namespace: "assets" }, async () => ({
      contents: `export const notices = ${JSON.stringify(pageNotices.replace(/^\/\*!\n|\*\/\n$/g, ""))};
export const script = ${JSON.stringify(page.outputFiles[0].text)};
export const style = ${JSON.stringify(await readFile(require.resolve("uplot/dist/uPlot.min.css"), "utf8"))};`,
    }));
  },
};

// Each model has a file of its own: of `import { textmsg } from "nondiff/models"` a bundler then takes one model, not all.
const models = (await readdir(new URL(`../${MODELS}`, import.meta.url)))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => [`models/${file.slice(0, -".ts".length)}`, `${MODELS}/${file}`]);

// Two modules take an entry as it is built. `nondiff/testing` looks functions up by their names among all that `nondiff` exports: an object that
// lists all exports, inside a chunk of that entry, would hold all of them in every bundle. The program takes its commands from theirs, which would
// otherwise lie in a chunk among those of the library.
const BUILT = [
  { importer: LOOKUP, entry: "../index" },
  { importer: ENTRIES["cli/main"], entry: "./command" },
];
const builtEntries = {
  name: "built-entries",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/\w+\.ts$/ }, ({ path, importer }) => {
      const built = BUILT.find((each) => importer.endsWith(each.importer) && path === `${each.entry}.ts`);
      return built && { path: `${built.entry}.js`, external: true };
    });
  },
};

await rm(new URL("../dist", import.meta.url), { recursive: true, force: true });
const { metafile } = await build({
  ...common,
  entryPoints: { ...ENTRIES, ...Object.fromEntries(models) },
  outdir: "dist",
  platform: "node",
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  plugins: [assets, builtEntries],
  metafile: true,
});
// An entry imports chunks for their order of evaluation alone. As no module has side effects there is no order to keep, and the
// bundler of whoever uses the package would warn about each of these imports.
// Who looks at the program alone finds the licences of what its commands contain.
const inputsOf = (path) =>
  path === "dist/cli/main.js"
    ? [...inputsOf("dist/cli/command.js"), ...Object.keys(page.metafile.inputs)]
    : Object.keys(metafile.outputs[path].inputs);
for (const path of Object.keys(metafile.outputs)) {
  const file = new URL(`../${path}`, import.meta.url);
  const text = await readFile(file, "utf8");
  const notices = await noticesOf(inputsOf(path));
  await writeFile(file, text.replaceAll(/^import "\.[^"]+";\n/gm, "") + notices);
}
await joinChunks(ROOT.replace(/\/$/, ""), metafile.outputs);
const { kernelModule } = await import("../dist/wasm.js");
await writeFile(new URL("../dist/kernels.wasm", import.meta.url), kernelModule());
await chmod(new URL("../dist/cli/main.js", import.meta.url), 0o755);
const tsc = require.resolve("typescript/package.json").replace("package.json", "bin/tsc");
// The parts of plain programs that run in Node.js know its types; the library does not.
for (const project of ["tsconfig.json", "tsconfig.plain.json"])
  execFileSync(process.execPath, [tsc, "-p", project], { cwd: ROOT, stdio: "inherit" });
await writeCommonJs();
