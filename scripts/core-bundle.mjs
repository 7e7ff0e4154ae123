// The core as one minified module: what a page or worker needs to define a model with normals and counts and to get its
// corrected gradient. Measured by the size check; with a model on top it is what the other runtimes run.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const CORE = "corrected, defineModel, estimateGradient, exp, gt, normal, poisson, where";

/** Text of the bundle of `contents`, a module that may import from ./src. */
async function bundled(contents) {
  const result = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)), loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    logOverride: { "ignored-bare-import": "silent" },
  });
  return result.outputFiles[0].text;
}

export const coreBundle = () => bundled(`export { ${CORE} } from "./src/core.ts";`);
/** The same from the built package: larger where a chunk holds code that a bundler cannot see to be unused. */
export const publishedCoreBundle = () => bundled(`export { ${CORE} } from "./dist/core.js";`);
export const wholeBundle = () => bundled(`export * from "./src/index.ts";`);

/** A module that exports `smoke()`: the corrected gradient of textmsg and its variances, with the core's own entry. */
export const textmsgBundle = () =>
  bundled(`import { corrected, estimateGradient } from "./src/core.ts";
import { textmsg } from "./src/models/textmsg.ts";
export function smoke() {
  const { elbo, gradient, variance } = estimateGradient(textmsg, { estimator: corrected(), samples: 1000, seed: 7 });
  return [elbo, ...gradient, ...variance];
}`);
