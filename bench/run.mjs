// Bundles the benches from the sources and runs them: `npm run bench` and `bench:` variance, growth, build, collapse [DIR] [--only TEXT], fit, elementary, posteriordb, nets, status [--programs N];
// with `--against DIR [--only TEXT]` this build beside that of another checkout, and exit code 1 if a row is slower or different.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "nondiff-bench-"));
const outfile = join(folder, "bench.mjs");
const asked = (option) => process.argv.includes(`--${option}`);
const which =
  ["variance", "growth", "collapse", "fit", "build", "elementary", "posteriordb", "status", "nets", "against"].find(
    asked,
  ) ?? "main";
const wordAfter = (option) => process.argv[process.argv.indexOf(`--${option}`) + 1];
await build({
  stdin: {
    contents: `export * from "./bench/${which}.ts"; export { nativeIn } from "./bench/tools/native.ts";`,
    resolveDir: root,
    loader: "ts",
  },
  bundle: true,
  alias: { nondiff: join(root, "bench/library.ts") },
  format: "esm",
  platform: "node",
  target: "es2022",
  outfile,
});
/** The models of the bench of collapse, written with the library that another checkout has built. */
async function collapseModelsOf(checkout) {
  const other = {
    name: "other-build",
    setup({ onResolve, onLoad }) {
      // What is imported from this library's sources, and from the file that stands for them.
      onResolve({ filter: /^\.\..*(\/library|src\/.*)\.ts$/ }, () => ({ path: checkout, namespace: "other-build" }));
      const entries = ["index", "models/index"].map((entry) => `export * from "${checkout}/dist/${entry}.js";`);
      onLoad({ filter: /.*/, namespace: "other-build" }, () => ({
        contents: entries.join("\n"),
        resolveDir: checkout,
      }));
    },
  };
  const file = join(folder, "other.mjs");
  const entry = join(root, "bench/collapsed/models.ts");
  await build({
    entryPoints: [entry],
    bundle: true,
    plugins: [other],
    format: "esm",
    platform: "node",
    outfile: file,
    logLevel: "error",
  });
  return import(pathToFileURL(file).href);
}

const { bench, nativeIn } = await import(pathToFileURL(outfile).href);

function commit() {
  try {
    const git = (...words) =>
      execFileSync("git", words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return (
      git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--", "src", "bench") ? " with changes" : "")
    );
  } catch {
    return "unknown";
  }
}
console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()} × ${cpus().length}, commit ${commit()}`);
const length = asked("full") || (which === "growth" && !asked("quick")) ? "full" : "short";
const print = (line) => console.log(line);
if (which === "against") {
  const folders = [resolve(wordAfter("against") ?? ""), root];
  if ((await bench(length, print, folders, outfile, asked("only") ? wordAfter("only") : "")) > 0) process.exitCode = 1;
} else if (which === "collapse") {
  const checkout = wordAfter("collapse");
  const other = checkout && !checkout.startsWith("--") ? await collapseModelsOf(resolve(checkout)) : undefined;
  await bench(length, print, other, asked("only") ? wordAfter("only") : "");
} else {
  const native = nativeIn(folder, join(root, "bench/c"));
  if (!native) console.log("no gcc: the programs in C are left out");
  await bench(length, print, native, asked("programs") ? Number(wordAfter("programs")) : undefined);
}
await rm(folder, { recursive: true });
