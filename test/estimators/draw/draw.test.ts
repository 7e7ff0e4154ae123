import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, gt, lt, mul, type Real, square, sub, sum } from "../../../src/autodiff/expr.ts";
import { jit } from "../../../src/autodiff/lanes/javascript/jit.ts";
import { wasm } from "../../../src/autodiff/lanes/wasm/wasm.ts";
import type { Backend } from "../../../src/autodiff/tape/executable.ts";
import { normal } from "../../../src/distributions/index.ts";
import { Probabilities } from "../../../src/estimators/draw/probabilities.ts";
import { type CorrectedOptions, corrected, type Estimator, reparam } from "../../../src/estimators/index.ts";
import {
  estimateGradient,
  explain,
  fit,
  type GradientEstimate,
  type GradientSampler,
  makeSampler,
  meanGradientInto,
} from "../../../src/index.ts";
import { makeMoments, momentsInto } from "../../../src/inference/sampler/moments.ts";
import { pilot } from "../../../src/inference/sampler/pilot.ts";
import { normalCdf } from "../../../src/math/normal.ts";
import { cheating, influenza, temperature, textmsg, walk, xornet } from "../../../src/models/index.ts";
import { defineModel, type MeanFieldParameters, type Model } from "../../../src/program/model.ts";
import { makeGenerator } from "../../../src/random/index.ts";
import { influenzaExact, temperatureExact, textmsgExact } from "../../oracle/closed-forms.ts";
import { interpret, quadrature, randomParameters, randomProgram } from "../../oracle/random-program.ts";
import { COMPILED } from "../../support/compiled.ts";
import { expectMean, gradientFault, meanFault, zScores } from "../../support/expect-mean.ts";
import { amount } from "../../support/soak.ts";

const SAMPLES = amount(20_000, 100_000);
type Boundaries = NonNullable<CorrectedOptions["boundaries"]>;
/** Independent samples, so that standard errors are those of independent samples. */
const drawing = (boundaries: Boundaries, options: CorrectedOptions = {}): Estimator =>
  corrected({ marginalise: false, points: "random", pairing: "independent", ...options, boundaries });
const startOf = ({ init }: Model): { mu: number[]; rho: number[] } => ({
  mu: Array.from(init?.mu ?? []),
  rho: Array.from(init?.rho ?? []),
});

// "ladder": z_k ~ N(0, 1), S = Σ a_k [z_k > c_k], −Σ_j 0.02·(S − t_j)² in the log density. One a_k dominates, and every
// boundary takes two evaluations of all the terms.
const DOMINANT = 7;
const STEPS = Array.from({ length: 12 }, (_, k) => (k === DOMINANT ? 4 : 0.15));
const THRESHOLDS = STEPS.map((_, k) => 0.1 * k - 0.4);
const TERMS = Array.from({ length: 32 }, (_, j) => 0.3 * j);
const ladder = defineModel("ladder", ({ sample, where, factor }) => {
  const total = sum(STEPS.map((a, k) => where(gt(sample(`z${k}`, normal(0, 1)), THRESHOLDS[k]!), a, 0)));
  TERMS.forEach((t, j) => {
    factor(`term ${j}`, mul(-0.02, square(sub(total, t))));
  });
});
const LADDER_AT = { mu: STEPS.map((_, k) => 0.3 - 0.05 * k), rho: STEPS.map((_, k) => 0.2 + 0.05 * k) };
const largest = (values: Iterable<number>): number => Math.max(...Array.from(values, Math.abs));

/** The gradient of ladder's ELBO: 2^12 cells enumerated, E F = Σ_cells Π P_k F(cell), d P_k = φ(x_k) d x_k. */
function ladderExact({ mu, rho }: typeof LADDER_AT): Float64Array {
  const n = STEPS.length;
  const sd = rho.map((value) => Math.log1p(Math.exp(value)));
  const x = mu.map((m, k) => (m - THRESHOLDS[k]!) / sd[k]!);
  const on = x.map((value) => normalCdf(value));
  const difference = new Float64Array(n); // E[F | k on] − E[F | k off]
  for (let cell = 0; cell < 2 ** n; cell++) {
    const bits = STEPS.map((_, k) => (cell >> k) & 1);
    const total = bits.reduce((at, bit, k) => at + bit * STEPS[k]!, 0);
    const value = TERMS.reduce((at, t) => at - 0.02 * (total - t) ** 2, 0);
    const probability = bits.reduce((at, bit, k) => at * (bit ? on[k]! : 1 - on[k]!), 1);
    bits.forEach((bit, k) => {
      difference[k]! += ((bit ? 1 : -1) * probability * value) / (bit ? on[k]! : 1 - on[k]!);
    });
  }
  const gradient = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    const density = (Math.exp(-0.5 * x[k]! ** 2) / Math.sqrt(2 * Math.PI) / sd[k]!) * difference[k]!;
    gradient[k] = -mu[k]! + density;
    gradient[n + k] = (1 / sd[k]! - sd[k]! - density * x[k]!) / (1 + Math.exp(-rho[k]!));
  }
  return gradient;
}
const ladderGradient = ladderExact(LADDER_AT);
const ladderTheta = Float64Array.from([...LADDER_AT.mu, ...LADDER_AT.rho]);

function estimateWith(sampler: GradientSampler, seed: number, samples: number = SAMPLES): GradientEstimate {
  const moments = makeMoments(sampler);
  const { size } = sampler;
  momentsInto(moments, sampler, ladderTheta, { generator: makeGenerator(seed), stream: 0, firstSample: 0, samples });
  return {
    elbo: moments.mean[size]!,
    elboVariance: moments.variance[size]!,
    gradient: moments.mean.slice(0, size),
    variance: moments.variance.slice(0, size),
    normVariance: moments.normVariance,
    samples,
  };
}

function probabilitiesOf({ nodes }: GradientSampler): Probabilities {
  if (!nodes.adaptive) throw new Error("nothing is drawn");
  return nodes.adaptive.probabilities;
}

describe("boundaries drawn uniformly", () => {
  // At points where the boundary terms can be seen. In units of the largest component; the helper asks for 5 to 5.5
  // standard errors of the least certain one.
  const cases = [
    {
      name: "textmsg",
      model: textmsg,
      closed: textmsgExact,
      at: { mu: [3.3, 2.8, 0.2], rho: [-3, -3, 0] },
      samples: SAMPLES,
      detectable: 0.05,
    },
    {
      name: "influenza",
      model: influenza,
      closed: influenzaExact,
      at: startOf(influenza),
      samples: amount(50_000, 100_000),
      detectable: 0.1,
    },
    {
      name: "temperature",
      model: temperature,
      closed: temperatureExact,
      at: startOf(temperature),
      samples: amount(8000, 100_000),
      detectable: 0.5,
    },
  ];
  const fault = (
    estimator: Estimator,
    { model, closed, at, samples, detectable }: (typeof cases)[number],
  ): string | undefined =>
    gradientFault(
      estimateGradient(model, { estimator, params: at, samples, seed: 11 }),
      closed(at.mu, at.rho).gradient,
      { alpha: 1e-3, detectable },
    );

  test.for(cases)("$name: the mean is the closed form, that of reparam is not", (model) => {
    for (const m of model.name === "temperature" ? [1] : [1, 3])
      expect(fault(drawing(m), model), `${m}`).toBeUndefined();
    expect(fault(reparam(), model)).toMatch(/standard errors from/);
  });

  test("a count that reaches the number of boundaries sums them all, bit for bit; below it does not", () => {
    const at = (boundaries: Boundaries) =>
      estimateGradient(ladder, { estimator: drawing(boundaries), params: LADDER_AT, samples: 300, seed: 1 });
    expect(at(12)).toEqual(at("all"));
    expect(at(1000)).toEqual(at("all"));
    expect(at(11)).not.toEqual(at("all"));
  });
});

describe("auto", () => {
  test("sums all boundaries of the models in models/, bit for bit", () => {
    for (const model of amount([textmsg, cheating, walk], [textmsg, influenza, temperature, cheating, walk, xornet])) {
      const at = (boundaries: Boundaries) =>
        estimateGradient(model, { estimator: corrected({ boundaries, marginalise: false }), samples: 64, seed: 5 });
      expect(at("auto"), model.name).toEqual(at("all"));
    }
  });

  test("draws the boundaries of ladder after a pilot: the mean is the exact one", () => {
    const sampler = makeSampler(ladder, drawing("auto"));
    expect(probabilitiesOf(sampler).values).toHaveLength(STEPS.length);
    const estimator = drawing("auto");
    const estimate = estimateGradient(ladder, { estimator, params: LADDER_AT, samples: SAMPLES, seed: 3 });
    expect(gradientFault(estimate, ladderGradient, { alpha: 1e-3, detectable: 0.05 })).toBeUndefined();
    const plain = estimateGradient(ladder, { estimator: reparam(), params: LADDER_AT, samples: SAMPLES, seed: 3 });
    expect(gradientFault(plain, ladderGradient, { alpha: 1e-3, detectable: 0.05 })).toMatch(/standard errors from/);
  });

  test("has the same mean for any probabilities, but not if samples are weighted by others than they were drawn with", () => {
    const sampler = makeSampler(ladder, drawing("auto"));
    const probabilities = probabilitiesOf(sampler);
    const tested = { alpha: 1e-3, detectable: 0.1 };
    probabilities.set(STEPS.map((_, k) => (k % 3 === 0 ? 5 : k + 1)));
    expect(gradientFault(estimateWith(sampler, 21), ladderGradient, tested)).toBeUndefined();
    for (let k = 0; k < STEPS.length; k++) probabilities.values[k] = 1 / STEPS.length;
    expect(gradientFault(estimateWith(sampler, 21, 50_000), ladderGradient, tested)).toMatch(/standard errors from/);
  });

  test("has the right mean while it adapts from gradient to gradient", () => {
    const sampler = makeSampler(ladder, drawing("auto"), { lanes: 16 });
    const generator = makeGenerator(4);
    const [out, samples, gradients] = [new Float64Array(sampler.size), 16, amount(1000, 4000)];
    const mean = new Float64Array(sampler.size);
    const squares = new Float64Array(sampler.size);
    for (let g = 0; g < gradients; g++) {
      // Without a pilot, so that the first gradients are drawn by other probabilities than the last.
      meanGradientInto(out, sampler, ladderTheta, {
        generator,
        stream: 0,
        firstSample: g * samples,
        samples,
        adapt: true,
      });
      out.forEach((value, p) => {
        const error = value - ladderGradient[p]!;
        mean[p]! += value / gradients;
        squares[p]! += error ** 2 / gradients;
      });
    }
    const scale = largest(ladderGradient);
    // Given the past each gradient has the right mean: errors are uncorrelated, and their squares add up.
    mean.forEach((value, p) => {
      expectMean({ mean: value, variance: squares[p]!, n: gradients }, ladderGradient[p]!, {
        alpha: 1e-3 / sampler.size,
        detectable: 0.05 * scale,
      });
    });
    const { values } = probabilitiesOf(sampler);
    expect(largest(values)).toBeGreaterThan(2.5 / values.filter((value) => value > 0).length);
  });

  test("lowers the variance against uniform probabilities where one boundary dominates", () => {
    const sampler = makeSampler(ladder, drawing("auto"));
    const ratios = Array.from({ length: 10 }, (_, block) => {
      const total = (): number =>
        estimateWith(sampler, 100 + block, 3_000).variance.reduce((rest, value) => rest + value, 0);
      probabilitiesOf(sampler).set(STEPS.map(() => 1));
      const uniform = total();
      pilot(sampler, ladderTheta, makeGenerator(block), 0);
      return uniform / total();
    });
    const mean = ratios.reduce((rest, value) => rest + value, 0) / ratios.length;
    const variance = ratios.reduce((rest, value) => rest + (value - mean) ** 2, 0) / (ratios.length - 1);
    // At least 1.5, of which five standard errors of the mean ratio are sure.
    expect(mean - 5 * Math.sqrt(variance / ratios.length)).toBeGreaterThan(1.5);
  });

  test("the number of lanes changes no bit, neither of an estimate nor of gradients that adapt", () => {
    const estimate = (lanes: number) =>
      estimateGradient(ladder, {
        estimator: corrected({ marginalise: false, boundaries: "auto" }),
        samples: 320,
        seed: 6,
        lanes,
      });
    const path = (lanes: number): number[] => {
      const sampler = makeSampler(ladder, corrected({ marginalise: false, boundaries: "auto" }), { lanes });
      const generator = makeGenerator(2);
      const theta = ladderTheta.slice();
      const out = new Float64Array(theta.length);
      pilot(sampler, theta, generator, 0);
      for (let g = 0; g < 20; g++) {
        meanGradientInto(out, sampler, theta, { generator, stream: 0, firstSample: 16 * g, samples: 16, adapt: true });
        out.forEach((value, p) => {
          theta[p]! += 0.01 * value;
        });
      }
      return [...theta, ...probabilitiesOf(sampler).values];
    };
    const [estimated, followed] = [estimate(16), path(16)];
    for (const lanes of [1, 5, 7, 64]) {
      expect(estimate(lanes).gradient).toEqual(estimated.gradient);
      expect(path(lanes)).toEqual(followed);
    }
  });

  test("the back end changes no bit", () => {
    const by = (backend?: Backend) =>
      estimateGradient(ladder, { estimator: drawing("auto"), samples: 320, seed: 6, ...(backend && { backend }) });
    expect(by(wasm())).toEqual(by());
    expect(by(jit())).toEqual(by());
  });

  test("the same draw gives the same gradient until the sampler is told to adapt", () => {
    const sampler = makeSampler(ladder, drawing("auto"));
    const draw = { generator: makeGenerator(9), stream: 0, firstSample: 0, samples: 64 };
    const [first, second] = [new Float64Array(sampler.size), new Float64Array(sampler.size)];
    meanGradientInto(first, sampler, ladderTheta, draw);
    meanGradientInto(second, sampler, ladderTheta, { ...draw, adapt: true });
    expect(second).toEqual(first);
    meanGradientInto(second, sampler, ladderTheta, draw);
    expect(second).not.toEqual(first);
  });

  test("a fit learns in a pilot and then from every gradient", () => {
    const estimator = corrected({ boundaries: "auto", marginalise: false });
    const seen: { gradient: Float64Array; theta: Float64Array }[] = [];
    const [steps, samples, seed] = [20, 16, 8];
    fit(ladder, {
      estimator,
      steps,
      samples,
      seed,
      init: LADDER_AT,
      onProgress: ({ gradient, theta }) => void seen.push({ gradient: gradient.slice(), theta: theta.slice() }),
    });
    const followed = (adapt: boolean): Float64Array[] => {
      const sampler = makeSampler(ladder, estimator);
      const generator = makeGenerator(seed);
      pilot(sampler, ladderTheta, generator, 0);
      return seen.map((_, step) => {
        const out = new Float64Array(sampler.size);
        const theta = step === 0 ? ladderTheta : seen[step - 1]!.theta;
        meanGradientInto(out, sampler, theta, { generator, stream: 0, firstSample: step * samples, samples, adapt });
        return out;
      });
    };
    const gradients = seen.map(({ gradient }) => gradient);
    expect(followed(true)).toEqual(gradients);
    expect(followed(false)[0]).toEqual(gradients[0]);
    expect(followed(false)).not.toEqual(gradients);
  });
});

/** Whether two independent estimates have one mean, |difference| seen down to `detectable` of the largest component. */
function differenceFault(p: GradientEstimate, q: GradientEstimate, detectable: number): string | undefined {
  const scale = largest(q.gradient);
  const alpha = 1e-3 / p.gradient.length;
  for (let i = 0; i < p.gradient.length; i++) {
    const variance = p.variance[i]! + (q.variance[i]! * p.samples) / q.samples;
    const sample = { mean: p.gradient[i]! - q.gradient[i]!, variance, n: p.samples };
    const fault = meanFault(sample, 0, { alpha, detectable: detectable * scale });
    if (fault !== undefined) return `component ${i}: ${fault}`;
  }
  return undefined;
}

describe("boundaries drawn among others", () => {
  test("cheating: one of 100 boundaries per sample has the mean of all", () => {
    const of = (boundaries: Boundaries, seed: number, samples: number) =>
      estimateGradient(cheating, { estimator: drawing(boundaries), samples, seed });
    expect(differenceFault(of(1, 1, SAMPLES), of("all", 2, amount(4000, 10_000)), 0.5)).toBeUndefined();
  });

  test("boundaries that coincide in some samples are counted once, whichever is drawn", () => {
    const coincident = defineModel("coincident", ({ sample, where, observe }) => {
      const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(0, 1))];
      const first = gt(x, 0.2);
      const second = gt(sub(x, where(gt(y, 0), 0, 0.5)), 0.2); // as the first where y > 0
      observe(normal(where(first, where(second, 2, -1), where(second, 5, 1)), where(second, 0.7, 1.3)), 0.8);
    });
    const params: MeanFieldParameters = { mu: [0.3, 0.4], rho: [0.3, 0.1] };
    expect(makeSampler(coincident, drawing(2)).nodes.derived![0]!.nodes).toHaveLength(2);
    const of = (boundaries: Boundaries, seed: number) =>
      estimateGradient(coincident, { estimator: drawing(boundaries), params, samples: SAMPLES, seed });
    expect(differenceFault(of(1, 1), of("all", 2), 0.1)).toBeUndefined();
    expect(differenceFault(of(2, 3), of("all", 2), 0.1)).toBeUndefined();
  });

  test("curved conditions and products stay in every sample, the others are drawn", () => {
    const mixed = defineModel("mixed", ({ sample, where, observe }) => {
      const [x, y, w] = ["x", "y", "w"].map((name) => sample(name, normal(0, 1))) as [Real, Real, Real];
      const inside = where(lt(add(square(y), y), 0.6), 1, -1);
      const product = where(gt(add(mul(x, w), mul(y, square(w))), 0.5), 0.5, inside);
      const first = where(gt(x, 0.3), product, 2);
      const second = where(gt(add(x, inside), 0.3), first, y);
      observe(normal(add(second, where(gt(sub(w, y), 0.1), 1, 0)), 1), 0.8);
    });
    const params: MeanFieldParameters = { mu: [0.3, -0.2, 0.5], rho: [0.3, 0.1, 0.4] };
    const of = (boundaries: Boundaries, seed: number, samples: number, backend?: Backend) =>
      estimateGradient(mixed, { estimator: drawing(boundaries), params, samples, seed, ...(backend && { backend }) });
    const { conditions } = explain(mixed, { boundaries: 1 });
    expect(conditions.map(({ drawn }) => drawn)).toContain(true);
    expect(conditions.map(({ drawn }) => drawn)).toContain(false);
    // Roots are sought in every sample: the usual run sees errors of a fifth of the largest component.
    const [ours, all] = [of(1, 1, amount(8000, 30_000)), of("all", 2, amount(3500, 12_000), COMPILED)];
    expect(differenceFault(ours, all, amount(0.2, 0.1))).toBeUndefined();
  });

  test("random programs: one boundary per sample has the mean that quadrature gives", () => {
    let [squares, components] = [0, 0];
    const programs = randomProgram.chain((spec) => randomParameters(spec).map((params) => [spec, params] as const));
    fc.assert(
      fc.property(programs, fc.nat(), ([spec, params], seed) => {
        const model = defineModel("random", interpret(spec));
        const estimate = estimateGradient(model, { estimator: drawing(1), params, samples: SAMPLES, seed });
        const scores = zScores(estimate, quadrature(spec, params).gradient);
        for (const z of scores) {
          // 8 programs at most, of about 5 components: |z| above 5 has probability 2e-5 in all.
          expect(Math.abs(z)).toBeLessThan(5);
          squares += z * z;
          components++;
        }
      }),
      { numRuns: amount(4, 8) },
    );
    expect(Math.abs(squares / components - 1)).toBeLessThan(4 * Math.sqrt(2 / components));
  });
});

describe("explain and options", () => {
  test("explain says what is summed, what is drawn and what it costs", () => {
    const all = explain(ladder);
    expect(all.drawn).toEqual({ perSample: 0, nodes: 0 });
    // ladder's factors are marginalised one by one where they are small enough; none is here.
    expect(all.conditions.filter(({ nodes }) => nodes > 0)).toHaveLength(STEPS.length);
    const auto = explain(ladder, { boundaries: "auto" });
    const drawn = auto.conditions.filter((condition) => condition.drawn).length;
    expect(drawn).toBeGreaterThan(1);
    expect(drawn).toBeLessThanOrEqual(STEPS.length);
    expect(auto.cost.corrected).toBeLessThan(all.cost.corrected);
    expect(auto.cost.corrected).toBeLessThanOrEqual(9 * auto.cost.pathwise);
    expect(auto.text).toContain(`drawn: ${auto.drawn.perSample} of ${drawn} boundaries per sample, with replacement`);
    expect(auto.text).toContain("not in every sample, but drawn");
    expect(explain(cheating, { boundaries: "auto" })).toEqual(explain(cheating));
    expect(explain(cheating, { boundaries: 3 }).text).toContain("drawn: 3 of 100 boundaries per sample");
  });

  test("refuses anything that is no selection", () => {
    for (const boundaries of [0, -1, 1.5, Number.NaN, "some", null] as unknown as Boundaries[])
      if (boundaries !== null)
        expect(() => corrected({ boundaries })).toThrow(
          /^corrected: unknown boundaries; got .*, expected "all", "auto" or an integer ≥ 1$/,
        );
    expect(() => explain(ladder, { boundaries: 0 })).toThrow("explain: unknown boundaries; got 0");
  });
});

describe("probabilities", () => {
  test("at(u) is the inverse of the sums; what is no candidate is never drawn", () => {
    const probabilities = new Probabilities(5, [1, 3, 4]);
    probabilities.set([9, 1, 9, 2, 1]);
    expect([...probabilities.values]).toEqual([0, 0.25, 0, 0.5, 0.25]);
    const grid = Array.from({ length: 400 }, (_, i) => probabilities.at((i + 0.5) / 400));
    expect([0, 1, 2, 3, 4].map((k) => grid.filter((found) => found === k).length)).toEqual([0, 100, 0, 200, 100]);
    expect(probabilities.at(1)).toBe(4);
  });

  test("follow the root of the second moment, above a tenth of the uniform one, whatever was learned", () => {
    const learned = fc.array(fc.double({ min: 0, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(learned, (squares) => {
        const probabilities = new Probabilities(4, [0, 1, 2, 3]);
        squares.forEach((square, k) => {
          probabilities.learn(k, square);
        });
        probabilities.update();
        expect(probabilities.values.reduce((rest, value) => rest + value, 0)).toBeCloseTo(1, 12);
        for (const value of probabilities.values) expect(value).toBeGreaterThanOrEqual(0.1 / 4 - 1e-15);
      }),
    );
    const probabilities = new Probabilities(2, [0, 1]);
    for (let draw = 0; draw < 1e4; draw++) {
      probabilities.learn(0, 1);
      probabilities.learn(1, 9);
    }
    probabilities.update();
    // 0.9·1/4 + 0.1/2, but for the one draw at the mean beside 256.
    expect(probabilities.values[0]).toBeCloseTo(0.275, 2);
  });
});
