// Prints what a bundler makes of the README's examples and of all of nondiff after gzip; fails if one is above its limit, or if docs/sizes.md
// states a size that is off by more than half a kB. With --write it makes the tables of that page anew.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exampleSizes } from "./example-sizes.mjs";
import { ROOT } from "./library.mjs";
import { pageSizes, sizesPage, statedSizes } from "./sizes-page.mjs";

const PAGE = join(ROOT, "docs/sizes.md");
const MOST_OFF = 500;

for (const { name, bytes, limit } of await exampleSizes()) {
  console.log(`${name}: ${bytes} bytes after gzip, limit ${limit}`);
  if (bytes > limit) process.exitCode = 1;
}
const [page, sizes] = await Promise.all([readFile(PAGE, "utf8"), pageSizes()]);
if (process.argv.includes("--write")) await writeFile(PAGE, sizesPage(page, sizes));
else {
  const stated = statedSizes(page);
  const rows = Object.values(sizes).flat();
  const wrong = rows.filter(([name, bytes]) => !(Math.abs(bytes - 1000 * stated.get(name)) < MOST_OFF));
  for (const [name, bytes] of wrong)
    console.error(
      `docs/sizes.md: ${name} has ${bytes.toFixed(0)} bytes; got ${stated.get(name)} kB, expected npm run check:size -- --write`,
    );
  if (wrong.length > 0) process.exitCode = 1;
}
