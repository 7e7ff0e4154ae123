/** Parameters without spread: gradients, fits, posteriors, and who refuses them. */
import { describe, expect, test } from "vitest";
import { add, gt, mul, type Real, where } from "../../src/autodiff/expr.ts";
import { exponential, normal } from "../../src/distributions/index.ts";
import { corrected, lyy18, reparam, score } from "../../src/estimators/index.ts";
import { probeOf } from "../../src/guides/guide.ts";
import { withPoints } from "../../src/guides/points.ts";
import { scoresOf } from "../../src/guides/scores.ts";
import { adam, estimateGradient, fit, fullRank, type Guide, logJoint, meanField, rhoOfSd } from "../../src/index.ts";
import { defineModel, type Program } from "../../src/program/model.ts";
import { trace } from "../../src/program/trace.ts";

const phi = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
const [MU, SD, P] = [0.3, 0.8, 0.5];
const at = (guide?: Guide) => ({
  ...(guide && { guide }),
  params: { mu: [MU], rho: [rhoOfSd(SD)], points: [P], ...(guide?.name === "full-rank" && { lower: [] }) },
  samples: 4096,
  seed: 1,
});

describe("a threshold without spread", () => {
  const model = defineModel("m", ({ sample, observe, param }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(gt(z, param("p", 0)), 5, -2), 1), 0);
  });
  // −12.5·P(z > p) − 2·P(z ≤ p) has the derivative 10.5·φ((p − μ)/σ)/σ in p.
  const exact = (10.5 * phi((P - MU) / SD)) / SD;

  test.each([
    ["corrected", corrected(), meanField(), 3],
    ["corrected without marginalisation", corrected({ marginalise: false }), meanField(), 3],
    ["corrected under the full-rank guide", corrected({ marginalise: false }), fullRank(), 3],
    ["lyy18", lyy18(), meanField(), 1],
  ] as const)("has the exact derivative by %s", (_name, estimator, guide, digits) => {
    const { gradient } = estimateGradient(model, { estimator, ...at(guide) });
    expect(gradient).toHaveLength(3);
    expect(gradient[2]).toBeCloseTo(exact, digits);
  });

  test("has none by reparam, and no score", () => {
    expect(estimateGradient(model, { estimator: reparam(), ...at() }).gradient[2]).toBe(0);
    expect(() => estimateGradient(model, { estimator: score(), ...at() })).toThrow(
      'score: no score of what has no spread; got param "p" in model "m"',
    );
  });

  test("against a frozen number moves the boundary by itself", () => {
    const frozen = defineModel("m", ({ sample, observe, param, frozen }) => {
      const noise = frozen("noise", normal(0, 1));
      sample("z", normal(0, 1));
      observe(normal(where(gt(noise, param("p", 0)), 5, -2), 1), 0);
    });
    const { gradient } = estimateGradient(frozen, { estimator: corrected({ marginalise: false }), ...at() });
    expect(gradient[2]).toBeCloseTo(10.5 * phi(P), 2);
  });
});

describe("a fit", () => {
  const data = [1.2, 3.1, 2.4, 0.3];
  const program: Program = ({ sample, observe, param, track }) => {
    const m = param("m", 1);
    const [, b] = param("pair", [0.1, 0.2]) as [Real, Real];
    track("twice", mul(2, m));
    data.forEach((y, i) => {
      const z = sample(`z${i}`, normal(m, 1));
      observe(normal(z, 0.5), y);
    });
    observe(exponential(1), where(true, add(mul(b, b), 1), 0));
    observe(normal(b, 1), 4);
  };

  test("moves a common mean to that of the data, and reports it without spread", () => {
    const posterior = fit(defineModel("m", program), { optimizer: adam({ learningRate: 0.02 }), steps: 1500, seed: 1 });
    const mean = data.reduce((sum, y) => sum + y, 0) / data.length;
    expect(posterior.mean("m")).toBeCloseTo(mean, 1);
    expect(posterior.mean("twice")).toBeCloseTo(2 * posterior.mean("m"), 9);
    expect(posterior.sd("m")).toBe(0);
    // −b² − ½(b − 4)² is highest at 4/3.
    expect(posterior.mean("pair[1]")).toBeCloseTo(4 / 3, 1);
    expect(posterior.mean("pair[0]")).toBe(0.1);
    expect([...posterior.params.points!]).toHaveLength(3);
    expect(posterior.parameterNames.at(-1)).toBe("points[pair[1]]");
    expect(posterior.quantile("m", 0.9)).toBe(posterior.mean("m"));
    expect(posterior.sample(3)["m"]).toHaveLength(3);
    // Without options too: such a model is fitted by the loop.
    expect(fit(defineModel("m", program), { seed: 1 }).mean("m")).toBeCloseTo(mean, 1);
  });

  test("starts at the parameter's start, and the log joint takes its value behind the latents", () => {
    const traced = trace(defineModel("m", program));
    expect(withPoints(meanField()).over(traced).initial().points).toEqual([1, 0.1, 0.2]);
    const z = [1, 2, 3, 4];
    const model = defineModel("m", program);
    expect(logJoint(model, [...z, 1, 0, 0.5]) - logJoint(model, [...z, 1, 0, 1.5])).toBeCloseTo(
      -0.25 - 0.5 * 3.5 ** 2 + 2.25 + 0.5 * 2.5 ** 2,
      10,
    );
    expect(() => logJoint(model, z)).toThrow("logJoint: z does not fit");
  });

  test("is of a guide whose numbers follow those of the latents, in every list", () => {
    const traced = trace(defineModel("m", program));
    const space = withPoints(meanField()).over(traced);
    const own = meanField().over(traced);
    expect([...probeOf(space)]).toEqual([...probeOf(own), 1, 0.1, 0.2]);
    const scores = scoresOf(traced.graph, space.place(traced.graph))((_latent, node) => node);
    expect(scores).toHaveLength(probeOf(space).length);
    expect(scores.slice(-3).map((node) => traced.graph.is(node, 0))).toEqual([true, true, true]);
    expect(() =>
      estimateGradient(defineModel("m", program), { estimator: reparam(), params: { ...own.initial(), points: [1] } }),
    ).toThrow('points does not fit the points of "m"; got 1 values, expected 3: m, pair[0], pair[1]');
    const without = trace(defineModel("m", ({ sample }) => void sample("z", normal(0, 1))));
    expect(Object.keys(withPoints(meanField()).over(without))).toEqual(Object.keys(meanField().over(without)));
  });

  test("refuses a start that is no number, and a name twice", () => {
    const declaring = (start: unknown) => () =>
      trace(
        defineModel("m", ({ sample, param }) => {
          sample("z", normal(0, 1));
          param("a", start as number);
          param("a", 0);
        }),
      );
    expect(declaring(NaN)).toThrow('param "a": start is not a finite number; got NaN, expected where the fit begins');
    expect(declaring("x")).toThrow('param "a": start is not a finite number; got "x"');
    expect(declaring(1)).toThrow('param "a": duplicate name');
  });
});
