/**
 * A model that jumps across one comparison of two latents, its estimated gradient against that of quadrature. The comparison is
 * written once; on plain numbers it is plain arithmetic, without any rewriting.
 */
import { isDeepStrictEqual } from "node:util";
import {
  corrected,
  defineModel,
  estimateGradient,
  fullRank,
  meanField,
  normal,
  type Real,
  reparam,
  type Truth,
} from "../../src/index.ts";
import { zScores } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";
import { planeQuadrature } from "./plane-quadrature.ts";

export type Comparison = (x: Real, y: Real) => Truth;

/** What reparam leaves out is 9 to 36 standard errors of 5000 samples; of jumps that few samples see, as the root of a latent that is mostly negative, 3 to 5. */
const [SAMPLES, MOST] = [amount(5000, 40_000), 40_000];
/** A control so far off needs no more samples. */
const SEEN = 7;
const PARAMS = { mu: [0.3, -0.4], rho: [0.5, 0.2] };
const [ABOVE, BELOW, DATUM] = [2, -1, 0.9];

const logNormal = (x: number, mean: number): number => -0.5 * (x - mean) ** 2 - 0.5 * Math.log(2 * Math.PI);

/**
 * The largest |z| of `corrected`, with and without marginalisation, and that of `reparam`, which does not see the jump; under a guide
 * that gives y a share of the noise of x, or none.
 */
export function againstQuadrature(holds: Comparison, share?: number): { worst: number; control: number } {
  const params = share === undefined ? PARAMS : { ...PARAMS, lower: [share] };
  const guide = share === undefined ? meanField() : fullRank();
  const model = defineModel("one jump", ({ sample, observe, where }) => {
    const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(0, 1))];
    observe(normal(where(holds(x, y), ABOVE, BELOW), 1), DATUM);
  });
  const { gradient } = planeQuadrature(
    {
      latents: 2,
      two: true,
      holds: (x, y) => (holds(x, y) === true ? ABOVE : BELOW),
      logJoint: (x, y, mean) => logNormal(DATUM, mean) + logNormal(x, 0) + logNormal(y, 0),
    },
    params,
    { scan: 80, panel: 1.2 },
  );
  const random = { points: "random", pairing: "independent" } as const;
  const largest = (estimator: ReturnType<typeof corrected>, samples: number = SAMPLES): number => {
    const estimate = estimateGradient(model, { estimator, guide, params, samples, seed: 3 });
    return Math.max(...zScores(estimate, gradient).map(Math.abs));
  };
  // Where the condition is not marginalised both ways are the same computation, which shows in the bits of 16 samples: it is run once.
  const few = [true, false].map((marginalise) =>
    estimateGradient(model, { estimator: corrected({ ...random, marginalise }), guide, params, samples: 16, seed: 3 }),
  );
  const options = isDeepStrictEqual(few[0]!.gradient, few[1]!.gradient) ? [false] : [true, false];
  const ways = options.map((marginalise) => largest(corrected({ ...random, marginalise })));
  const control = largest(reparam());
  return { worst: Math.max(...ways), control: control > SEEN ? control : largest(reparam(), MOST) };
}
