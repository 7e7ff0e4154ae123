// The core with a model as one minified module: what the other runtimes run.
import { bundled, ENTRIES } from "./library.mjs";

/** A module that exports `smoke()`: the corrected gradient of textmsg and its variances, with the core's own entry. */
export const textmsgBundle = () =>
  bundled(
    `import { corrected, estimateGradient } from "./${ENTRIES.core}";
import { textmsg } from "./${ENTRIES["models/index"]}";
export function smoke() {
  const { elbo, gradient, variance } = estimateGradient(textmsg, { estimator: corrected(), samples: 1000, seed: 7 });
  return [elbo, ...gradient, ...variance];
}`,
    { minify: true, target: "es2022" },
  );
