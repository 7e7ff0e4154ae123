/** Everything outside `src/guides/` goes through the contract: a guide with another layout of θ works too. */
import { describe, expect, test } from "vitest";
import { corrected, type Estimator, lyy18, reparam, score, smoothed } from "../../src/estimators/index.ts";
import type { Guide, GuideSpace } from "../../src/guides/guide.ts";
import {
  adam,
  add,
  defineModel,
  estimateGradient,
  explain,
  fit,
  fullRank,
  gradientCovariance,
  gt,
  normal,
  square,
  where,
} from "../../src/index.ts";
import { filesIn, textOf } from "../support/tree.ts";

const softplus = (x: number): number => Math.log1p(Math.exp(x));

/** z_i ~ N(μ_i, softplus(ρ)) with one ρ for all latents, θ = [ρ, μ…]: shorter than mean field's, and the other way round. */
function oneScale(): Guide {
  return {
    name: "one-scale",
    over(trace) {
      const latents = trace.latents.map(({ name }) => name);
      const space: GuideSpace = {
        name: "one-scale",
        trace,
        latents,
        parts: [
          { key: "rho", of: "scales", names: ["all"] },
          { key: "mu", of: "latents", names: latents },
        ],
        initial: () => ({ rho: [0.5], mu: latents.map(() => 0) }),
        numbers: (theta) => ({
          means: theta.slice(1),
          sigmas: Float64Array.from(latents, () => softplus(theta[0]!)),
          rows: latents.map(() => []),
        }),
        place(graph) {
          const { algebra: A } = graph;
          const rho = graph.input("rho", false);
          const mu = latents.map((name) => graph.input(`mu ${name}`, false));
          const epsilon = latents.map((name) => graph.input(`noise ${name}`, true));
          const [sigma, slope] = [A.softplus(rho), A.sigmoid(rho)];
          return {
            space,
            parameters: [rho, ...mu],
            epsilon,
            sigmas: mu.map(() => sigma),
            given: (latent) => mu[latent]!,
            columns: mu.map(() => []),
            slopes(byLatent, noise) {
              const scaled = [...byLatent].map(([i, node]) => A.mul(A.mul(node, noise(i)), slope));
              return new Map([[0, graph.sum(scaled)], ...[...byLatent].map(([i, node]) => [1 + i, node] as const)]);
            },
            scores: (count) => [
              graph.sum(
                epsilon.map((node, i) => count(i, A.mul(A.sub(A.square(node), A.constant(1)), A.div(slope, sigma)))),
              ),
              ...epsilon.map((node, i) => count(i, A.div(node, sigma))),
            ],
          };
        },
      };
      return space;
    },
  };
}

const model = defineModel("three", ({ sample, observe, branch }) => {
  const [a, b] = [sample("a", normal(0, 1)), sample("b", normal(0, 1))];
  observe(normal(where(gt(add(a, b), 0.5), 1, -2.5), 1), 0);
  observe(normal(where(gt(add(square(a), square(b)), 1.5), 1, -1), 1), 0.5);
  branch(gt(a, 0.2), () => observe(normal(sample("c", normal(b, 1)), 1), 1));
});

const ESTIMATORS: readonly (readonly [string, () => Estimator])[] = [
  ["corrected", () => corrected()],
  ["corrected, marginalising nothing", () => corrected({ marginalise: false, entropy: "analytic" })],
  ["corrected, sticking the landing", () => corrected({ entropy: "sticking-the-landing", boundaries: 1 })],
  ["score", () => score({ entropy: "analytic" })],
  ["reparam", () => reparam()],
  ["smoothed", () => smoothed()],
];

describe("a guide with one scale for all latents, which comes first in θ", () => {
  const [rho, mu] = [0.3, [0.1, 0.4, -0.2]];

  test.each(ESTIMATORS)("has by the chain rule the gradient that mean field has: %s", (_name, make) => {
    const options = { samples: 2000, seed: 1 };
    const own = estimateGradient(model, {
      ...options,
      estimator: make(),
      guide: oneScale(),
      params: { rho: [rho], mu },
    });
    const free = estimateGradient(model, { ...options, estimator: make(), params: { mu, rho: [rho, rho, rho] } });
    const [u, v, w, p, q, r] = free.gradient as unknown as number[];
    const expected = [p! + q! + r!, u!, v!, w!];
    expect(own.gradient).toHaveLength(4);
    expected.forEach((value, index) => {
      expect(Math.abs(own.gradient[index]! - value)).toBeLessThan(1e-10 * Math.max(1, Math.abs(value)));
    });
    expect(own.elbo).toBeCloseTo(free.elbo, 10);
  });

  test("is fitted, summed up, explained and refused by the same functions", () => {
    const guide = oneScale();
    const posterior = fit(model, { guide, steps: 200, optimizer: adam({ learningRate: 0.02 }), seed: 1 });
    expect(posterior.parameterNames).toEqual(["rho[all]", "mu[a]", "mu[b]", "mu[c]"]);
    expect(posterior.params.rho).toHaveLength(1);
    for (const name of posterior.latents)
      expect(posterior.sd(name)).toBeCloseTo(softplus(posterior.params.rho[0]!), 14);
    expect(posterior.mean("b")).toBe(posterior.params.mu[1]);
    expect(gradientCovariance(model, { guide, estimator: corrected(), samples: 64 })).toHaveLength(16);
    const strategies = explain(model, { guide }).conditions.map(({ strategy }) => strategy);
    expect(strategies).toEqual(explain(model).conditions.map(({ strategy }) => strategy));
    expect(() => fit(model, { guide, init: { mu, rho: [1, 2] } })).toThrow(
      'fit: rho does not fit the scales of "three"; got 2 values, expected 1: all',
    );
    const steep = defineModel("steep", ({ sample, observe }) => {
      observe(normal(where(gt(sample("a", normal(0, 1)), 0.3), 1, 0), 1), 0);
    });
    expect(estimateGradient(steep, { guide, estimator: lyy18(), samples: 10 }).gradient).toHaveLength(2);
  });
});

describe("under full rank a latent that a term contains only inside conditions", () => {
  const made = (order: readonly ["smooth" | "inside", "smooth" | "inside"]) =>
    defineModel("inside", ({ sample, observe }) => {
      const latents = Object.fromEntries(order.map((name) => [name, sample(name, normal(0, 1))]));
      observe(normal(add(latents["smooth"]!, where(gt(latents["inside"]!, 0.3), 1, -1)), 1), 0.5);
    });
  const strategyOf = (model: ReturnType<typeof made>): string =>
    explain(model, { guide: fullRank() }).conditions[0]!.strategy;

  test("is marginalised where its noise moves nothing else that the term contains, and moved onto the boundary elsewhere", () => {
    expect(strategyOf(made(["smooth", "inside"]))).toBe("marginalised: no boundary is left");
    expect(strategyOf(made(["inside", "smooth"]))).toBe("inside set onto the boundary");
    expect(explain(made(["inside", "smooth"])).conditions[0]!.strategy).toBe("marginalised: no boundary is left");
  });

  test("has one gradient whether it is marginalised or not", () => {
    const params = { mu: [0.2, -0.1], rho: [0.3, 0.1], lower: [0.9] };
    for (const order of [
      ["smooth", "inside"],
      ["inside", "smooth"],
    ] as const) {
      const by = (marginalise: boolean) =>
        estimateGradient(made(order), {
          guide: fullRank(),
          params,
          estimator: corrected({ marginalise }),
          samples: 1 << 14,
        });
      const [marginal, moved] = [by(true), by(false)];
      marginal.gradient.forEach((value, p) => {
        const error = Math.sqrt((marginal.variance[p]! + moved.variance[p]!) / (1 << 14));
        expect(Math.abs(value - moved.gradient[p]!)).toBeLessThan(5 * error + 1e-12);
      });
    }
  });
});

describe("the sources", () => {
  // Indices into θ as mean field orders it, and the names of its parts.
  const layout =
    /\bn \+ [ip]\b|\bp % \w|\.(mu|rho)\b(?!\w)|\b(params|parameters|init)\.lower\b|sdOfRho\(|softplus\(theta|theta\.length \/ 2|parameters\.length \/ 2/;

  test("say nothing outside src/guides/ and src/models/ of where a parameter lies in θ", async () => {
    const faultsIn = async (path: string): Promise<string[]> =>
      (await textOf(path))
        .split("\n")
        .filter((line) => layout.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line))
        .map((line) => `${path}: ${line.trim()}`);
    const outside = (await filesIn("src", ".ts")).filter(
      (path) => !/^src\/(guides|models|linalg)\/|climb\/(whitened|correlated|by-values)/.test(path),
    );
    expect(outside.length).toBeGreaterThan(150);
    expect((await Promise.all(outside.map(faultsIn))).flat()).toEqual([]);
    expect(await faultsIn("src/guides/mean-field.ts")).not.toEqual([]); // it sees such lines
  });
});
