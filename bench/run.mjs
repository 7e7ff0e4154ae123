// Bundles the benches from the sources and runs them: `npm run bench`, `npm run bench -- --full`, `npm run bench:variance`.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
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
const WAYS = [
  ["C, gcc -O3 -march=native, strict", ["-ffp-contract=off"]],
  ["C, gcc -O3 -march=native -ffast-math", ["-ffast-math"]],
];

/** Compiles and runs the program of a model in bench/c. */
function native(model, inputs) {
  const data = join(folder, `${model}.bin`);
  writeFileSync(data, inputs);
  return WAYS.map(([name, flags], way) => {
    const program = join(folder, `${model}-${way}`);
    const sources = [`${model}.c`, "main.c"].map((file) => join(root, "bench/c", file));
    execFileSync("gcc", ["-O3", "-march=native", ...flags, "-o", program, ...sources, "-lm"]);
    return { name, ...JSON.parse(execFileSync(program, [data], { encoding: "utf8" })) };
  });
}

function hasCompiler() {
  try {
    execFileSync("gcc", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()} × ${cpus().length}, commit ${commit()}`);
const compiler = hasCompiler();
if (!compiler) console.log("no gcc: the programs in C are left out");
const length = process.argv.includes("--full") ? "full" : "short";
bench(length, (line) => console.log(line), compiler ? native : undefined);
await rm(folder, { recursive: true });
