// Writes docs/distributions.md from the records of the built package; a test checks that the page is up to date.
// Run with: npm run build && node scripts/generate-distributions.mjs
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pageOf } from "./distributions-page.mjs";
import { ROOT } from "./library.mjs";

const entry = (path) => import(pathToFileURL(join(ROOT, "dist", path)).href);
const [nondiff, { compile }] = await Promise.all([entry("index.js"), entry("autodiff/index.js")]);
await writeFile(join(ROOT, "docs/distributions.md"), pageOf(nondiff, compile));
