// Runtimes from the npm registry, each installed at a pinned version into .runtimes, away from this package's dependencies.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../library.mjs";

const run = promisify(execFile);
const TIMEOUT = 240_000; // of one runtime, in ms

/** Where they are. */
export const SIDE = join(ROOT, ".runtimes");

/** The folder of a package, installed if it is not there yet; throws with npm's reason. */
export async function installed(name, version, folder = name) {
  const prefix = join(SIDE, folder);
  const own = join(prefix, "node_modules", name);
  const manifest = join(own, "package.json");
  if (existsSync(manifest) && JSON.parse(await readFile(manifest, "utf8")).version === version) return own;
  const options = ["--prefix", prefix, "--no-audit", "--no-fund", "--no-save"];
  await run("npm", ["install", ...options, `${name}@${version}`]).catch((error) => {
    const [reason] = String(error.stderr || error.message)
      .trim()
      .split("\n");
    throw new Error(`cannot be installed here: ${reason}`);
  });
  return own;
}

/** The command of a package. */
export async function command(name, version, folder) {
  const own = await installed(name, version, folder);
  return join(own.slice(0, -name.length), ".bin", name);
}

/** What a command prints. */
export async function output(binary, args) {
  const { stdout } = await run(binary, args, { timeout: TIMEOUT, killSignal: "SIGKILL", maxBuffer: 1e8 });
  return stdout;
}
