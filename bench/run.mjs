// Bundles the benches from the sources and runs them: `npm run bench`, `npm run bench -- --full`, `npm run bench:variance`.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "nondiff-bench-"));
const outfile = join(folder, "bench.mjs");
const which = process.argv.includes("--variance") ? "variance" : "main";
await build({
  stdin: { contents: `export { bench } from "./bench/${which}.ts";`, resolveDir: root, loader: "ts" },
  bundle: true,
  format: "esm",
  target: "es2022",
  outfile,
});
const { bench } = await import(pathToFileURL(outfile).href);
await rm(folder, { recursive: true });

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
bench(process.argv.includes("--full") ? "full" : "short", (line) => console.log(line));
