// Compares with other libraries: `npm run bench:rivals`. Installs them here on its first run; the library never needs them.
// `--solutions` is the first table alone; `--seconds N` what a candidate has for an answer there (60); `--quick` a little of everything.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const quick = process.argv.includes("--quick");
if (!existsSync(join(here, "node_modules"))) {
  console.log("installing the rivals into bench/rivals/node_modules (310 MB), once");
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: here, stdio: "inherit" });
}
const folder = await mkdtemp(join(tmpdir(), "nondiff-rivals-"));
const outfile = join(folder, "ours.mjs");
await build({
  entryPoints: [join(here, "ours.ts")],
  alias: { nondiff: join(here, "../library.ts") },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  outfile,
});
const ours = await import(pathToFileURL(outfile).href);
console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()} × ${cpus().length}`);
const { solutions } = await import("./solutions.mjs");
const at = process.argv.indexOf("--seconds");
await solutions(ours, at > 0 ? Number(process.argv[at + 1]) : quick ? 2 : 60);
if (!process.argv.includes("--solutions")) {
  const { gradients } = await import("./gradients.mjs");
  const { fits } = await import("./fits.mjs");
  const { findTorch } = await import("./torch.mjs");
  const torch = findTorch();
  if (!torch) console.log("no PyTorch for python3: left out");
  await gradients(ours, torch, { points: 1024, repeats: quick ? 3 : 31, milliseconds: 15 });
  await fits(ours, torch, { steps: quick ? 200 : 10_000, seconds: quick ? 1 : 20 });
  console.log(`(sum of everything computed: ${ours.spent().toPrecision(3)})`);
}
await rm(folder, { recursive: true });
