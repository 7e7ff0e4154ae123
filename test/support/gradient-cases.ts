import { corrected, type Estimator, lyy18, reparam, score, smoothed } from "../../src/estimators/index.ts";
import { cheating, gmm, influenza, temperature, textmsg, walk, xornet } from "../../src/models/index.ts";
import type { Model } from "../../src/program/model.ts";

const MODELS = [gmm, textmsg, influenza, temperature, walk, cheating, xornet];
const ESTIMATORS: readonly (readonly [string, () => Estimator])[] = [
  ["score", () => score()],
  ["score with baseline", () => score({ baseline: "leave-one-out", raoBlackwell: true })],
  ["reparam", () => reparam()],
  ["lyy18", () => lyy18()],
  ["lyy18, separate", () => lyy18({ coincident: "separate", boundaries: 2 })],
  ["smoothed", () => smoothed()],
  ["corrected", () => corrected()],
  ["corrected, plain", () => corrected({ marginalise: false, points: "random", pairing: "independent" })],
];

/** Every model with every estimator that accepts it, and the draw at which their gradients are on record. */
export const GRADIENT_CASES: readonly {
  readonly model: Model;
  readonly name: string;
  readonly make: () => Estimator;
}[] = MODELS.flatMap((model) =>
  ESTIMATORS.filter(([name]) => model !== xornet || !name.startsWith("lyy18")).map(([name, make]) => ({
    model,
    name,
    make,
  })),
);
/** The models of which the gradient by `corrected()` under `nondiff/core` is on record. */
export const CORE_CASES: readonly Model[] = MODELS;
export const RECORDED = { samples: 48, seed: 20 };
