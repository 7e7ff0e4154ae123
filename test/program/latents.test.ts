/** Latents with bounded supports, vectors, discrete ones, latents in both arms, tracked values: what a trace has of them. */
import { describe, expect, test } from "vitest";
import { add, gt, mul, type Real, where } from "../../src/autodiff/expr.ts";
import {
  bernoulli,
  beta,
  binomial,
  categorical,
  cauchy,
  chi2,
  type Distribution,
  dirichlet,
  dirichletMultinomial,
  exponential,
  flat,
  gamma,
  gaussianRandomWalk,
  halfNormal,
  iid,
  lkjCholesky,
  lognormal,
  multinomial,
  multivariateNormal,
  normal,
  ordered,
  uniform,
  unitVector,
  type VectorDistribution,
} from "../../src/distributions/index.ts";
import { corrected, reparam } from "../../src/estimators/index.ts";
import { estimateGradient, explain, fit, logJoint } from "../../src/index.ts";
import { defineModel, type Program, type ProgramContext } from "../../src/program/model.ts";
import { trace } from "../../src/program/trace.ts";
import { evaluatorOf } from "../support/evaluate.ts";
import { amount } from "../support/soak.ts";

const traced = (program: Program) => trace(defineModel("m", program));
/** The log joint density as a function of the unconstrained numbers. */
const density = (program: Program): ((u: readonly number[]) => number) => {
  const { graph, terms } = traced(program);
  const at = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
  return (u) => at(u)[0]!;
};
const joint = (program: Program, u: readonly number[]): number => density(program)(u);

const CONSTRAINED: readonly (readonly [string, Distribution])[] = [
  ["exponential", exponential(0.7)],
  ["gamma", gamma(2.5, 0.3)],
  ["chi2", chi2(3)],
  ["halfNormal", halfNormal(3)],
  ["lognormal", lognormal(0.5, 0.8)],
  ["beta", beta(0.6, 2)],
  ["uniform", uniform(-2, 7)],
];

describe.each(CONSTRAINED)("a latent under %s", (_name, prior) => {
  const program: Program = ({ sample }) => void sample("x", prior);

  test("has a density of mass 1 on the unconstrained scale", () => {
    const [step, at] = [1 / 16, density(program)];
    let mass = 0;
    for (let u = -80; u <= 80; u += step) mass += Math.exp(at([u])) * step;
    expect(mass).toBeCloseTo(1, 9);
    expect(logJoint(defineModel("m", program), [0.4])).toBe(at([0.4]));
  });

  test("has a log density far out, where its value is at the end of the support to the last bit", () => {
    for (const u of [-600, -100, 100]) expect(Number.isFinite(joint(program, [u]))).toBe(true);
  });
});

test("log density of a beta latent stays exact where the value rounds to 1", () => {
  // (a − 1) log x + (b − 1) log(1 − x) + log x(1 − x) − log B(a, b) with 1 − x = exp(−u): −b·u − log B(2, 3)
  expect(joint(({ sample }) => void sample("x", beta(2, 3)), [60])).toBeCloseTo(-180 + Math.log(12), 10);
});

describe("an interval with traced ends", () => {
  const between: Program = ({ sample }) => {
    const end = sample("end", lognormal(0, 0.5));
    const t = sample("t", uniform(0, end));
    sample("low", normal(0, 1));
    return void t;
  };

  test("has mass 1 wherever its ends are", () => {
    const at = density(between);
    for (const end of [-1, 0.5]) {
      let mass = 0;
      for (let u = -40; u <= 40; u += 1 / 16) mass += Math.exp(at([end, u, 0])) / 16;
      const rest: Program = ({ sample }) => {
        sample("end", lognormal(0, 0.5));
        sample("low", normal(0, 1));
      };
      const others = joint(rest, [end, 0]);
      expect(Math.log(mass)).toBeCloseTo(others, 9);
    }
  });

  test("gives data beyond it the density 0", () => {
    const model = defineModel("end", ({ sample, observe }) => {
      observe(uniform(0, sample("end", lognormal(0, 1))), 0.5);
    });
    const density = (end: number): number => logJoint(model, [Math.log(end)]);
    // log end is standard normal.
    expect(density(2)).toBeCloseTo(-0.5 * Math.log(2) ** 2 - 0.5 * Math.log(2 * Math.PI) - Math.log(2), 12);
    expect(density(0.4)).toBe(-Infinity);
  });
});

describe("conditions on latents with a bounded support are exact", () => {
  // log p of 0 under N(5, 1) beyond the threshold and N(−2, 1) below: a jump of −10.5 times the derivative of its probability.
  const datum = (x: Real, threshold: number): Real => where(gt(x, threshold), 5, -2);
  const phi = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  const means = (f: (e: number) => number): number => {
    let sum = 0;
    for (let i = -800; i <= 800; i++) sum += 0.01 * phi(0.01 * i) * f(0.01 * i);
    return sum;
  };
  const rhoOf = (sd: number): number => Math.log(Math.expm1(sd));

  test("beyond a number", () => {
    const model = defineModel("m", ({ sample, observe }) => {
      observe(normal(datum(sample("x", exponential(1)), 2), 1), 0);
    });
    const [mu, sd] = [0.3, 0.8];
    // E(u − exp u) has the derivative 1 − exp(μ + σ²/2).
    const exact = 1 - Math.exp(mu + 0.5 * sd * sd) - (10.5 * phi((mu - Math.LN2) / sd)) / sd;
    const options = { params: { mu: [mu], rho: [rhoOf(sd)] }, samples: 4096, seed: 1 };
    expect(estimateGradient(model, { ...options, estimator: corrected() }).gradient[0]).toBeCloseTo(exact, 3);
    const biased = estimateGradient(model, { ...options, estimator: reparam() });
    expect(Math.abs(biased.gradient[0]! - exact)).toBeGreaterThan(1);
    expect(explain(model).text).toContain("x > 0.693147");
  });

  test("inside of an interval whose end is a latent", () => {
    const model = defineModel("m", ({ sample, observe }) => {
      const end = sample("end", lognormal(0.4, 0.5));
      observe(normal(datum(sample("t", uniform(0, end)), 1), 1), 0);
    });
    const [v, u, sdV, sdU] = [0.5, 0.2, 0.5, 0.9];
    // t > 1 where end = exp(v) > 1 and u > logit(1/end) = −log(end − 1).
    const edge = (e: number): number => -Math.log(Math.expm1(v + sdV * e));
    const ends = (e: number): boolean => v + sdV * e > 0;
    const ofU = means((e) => (ends(e) ? phi((edge(e) - u) / sdU) / sdU : 0));
    const slopeOfEdge = (e: number): number => Math.exp(v + sdV * e) / Math.expm1(v + sdV * e);
    const ofV = means((e) => (ends(e) ? (phi((edge(e) - u) / sdU) / sdU) * slopeOfEdge(e) : 0));
    const exact = [-(v - 0.4) / 0.25 - 10.5 * ofV, means((e) => 1 - 2 / (1 + Math.exp(-u - sdU * e))) - 10.5 * ofU];
    // Independent samples, whose variance gives the standard error; 4.5 of these are passed by chance once in 150,000 times.
    const samples = amount(24_576, 65_536);
    const { gradient, variance } = estimateGradient(model, {
      estimator: corrected({ points: "random", pairing: "independent" }),
      params: { mu: [v, u], rho: [rhoOf(sdV), rhoOf(sdU)] },
      samples,
      seed: 1,
    });
    for (const i of [0, 1]) {
      const bound = 4.5 * Math.sqrt(variance[i]! / samples);
      expect(bound).toBeLessThan(0.1);
      expect(Math.abs(gradient[i]! - exact[i]!)).toBeLessThan(bound);
    }
    expect(Math.abs(10.5 * ofV)).toBeGreaterThan(1);
  });
});

describe("the trace of vectors", () => {
  const names = (program: Program): { latents: string[]; quantities: string[] } => {
    const { latents, quantities } = traced(program);
    return { latents: latents.map(({ name }) => name), quantities: quantities.map(({ name }) => name) };
  };

  test("has an unconstrained number per degree of freedom and a quantity per entry", () => {
    expect(names(({ sample }) => void sample("w", dirichlet([1, 1, 1])))).toEqual({
      latents: ["w[0]", "w[1]"],
      quantities: ["w[0]", "w[1]", "w[2]"],
    });
    expect(names(({ sample }) => void sample("cut", ordered(normal(0, 5), 2))).latents).toEqual(["cut[0]", "cut[1]"]);
    const { latents, terms } = traced(({ sample }) => void sample("b", iid(exponential(1), 2)));
    expect(latents.map(({ name, transform }) => [name, transform?.name])).toEqual([
      ["b[0]", "exp"],
      ["b[1]", "exp"],
    ]);
    expect(terms.map(({ site }) => site)).toEqual(['sample "b[0]"', 'sample "b[1]"']);
  });

  test("are those of every distribution of several numbers, matrices as rows", () => {
    const found = names(({ sample, observe }) => {
      const L = sample("L", lkjCholesky(2, 1));
      expect(L.map((row) => row.length)).toEqual([2, 2]);
      expect(L[0]).toEqual([1, 0]);
      const z = sample("z", multivariateNormal([0, 0], { cholesky: L }));
      sample("walk", gaussianRandomWalk(1, 2));
      const [, y] = sample("direction", unitVector(2));
      observe(multinomial(3, sample("p", dirichlet([1, 1]))), [1, 2]);
      observe(normal(add(z[0]!, y!), 1), 0);
    });
    expect(found.latents.join(" ")).toBe("L[1][0] z[0] z[1] walk[0] walk[1] direction[0] direction[1] p[0]");
    expect(found.quantities.join(" ")).toBe(
      "L[1][0] L[1][1] z[0] z[1] walk[0] walk[1] direction[0] direction[1] p[0] p[1]",
    );
    const counts = traced(({ sample }) => void sample("k", dirichletMultinomial(3, [1, 1])));
    expect(counts.finite.map(({ name }) => name)).toEqual(["k[0]"]);
  });

  test("has the density of the prior and of the transform", () => {
    // Dirichlet(1, 1, 1) has density 2; at u = 0 all entries are 1/3 and the Jacobian is 1/3·2/3 · 2/3·1/4.
    const at = joint(({ sample }) => void sample("w", dirichlet([1, 1, 1])), [0, 0]);
    expect(at).toBeCloseTo(Math.log((2 * (1 / 3) * (2 / 3) * (2 / 3)) / 4), 12);
  });

  test("starts at the prior", () => {
    const { latents } = traced(({ sample }) => void sample("w", dirichlet([8, 1, 1])));
    const [first, second] = latents.map(({ start }) => start!()!);
    expect(first!.mean).toBeGreaterThan(1.5); // logit(0.8) + log 2 = 2.1
    expect(Math.abs(second!.mean)).toBeLessThan(0.3);
    const { start } = traced(({ sample }) => {
      const a = sample("a", exponential(1));
      sample("w", dirichlet([a, 1]));
    }).latents[1]!;
    expect(start!()).toBeUndefined();
  });

  test("observes vectors, data and traced ones, one term each or one per independent entry", () => {
    const { terms } = traced(({ sample, observe }) => {
      const [a] = sample("w", dirichlet([1, 1]));
      observe(iid(normal(a!, 1), 2), [1, 2]);
      observe(dirichlet([a!, 2]), [0.2, 0.8]);
      observe(dirichlet([1, 2]), [a!, add(1, mul(-1, a!))], "z");
    });
    expect(terms.map(({ site }) => site)).toEqual([
      'sample "w"',
      'observe "y0[0]"',
      'observe "y0[1]"',
      'observe "y1"',
      'observe "z"',
    ]);
  });

  test("refuses values that do not fit, with the site", () => {
    const observing = (value: unknown) => () =>
      traced(({ sample, observe }) => {
        sample("z", normal(0, 1));
        observe(dirichlet([1, 1]), value as number[]);
      });
    expect(observing([0.5, 0.6])).toThrow(
      'observe "y0": value is outside of the simplex, the support of dirichlet; got a sum of 1.1, expected 1',
    );
    expect(observing([1])).toThrow('observe "y0": value does not fit dirichlet; got 1 entries, expected 2');
    expect(observing(0.5)).toThrow('observe "y0": not an array; got 0.5, expected the 2 entries of dirichlet');
    expect(observing([0.5, "x"])).toThrow('observe "y0": an entry is not a number; got "x"');
    expect(() => traced(({ sample }) => void sample("w", dirichlet([1, 0])))).toThrow(
      'sample "w": dirichlet has an invalid concentrations[1]; got 0, expected concentrations[1] > 0',
    );
    expect(() => traced(({ sample }) => void sample("s", halfNormal(-1)))).toThrow(
      'sample "s": halfNormal has an invalid scale; got -1, expected scale > 0',
    );
    expect(() =>
      traced(({ sample }) => {
        sample("w[1]", normal(0, 1));
        sample("w", dirichlet([1, 1]));
      }),
    ).toThrow('duplicate name; got "w[1]" twice');
  });
});

describe("discrete latents", () => {
  test("are recorded with their values and log masses, and their prior is no term", () => {
    const { finite, latents, terms, quantities, graph } = traced(({ sample, observe }) => {
      const p = sample("p", beta(1, 1));
      const k = sample("k", categorical([0.2, 0.3, 0.5]));
      const flag = sample("flag", bernoulli(p));
      sample("n", binomial(3, 0.5));
      observe(normal(add(k, flag), 1), 0.3);
    });
    expect(latents.map(({ name }) => name)).toEqual(["p"]);
    expect(quantities.map(({ name }) => name)).toEqual(["p", "k", "flag", "n"]);
    expect(finite.map(({ name, values, lostMass }) => [name, values, lostMass])).toEqual([
      ["k", [0, 1, 2], 0],
      ["flag", [0, 1], 0],
      ["n", [0, 1, 2, 3], 0],
    ]);
    expect(terms.map(({ site }) => site)).toEqual(['sample "p"', 'observe "y0"']);
    const masses = evaluatorOf(
      graph,
      finite.flatMap(({ logMasses }) => logMasses),
    )([0.4, 0, 0, 0]);
    const p = 1 / (1 + Math.exp(-0.4));
    [0.2, 0.3, 0.5, 1 - p, p, 1 / 8, 3 / 8, 3 / 8, 1 / 8].forEach((mass, i) => {
      expect(masses[i]).toBeCloseTo(Math.log(mass), 12);
    });
  });

  test("that nothing sums out are refused by name", () => {
    const model = defineModel("m", ({ sample, observe }) => {
      sample("z", normal(0, 1));
      observe(normal(sample("k", bernoulli(0.3)), 1), 1);
    });
    expect(() => logJoint(model, [0])).toThrow(
      'model "m": discrete latent "k" is summed out by nothing; got bernoulli, expected a fit that collapses',
    );
  });
});

describe("a name in both arms of a branch", () => {
  const switching =
    (other: Distribution, prior: Distribution = normal(0, 1)): Program =>
    ({ sample, observe, branch }) => {
      const z = sample("z", normal(0, 1));
      const x = branch(
        gt(z, 0),
        () => sample("x", prior),
        () => sample("x", other),
      );
      observe(normal(x, 1), 0.5);
    };

  test("is one latent whose prior switches, live wherever the branch is", () => {
    const { latents, quantities, graph } = traced(switching(cauchy(0, 2)));
    expect(latents.map(({ name, live }) => [name, graph.is(live, -1)])).toEqual([
      ["z", true],
      ["x", true],
    ]);
    expect(latents[1]!.prior).toMatchObject({ name: "normal or cauchy" });
    expect(latents[1]!.prior.cdf).toBeUndefined();
    expect(quantities).toHaveLength(2);
    const log = (z: number, x: number): number =>
      -0.5 * (z * z + Math.log(2 * Math.PI)) -
      0.5 * ((x - 0.5) ** 2 + Math.log(2 * Math.PI)) +
      (z > 0 ? -0.5 * (x * x + Math.log(2 * Math.PI)) : -Math.log(2 * Math.PI * (1 + (x / 2) ** 2)));
    for (const [z, x] of [
      [1, 0.3],
      [-1, 2.5],
    ] as const)
      expect(joint(switching(cauchy(0, 2)), [z, x])).toBeCloseTo(log(z, x), 12);
  });

  test("may be nested, discrete or a vector", () => {
    const { latents, finite, graph } = traced(({ sample, branch, observe }) => {
      const z = sample("z", normal(0, 1));
      const flag = (p: Real): Real => sample("k", bernoulli(p));
      branch(
        gt(z, 0),
        () => {
          branch(
            gt(z, 1),
            () => void sample("w", dirichlet([1, 1])),
            () => void sample("w", dirichlet([3, 1])),
          );
          flag(0.2);
        },
        () => {
          sample("w", dirichlet([1, 9]));
          sample("only", normal(0, 1));
          flag(0.7);
        },
      );
      observe(normal(z, 1), 0);
    });
    expect(latents.map(({ name, live }) => [name, graph.isConstant(live)])).toEqual([
      ["z", true],
      ["w[0]", true],
      ["only", false],
    ]);
    expect(finite).toHaveLength(1);
    const masses = evaluatorOf(graph, finite[0]!.logMasses);
    expect(masses([1, 0, 0, 0])[1]).toBeCloseTo(Math.log(0.2), 12);
    expect(masses([-1, 0, 0, 0])[1]).toBeCloseTo(Math.log(0.7), 12);
  });

  test("is one number on the support of the arm that is taken", () => {
    const log = (d: Distribution, x: number, slope: number): number => (d.logDensity(x) as number) + Math.log(slope);
    const rest = (z: number, x: number): number =>
      (normal(0, 1).logDensity(z) as number) + (normal(x, 1).logDensity(0.5) as number);
    const waits = switching(exponential(1));
    expect(joint(waits, [1, -0.3])).toBeCloseTo(rest(1, -0.3) + log(normal(0, 1), -0.3, 1), 12);
    expect(joint(waits, [-1, -0.3])).toBeCloseTo(
      rest(-1, Math.exp(-0.3)) + log(exponential(1), Math.exp(-0.3), Math.exp(-0.3)),
      12,
    );
    const ends = switching(uniform(0, 2), uniform(-1, 0));
    expect(joint(ends, [1, 0])).toBeCloseTo(rest(1, -0.5) + Math.log(0.25), 12);
    expect(joint(ends, [-1, 0])).toBeCloseTo(rest(-1, 1) + Math.log(0.25), 12);
    const posterior = fit(defineModel("waits", waits), { seed: 1 });
    const [low, high] = [-9, 12];
    let [mass, mean] = [0, 0];
    for (let k = 0; k < 20_000; k++) {
      const x = low + ((high - low) * (k + 0.5)) / 20_000;
      const own = Math.exp(normal(0, 1).logDensity(x) as number) + Math.exp(exponential(1).logDensity(x) as number);
      const density = own * Math.exp(normal(x, 1).logDensity(0.5) as number);
      mass += density;
      mean += density * x;
    }
    expect(Math.abs(posterior.mean("x") - mean / mass)).toBeLessThan(0.03);
    expect(Math.min(...posterior.drawn({ draws: 500 }).values("x"))).toBeLessThan(-0.5);
  });

  test("may be entries of vectors that lie elsewhere in the other arm, each by itself", () => {
    const both =
      (then: VectorDistribution, otherwise: VectorDistribution) =>
      ({ sample, observe, branch }: ProgramContext): void => {
        const z = sample("z", normal(0, 1));
        const w = branch(
          gt(z, 0),
          () => sample("w", then),
          () => sample("w", otherwise),
        );
        observe(normal(add(w[0]!, mul(2, w[1]!)), 1), 3);
      };
    const priors = (d: Distribution, u: readonly number[], x: readonly number[], slopes: number): number =>
      x.reduce((sum, each) => sum + (d.logDensity(each) as number), slopes) +
      (normal(x[0]! + 2 * x[1]!, 1).logDensity(3) as number) +
      (normal(0, 1).logDensity(u[0]!) as number);
    const waits = both(iid(normal(0, 1), 2), iid(exponential(1), 2));
    expect(joint(waits, [1, 0.3, 0.4])).toBeCloseTo(priors(normal(0, 1), [1], [0.3, 0.4], 0), 12);
    const x = [Math.exp(0.3), Math.exp(0.4)];
    expect(joint(waits, [-1, 0.3, 0.4])).toBeCloseTo(priors(exponential(1), [-1], x, 0.7), 12);
    // Of a vector whose entries depend on one another any may be beside those of independent ones, in either order.
    const spread = multivariateNormal([3, 3], {
      covariance: [
        [4, 0],
        [0, 4],
      ],
    });
    const orders = [both(iid(exponential(1), 2), spread), both(spread, iid(exponential(1), 2))];
    for (const [k, program] of orders.entries()) {
      const [early, late] = k === 0 ? [1, -1] : [-1, 1];
      expect(joint(program, [early!, 0.3, 0.4])).toBeCloseTo(priors(exponential(1), [1], x, 0.7), 12);
      expect(joint(program, [late!, 0.3, 0.4])).toBeCloseTo(priors(normal(3, 2), [1], [0.3, 0.4], 0), 12);
      const { latents, quantities, graph } = traced(program);
      expect(latents.map(({ name, live }) => [name, graph.isConstant(live)])).toEqual([
        ["z", true],
        ["w[0]", true],
        ["w[1]", true],
      ]);
      // What is reported is the entry in the arm that is taken.
      const evaluate = evaluatorOf(
        graph,
        quantities.map(({ node }) => node),
      );
      expect([...evaluate([early!, 0.3, 0.4])].slice(1)).toEqual(x);
      expect([...evaluate([late!, 0.3, 0.4])].slice(1)).toEqual([0.3, 0.4]);
    }
    expect(() => traced(both(iid(normal(0, 1), 2), dirichlet([1, 1])))).toThrow(
      'sample "w": supports of the two arms differ; got 2 of ℝ^2 and 2 of the simplex',
    );
    expect(() => traced(both(iid(normal(0, 1), 2), iid(normal(0, 1), 3)))).toThrow("got 2 of ℝ^2 and 3 of ℝ^3");
    expect(() => traced(both(iid(normal(0, 1), 2), iid(bernoulli(0.5), 2)))).toThrow(
      'expected the same one with ends that are numbers, or a latent for each arm, such as "w0" and "w1"',
    );
  });

  test("is a number, a vector or a whole number in both, and is new in the same arm", () => {
    expect(() =>
      traced(({ sample, branch }) => {
        const z = sample("z", normal(0, 1));
        branch(
          gt(z, 0),
          () => void sample("x", bernoulli(0.5)),
          () => void sample("x", normal(0, 1)),
        );
      }),
    ).toThrow(
      'sample "x": supports of the two arms differ; got finitely many values and ℝ, expected the same one with ends that are numbers, or a latent for each arm, such as "x0" and "x1": branch() gives that of its arm',
    );
    expect(() =>
      traced(({ sample, branch }) => {
        const z = sample("z", normal(0, 1));
        const twice = (): void => {
          sample("x", normal(0, 1));
          sample("x", normal(0, 1));
        };
        branch(gt(z, 0), twice, twice);
      }),
    ).toThrow('sample "x": duplicate name');
    expect(() =>
      traced(({ sample, branch }) => {
        const z = sample("z", normal(0, 1));
        branch(
          gt(z, 0),
          () => sample("x", normal(0, 1)),
          () => sample("x", normal(0, 1)),
        );
        sample("x", normal(0, 1));
      }),
    ).toThrow('sample "x": duplicate name');
  });
});

test("track adds derived numbers and arrays of them to what a posterior reports", () => {
  const { quantities } = traced(({ sample, track }) => {
    const [a, b] = sample("w", dirichlet([1, 1]));
    track("odds", add(a!, b!));
    track("both", [a!, b!]);
    track("table", [[a!], [b!]]);
  });
  expect(quantities.map(({ name }) => name)).toEqual([
    ..."w[0],w[1],odds,both[0],both[1],table[0][0],table[1][0]".split(","),
  ]);
  const tracking = (name: string, value: unknown) => () =>
    traced(({ sample, track }) => {
      sample("a", normal(0, 1));
      track(name, value as Real);
    });
  expect(tracking("a", 1)).toThrow('track "a": duplicate name');
  expect(tracking("b", "x")).toThrow('track "b": not a number; got "x", expected a traced number or an array of them');
});

describe("flat priors", () => {
  test("above a number or between two add the Jacobian alone", () => {
    expect(joint(({ sample }) => void sample("sigma", flat(0)), [0.7])).toBeCloseTo(0.7, 14);
    // dx/du is width·sigmoid(u)·(1 − sigmoid(u)), at 0 a quarter of the width.
    expect(joint(({ sample }) => void sample("share", flat(2, 6)), [0])).toBeCloseTo(0, 14);
    expect(joint(({ sample }) => void sample("x", flat()), [3])).toBe(0);
    const { latents } = traced(({ sample }) => void sample("mu", ordered(flat(0), 2)));
    expect(latents[0]!.start!()).toBeUndefined();
    expect(() => flat(1, 1)).toThrow("flat: interval is empty; got low=1, high=1, expected low < high");
  });

  test("may end at another latent, which makes them uniform on a triangle", () => {
    const program: Program = ({ sample }) => {
      const a = sample("a", flat(0, 1));
      sample("b", flat(0, add(1, mul(-1, a))));
    };
    const at = density(program);
    let mass = 0;
    for (let u = -30; u <= 30; u += 1 / 8) for (let v = -30; v <= 30; v += 1 / 8) mass += Math.exp(at([u, v])) / 64;
    expect(mass).toBeCloseTo(0.5, 6);
  });
});
