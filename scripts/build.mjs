// Builds dist/: one ES module per entry with shared chunks, the command line, and the declarations.
import { execFileSync } from "node:child_process";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { build } from "esbuild";
import { ENTRIES, REPORT_PAGE, ROOT } from "./library.mjs";

const require = createRequire(import.meta.url);
const common = {
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
  legalComments: "none",
};

// The script and style of report pages, inlined into the command line as text.
const page = await build({
  ...common,
  entryPoints: [REPORT_PAGE],
  format: "iife",
  platform: "browser",
  minify: true,
  write: false,
});
const assets = {
  name: "report-assets",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:report-assets$/ }, () => ({ path: "report-assets", namespace: "assets" }));
    onLoad({ filter: /.*/, namespace: "assets" }, async () => ({
      contents: `export const script = ${JSON.stringify(page.outputFiles[0].text)};
export const style = ${JSON.stringify(await readFile(require.resolve("uplot/dist/uPlot.min.css"), "utf8"))};`,
    }));
  },
};

await rm(new URL("../dist", import.meta.url), { recursive: true, force: true });
await build({
  ...common,
  entryPoints: ENTRIES,
  outdir: "dist",
  platform: "node",
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  plugins: [assets],
});
const { kernelModule } = await import("../dist/wasm.js");
await writeFile(new URL("../dist/kernels.wasm", import.meta.url), kernelModule());
await chmod(new URL("../dist/cli/main.js", import.meta.url), 0o755);
execFileSync(
  process.execPath,
  [require.resolve("typescript/package.json").replace("package.json", "bin/tsc"), "-p", "tsconfig.json"],
  {
    cwd: ROOT,
    stdio: "inherit",
  },
);
