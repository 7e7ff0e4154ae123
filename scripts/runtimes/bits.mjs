// What every runtime is asked: hashes of the bits of gradients and of whole fits. Two runtimes agree where their hashes do.
import { bundled, ENTRIES } from "../library.mjs";

/** Backs of a gradient that a runtime may refuse, as pages refuse to generate code: then it says so in place of a hash. */
const PROGRAM = `
import * as nondiff from "./${ENTRIES.index}";
import * as core from "./${ENTRIES.core}";
import * as models from "./${ENTRIES["models/index"]}";
import { jit } from "./${ENTRIES.jit}";
import { wasm, wasmKernels } from "./${ENTRIES.wasm}";

// FNV-1a of the bytes of doubles; every NaN counts as the same.
function hashOf(numbers) {
  const doubles = Float64Array.from(numbers, (x) => (Number.isNaN(x) ? 0.123456789 : x));
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(doubles.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

const MODELS = ["gmm", "textmsg", "influenza", "temperature", "walk", "cheating", "xornet"];
const ESTIMATORS = {
  score: () => nondiff.score({ baseline: "leave-one-out" }),
  reparam: () => nondiff.reparam(),
  lyy18: () => nondiff.lyy18(),
  smoothed: () => nondiff.smoothed(),
  corrected: () => nondiff.corrected(),
  "corrected, every boundary": () => nondiff.corrected({ marginalise: false, points: "random", pairing: "independent" }),
};
const BACKENDS = { interpreter: () => undefined, jit: () => jit(), kernels: () => wasmKernels(), wasm: () => wasm() };
const quiet = { onWarning() {} };

// A hash for each question; "refused: …" where there is no answer. The few are for interpreters without a compiler, 50 times slower.
export function bits({ few = false, backends = Object.keys(BACKENDS) } = {}) {
  const found = {};
  const ask = (name, numbers) => {
    try {
      found[name] = hashOf(numbers());
    } catch (error) {
      found[name] = "refused: " + error.message;
    }
  };
  const gradient = (entry, model, estimator, backend) => {
    const { elbo, gradient, variance } = entry.estimateGradient(models[model], { estimator, backend, samples: 48, seed: 20 });
    return [elbo, ...gradient, ...variance];
  };
  for (const model of few ? MODELS.slice(0, 3) : MODELS) {
    for (const [name, estimator] of Object.entries(ESTIMATORS)) {
      if (model === "xornet" && name === "lyy18") continue;
      for (const backend of name === "corrected" ? backends : ["interpreter"])
        ask([model, name, backend].join(" · "), () => gradient(nondiff, model, estimator(), BACKENDS[backend]()));
    }
    ask(model + " · corrected · core", () => gradient(core, model, core.corrected(), undefined));
  }
  const ends = ({ params, report, elboTrace }) => [...Object.values(params).flatMap((list) => [...list]), ...elboTrace, report?.elbo ?? 0];
  for (const model of few ? ["gmm", "textmsg"] : ["gmm", "textmsg", "cheating"]) {
    ask("fit of " + model, () => ends(nondiff.fit(models[model], { ...quiet, seed: 1, maxSamples: 4000, restarts: 1 })));
    ask("loop of " + model, () => ends(nondiff.fit(models[model], { ...quiet, seed: 1, steps: 20 })));
    ask("fit of " + model + " by the core", () => ends(core.fit(models[model], { ...quiet, seed: 1, maxSamples: 4000, restarts: 1 })));
  }
  return found;
}

// The same fit between turns of the event loop.
export async function turnedBits(options) {
  const found = bits(options);
  const { params } = await nondiff.fitAsync(models.textmsg, { ...quiet, seed: 1, maxSamples: 4000, restarts: 1 });
  found["fit of textmsg in turns"] = hashOf([...params.mu, ...params.rho]);
  const agent = globalThis.navigator?.userAgent ?? "";
  return { agent, found };
}
`;

/** The module that exports `bits()` and `turnedBits()`; as a script that sets `nondiffBits` where `global`. */
export const bitsModule = ({ global = false } = {}) =>
  bundled(PROGRAM, {
    minify: true,
    target: "es2022",
    ...(global && { format: "iife", globalName: "nondiffBits" }),
  });
