/** What holds of every guide: its parameters, its density, and the derivatives of both. */
import { describe, expect, test } from "vitest";
import { Graph } from "../../src/autodiff/graph/graph.ts";
import { PLAIN_ENGINE } from "../../src/autodiff/lanes/interpreter/engines.ts";
import type { NodeId } from "../../src/autodiff/ops/op.ts";
import { compileTape, runLanes, runUniform } from "../../src/autodiff/tape/tape.ts";
import { normal } from "../../src/distributions/index.ts";
import { score } from "../../src/estimators/index.ts";
import {
  type Guide,
  type GuideNodes,
  type GuideParameters,
  isClosed,
  latentAt,
  packParameters,
  parameterNames,
  probeOf,
  unpackParameters,
} from "../../src/guides/guide.ts";
import { scoresOf } from "../../src/guides/scores.ts";
import { add, estimateGradient, fullRank, meanField, mul, sub } from "../../src/index.ts";
import { defineModel } from "../../src/program/model.ts";
import { trace } from "../../src/program/trace.ts";

const NAMES = ["a", "b", "c"];
const MEAN_FIELD = { mu: [0.3, -1, 2], rho: [0.2, -0.7, 1.1] };
const priors = trace(
  defineModel("three", ({ sample }) => {
    for (const name of NAMES) sample(name, normal(0, 1));
  }),
);

interface Row {
  readonly name: string;
  readonly make: () => Guide;
  readonly params: GuideParameters;
  /** What `lower` has one number for, in its order. */
  readonly shares: readonly (readonly [row: number, column: number])[];
}

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  { name: "mean field", make: meanField, params: MEAN_FIELD, shares: [] },
  { name: "full rank", make: () => fullRank(), params: { ...MEAN_FIELD, lower: [0.5, -0.8, 1.3] }, shares: [[1, 0], [2, 0], [2, 1]] },
  { name: "full rank of two pairs", make: () => fullRank({ pairs: [["a", "c"], ["b", "a"]] }), params: { ...MEAN_FIELD, lower: [-0.8, 0.5] }, shares: [[2, 0], [1, 0]] },
];

const softplus = (x: number): number => Math.log1p(Math.exp(x));

describe("pairs of a guide are closed", () => {
  const closed = (...pairs: readonly (readonly [string, string])[]): boolean =>
    isClosed(fullRank({ pairs }).over(priors));
  test("if a row has what its columns have", () => {
    expect(closed(["a", "b"], ["b", "c"], ["a", "c"])).toBe(true);
    expect(closed(["a", "b"], ["a", "c"])).toBe(true);
  });
  test("and not if a correlates with b, b with c, and a not with c", () => {
    expect(closed(["b", "c"], ["a", "b"])).toBe(false);
    expect(closed(["a", "b"], ["b", "c"])).toBe(false);
  });
  test("and not if there are none", () => {
    expect(isClosed(meanField().over(priors))).toBe(false);
  });
});

describe.each(ROWS)("the guide of $name", ({ make, params, shares }) => {
  const space = make().over(priors);
  const theta = packParameters("test", space, params);
  const names = parameterNames(space);
  const n = NAMES.length;

  /** σ and C of a θ, by plain arithmetic. */
  const plain = (at: Float64Array): { sigma: number[]; c: number[][] } => {
    const c = NAMES.map((_, i) => NAMES.map((_, j) => Number(i === j)));
    shares.forEach(([row, column], k) => {
      c[row]![column] = at[2 * n + k]!;
    });
    return { sigma: [...at.subarray(n, 2 * n)].map(softplus), c };
  };
  /** The draw of some noise, and the noise of a draw. */
  const drawn = (at: Float64Array, epsilon: readonly number[]): number[] => {
    const { sigma, c } = plain(at);
    return NAMES.map((_, i) => epsilon.reduce((z, e, j) => z + c[i]![j]! * sigma[j]! * e, at[i]!));
  };
  const logDensity = (at: Float64Array, z: readonly number[]): number[] => {
    const { sigma, c } = plain(at);
    const deviations: number[] = [];
    return NAMES.map((_, i) => {
      const d = deviations.reduce((rest, deviation, j) => rest - c[i]![j]! * deviation, z[i]! - at[i]!);
      deviations.push(d);
      return -0.5 * (d / sigma[i]!) ** 2 - Math.log(sigma[i]! * Math.sqrt(2 * Math.PI));
    });
  };
  /** The values of nodes at θ and some noise. */
  const evaluated = (nodesOf: (graph: Graph, guide: GuideNodes) => readonly NodeId[], epsilon: number[]): number[] => {
    const graph = new Graph();
    const guide = space.place(graph);
    const outputs = nodesOf(graph, guide);
    const { parameters } = guide;
    const tape = compileTape(graph, outputs, { laneInputs: guide.epsilon, parameters, lanes: 1, engine: PLAIN_ENGINE });
    tape.slots.set(theta, tape.uniformInputs[0]!.offset);
    tape.slots.set(epsilon, tape.noiseOffset);
    runUniform(tape);
    runLanes(tape, 1);
    return tape.outputs.map(({ offset }) => tape.slots[offset]!);
  };
  // Central differences: wrong by 1e-10 at these sizes.
  const derivative = (of: (at: Float64Array) => number): number[] =>
    names.map((_, p) => {
      const at = (by: number): number => of(theta.map((value, q) => (p === q ? value + by : value)));
      return (at(1e-5) - at(-1e-5)) / 2e-5;
    });
  const expectClose = (found: readonly number[], expected: readonly number[], tolerance: number): void => {
    expect(found).toHaveLength(expected.length);
    found.forEach((value, p) => {
      expect(Math.abs(value - expected[p]!), names[p]).toBeLessThan(tolerance);
    });
  };
  const EPSILON = [0.7, -1.2, 0.4];

  test("names, packs and unpacks its parameters in one order", () => {
    const lower = shares.map(([row, column]) => `lower[${NAMES[row]} on ${NAMES[column]}]`);
    expect(names).toEqual([...NAMES.map((name) => `mu[${name}]`), ...NAMES.map((name) => `rho[${name}]`), ...lower]);
    expect([...theta]).toEqual(Object.values(params as unknown as Record<string, number[]>).flat());
    const back = unpackParameters(space, theta);
    expect(Object.fromEntries(Object.entries(back).map(([key, values]) => [key, [...values]]))).toEqual(params);
    expect(packParameters("test", space, back)).toEqual(theta);
    expect(probeOf(space)).toHaveLength(theta.length);
  });

  test("has a pair for each share", () => {
    expect((space.pairs ?? []).map(({ row, column }) => [row, column])).toEqual(shares);
  });

  test("starts at the priors, without correlations", () => {
    const start = unpackParameters(space, packParameters("test", space));
    expect([...start.mu]).toEqual([0, 0, 0]);
    for (const rho of start.rho) expect(softplus(rho)).toBeCloseTo(1, 14);
    expect([...(start.lower ?? [])]).toEqual(shares.map(() => 0));
  });

  test("has means, standard deviations given earlier latents, and shares of these, in numbers", () => {
    const { sigma, c } = plain(theta);
    const numbers = space.numbers(theta);
    expect([...numbers.means]).toEqual(MEAN_FIELD.mu);
    expectClose([...numbers.sigmas], sigma, 1e-14);
    const rows = numbers.rows.map((row, i) => {
      expect(row.every(({ latent }) => latent < i)).toBe(true);
      return NAMES.map((_, j) => (i === j ? 1 : (row.find(({ latent }) => latent === j)?.share ?? 0)));
    });
    expect(rows).toEqual(c);
  });

  test("draws latents as its means, standard deviations and shares say", () => {
    const found = evaluated(
      (graph, guide) => NAMES.map((_, i) => latentAt(graph, guide, i, (j) => guide.epsilon[j]!)),
      EPSILON,
    );
    expectClose(found, drawn(theta, EPSILON), 1e-14);
  });

  test("counts the density of its draws: under a program that is the guide ℓ is 0 in every sample", () => {
    const { sigma, c } = plain(theta);
    const itself = defineModel("itself", ({ sample }) => {
      const deviations: ReturnType<typeof sample>[] = [];
      NAMES.forEach((name, i) => {
        const mean = deviations.reduce((sum, d, j) => add(sum, mul(c[i]![j]!, d)), MEAN_FIELD.mu[i]!);
        deviations.push(sub(sample(name, normal(mean, sigma[i]!)), mean));
      });
    });
    const at = { guide: make(), estimator: score(), samples: 1000 };
    const { elbo, elboVariance } = estimateGradient(itself, { ...at, params });
    // Rounding of sums of some twenty numbers below 10: 20·10·ε/2 = 2e-14.
    expect(Math.abs(elbo)).toBeLessThan(1e-13);
    expect(elboVariance).toBeLessThan(1e-26);
    // Negative control: under another member of the family it is not.
    const moved = { ...params, rho: [0.2, -0.6, 1.1] };
    expect(estimateGradient(itself, { ...at, params: moved }).elboVariance).toBeGreaterThan(1e-3);
  });

  test("has as scores the derivatives of the log density at a fixed draw, counted latent by latent", () => {
    const z = drawn(theta, EPSILON);
    for (const counts of [
      [1, 1, 1],
      [1, 0, 0],
      [0.5, 2, -1],
    ]) {
      const found = evaluated(
        (graph, guide) =>
          scoresOf(graph, guide)((latent, node) => graph.algebra.mul(graph.constant(counts[latent]!), node)),
        EPSILON,
      );
      const counted = (at: Float64Array): number =>
        logDensity(at, z).reduce((sum, term, i) => sum + counts[i]! * term, 0);
      expectClose(found, derivative(counted), 1e-8);
    }
  });

  test("has as slopes the derivatives of the draw at fixed noise, those left out 0", () => {
    const weights = [0.5, -2, 3];
    for (const some of [[0, 1, 2], [1], [2]]) {
      const expected = derivative((at) => some.reduce((sum, i) => sum + weights[i]! * drawn(at, EPSILON)[i]!, 0));
      const found = evaluated((graph, guide) => {
        const byLatent = new Map(some.map((i) => [i, graph.constant(weights[i]!)]));
        const slopes = guide.slopes(byLatent, (latent) => guide.epsilon[latent]!);
        return names.map((_, p) => slopes.get(p) ?? graph.constant(0));
      }, EPSILON);
      expectClose(found, expected, 1e-8);
    }
  });
});
