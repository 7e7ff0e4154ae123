/** The package as its users get it, for tests of the command line, the documentation and the package itself. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds dist/ if it is not there; `npm test` has built it already. */
export async function builtPackage(): Promise<void> {
  if (!existsSync(join(root, "dist/cli/main.js")) || !existsSync(join(root, "dist/cjs/index.d.ts")))
    await promisify(execFile)(process.execPath, [join(root, "scripts/build.mjs")]);
}

/** Every source file but those of the command line and of the transform of plain programs, relative to the package. */
export async function coreSources(): Promise<string[]> {
  const files = await readdir(join(root, "src"), { recursive: true });
  return files
    .map((file) => `src/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".ts") && !/^src\/(cli|plain\/(transform|node))\//.test(file))
    .sort();
}
