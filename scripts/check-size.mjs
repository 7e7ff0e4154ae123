// Prints what a bundler makes of the README's examples and of all of nondiff after gzip; fails if one is above its limit.
// With --write it makes the tables of docs/sizes.md anew.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exampleSizes } from "./example-sizes.mjs";
import { ROOT } from "./library.mjs";
import { pageSizes, sizesPage } from "./sizes-page.mjs";

for (const { name, bytes, limit } of await exampleSizes()) {
  console.log(`${name}: ${bytes} bytes after gzip, limit ${limit}`);
  if (bytes > limit) process.exitCode = 1;
}
if (process.argv.includes("--write")) {
  const page = join(ROOT, "docs/sizes.md");
  await writeFile(page, sizesPage(await readFile(page, "utf8"), await pageSizes()));
}
