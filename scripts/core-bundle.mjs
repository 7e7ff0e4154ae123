// The core as one minified module: what a page or worker needs to define a model with normals and counts and to get its
// corrected gradient. Measured by the size check; with a model on top it is what the other runtimes run.
import { bundled, ENTRIES } from "./library.mjs";

const CORE = "corrected, defineModel, estimateGradient, exp, gt, normal, poisson, where";

const minified = (contents) =>
  bundled(contents, { minify: true, target: "es2022", logOverride: { "ignored-bare-import": "silent" } });

export const coreBundle = () => minified(`export { ${CORE} } from "./${ENTRIES.core}";`);
/** The same from the built package: larger where a chunk holds code that a bundler cannot see to be unused. */
export const publishedCoreBundle = () => minified(`export { ${CORE} } from "./dist/core.js";`);
export const wholeBundle = () => minified(`export * from "./${ENTRIES.index}";`);

/** A module that exports `smoke()`: the corrected gradient of textmsg and its variances, with the core's own entry. */
export const textmsgBundle = () =>
  minified(`import { corrected, estimateGradient } from "./${ENTRIES.core}";
import { textmsg } from "./${ENTRIES["models/index"]}";
export function smoke() {
  const { elbo, gradient, variance } = estimateGradient(textmsg, { estimator: corrected(), samples: 1000, seed: 7 });
  return [elbo, ...gradient, ...variance];
}`);
