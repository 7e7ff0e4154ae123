// Builds the site into site/dist: playground and explanation by esbuild, the pages of docs/ and of the doc comments by VitePress. `npm run docs` from the root of the checkout.
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { build as buildPages } from "vitepress";
import { reference } from "./reference.mjs";

const site = fileURLToPath(new URL(".", import.meta.url));
const root = dirname(site.replace(/\/$/, ""));
const out = join(site, "dist");
const common = {
  absWorkingDir: site,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  platform: "browser",
  logLevel: "warning",
  legalComments: "none",
};

await rm(out, { recursive: true, force: true });
// VitePress takes pages that lie below it, and empties the folder it writes to: it comes first.
const pages = join(site, "pages");
await rm(pages, { recursive: true, force: true });
await cp(join(root, "docs"), pages, { recursive: true });
await cp(join(site, "home.md"), join(pages, "index.md"));
await cp(join(root, "bench/README.md"), join(pages, "benchmarks.md"));
await reference(join(pages, "reference"));
await buildPages(site);

const entries = ["main", "worker", "plain", "calls", "runtime"];
// One module for all, split, so that program, runtime and worker share the same classes.
const { metafile } = await build({
  ...common,
  metafile: true,
  entryPoints: Object.fromEntries(entries.map((name) => [name, `playground/${name}.ts`])),
  outdir: join(out, "playground"),
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
});
// The licences of what is bundled, as they ask for.
const packages = Object.keys(metafile.inputs).flatMap(
  (path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [],
);
const licences = [...new Set(packages)].sort().map(async (folder) => {
  const { name, version } = JSON.parse(await readFile(join(site, folder, "package.json"), "utf8"));
  const file = (await readdir(join(site, folder))).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version}\n\n${await readFile(join(site, folder, file), "utf8")}`;
});
await writeFile(join(out, "playground/licences.txt"), (await Promise.all(licences)).join("\n"));
await build({ ...common, entryPoints: { main: "explanation/main.ts" }, outdir: join(out, "explanation") });
for (const page of ["playground", "explanation"])
  await cp(join(site, page, "index.html"), join(out, page, "index.html"));
await cp(join(site, "site.css"), join(out, "site.css"));

// The programs of the gallery, and one that reads data from the table.
const problems = JSON.parse(await readFile(join(root, "gallery/problems.json"), "utf8"));
const fromTable = {
  name: "data from a table",
  csv: "x,y\n1,1.2\n2,1.9\n3,3.2\n4,5.9\n5,9.1\n6,12.2\n7,14.8\n",
  program: `// Where does a line bend? The data are those of the table below.
import { defineModel, halfNormal, normal, uniform } from "nondiff/plain";
import data from "./data.csv";

export default defineModel("bend", ({ sample, observe }) => {
  const slope = sample("slope", normal(0, 3));
  const change = sample("change", normal(0, 3));
  const bend = sample("bend", uniform(0, 8));
  const sd = sample("sd", halfNormal(1));
  for (const [i, x] of data.x.entries()) {
    let mean = slope * x;
    if (x > bend) mean += change * (x - bend);
    observe(normal(mean, sd), data.y[i]);
  }
});
`,
};
const program = (name) => readFile(join(root, "gallery", `${name}.js`), "utf8");
const examples = await Promise.all(problems.map(async ({ name }) => ({ name, program: await program(name) })));
await writeFile(join(out, "playground/examples.json"), JSON.stringify([...examples, fromTable]));

// What works offline: all files of the playground, under a name that changes with them.
const files = (await readdir(join(out, "playground"), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && !entry.name.endsWith(".txt"))
  .map((entry) => `./${join(entry.parentPath, entry.name).slice(join(out, "playground").length + 1)}`)
  .sort();
const hash = createHash("sha256");
for (const file of files) hash.update(await readFile(join(out, "playground", file)));
const worker = (await readFile(join(site, "playground/offline.js"), "utf8"))
  .replace("const FILES = [];", `const FILES = ${JSON.stringify(["./", "../site.css", ...files])};`)
  .replace("VERSION", hash.digest("hex").slice(0, 12));
await mkdir(join(out, "playground"), { recursive: true });
await writeFile(join(out, "playground/offline.js"), worker);
console.log(`site: ${out}`);
