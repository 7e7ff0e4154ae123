import { describe, expect, test } from "vitest";
import { add, div, exp, gt, mul, neg, type Real, sigmoid, square, tanh, where } from "../../../src/autodiff/expr.ts";
import { unseenJumps } from "../../../src/boundaries/check/jumps-without-condition.ts";
import { flat, normal, poisson } from "../../../src/distributions/index.ts";
import { corrected, lyy18, reparam, score } from "../../../src/estimators/index.ts";
import {
  adam,
  DivergenceError,
  estimateGradient,
  explain,
  type FitOptions,
  fitAsync,
  fit as fitModel,
  fitSteps,
  type GradientEstimate,
  type Posterior,
  rmsprop,
  sgd,
} from "../../../src/index.ts";
import { lgamma } from "../../../src/math/gamma.ts";
import { normalCdf, normalQuantile } from "../../../src/math/normal.ts";
import { cheating, conditions, gmm, influenza, temperature, textmsg, walk, xornet } from "../../../src/models/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";
import { defineModel } from "../../../src/program/model.ts";
import { type ClosedForm, gmmExact, textmsgExact } from "../../oracle/closed-forms.ts";
import { TEXTS } from "../../oracle/paper-data.ts";

// A conjugate model: the guide's family contains the posterior, N(0.8, sd √0.2).
const conjugate = defineModel("conjugate", ({ sample, observe }) => {
  const z = sample("z", normal(0, 1));
  observe(normal(z, 0.5), 1);
});
const quiet = { onWarning: () => undefined } as const;
const sdOf = (rho: number): number => Math.log1p(Math.exp(rho));
/** The exact ELBO at a posterior's parameters, and its gradient. */
const exactAt = (exact: ClosedForm, { params }: Posterior) => exact([...params.mu], [...params.rho]);

describe("the posterior", () => {
  const STEPS = 3000;
  const path = { mean: 0, rho: 0, steps: 0 };
  const posterior = fitModel(conjugate, {
    steps: STEPS,
    optimizer: adam({ learningRate: 0.02 }),
    samples: 16,
    seed: 3,
    onProgress: ({ step, theta }) => {
      if (step <= STEPS / 3) return;
      path.mean += theta[0]!;
      path.rho += theta[1]!;
      path.steps++;
    },
  });

  test("is close to the exact one where the guide can be exact", () => {
    // A last step is 0.03 from the optimum (root mean square over seeds), the mean over the path 0.003: five of these.
    expect(Math.abs(posterior.mean("z") - 0.8)).toBeLessThan(0.15);
    expect(Math.abs(path.mean / path.steps - 0.8)).toBeLessThan(0.015);
    expect(Math.abs(sdOf(path.rho / path.steps) - Math.sqrt(0.2))).toBeLessThan(0.015);
    // At the optimum the ELBO is the evidence, log N(1; 0, √1.25), for every sample alike up to O(error).
    const evidence = -0.5 * Math.log(2 * Math.PI * 1.25) - 0.4;
    const late = posterior.elboTrace.slice(STEPS / 3).reduce((total, elbo) => total + elbo, 0) / path.steps;
    expect(Math.abs(late - evidence)).toBeLessThan(0.02);
    expect(posterior.elboTrace).toHaveLength(STEPS);
    expect(posterior.elboTrace[0]).toBeLessThan(evidence - 0.1);
  });

  test("answers mean, sd, quantile and summary from its parameters", () => {
    const { mu, rho } = posterior.params;
    expect(posterior.mean("z")).toBe(mu[0]);
    expect(posterior.sd("z")).toBeCloseTo(sdOf(rho[0]!), 15);
    expect(posterior.quantile("z", 0.975)).toBeCloseTo(mu[0]! + 1.959963984540054 * sdOf(rho[0]!), 14);
    expect(posterior.summary()).toEqual([
      {
        name: "z",
        mean: posterior.mean("z"),
        sd: posterior.sd("z"),
        q05: posterior.quantile("z", 0.05),
        median: posterior.mean("z"),
        q95: posterior.quantile("z", 0.95),
        by: "guide",
      },
    ]);
    expect(posterior.warnings).toEqual([]);
  });

  test("draws from the guide: moments within 5 standard errors, the same for the same seed", () => {
    const n = 100_000;
    const { z } = posterior.sample(n, { seed: 4 });
    const mean = z!.reduce((total, x) => total + x, 0) / n;
    const variance = z!.reduce((total, x) => total + (x - mean) ** 2, 0) / (n - 1);
    const sd = posterior.sd("z");
    expect(Math.abs(mean - posterior.mean("z"))).toBeLessThan((5 * sd) / Math.sqrt(n));
    expect(Math.abs(variance / sd ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(posterior.sample(100, { seed: 4 })["z"]).toEqual(z!.slice(0, 100));
    expect(posterior.sample(100, { seed: 5 })["z"]).not.toEqual(z!.slice(0, 100));
  });

  test("draws latents independently of each other", () => {
    const { x0, x1 } = fitModel(textmsg, { steps: 1 }).sample(100_000, { seed: 4 });
    const centred = [x0!, x1!].map((x) => {
      const mean = x.reduce((total, value) => total + value, 0) / x.length;
      return x.map((value) => value - mean);
    });
    const product = (x: Float64Array, y: Float64Array): number =>
      x.reduce((total, value, i) => total + value * y[i]!, 0);
    const [p, q] = centred as [Float64Array, Float64Array];
    expect(Math.abs(product(p, q) / Math.sqrt(product(p, p) * product(q, q)))).toBeLessThan(5 / Math.sqrt(100_000));
  });

  test("refuses unknown names, probabilities and counts", () => {
    expect(() => posterior.mean("y")).toThrow('mean: no such latent; got "y", expected one of z');
    expect(() => posterior.sd("")).toThrow('sd: no such latent; got ""');
    expect(() => posterior.quantile("z", 1)).toThrow("quantile: probability out of range; got 1, expected 0 < p < 1");
    expect(() => posterior.quantile("z", NaN)).toThrow("probability out of range");
    expect(() => posterior.quantile("z", "0.5" as never)).toThrow("probability out of range; got 0.5");
    expect(() => posterior.sample(0)).toThrow("sample: draws is not a count; got 0, expected an integer ≥ 1");
    expect(() => posterior.sample(1, { seed: 0.5 })).toThrow("seed: not a safe integer; got 0.5");
  });
});

describe("options", () => {
  test("are checked, each with its name", () => {
    const wrong = (options: object) => () => fitModel(conjugate, options as FitOptions);
    expect(wrong({ steps: 0 })).toThrow("fit: steps is not a count; got 0, expected an integer ≥ 1");
    expect(wrong({ steps: 1.5 })).toThrow("fit: steps is not a count; got 1.5");
    expect(wrong({ samples: "8" })).toThrow("fit: samples is not a count; got 8");
    expect(wrong({ seed: NaN })).toThrow("seed: not a safe integer; got NaN");
    expect(wrong({ estimator: "corrected" })).toThrow(
      'fit: not an estimator; got "corrected", expected one such as corrected()',
    );
    expect(wrong({ estimator: corrected })).toThrow("fit: not an estimator; got a function");
    expect(wrong({ optimizer: adam })).toThrow("fit: not an optimiser; got function, expected one such as adam()");
    expect(() => adam({ learningRate: 0 })).toThrow(
      "adam: learningRate is out of range; got 0, expected a finite number > 0",
    );
    expect(() => adam({ beta1: 1 })).toThrow("adam: beta1 is out of range; got 1, expected 0 ≤ beta1 < 1");
    expect(() => adam({ beta2: -1 })).toThrow("adam: beta2 is out of range");
    expect(() => adam({ epsilon: NaN })).toThrow("adam: epsilon is out of range; got NaN");
    expect(() => sgd({ momentum: 1 })).toThrow("sgd: momentum is out of range; got 1, expected 0 ≤ momentum < 1");
    expect(() => sgd({ learningRate: Infinity })).toThrow("sgd: learningRate is out of range; got Infinity");
    expect(() => rmsprop({ decay: 2 })).toThrow("rmsprop: decay is out of range; got 2");
  });

  test("init is where a fit starts, before the model's own and before the priors'", () => {
    const start = (options: FitOptions): number[] => {
      const { mu, rho } = fitModel(textmsg, { steps: 1, optimizer: sgd({ learningRate: 1e-12 }), ...options }).params;
      return [...mu, ...rho];
    };
    const init = { mu: [1, 2, 3], rho: [0.1, 0.2, 0.3] };
    start({ init }).forEach((value, i) => {
      expect(value).toBeCloseTo([...init.mu, ...init.rho][i]!, 6);
    });
    start({}).forEach((value, i) => {
      expect(value).toBeCloseTo([...Array.from(textmsg.init!.mu), ...Array.from(textmsg.init!.rho)][i]!, 6);
    });
    const own = fitModel(
      defineModel("m", ({ sample }) => {
        sample("a", normal(3, 2));
        sample("b", flat());
      }),
      { steps: 1, optimizer: sgd({ learningRate: 1e-12 }) },
    );
    ["a", "b"].forEach((name, i) => {
      expect(own.mean(name)).toBeCloseTo([3, 0][i]!, 6);
      expect(own.sd(name)).toBeCloseTo([2, 1][i]!, 6);
    });
  });

  test("the same seed gives the same bits, another seed others", () => {
    const run = (seed: number): Posterior => fitModel(textmsg, { steps: 50, seed, samples: 3 });
    const [one, same, other] = [7, 7, 8].map(run) as [Posterior, Posterior, Posterior];
    expect(same.params).toEqual(one.params);
    expect(same.elboTrace).toEqual(one.elboTrace);
    expect(other.elboTrace).not.toEqual(one.elboTrace);
  });
});

describe("optimisers", () => {
  const run = (optimizer: ReturnType<typeof adam>, gradients: readonly number[][], theta: number[]): number[][] => {
    const at = Float64Array.from(theta);
    const state = optimizer.init(theta.length);
    return gradients.map((gradient, i) => {
      optimizer.update(state, at, Float64Array.from(gradient), i + 1);
      return [...at];
    });
  };
  const gradients = [
    [2, -1],
    [0, 4],
    [-3, 0.5],
  ];

  test("adam: three steps by hand, ε outside the correction of the bias", () => {
    // β₁ = ½, β₂ = ¾, ε = 1. First component: m = 1, ½, −5/4; v = 1, ¾, 45/16;
    // rates 0.1·√(1 − ¾ᵗ)/(1 − ½ᵗ) = 0.1·½/½, 0.1·(√7/4)/(3/4), 0.1·(√37/8)/(7/8).
    const [first, second, third] = run(
      adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 1 }),
      gradients,
      [5, 5],
    );
    const steps = [
      0.05,
      (((0.1 * Math.sqrt(7)) / 3) * 0.5) / (Math.sqrt(0.75) + 1),
      (((0.1 * Math.sqrt(37)) / 7) * -1.25) / (Math.sqrt(45 / 16) + 1),
    ];
    expect(first![0]).toBeCloseTo(5 + steps[0]!, 14);
    expect(second![0]).toBeCloseTo(5 + steps[0]! + steps[1]!, 14);
    expect(third![0]).toBeCloseTo(5 + steps[0]! + steps[1]! + steps[2]!, 14);
    // Second component, first step: m = −½, v = ¼.
    expect(first![1]).toBeCloseTo(5 - (0.1 * 0.5) / 1.5, 14);
  });

  test("adam's defaults move by about the learning rate at first, whatever the gradient's size", () => {
    for (const size of [1e-3, 1, 1e6]) {
      const [first] = run(adam(), [[size]], [0]);
      // ε = 1e-8 against √v = size·√0.001
      expect(first![0]).toBeCloseTo(0.01 / (1 + 1e-8 / (size * Math.sqrt(0.001))), 12);
    }
  });

  test("sgd with momentum: three steps by hand", () => {
    // v = 2, 1, −2½ and −1, 3½, 2¼.
    expect(run(sgd({ learningRate: 0.5, momentum: 0.5 }), gradients, [5, 5])).toEqual([
      [6, 4.5],
      [6.5, 6.25],
      [5.25, 7.375],
    ]);
    expect(run(sgd({ learningRate: 0.5 }), gradients, [5, 5])).toEqual([
      [6, 4.5],
      [6, 6.5],
      [4.5, 6.75],
    ]);
  });

  test("rmsprop: three steps by hand", () => {
    // decay ½, ε = 1: mean squares 2, 1, 5 and ½, 8¼, 4¼.
    const steps = run(rmsprop({ learningRate: 0.1, decay: 0.5, epsilon: 1 }), gradients, [5, 5]);
    const first = [0.2 / (Math.sqrt(2) + 1), 0, -0.3 / (Math.sqrt(5) + 1)];
    const second = [-0.1 / (Math.sqrt(0.5) + 1), 0.4 / (Math.sqrt(8.25) + 1), 0.05 / (Math.sqrt(4.25) + 1)];
    let [p, q] = [5, 5];
    steps.forEach(([x, y], i) => {
      p += first[i]!;
      q += second[i]!;
      expect(x).toBeCloseTo(p, 14);
      expect(y).toBeCloseTo(q, 14);
    });
  });

  test.each([sgd({ learningRate: 0.02, momentum: 0.5 }), rmsprop({ learningRate: 0.005 })])(
    "$name fits too",
    (optimizer) => {
      const posterior = fitModel(conjugate, { steps: 1500, optimizer, seed: 1 });
      expect(Math.abs(posterior.mean("z") - 0.8)).toBeLessThan(0.1);
      expect(Math.abs(posterior.sd("z") - Math.sqrt(0.2))).toBeLessThan(0.1);
    },
  );
});

describe("forms of a fit", () => {
  const options: FitOptions = { steps: 40, samples: 4, seed: 9, optimizer: adam({ learningRate: 0.05 }) };

  test("fitSteps yields every step, and its return is what fit returns", () => {
    const whole = fitModel(textmsg, options);
    const steps = fitSteps(textmsg, options);
    const elbos: number[] = [];
    for (;;) {
      const next = steps.next();
      if (next.done) {
        expect(next.value.params).toEqual(whole.params);
        break;
      }
      const { step, steps: total, elbo, theta, gradient } = next.value;
      elbos.push(elbo);
      expect([step, total, theta.length, gradient.length]).toEqual([elbos.length, 40, 6, 6]);
    }
    expect(Float64Array.from(elbos)).toEqual(whole.elboTrace);
  });

  test("fitSteps can be left early", () => {
    let last = 0;
    for (const { step } of fitSteps(textmsg, options)) {
      last = step;
      if (step === 7) break;
    }
    expect(last).toBe(7);
  });

  test("an onProgress that answers with a promise is refused, and what that rejects with is lost", async () => {
    const onProgress = async (): Promise<void> => {
      throw new Error("late");
    };
    const told = "fit: onProgress is asynchronous; got a promise, expected it to return at once";
    expect(() => fitModel(textmsg, { ...options, onProgress })).toThrow(told);
    expect(() => fitModel(textmsg, { seed: 1, onProgress })).toThrow(told);
    await new Promise((resolve) => setTimeout(resolve, 5)); // a rejection that nobody handles would fail this file
  });

  test("onProgress hears of every step, with the parameters after it", () => {
    const seen: number[] = [];
    let theta: number[] = [];
    const posterior = fitModel(textmsg, {
      ...options,
      onProgress: (step) => {
        seen.push(step.step);
        theta = [...step.theta];
      },
    });
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(theta).toEqual([...posterior.params.mu, ...posterior.params.rho]);
  });

  test("fitAsync gives the same bits, and timers fire while it works", async () => {
    const long: FitOptions = { ...options, steps: 3000 };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const whole = fitModel(textmsg, long);
    expect(ticks).toBe(0); // the control: a synchronous fit holds the event loop
    const posterior = await fitAsync(textmsg, long);
    clearInterval(timer);
    // Ten turns of some milliseconds each at least; usually far more.
    expect(ticks).toBeGreaterThan(5);
    expect(posterior.params).toEqual(whole.params);
    expect(posterior.elboTrace).toEqual(whole.elboTrace);
  });

  test("fitAsync reports errors of the start as a rejection", async () => {
    await expect(fitAsync(textmsg, { steps: -1 })).rejects.toThrow("fit: steps is not a count; got -1");
  });

  test("a signal aborted before the start stops every form, with its reason", async () => {
    const controller = new AbortController();
    controller.abort(new Error("changed my mind"));
    const aborted = { ...options, signal: controller.signal, onProgress: () => expect.unreachable() };
    expect(() => fitModel(textmsg, aborted)).toThrow("changed my mind");
    expect(() => fitSteps(textmsg, aborted).next()).toThrow("changed my mind");
    await expect(fitAsync(textmsg, aborted)).rejects.toThrow("changed my mind");
    expect(() => fitModel(textmsg, { ...options, signal: { aborted: true } })).toThrow("fit: aborted");
  });

  test("a signal aborted in the middle stops before the next step; fitAsync hears of it from a timer", async () => {
    let started = (): void => {};
    const inTheMiddle = (): { controller: AbortController; steps: () => number; options: FitOptions } => {
      const controller = new AbortController();
      let last = 0;
      return {
        controller,
        steps: () => last,
        options: {
          ...options,
          steps: 1_000_000,
          signal: controller.signal,
          onProgress: ({ step }) => {
            last = step;
            started();
          },
        },
      };
    };
    const sync = inTheMiddle();
    const stopping: FitOptions = {
      ...sync.options,
      onProgress: ({ step }) => step === 12 && sync.controller.abort(new Error("enough")),
    };
    expect(() => fitModel(textmsg, stopping)).toThrow("enough");

    const async = inTheMiddle();
    started = () => {
      started = () => {};
      setTimeout(() => async.controller.abort(new Error("time is up")), 20);
    };
    await expect(fitAsync(textmsg, async.options)).rejects.toThrow("time is up");
    expect(async.steps()).toBeGreaterThan(0);
    expect(async.steps()).toBeLessThan(1_000_000);
  });
});

describe("warnings", () => {
  const warningsOf = (model: typeof gmm, estimator: FitOptions["estimator"]): string[] => {
    const heard: string[] = [];
    const { warnings } = fitModel(model, {
      ...(estimator && { estimator }),
      steps: 1,
      onWarning: (text) => heard.push(text),
    });
    expect(warnings).toEqual(heard);
    return heard;
  };

  test("reparam on a model that jumps says so, with a condition", () => {
    expect(warningsOf(gmm, reparam())).toEqual([
      'fit: estimator "reparam" is biased on model "gmm", whose density jumps at 1 condition(s), the first `z > 0`; corrected() is not',
    ]);
    expect(warningsOf(textmsg, reparam())[0]).toContain("jumps at 37 condition(s)");
  });

  test("no warning on a model that does not jump, nor for estimators without bias", () => {
    expect(warningsOf(conjugate, reparam())).toEqual([]);
    for (const estimator of [corrected(), lyy18(), score(), undefined]) expect(warningsOf(gmm, estimator)).toEqual([]);
  });

  describe("a jump that no condition makes", () => {
    const withMean = (mean: (u: Real) => Real) =>
      defineModel("pole", ({ sample, observe }) => {
        observe(normal(mean(sample("u", normal(0, 1))), 1), 2, "y");
      });
    const jumps = withMean((u) => sigmoid(div(1, u)));

    test("is told, with what is 0 there, for estimators that differentiate the density", () => {
      for (const estimator of [lyy18(), reparam()])
        expect(warningsOf(jumps, estimator)).toEqual([
          `fit: estimator "${estimator.name}" is biased on model "pole": at observe "y" \`sigmoid(1 / u)\` jumps where \`u\` is 0, and no condition says so; score() is not, nor is a divisor that is positive or a condition`,
        ]);
      for (const estimator of [score(), corrected(), undefined]) expect(warningsOf(jumps, estimator)).toEqual([]);
      expect(explain(jumps).unseen).toEqual([]);
      expect(explain(jumps).conditions).toMatchObject([
        { text: "u", sites: ['sample "u"', 'observe "y"'], block: ["u"] },
      ]);
    });

    test("biases reparam, and neither corrected nor score", () => {
      const params = { mu: [0.1], rho: [0.3] };
      const [biased, counted, right] = [reparam(), corrected(), score()].map((estimator, k) =>
        estimateGradient(jumps, { estimator, params, samples: k < 2 ? 20_000 : 400_000, seed: 3 }),
      ) as [GradientEstimate, GradientEstimate, GradientEstimate];
      const apart = (one: GradientEstimate): number => {
        const error = Math.sqrt(right.variance[0]! / right.samples + one.variance[0]! / one.samples);
        return Math.abs(one.gradient[0]! - right.gradient[0]!) / error;
      };
      expect(apart(biased)).toBeGreaterThan(5);
      expect(apart(counted)).toBeLessThan(4);
    });

    test("is none where the divisor is positive, the pole even or divided by, or a condition decides", () => {
      const smooth: ((u: Real) => Real)[] = [
        (u) => sigmoid(div(u, exp(u))),
        (u) => exp(neg(square(div(1, u)))),
        (u) => tanh(div(1, add(2, square(div(1, u))))),
        (u) => where(gt(div(1, u), 1), 1, 0),
      ];
      for (const mean of smooth.slice(0, 3)) expect(explain(withMean(mean)).conditions).toEqual([]);
      for (const model of [gmm, textmsg, influenza, temperature, walk, cheating, xornet, ...Object.values(conditions)])
        expect(unseenJumps(buildObjective(model)), model.name).toEqual([]);
    });
  });

  test("lyy18 with coincident ifs forced one at a time says so where some coincide", () => {
    expect(warningsOf(influenza, lyy18({ coincident: "separate" }))[0]).toMatch(/may be biased on model "influenza"/);
    expect(warningsOf(conjugate, lyy18({ coincident: "separate" }))).toEqual([]);
  });
});

describe("divergence", () => {
  // ELBO E exp(z): without bound, reached faster and faster.
  const unbounded = defineModel("unbounded", ({ sample, factor }) => {
    factor("reward", exp(sample("z", flat())));
  });

  test("stops with the site, the step and the last good parameters", () => {
    const thetas: number[][] = [[0, Math.log(Math.E - 1)]]; // before the first step: mean 0, sd 1
    const elbos: number[] = [];
    let error: unknown;
    try {
      fitModel(unbounded, {
        steps: 1000,
        seed: 1,
        optimizer: sgd({ learningRate: 0.05 }),
        onProgress: ({ theta, elbo }) => {
          thetas.push([...theta]);
          elbos.push(elbo);
        },
      });
    } catch (caught) {
      error = caught;
    }
    if (!(error instanceof DivergenceError)) throw error;
    const { step, params, elboTrace, message } = error;
    expect(step).toBeGreaterThan(2);
    expect(step).toBe(elbos.length + 1);
    expect(message).toMatch(
      new RegExp(
        `^fit: diverged at step ${step} of 1000: factor "reward": .*expected a finite log density .*; try a smaller learning rate`,
      ),
    );
    // The last parameters at which ELBO and gradient were finite: those before the step that went too far.
    expect([...params.mu, ...params.rho]).toEqual(thetas[step - 2]);
    expect(elboTrace).toEqual(Float64Array.from(elbos));
    expect(Number.isFinite(elbos.at(-1))).toBe(true);
    // A fit can go on from there.
    const again = fitModel(unbounded, { steps: 1, init: params, optimizer: sgd({ learningRate: 1e-300 }) });
    expect(again.mean("z")).toBeCloseTo(params.mu[0]!, 8);
  });

  test("at the first step keeps the initial parameters", () => {
    const cliff = defineModel("cliff", ({ sample, factor, where: choose }) => {
      const z = sample("z", normal(0, 1));
      factor("cliff", choose(gt(z, 0.001), neg(exp(exp(mul(1000, z)))), 0));
    });
    expect.assertions(3);
    try {
      fitModel(cliff, { estimator: score(), seed: 1, steps: 10 });
    } catch (error) {
      expect(error).toBeInstanceOf(DivergenceError);
      expect((error as DivergenceError).step).toBe(1);
      expect((error as DivergenceError).params.mu).toEqual(Float64Array.of(0));
    }
  });

  test("in the last step, which no gradient follows, is noticed too", () => {
    const steep = defineModel("steep", ({ sample, factor }) => {
      factor("steep", mul(1e200, sample("z", flat())));
    });
    expect(() => fitModel(steep, { steps: 1, optimizer: sgd({ learningRate: 1e200 }) })).toThrow(
      "fit: diverged at step 1 of 1: a parameter became Infinity",
    );
  });
});

describe("convergence", () => {
  test("of gmm: corrected to the maximiser of the exact ELBO, reparam elsewhere", () => {
    const best = climb(gmmExact, [0], [0.5]);
    const options = { steps: 4000, samples: 16, seed: 1, ...quiet, optimizer: adam({ learningRate: 0.005 }) };
    const right = fitModel(gmm, { ...options, estimator: corrected() });
    // The ELBO is quadratic at its maximum: Adam's wandering of some learning rates costs some 1e-4.
    expect(best.elbo - exactAt(gmmExact, right).elbo).toBeLessThan(0.003);
    expect(Math.abs(right.mean("z") - best.mu[0]!)).toBeLessThan(0.05);
    expect(Math.abs(right.sd("z") - sdOf(best.rho[0]!))).toBeLessThan(0.05);
    // Without the jump there is only the prior to fit.
    const wrong = fitModel(gmm, { ...options, estimator: reparam() });
    expect(Math.abs(wrong.mean("z"))).toBeLessThan(0.1);
    expect(best.elbo - exactAt(gmmExact, wrong).elbo).toBeGreaterThan(3);
  });

  test("of textmsg: corrected finds where the rate changes, within the bound that the evidence sets", () => {
    const days = Array.from({ length: 37 }, (_, i) => 2 * i + 2);
    const { evidence, probability } = changePoint(days);
    // Every second day shows the change elsewhere than all 74 do: after day 24, with its 72 messages.
    expect(probability(24)).toBeGreaterThan(0.8);
    const fits = [1, 2, 3].map((seed) =>
      fitModel(textmsg, { steps: 3000, samples: 16, seed, optimizer: adam({ learningRate: 0.01 }) }),
    );
    const best = fits.reduce((p, q) => (exactAt(textmsgExact, p).elbo > exactAt(textmsgExact, q).elbo ? p : q));
    const day = (probability: number): number => 75 * normalCdf(best.quantile("z", probability));
    expect(day(0.05)).toBeGreaterThan(24);
    expect(day(0.95)).toBeLessThan(26);
    // The ELBO is the evidence minus a divergence: a normal guide of 82 % of the mass lacks log 0.82 = −0.2 and more.
    const { elbo } = exactAt(textmsgExact, best);
    expect(elbo).toBeLessThan(evidence + Math.log(probability(24)));
    expect(elbo).toBeGreaterThan(evidence - 0.6);
    // Climbing the exact gradient from there leads nowhere else.
    const top = climb(textmsgExact, [...best.params.mu], [...best.params.rho]);
    expect(top.elbo - elbo).toBeLessThan(0.1);
    expect(Math.abs(75 * normalCdf(top.mu[2]!) - day(0.5))).toBeLessThan(0.2);
    const biased = fitModel(textmsg, { steps: 3000, samples: 16, seed: 2, estimator: reparam(), ...quiet });
    expect(exactAt(textmsgExact, biased).elbo).toBeLessThan(elbo - 2);
  });

  test("of all 74 days: the known change after day 44 or 45", () => {
    const days = Array.from({ length: 74 }, (_, i) => i + 1);
    const { evidence, probability } = changePoint(days);
    expect(probability(44) + probability(45)).toBeGreaterThan(0.8);
    const model = defineModel("texts", ({ sample, observe }) => {
      const [x0, x1, z] = [
        sample("x0", normal(PRIOR_MEAN, PRIOR_SD)),
        sample("x1", normal(PRIOR_MEAN, PRIOR_SD)),
        sample("z", normal(0, 1)),
      ];
      for (const day of days)
        observe(poisson(where(gt(z, normalQuantile(day / 75)), exp(x0), exp(x1))), TEXTS[day - 1]!);
    });
    // The ELBO has local maxima around days 11 and 25 as well: several narrow starts, the best of which counts.
    const meanElbo = ({ elboTrace }: Posterior): number =>
      elboTrace.slice(-500).reduce((total, value) => total + value, 0) / 500;
    const fits = [20, 40, 60].map((day) =>
      fitModel(model, {
        steps: 1500,
        samples: 16,
        seed: 1,
        init: { mu: [PRIOR_MEAN, PRIOR_MEAN, normalQuantile(day / 75)], rho: [-2, -2, -2] },
        optimizer: adam({ learningRate: 0.01 }),
      }),
    );
    const posterior = fits.reduce((p, q) => (meanElbo(p) > meanElbo(q) ? p : q));
    const day = 75 * normalCdf(posterior.mean("z"));
    expect(day).toBeGreaterThan(44);
    expect(day).toBeLessThan(45.5);
    const elbo = meanElbo(posterior);
    expect(elbo).toBeLessThan(evidence);
    expect(elbo).toBeGreaterThan(evidence - 1);
  });
});

const PRIOR_SD = Math.sqrt(Math.log(2));
const PRIOR_MEAN = Math.log(TEXTS.reduce((total, count) => total + count, 0) / 74) - Math.log(2) / 2;

/** Ascent on the exact ELBO by Adam without noise, to a maximum. */
function climb(exact: ClosedForm, mu: number[], rho: number[]): { mu: number[]; rho: number[]; elbo: number } {
  const n = mu.length;
  const theta = Float64Array.from([...mu, ...rho]);
  const optimizer = adam({ learningRate: 0.005 });
  const state = optimizer.init(2 * n);
  const at = (): { mu: number[]; rho: number[] } => ({ mu: [...theta.slice(0, n)], rho: [...theta.slice(n)] });
  for (let step = 1; step <= 4000; step++) optimizer.update(state, theta, exact(at().mu, at().rho).gradient, step);
  return { ...at(), elbo: exact(at().mu, at().rho).elbo };
}

/** Evidence and exact posterior of the last day before the change: rates integrated out by quadrature, days enumerated. */
function changePoint(days: readonly number[]): { evidence: number; probability: (day: number) => number } {
  // log ∫ N(x; prior) exp(total·x − n·eˣ) dx by the trapezoidal rule, whose error is far below 1e-10 for such a smooth peak.
  const integral = (some: readonly number[]): number => {
    const total = some.reduce((sum, day) => sum + TEXTS[day - 1]!, 0);
    const logs: number[] = [];
    for (let x = -2; x < 8; x += 0.01)
      logs.push(total * x - some.length * Math.exp(x) - 0.5 * ((x - PRIOR_MEAN) / PRIOR_SD) ** 2);
    return logSum(logs) + Math.log(0.01) - Math.log(PRIOR_SD) - 0.5 * Math.log(2 * Math.PI);
  };
  const bounds = [0, ...days.map((day) => day / 75), 1];
  const logs = days
    .concat(75)
    .map((_, j) => Math.log(bounds[j + 1]! - bounds[j]!) + integral(days.slice(0, j)) + integral(days.slice(j)));
  const factorials = days.reduce((sum, day) => sum + lgamma(TEXTS[day - 1]! + 1), 0);
  const whole = logSum(logs);
  return {
    evidence: whole - factorials,
    probability: (day) => Math.exp(logs[days.indexOf(day) + 1]! - whole),
  };
}

function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - most), 0));
}
