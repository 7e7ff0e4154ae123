// The tables of docs/sizes.md: what imports from the package weigh once bundled, and what all of `nondiff` is made of.
import { build } from "esbuild";
import { exampleContents, sizeOf } from "./example-sizes.mjs";
import { ENTRIES, placeOf, ROOT } from "./library.mjs";

const AGAIN = 'export * from "nondiff";';
const GRADIENT = "defineModel, estimateGradient, corrected, normal, where, gt";

/** Code that imports something, by what the page calls it: by itself, or beside all of `nondiff`, of which only what it adds counts. */
const IMPORTS = {
  "`estimateGradient` with `corrected()`, `nondiff/core`": `export { ${GRADIENT} } from "nondiff/core";`,
  "the same of `nondiff`": `export { ${GRADIENT} } from "nondiff";`,
  "`fit`, `nondiff/core`": `export { fit, ${GRADIENT} } from "nondiff/core";`,
  "`fit` of `nondiff`": `export { fit, ${GRADIENT} } from "nondiff";`,
  "`compile(model, shape)`, with `fit`": `export { compile, fit, ${GRADIENT} } from "nondiff";`,
  "`predict`, with `fit`": `export { predict, fit, ${GRADIENT} } from "nondiff";`,
};
const BESIDE = {
  "`nondiff/wasm`": 'export { auto } from "nondiff/wasm";',
  "`nondiff/jit`": 'export { jit } from "nondiff/jit";',
  "`nondiff/verify`": 'export * from "nondiff/verify";',
  "`nondiff/shards`": 'export * from "nondiff/shards";',
  "`nondiff/methods`": 'import "nondiff/methods";',
  "plain programs at run time, `nondiff/plain`": 'export * as runtime from "nondiff/plain/runtime";',
};

/** What lies in the folders of the library, in a few words. */
const PARTS = {
  "engine: graphs, tapes, kernels of the interpreter": ["autodiff", "pieces"],
  fits: ["inference/fit", "inference/sampler", "inference/diagnosis.ts"],
  "posteriors: draws, weighing, prediction, saved states": ["inference"],
  "latents and conditions summed out": ["collapse", "conditions", "objective"],
  "boundaries, lines and nets; roots": ["boundaries", "roots"],
  "distributions, supports, matrices": ["distributions", "transforms", "linalg"],
  "programs and their data": ["program", "checks"],
  "estimators and guides": ["estimators", "guides", "profile.ts", "full-inference.ts", "index.ts"],
  "special functions and random numbers": ["math", "random"],
};

/** Rows of the page: [what, bytes after gzip]. */
export async function pageSizes() {
  const examples = Object.entries(await exampleContents());
  const [whole] = examples.filter(([name]) => name.startsWith("all"));
  const measured = async ([name, contents]) => [name, (await sizeOf(contents)).bytes];
  const imports = await Promise.all([...examples, ...Object.entries(IMPORTS)].map(measured));
  const all = imports.find(([name]) => name === whole[0])[1];
  const beside = await Promise.all(
    Object.entries(BESIDE).map(async ([name, contents]) => [name, (await sizeOf(`${AGAIN}\n${contents}`)).bytes - all]),
  );
  return { imports, beside, parts: await partSizes(all) };
}

// Of the bytes after gzip each part gets the share that it has of those before.
async function partSizes(bytes) {
  const { metafile } = await build({
    entryPoints: [ENTRIES.index],
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const [{ inputs, bytes: before }] = Object.values(metafile.outputs);
  const sums = new Map(Object.keys(PARTS).map((name) => [name, 0]));
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const [part] = partOf(placeOf(file));
    sums.set(part, sums.get(part) + bytesInOutput);
  }
  return [...sums].map(([name, sum]) => [name, (sum / before) * bytes]);
}

// The part with the longest folder that holds the file.
function partOf(file) {
  const holding = Object.entries(PARTS).flatMap(([name, folders]) =>
    folders
      .filter((folder) => file === folder || file.startsWith(`${folder}/`) || file.startsWith(`${folder}.`))
      .map((folder) => [name, folder]),
  );
  if (holding.length === 0) throw new Error(`sizes-page: ${file} is in no part; expected its folder among PARTS`);
  return holding.reduce((best, next) => (next[1].length > best[1].length ? next : best));
}

const table = (title, rows) =>
  [`| ${title} | kB |`, "|---|---|", ...rows.map(([name, bytes]) => `| ${name} | ${(bytes / 1000).toFixed(1)} |`)].join(
    "\n",
  );

const TITLES = { imports: "bundled by itself", beside: "beside all of `nondiff` adds", parts: "part of `nondiff`" };

/** The page with its tables made anew. */
export function sizesPage(page, sizes) {
  return Object.entries(TITLES).reduce((text, [key, title]) => {
    const pattern = new RegExp(`^\\| ${title} \\|.*\\n(?:\\|.*\\n)+`, "m");
    if (!pattern.test(text)) throw new Error(`sizesPage: no such table; expected one like ${pattern}`);
    return text.replace(pattern, () => `${table(title, sizes[key])}\n`);
  }, page);
}

/** The kilobytes that the page states, by row. */
export function statedSizes(page) {
  return new Map([...page.matchAll(/^\| (.*) \| (-?\d+\.\d) \|$/gm)].map(([, name, kB]) => [name, Number(kB)]));
}
