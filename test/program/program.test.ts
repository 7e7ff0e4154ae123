import { describe, expect, test } from "vitest";
import {
  add,
  and,
  div,
  exp,
  gt,
  log,
  lt,
  mul,
  neg,
  type Real,
  square,
  sub,
  type Truth,
} from "../../src/autodiff/expr.ts";
import {
  bernoulli,
  type Distribution,
  exponential,
  gamma,
  lognormal,
  normal,
  poisson,
  studentT,
} from "../../src/distributions/index.ts";
import { corrected, lyy18, reparam, score } from "../../src/estimators/index.ts";
import { estimateGradient, fit as fitModel, logJoint } from "../../src/index.ts";
import { normalCdf } from "../../src/math/normal.ts";
import { type ProgramContext as Context, defineModel, type Program } from "../../src/program/model.ts";
import { trace } from "../../src/program/trace.ts";
import { gradientFault } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

const SAMPLES = amount(16_000, 100_000);

const traced = (program: Program) => trace(defineModel("m", program));
const density = (program: Program, z: readonly number[]): number => logJoint(defineModel("m", program), z);
const logNormal = (x: number, mean: number, sd: number): number =>
  -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
const any = <T>(value: unknown): T => value as T;

describe("errors in the model's own words", () => {
  test("a name used twice", () => {
    expect(() =>
      traced(({ sample }) => {
        sample("a", normal(0, 1));
        sample("a", normal(0, 1));
      }),
    ).toThrow('sample "a": duplicate name; got "a" twice in model "m", expected a new name for every latent');
    expect(() =>
      traced(({ sample, frozen }) => {
        sample("a", normal(0, 1));
        frozen("a", normal(0, 1));
      }),
    ).toThrow('frozen "a": duplicate name');
  });

  test("observing NaN, or a value outside the support", () => {
    const observing = (distribution: Distribution, value: number) => () =>
      traced(({ sample, observe }) => {
        sample("z", normal(0, 1));
        observe(normal(0, 1), 1);
        observe(distribution, value);
      });
    expect(observing(normal(0, 1), NaN)).toThrow(
      'observe "y1": value is outside the support of normal; got NaN, expected a number in ℝ',
    );
    expect(observing(poisson(2), 1.5)).toThrow(
      'observe "y1": value is outside the support of poisson; got 1.5, expected a number in {0, 1, 2, …}',
    );
    expect(observing(poisson(0), 1)).toThrow(
      'observe "y1": log density is -Infinity at value=1; got rate=0, expected a finite number',
    );
  });

  test("a density that is not finite at the initial point names the site and its values", () => {
    const model = defineModel("m", ({ sample, observe }) => {
      const z = sample("z", normal(-1, 0.1));
      observe(normal(0, 2), 1);
      observe(normal(2, z), 0.5, "reading");
    });
    expect(() => fitModel(model)).toThrow(
      'observe "reading": log density of normal is NaN; got value=0.5, mean=2, sd=-1, expected sd > 0 (at the initial point, every latent at its guide\'s mean)',
    );
  });

  test("so does a traced value outside the support, whether the density would be NaN or merely wrong there", () => {
    const observing = (distribution: Distribution) => () =>
      fitModel(
        defineModel("m", ({ sample, observe }) => {
          observe(distribution, sample("z", normal(-1, 0.1)), "here");
        }),
      );
    expect(observing(gamma(2, 1))).toThrow(
      'observe "here": log density of gamma is NaN; got value=-1, shape=2, rate=1, expected value in (0, ∞)',
    );
    expect(observing(gamma(1, 1))).toThrow("expected value in (0, ∞)");
    expect(observing(lognormal(0, 1))).toThrow("expected value in (0, ∞)");
    expect(observing(exponential(3))).toThrow(
      'observe "here": log density of exponential is -Infinity; got value=-1, rate=3, expected value in [0, ∞)',
    );
  });

  test("a traced parameter out of range, whether the density would be NaN or merely wrong there", () => {
    const observing = (distribution: (z: Real) => Distribution, value: number) => () =>
      fitModel(
        defineModel("m", ({ sample, observe }) => {
          observe(distribution(sample("z", normal(-1, 0.1))), value, "here");
        }),
      );
    expect(observing(poisson, 0)).toThrow("got value=0, rate=-1, expected rate ≥ 0");
    expect(observing(bernoulli, 0)).toThrow("got value=0, p=-1, expected 0 ≤ p ≤ 1");
  });

  test("raw JavaScript on a traced value", () => {
    const advice = /expected `where` or `branch`|expected `where`, `branch`/;
    const z = (use: (z: Real) => unknown) => () =>
      traced(({ sample }) => {
        use(sample("z", normal(0, 1)));
      });
    expect(z((x) => (any<number>(x) > 0 ? 1 : 2))).toThrow(advice);
    expect(z((x) => any<number>(x) + 1)).toThrow(advice);
    expect(z((x) => `${x}`)).toThrow(advice);
    expect(z((x) => Math.exp(any(x)))).toThrow(advice);
    expect(z((x) => any<number>(gt(x, 0)) + 1)).toThrow(advice);
  });

  test("a raw `if` on a condition, and conditions that lead nowhere", () => {
    expect(() =>
      traced(({ sample, observe }) => {
        const z = sample("z", normal(0, 1));
        if (gt(z, 0.25)) observe(normal(0, 1), 1);
      }),
    ).toThrow(
      'model "m": a condition was made but never used; got `z > 0.25` (a raw `if` or `!` always takes it for true)',
    );
    expect(() =>
      traced(({ sample }) => {
        and(gt(sample("z", normal(0, 1)), 0), true);
      }),
    ).toThrow("never used");
  });

  test("MOST_UNUSED: a loop on a condition, which would never end", () => {
    expect(() =>
      traced(({ sample }) => {
        const z = sample("z", normal(0, 1));
        for (let k = 0; gt(z, k); k++);
      }),
    ).toThrow(
      "a loop such as `while (gt(z, k))`, which never ends: a condition was made but never used; got `z > 0` (a raw",
    );
  });

  test("what is written to a traced number, and data that are missing", () => {
    expect(() =>
      traced(({ sample }) => {
        any<{ scale: number }>(sample("z", normal(0, 1))).scale = 2;
      }),
    ).toThrow(/scale/);
    for (const [value, got] of [
      [undefined, "undefined"],
      ["3", '"3"'],
      [null, "null"],
    ] as const)
      expect(() =>
        traced(({ sample, observe }) => observe(normal(sample("z", normal(0, 1)), 1), any(value), "y[3]")),
      ).toThrow(`observe "y[3]": not a number; got ${got}, expected one, or a traced one`);
  });

  test("a prior that is neither continuous nor of finitely many values", () => {
    expect(() => traced(({ sample }) => void sample("n", { ...poisson(3), finiteValues: undefined }))).toThrow(
      'sample "n": a discrete latent needs finitely many values; got poisson on {0, 1, 2, …}, expected one such as bernoulli or categorical',
    );
  });

  test("a latent without parameters in the guide, and parameters without a latent", () => {
    const model = defineModel("m", ({ sample }) => {
      for (const name of ["a", "b", "c"]) sample(name, normal(0, 1));
    });
    const from = (mu: unknown, rho: unknown) => () => fitModel(model, { init: { mu: any(mu), rho: any(rho) } });
    expect(from([1, 2], [0, 0, 0])).toThrow(
      'fit: mu does not fit the latents of "m"; got 2 values ("c" is under no guide), expected 3: a, b, c',
    );
    expect(from([1, 2, 3], [0, 0, 0, 0])).toThrow(
      'fit: rho does not fit the latents of "m"; got 4 values, expected 3: a, b, c',
    );
    expect(from([1, NaN, 3], [0, 0, 0])).toThrow('fit: mu of "b" is not a finite number; got NaN');
    for (const bad of [undefined, null, 3, {}])
      expect(from(bad, [0, 0, 0])).toThrow("fit: mu does not fit the latents");
    expect(() => estimateGradient(model, { estimator: score(), params: { mu: [1, 2, 3], rho: [] } })).toThrow(
      'estimateGradient: rho does not fit the latents of "m"; got 0 values ("a" is under no guide), expected 3: a, b, c',
    );
  });

  test("statements of a program that has returned", () => {
    let late: Context | undefined;
    traced((context) => {
      late = context;
      context.sample("z", normal(0, 1));
    });
    const { sample, observe, factor, param, track } = late!;
    const over = 'called after the program of model "m" returned';
    expect(() => sample("x", normal(0, 1))).toThrow(`sample "x": ${over}`);
    expect(() => observe(normal(0, 1), 2)).toThrow(`observe "y0": ${over}`);
    expect(() => factor("f", 1)).toThrow(`factor "f": ${over}`);
    expect(() => param("p", 1)).toThrow(`param "p": ${over}`);
    expect(() => track("t", 1)).toThrow(`track "t": ${over}`);
  });

  test("things of a wrong type", () => {
    expect(() => defineModel("", () => undefined)).toThrow("defineModel: not a name");
    expect(() => defineModel("m", any("program"))).toThrow(
      'defineModel "m": not a program; got "program", expected a function',
    );
    expect(() => trace(any(undefined))).toThrow(
      "model: not a model; got undefined, expected one made by defineModel()",
    );
    expect(() => traced(() => undefined)).toThrow('model "m": got no latents, expected at least one sample()');
    expect(() => traced(any(async () => undefined))).toThrow('model "m": the program is asynchronous; got a promise');
    const z = (use: Program) => () =>
      traced((context) => {
        context.sample("z", normal(0, 1));
        use(context);
      });
    expect(z(({ sample }) => void sample(any(3), normal(0, 1)))).toThrow(
      "not a name; got 3, expected a non-empty string",
    );
    expect(z(({ sample }) => void sample(any(Symbol("z")), normal(0, 1)))).toThrow("not a name; got Symbol(z)");
    expect(z(({ sample }) => void sample("x", any(3)))).toThrow(
      'sample "x": not a distribution; got 3, expected one such as normal(0, 1)',
    );
    expect(z(({ observe }) => observe(any<Distribution>(undefined), 3))).toThrow(
      'observe "y0": not a distribution; got undefined',
    );
    expect(z(({ observe }) => observe(normal(0, any("1")), 3))).toThrow(
      'observe "y0": normal has an invalid sd; got "1", expected sd > 0',
    );
    expect(z(({ observe }) => observe(normal(0, 1), any("3")))).toThrow('not a number; got "3"');
    expect(z(({ observe }) => observe(normal(0, 1), any(undefined)))).toThrow("not a number; got undefined");
    expect(z(({ factor }) => factor("f", any(null)))).toThrow("not a number; got null");
    expect(z(({ factor }) => factor("f", NaN))).toThrow('factor "f": log density is NaN');
    expect(z(({ factor }) => factor(NaN))).toThrow('factor "f0": log density is NaN');
    expect(z(({ factor }) => factor(any("above")))).toThrow("not a number; got undefined");
    expect(z(({ factor }) => factor(any(1), any("above")))).toThrow("factor: not a name; got 1");
    expect(
      z(
        ({ branch }) =>
          void branch(
            any(3),
            () => 1,
            () => 2,
          ),
      ),
    ).toThrow("condition: not a truth value; got 3");
    expect(z(({ branch }) => void branch(true, any(1), () => 2))).toThrow(
      "branch: not an arm; got 1, expected () => …; for two values there is where()",
    );
    expect(z(({ where }) => void where(any("yes"), 1, 2))).toThrow('where: not a truth value; got "yes"');
    expect(z(({ frozen }) => void frozen("t", gamma(2, 1)))).toThrow(
      'frozen "t": gamma is no transform of a normal; expected one such as normal or bernoulli',
    );
  });

  test("values of one run used in another, and a discrete distribution of a traced value", () => {
    let kept: Real = 0;
    let condition: Truth = true;
    traced(({ sample, where }) => {
      kept = sample("z", normal(0, 1));
      condition = gt(kept, 0);
      where(condition, 1, 0);
    });
    expect(() => traced(({ sample, observe }) => observe(normal(kept, 1), sample("z", normal(0, 1))))).toThrow(
      "traced in another program",
    );
    const careless = { ...normal(0, 1), logDensity: () => 0 };
    expect(() =>
      traced(({ sample, observe }) => {
        sample("z", normal(0, 1));
        observe(careless, kept);
      }),
    ).toThrow("traced in another program");
    expect(() => traced(({ sample, branch }) => void branch(condition, () => sample("z", normal(0, 1))))).toThrow(
      "traced in another program",
    );
    expect(() => traced(({ sample, observe }) => observe(poisson(1), sample("z", normal(0, 1))))).toThrow(
      'observe "y0": not a number; got a traced number, expected one; what is missing in data is left out',
    );
  });
});

describe("branches", () => {
  const nested: Program = ({ sample, observe, branch }) => {
    const x = sample("x", normal(0, 1));
    const y = sample("y", normal(0, 2));
    branch(
      gt(x, 0),
      () => {
        observe(normal(x, 1), 3);
        branch(
          gt(y, 1),
          () => observe(normal(y, 0.5), 2),
          () => {
            const w = sample("w", normal(y, 1));
            observe(normal(w, 1), -1);
          },
        );
      },
      () => branch(lt(y, 0), () => observe(studentT(3), x)),
    );
  };
  const plainNested = ([x, y, w]: readonly number[]): number => {
    let total = logNormal(x!, 0, 1) + logNormal(y!, 0, 2);
    if (x! > 0) {
      total += logNormal(3, x!, 1);
      if (y! > 1) total += logNormal(2, y!, 0.5);
      else total += logNormal(w!, y!, 1) + logNormal(-1, w!, 1);
    } else if (y! < 0) {
      // t with 3 degrees of freedom: 6√3/(π (3 + x²)²)
      total += Math.log((6 * Math.sqrt(3)) / (Math.PI * (3 + x! * x!) ** 2));
    }
    return total;
  };

  test("count sites where they are taken, nested ones too", () => {
    const seen = new Set<string>();
    for (const x of [-1.3, 0.4, 2])
      for (const y of [-0.7, 0.2, 1.6])
        for (const w of [-0.5, 1.1]) {
          expect(density(nested, [x, y, w])).toBeCloseTo(plainNested([x, y, w]), 12);
          seen.add(`${x > 0} ${y > 1} ${y < 0}`);
        }
    expect(seen.size).toBe(6);
    expect(density(nested, [-1, 0.5, 7])).toBe(density(nested, [-1, 0.5, -7])); // w is not there
  });

  test("a latent in an arm counts with its log q only where it is live; the corrected estimators know, reparam does not", () => {
    const model = defineModel("m", ({ sample, observe, branch }) => {
      const z = sample("z", normal(0, 1));
      branch(
        gt(z, 0.3),
        () => observe(normal(sample("w", normal(0, 1)), 1), 2.5),
        () => observe(normal(0, 1), 2.5),
      );
    });
    const elbo = ([mz, mw, rz, rw]: readonly number[]): number => {
      const [sz, sw] = [rz!, rw!].map((rho) => Math.log1p(Math.exp(rho))) as [number, number];
      const entropy = (sd: number): number => 0.5 * Math.log(2 * Math.PI) + 0.5 + Math.log(sd);
      const p = normalCdf((mz! - 0.3) / sz);
      const arm = logNormal(mw!, 0, 1) + logNormal(2.5, mw!, 1) - sw ** 2 + entropy(sw);
      return logNormal(mz!, 0, 1) - 0.5 * sz ** 2 + entropy(sz) + p * arm + (1 - p) * logNormal(2.5, 0, 1);
    };
    const theta = [0.2, 0.9, 0.1, -0.3];
    const exact = differences(elbo, theta);
    const at = { params: { mu: theta.slice(0, 2), rho: theta.slice(2) }, samples: amount(130_000, 200_000), seed: 11 };
    const tolerance = { alpha: 1e-4, detectable: 0.2 };
    for (const estimator of [corrected(), lyy18(), score()]) {
      const estimate = estimateGradient(model, { estimator, ...at });
      expect(Math.abs(estimate.elbo - elbo(theta))).toBeLessThan(5 * Math.sqrt(estimate.elboVariance / at.samples));
      expect(gradientFault(estimate, exact, tolerance)).toBeUndefined();
    }
    expect(gradientFault(estimateGradient(model, { estimator: reparam(), ...at }), exact, tolerance)).toMatch(
      /standard errors/,
    );
  });

  test("observing a traced value under a density of half the line, in the arm where it lies there", () => {
    const model = defineModel("m", ({ sample, observe, branch }) => {
      const x = sample("x", normal(0, 1));
      branch(
        gt(x, 0),
        () => observe(exponential(2), x),
        () => observe(normal(x, 1), -1),
      );
    });
    const elbo = ([m, rho]: readonly number[]): number => {
      const sd = Math.log1p(Math.exp(rho!));
      const [t, p] = [m! / sd, normalCdf(m! / sd)];
      const phi = Math.exp(-0.5 * t * t) / Math.sqrt(2 * Math.PI);
      const first = m! * p + sd * phi; // E x⁺
      const below = (m! + 1) ** 2 + sd ** 2 - ((m! ** 2 + sd ** 2) * p + m! * sd * phi + 2 * first + p);
      const entropy = 0.5 * Math.log(2 * Math.PI) + 0.5 + Math.log(sd);
      const other = -0.5 * Math.log(2 * Math.PI) * (1 - p) - 0.5 * below;
      return logNormal(m!, 0, 1) - 0.5 * sd ** 2 + entropy + p * Math.LN2 - 2 * first + other;
    };
    // Means at which the point on the boundary is rounded to either side of 0.
    for (const m of [0.37, -0.21, 0.1, 0.7]) {
      const exact = differences(elbo, [m, 0.2]);
      const estimate = estimateGradient(model, {
        estimator: corrected(),
        params: { mu: [m], rho: [0.2] },
        samples: SAMPLES,
        seed: 3,
      });
      expect(Math.abs(estimate.elbo - elbo([m, 0.2]))).toBeLessThan(5 * Math.sqrt(estimate.elboVariance / SAMPLES));
      expect(gradientFault(estimate, exact, { alpha: 1e-4, detectable: 0.2 })).toBeUndefined();
    }
  });

  test("return the taken arm's number, array or object, or nothing", () => {
    const program: Program = ({ sample, branch, factor }) => {
      const z = sample("z", normal(0, 1));
      const number = branch(
        gt(z, 0),
        () => mul(2, z),
        () => 7,
      );
      const [a, b] = branch<readonly Real[]>(
        gt(z, 1),
        () => [z, 1],
        () => [2, exp(z)],
      );
      const { high, low } = branch<{ readonly high: Real; readonly low: Real }>(
        gt(z, 2),
        () => ({ high: 1, low: z }),
        () => ({ low: 0, high: z }),
      );
      const nothing: unknown = branch(gt(z, 3), () => factor("three", -30));
      expect(nothing).toBeUndefined();
      factor("f", add(add(number, mul(10, a!)), add(mul(100, b!), add(mul(1000, high), mul(10_000, low)))));
    };
    const plain = (z: number): number =>
      logNormal(z, 0, 1) +
      (z > 0 ? 2 * z : 7) +
      10 * (z > 1 ? z : 2) +
      100 * (z > 1 ? 1 : Math.exp(z)) +
      1000 * (z > 2 ? 1 : z) +
      10_000 * (z > 2 ? z : 0) +
      (z > 3 ? -30 : 0);
    for (const z of [-1, 0.5, 1.5, 2.5, 3.5]) expect(density(program, [z])).toBeCloseTo(plain(z), 8);
  });

  test("arms may return matrices, and objects of arrays, which are joined entry by entry", () => {
    const program: Program = ({ sample, branch, factor }) => {
      const z = sample("z", normal(0, 1));
      const matrix = branch(
        gt(z, 1),
        () => [
          [z, 1],
          [2, exp(z)],
        ],
        () => [
          [3, z],
          [5, 6],
        ],
      );
      const { scale, levels } = branch(
        gt(z, 0),
        () => ({ scale: 2, levels: [z, 1] }),
        () => ({ scale: z, levels: [1, 2] }),
      );
      const entries = [...matrix.flat(), scale, ...levels];
      factor(
        "f",
        entries.reduce<Real>((sum, x, i) => add(sum, mul(10 ** i, x)), 0),
      );
    };
    const plain = (z: number): number => {
      const rows = z > 1 ? [z, 1, 2, Math.exp(z)] : [3, z, 5, 6];
      const entries = [...rows, ...(z > 0 ? [2, z, 1] : [z, 1, 2])];
      return logNormal(z, 0, 1) + entries.reduce((sum, x, i) => sum + 10 ** i * x, 0);
    };
    for (const z of [-1, 0.5, 1.5]) expect(density(program, [z]) / plain(z)).toBeCloseTo(1, 12);
  });

  test("arms that return different things are an error that says which", () => {
    const joining = (x: unknown, y: unknown) => () =>
      traced(({ sample, branch }) => {
        branch(
          gt(sample("z", normal(0, 1)), 0),
          () => any<number>(x),
          () => any<number>(y),
        );
      });
    expect(joining([[1, 2], [3]], [[1, 2], 3])).toThrow("got an array of 1 and a number");
    expect(joining([[1, 2]], [[1, 2, 3]])).toThrow("got an array of 2 and an array of 3");
    expect(joining([{ a: 1 }], [{ a: 1 }])).toThrow("got an object with keys a and an object with keys a");
    expect(joining(1, undefined)).toThrow(
      'branch: the arms return different things in model "m"; got a number and undefined',
    );
    expect(joining([1, 2], [1])).toThrow("got an array of 2 and an array of 1");
    expect(joining([1, 2], { 0: 1, 1: 2 })).toThrow("got an array of 2 and an object with keys 0, 1");
    expect(joining({ a: 1 }, { b: 1 })).toThrow("got an object with keys a and an object with keys b");
    expect(joining("x", "y")).toThrow("got x and y, expected numbers");
  });

  test("and where, on data, run the taken arm only and make no condition", () => {
    let ran = 0;
    const { graph, terms } = traced(({ sample, branch, where, observe }) => {
      const z = sample("z", normal(0, 1));
      const data: number = 3;
      const mean = branch(
        gt(data, 2),
        () => z,
        () => {
          ran++;
          return 0;
        },
      );
      branch(gt(1, data), () => observe(normal(0, 1), 99));
      observe(normal(mean, where(gt(2, data), 1, 5)), 1);
    });
    expect(ran).toBe(0);
    expect(terms.map(({ site }) => site)).toEqual(['sample "z"', 'observe "y0"']);
    expect(terms.every(({ live }) => graph.isConstant(live))).toBe(true);
  });

  test("an arm that throws leaves the path as it was", () => {
    const program: Program = ({ sample, branch, observe }) => {
      const z = sample("z", normal(0, 1));
      try {
        branch(gt(z, 0), () => {
          throw new Error("mine");
        });
      } catch {
        observe(normal(0, 1), 1);
      }
    };
    expect(density(program, [-3])).toBeCloseTo(logNormal(-3, 0, 1) + logNormal(1, 0, 1), 12);
  });
});

test("probabilities written by hand from exp and log are right in their tails, where as they stand they round to −∞", () => {
  const log1m = (): number =>
    density(
      ({ sample, factor }) => {
        const p = div(1, add(1, exp(neg(sample("z", normal(0, 1))))));
        factor(log(sub(1, p)));
      },
      [40],
    );
  expect(log1m()).toBeCloseTo(logNormal(40, 0, 1) - 40, 9);
});

describe("the host language", () => {
  test("loops, helper functions, closures and destructuring make the same density as plain arithmetic", () => {
    const data = [0.3, -1.2, 2.2, 0.7];
    const step = (previous: Real, noise: Real): Real => add(mul(0.9, previous), noise);
    const program: Program = ({ sample, observe, where }) => {
      let state: Real = 0;
      for (const [t, y] of data.entries()) {
        state = step(state, sample(`noise${t}`, normal(0, 0.5)));
        observe(normal(where(gt(state, 0), state, mul(-2, state)), 1), y);
      }
    };
    const z = [0.4, -1, 0.2, 0.9];
    let state = 0;
    const expected = z.reduce((total, noise, t) => {
      state = 0.9 * state + noise;
      return total + logNormal(noise, 0, 0.5) + logNormal(data[t]!, state > 0 ? state : -2 * state, 1);
    }, 0);
    expect(density(program, z)).toBeCloseTo(expected, 12);
    expect(traced(program).latents.map(({ name }) => name)).toEqual(["noise0", "noise1", "noise2", "noise3"]);
  });

  test("observing a traced value under any density of ℝ is a term in it", () => {
    const program: Program = ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      observe(normal(1, 2), square(z));
      observe(exponential(3), exp(z));
    };
    expect(density(program, [0.7])).toBeCloseTo(
      logNormal(0.7, 0, 1) + logNormal(0.49, 1, 2) + Math.log(3) - 3 * Math.exp(0.7),
      12,
    );
  });
});

describe("frozen sites", () => {
  const model = defineModel("m", ({ sample, frozen, observe, where }) => {
    const z = sample("z", normal(0, 1));
    const shift = where(gt(frozen("toss", bernoulli(0.3)), 0.5), 2, -1);
    observe(normal(add(z, shift), 1), 2.5);
  });

  test("have no parameters, are drawn from their prior afresh, and add no term", () => {
    const { latents, terms, frozen } = trace(model);
    expect([latents.length, terms.length, frozen.length]).toEqual([1, 2, 1]);
    const [mu, rho] = [0.4, -0.2];
    const sd = Math.log1p(Math.exp(rho));
    // The residual is y − z − shift; its square's derivative is linear in it. E shift = 0.6 − 0.7.
    const residual = 2.5 - mu - (0.3 * 2 - 0.7);
    const exact = [residual - mu, (1 / sd - 2 * sd) / (1 + Math.exp(-rho))];
    for (const estimator of [corrected(), reparam()]) {
      const estimate = estimateGradient(model, {
        estimator,
        params: { mu: [mu], rho: [rho] },
        samples: SAMPLES,
        seed: 2,
      });
      expect(gradientFault(estimate, exact, { alpha: 1e-4, detectable: 0.05 })).toBeUndefined();
      const never = [2.5 - mu + 1 - mu, exact[1]!];
      expect(gradientFault(estimate, never, { alpha: 1e-4, detectable: 0.05 })).toMatch(/standard errors/);
    }
  });

  test("of a bernoulli may have a traced probability: conditions that decide it are corrected for", () => {
    const switching = defineModel("m", ({ sample, frozen, observe, where }) => {
      const z = sample("z", normal(0, 1));
      const toss = frozen("toss", bernoulli(where(gt(z, 0.2), 0.9, 0.1)));
      observe(normal(where(gt(toss, 0.5), 2, -1), 1), 1);
    });
    const jump = 0.8 * (logNormal(1, 2, 1) - logNormal(1, -1, 1));
    const elbo = ([m, rho]: readonly number[]): number => {
      const sd = Math.log1p(Math.exp(rho!));
      return logNormal(m!, 0, 1) - 0.5 * sd ** 2 + Math.log(sd) + jump * normalCdf((m! - 0.2) / sd);
    };
    const at = { params: { mu: [0.3], rho: [0.4] }, samples: amount(60_000, 100_000), seed: 2 };
    const exact = differences(elbo, [0.3, 0.4]);
    const tolerance = { alpha: 1e-4, detectable: 0.1 };
    expect(
      gradientFault(estimateGradient(switching, { estimator: corrected(), ...at }), exact, tolerance),
    ).toBeUndefined();
    expect(gradientFault(estimateGradient(switching, { estimator: reparam(), ...at }), exact, tolerance)).toMatch(
      /standard errors/,
    );
  });
});

/** Gradient by central differences, h⁴ error. */
function differences(f: (theta: readonly number[]) => number, theta: readonly number[]): number[] {
  return theta.map((value, i) => {
    const difference = (h: number): number => (f(theta.with(i, value + h)) - f(theta.with(i, value - h))) / (2 * h);
    return (4 * difference(1e-3) - difference(2e-3)) / 3;
  });
}
