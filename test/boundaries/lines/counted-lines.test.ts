/** Programs that jump where nothing is proven of a condition, or without one: their gradients are those of a quadrature. */
import { describe, expect, test } from "vitest";
import { LINES } from "../../../src/boundaries/lines/lines.ts";
import { selectedTerms } from "../../../src/estimators/draw/budget.ts";
import * as n from "../../../src/index.ts";
import { estimateGradient } from "../../../src/inference/estimate-gradient.ts";
import type { Profile } from "../../../src/inference/profile.ts";
import { FULL } from "../../../src/profile.ts";
import { planeQuadrature } from "../../oracle/plane-quadrature.ts";
import { amount } from "../../support/soak.ts";

const SAMPLES = amount(2000, 6000);
const { add, abs, and, clamp, div, exp, ge, gt, log, lt, max, mul, neg, pow, relu, sigmoid, sqrt, square, sub, where } =
  n;

/** Mean and sd of what is observed, as traced values and as numbers that name the region. */
interface Row {
  readonly traced: (u: n.Real, w: n.Real) => readonly [mean: n.Real, sd: n.Real];
  readonly plain: (u: number, w: number) => readonly [mean: number, sd: number];
  readonly latents?: 1 | 2;
  /** Mean of u under the guide, where 0.3 would see nothing. */
  readonly at?: number;
}

const either = (holds: n.Truth): n.Real => where(holds, 2, -1);
const sd = (holds: n.Truth): n.Real => where(holds, 1, 0.4);
const by = (holds: boolean, scale = true): readonly [number, number] => [holds ? 2 : -1, scale ? 1 : 0.4];

const ROWS: Readonly<Record<string, Row>> = {
  // Values that jump without a condition.
  "u/|u|": { traced: (u) => [div(u, abs(u)), 1], plain: (u) => [Math.sign(u), 1], latents: 1 },
  "max(u, 0)/u": { traced: (u) => [div(relu(u), u), 1], plain: (u) => [u > 0 ? 1 : 0, 1], latents: 1 },
  "u·exp(−log|u|)": { traced: (u) => [mul(u, exp(neg(log(abs(u))))), 1], plain: (u) => [Math.sign(u), 1], latents: 1 },
  "u·(u²)^−½": { traced: (u) => [mul(u, pow(square(u), -0.5)), 1], plain: (u) => [Math.sign(u), 1], latents: 1 },
  "u·(u⁴)^−¼ beside w·log u²": {
    traced: (u, w) => [mul(u, pow(pow(u, 4), -0.25)), where(gt(mul(w, log(square(u))), 0.4), 1, 0.4)],
    plain: (u, w) => [Math.sign(u), w * Math.log(u * u) > 0.4 ? 1 : 0.4],
  },
  // The divisor is 0 on several doubles in a row.
  "(u − w)/|u − w|": {
    traced: (u, w) => [div(sub(u, w), abs(sub(u, w))), 1],
    plain: (u, w) => [Math.sign(u - w), 1],
  },
  "max(u + w, 0)/(u + w)": {
    traced: (u, w) => [div(relu(add(u, w)), add(u, w)), 1],
    plain: (u, w) => [u + w > 0 ? 1 : 0, 1],
  },
  // Exact zeros on a region.
  "1/max(u, 0) > 0.5": { traced: (u) => [either(gt(div(1, relu(u)), 0.5)), 1], plain: (u) => by(u < 2), latents: 1 },
  "u/clamp(w, 0, 1) < 1": {
    traced: (u, w) => [either(lt(div(u, clamp(w, 0, 1)), 1)), 1],
    plain: (u, w) => by(u / Math.min(Math.max(w, 0), 1) < 1),
  },
  // Edges of domains.
  "w·log u > 0.2": {
    traced: (u, w) => [either(gt(mul(w, log(u)), 0.2)), 1],
    plain: (u, w) => by(w * Math.log(u) > 0.2),
  },
  "w > 1/u³": {
    traced: (u, w) => [either(gt(w, div(1, pow(u, 3)))), 1],
    plain: (u, w) => by(w > 1 / u ** 3),
  },
  "w/u³ > 1": { traced: (u, w) => [either(gt(div(w, pow(u, 3)), 1)), 1], plain: (u, w) => by(w / u ** 3 > 1) },
  "w > log u³": { traced: (u, w) => [either(gt(w, log(pow(u, 3)))), 1], plain: (u, w) => by(w > Math.log(u ** 3)) },
  "u − log u > 1.5": {
    traced: (u) => [either(gt(sub(u, log(u)), 1.5)), 1],
    plain: (u) => by(u - Math.log(u) > 1.5),
    latents: 1,
  },
  // This one holds wherever it is defined.
  "u − log u > 0.5": { traced: (u) => [either(gt(sub(u, log(u)), 0.5)), 1], plain: (u) => by(u > 0), latents: 1 },
  "√u − √w < 0.5": {
    traced: (u, w) => [either(lt(sub(sqrt(u), sqrt(w)), 0.5)), 1],
    plain: (u, w) => by(Math.sqrt(u) - Math.sqrt(w) < 0.5),
  },
  "w·√u < 1": { traced: (u, w) => [either(lt(mul(w, sqrt(u)), 1)), 1], plain: (u, w) => by(w * Math.sqrt(u) < 1) },
  "log u > w": { traced: (u, w) => [either(gt(log(u), w)), 1], plain: (u, w) => by(Math.log(u) > w) },
  "logSumExp(u, log w) < 1": {
    traced: (u, w) => [either(lt(n.logSumExp([u, log(w)]), 1)), 1],
    plain: (u, w) => by(Math.log(Math.exp(u) + Math.exp(Math.log(w))) < 1),
  },
  // Values of a where that touch at 0, on one side of which the condition holds twice, once or never.
  "(u > 0 ? u : u·w) > 0": {
    traced: (u, w) => [either(gt(where(gt(u, 0), u, mul(u, w)), 0)), 1],
    plain: (u, w) => by((u > 0 ? u : u * w) > 0),
  },
  "(w > u ? w − u : 0) > 0 beside (u > w ? u − w : 2·(w − u)) > 0.4": {
    traced: (u, w) => [
      either(gt(where(gt(w, u), sub(w, u), 0), 0)),
      sd(gt(where(gt(u, w), sub(u, w), mul(2, sub(w, u))), 0.4)),
    ],
    plain: (u, w) => by(w > u, (u > w ? u - w : 2 * (w - u)) > 0.4),
  },
  // Whole numbers, of two latents and beside conditions at the same places; with a range too.
  "floor(u·w)": { traced: (u, w) => [n.floor(mul(u, w)), 1], plain: (u, w) => [Math.floor(u * w), 1] },
  "ceil(u) beside u > 1": {
    traced: (u) => [n.ceil(u), sd(gt(u, 1))],
    plain: (u) => [Math.ceil(u), u > 1 ? 1 : 0.4],
    latents: 1,
  },
  "round(2·u) from −2 to 2 beside u − 0.25 > 0": {
    traced: (u) => [n.round(mul(2, u), { from: -2, to: 2, outside: "saturate" }), sd(gt(sub(u, 0.25), 0))],
    plain: (u) => [Math.min(Math.max(Math.round(2 * u), -2), 2), u > 0.25 ? 1 : 0.4],
    latents: 1,
  },
  // Conditions that coincide: everywhere, on one side of another, at one root of two, far from where guides lie.
  "u > 0.4 beside (u − 0.4)/exp(w) > 0": {
    traced: (u, w) => [either(gt(u, 0.4)), sd(gt(div(sub(u, 0.4), exp(w)), 0))],
    plain: (u) => by(u > 0.4, u > 0.4),
  },
  "u > 0.4 beside u·max(1, w) > 0.4": {
    traced: (u, w) => [either(gt(u, 0.4)), sd(gt(mul(u, max(1, w)), 0.4))],
    plain: (u, w) => by(u > 0.4, u * Math.max(1, w) > 0.4),
  },
  "u > 0.4 beside u² > 0.16": {
    traced: (u) => [either(gt(u, 0.4)), sd(gt(square(u), 0.16))],
    plain: (u) => by(u > 0.4, u * u > 0.16),
    latents: 1,
  },
  "u > 20 beside u² > 400": {
    traced: (u) => [either(gt(u, 20)), sd(gt(square(u), 400))],
    plain: (u) => by(u > 20, u * u > 400),
    latents: 1,
    at: 20.2,
  },
  // Slopes that vanish where c does, and sums in which a latent cancels.
  "u > tanh u": { traced: (u) => [either(gt(u, n.tanh(u))), 1], plain: (u) => by(u > 0), latents: 1 },
  "|u − 0.7| + |w − 0.4| < |u + 0.5| + |w + 0.9|": {
    traced: (u, w) => [either(lt(add(abs(sub(u, 0.7)), abs(sub(w, 0.4))), add(abs(add(u, 0.5)), abs(add(w, 0.9))))), 1],
    plain: (u, w) => by(Math.abs(u - 0.7) + Math.abs(w - 0.4) < Math.abs(u + 0.5) + Math.abs(w + 0.9)),
  },
  // Curves, products, poles, conditions inside of conditions.
  "u² + w² < 1": {
    traced: (u, w) => [either(lt(add(square(u), square(w)), 1)), 1],
    plain: (u, w) => by(u * u + w * w < 1),
  },
  "u·w > 0.3": { traced: (u, w) => [either(gt(mul(u, w), 0.3)), 1], plain: (u, w) => by(u * w > 0.3) },
  "|u|/(|u| + |w|) > 0.5": {
    traced: (u, w) => [either(gt(div(abs(u), add(abs(u), abs(w))), 0.5)), 1],
    plain: (u, w) => by(Math.abs(u) > Math.abs(w)),
  },
  "u·(3 if w > 0.5, else 1 beside u > 0.2) > 0.6": {
    traced: (u, w) => [
      either(gt(mul(u, where(gt(w, 0.5), 3, where(gt(u, 0.2), 1, 2))), 0.6)),
      sd(and(gt(u, 0.2), gt(w, 0.5))),
    ],
    plain: (u, w) => by(u * (w > 0.5 ? 3 : u > 0.2 ? 1 : 2) > 0.6, u > 0.2 && w > 0.5),
  },
  "sigmoid(1/(u − w)) beside u > w": {
    traced: (u, w) => [where(gt(sigmoid(div(1e9, sub(u, w))), 0.5), 2, -1), sd(ge(u, w))],
    plain: (u, w) => by(u > w, u > w),
  },
};

const logNormal = (x: number, mean: number, scale = 1): number =>
  -0.5 * ((x - mean) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI);

const modelOf = ({ traced, latents = 2 }: Row): n.Model =>
  n.defineModel("row", ({ sample, observe }) => {
    const u = sample("u", n.normal(0, 1));
    const [mean, scale] = traced(u, latents === 2 ? sample("w", n.normal(0, 1)) : 0);
    observe(n.normal(mean, scale), 1.5);
  });

const exactOf = (
  { plain, latents = 2 }: Row,
  params: n.GuideParameters & { readonly mu: number[]; readonly rho: number[] },
) => {
  // Mean and scale of each region by its name, which is asked for at every point of a panel: a number, as a text takes longer than all else there. No two regions
  // have means that differ by a multiple of π.
  const regions = new Map<number, readonly [mean: number, scale: number]>();
  return planeQuadrature(
    {
      latents,
      two: latents === 2,
      holds: (u, w) => {
        const numbers = plain(u, w);
        const name = numbers[0] + Math.PI * numbers[1];
        if (!regions.has(name)) regions.set(name, numbers);
        return name;
      },
      logJoint: (u, w, region) => {
        const [mean, scale] = regions.get(region)!;
        return logNormal(u, 0) + (latents === 2 ? logNormal(w, 0) : 0) + logNormal(1.5, mean, scale);
      },
    },
    params as never,
    { scan: amount(90, 130) },
  ).gradient;
};

const INDEPENDENT = { points: "random", pairing: "independent" } as const;

/** The largest distance of the components from the exact ones, in standard errors. */
function worst(
  row: Row,
  params: never,
  guide: n.Guide | undefined,
  estimator: n.Estimator,
  profile: Profile = FULL,
  samples: number = SAMPLES,
): number {
  const { gradient, variance } = estimateGradient(profile, modelOf(row), {
    estimator,
    params,
    samples,
    seed: 5,
    ...(guide && { guide }),
  });
  return Math.max(
    ...exactOf(row, params).map(
      (exact, p) => Math.abs(gradient[p]! - exact) / (Math.sqrt(variance[p]! / samples) + 2e-6),
    ),
  );
}

const upTo = ({ latents = 2, at = 0.3 }: Row) => ({
  mu: [at, -0.2].slice(0, latents),
  rho: [0.5, 0.2].slice(0, latents),
});

describe("jumps counted along lines make the gradient exact:", () => {
  test.each(Object.entries(ROWS))("%s", (_, row) => {
    const params = upTo(row) as never;
    expect(worst(row, params, undefined, n.reparam(), FULL, 6000)).toBeGreaterThan(6);
    expect(worst(row, params, undefined, n.corrected(INDEPENDENT))).toBeLessThan(4.5);
  });

  test.each(["u > 0.4 beside (u − 0.4)/exp(w) > 0", "u² + w² < 1", "u·w > 0.3", "|u|/(|u| + |w|) > 0.5"])(
    "%s, of correlated latents",
    (name) => {
      const params = { ...upTo(ROWS[name]!), lower: [0.7] } as never;
      expect(worst(ROWS[name]!, params, n.fullRank(), n.corrected(INDEPENDENT))).toBeLessThan(4.5);
    },
  );

  test("without the proof that boundaries are distinct they would be wrong", () => {
    const divided: typeof LINES.divided = function* (objective, boundaries) {
      const { decisions } = yield* LINES.divided(objective, boundaries);
      const movable = boundaries.filter(({ blocks: [block] }) => block?.safe);
      const own = new Set(movable.flatMap(({ predicates }) => predicates.map(({ node }) => node)));
      return { boundaries: movable, decisions: decisions.filter(({ node }) => !own.has(node)) };
    };
    const watched: Profile = { ...FULL, repertoire: { ...FULL.repertoire, lines: { ...LINES, divided } } };
    const blind: Profile = { ...watched, repertoire: { ...watched.repertoire, select: selectedTerms } };
    const row = ROWS["u > 0.4 beside u·max(1, w) > 0.4"]!;
    const estimator = n.corrected({ ...INDEPENDENT, marginalise: false });
    expect(worst(row, upTo(row) as never, undefined, estimator)).toBeLessThan(4.5);
    expect(worst(row, upTo(row) as never, undefined, estimator, blind)).toBeGreaterThan(6);
    // And the nets under `corrected` notice.
    expect(() => worst(row, upTo(row) as never, undefined, estimator, watched)).toThrow(/is not the program's; got 18/);
  });
});

test("what changes at too many places to tell apart is refused by name, with the site and a way out", () => {
  const tangled: Row = { traced: (u) => [either(gt(n.sin(mul(1e5, u)), 0)), 1], plain: () => [0, 1], latents: 1 };
  expect(() =>
    n.estimateGradient(modelOf(tangled), { estimator: n.corrected(), params: { mu: [0.3], rho: [0.5] }, samples: 32 }),
  ).toThrow(
    /^corrected: `sin\(100000 \* u\) > 0` at observe "y0" cannot be handled exactly; got 20000 pieces of the line of "u" used up at/,
  );
});

describe("a product under a guide whose z is ever narrower is as exact as in the limit, and no noisier:", () => {
  const model = modelOf(ROWS["u·w > 0.3"]!);
  const [mu, sdOfW] = [[0.8, -0.2], 1.3];
  const under = (sd: number) =>
    n.estimateGradient(model, {
      estimator: n.corrected({ ...INDEPENDENT, marginalise: false }),
      params: { mu, rho: [n.rhoOfSd(sd), n.rhoOfSd(sdOfW)] },
      samples: SAMPLES,
      seed: 7,
    });
  // w > 0.3/u at u = 0.8: ∂P/∂μ_u is the density of w there times 0.3/u².
  const edge = (0.3 / 0.8 + 0.2) / sdOfW;
  const rise = Math.exp(-0.5 * edge * edge) / (Math.sqrt(2 * Math.PI) * sdOfW);
  const jump = logNormal(1.5, 2) - logNormal(1.5, -1);
  const limit = [-0.8 + (jump * rise * 0.3) / 0.64, 0.2 + jump * rise] as const;

  test.each([1e-2, 1e-4, 1e-8, 1e-140])("sd %d", (sd) => {
    const { gradient, variance } = under(sd);
    limit.forEach((exact, p) => {
      expect(Math.abs(gradient[p]! - exact)).toBeLessThan(4.5 * Math.sqrt(variance[p]! / SAMPLES) + 2 * sd + 1e-9);
    });
    expect(variance[0]!).toBeLessThan(100 * sd);
    expect(variance[1]!).toBeLessThan(2);
  });

  test.each([1, 0.1])("sd %d", (sd) => {
    const rho = [n.rhoOfSd(sd), n.rhoOfSd(sdOfW)];
    const { gradient, variance } = under(sd);
    exactOf(ROWS["u·w > 0.3"]!, { mu, rho }).forEach((exact, p) => {
      expect(Math.abs(gradient[p]! - exact)).toBeLessThan(4.5 * Math.sqrt(variance[p]! / SAMPLES) + 2e-6);
    });
    expect(variance[0]!).toBeLessThan(2);
  });
});

test("frozen noise has a line too, which meets what a narrow guide does not", () => {
  const model = n.defineModel("frozen", ({ sample, frozen, observe }) => {
    const z = sample("z", n.normal(0, 1));
    observe(n.normal(either(gt(mul(z, frozen("noise", n.normal(0, 1))), 0.3)), 1), 1.5);
  });
  const { gradient, variance } = n.estimateGradient(model, {
    estimator: n.corrected(INDEPENDENT),
    params: { mu: [0.8], rho: [n.rhoOfSd(1e-3)] },
    samples: 2000,
    seed: 7,
  });
  // noise > 0.3/z at z = 0.8
  const rise = (Math.exp(-0.5 * (0.3 / 0.8) ** 2) / Math.sqrt(2 * Math.PI)) * (0.3 / 0.64);
  const exact = -0.8 + (logNormal(1.5, 2) - logNormal(1.5, -1)) * rise;
  expect(Math.abs(gradient[0]! - exact)).toBeLessThan(4.5 * Math.sqrt(variance[0]! / 2000) + 1e-3);
  expect(variance[0]!).toBeLessThan(0.1);
});
