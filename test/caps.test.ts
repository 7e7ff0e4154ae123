/**
 * Every cap of the sources, and what is true above it: the answer is still right, or the model is refused by name. A cap is a constant
 * whose name begins with MOST or ends with BUDGET; the last test has to find each of them here, so that a new one without a test
 * fails.
 */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Graph } from "../src/autodiff/index.ts";
import { jit } from "../src/autodiff/lanes/javascript/jit.ts";
import { wasmKernels } from "../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../src/autodiff/lanes/wasm/wasm.ts";
import * as core from "../src/core.ts";
import * as n from "../src/index.ts";
import { makeRootFinder } from "../src/roots/isolation.ts";
import { planeQuadrature } from "./oracle/plane-quadrature.ts";
import { amount } from "./support/soak.ts";

const SAMPLES = amount(2000, 20_000);
const params = { mu: [0.3, -0.2], rho: [0.2, 0.4] };
const upTo = (size: number) => ({ mu: params.mu.slice(0, size), rho: params.rho.slice(0, size) });
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const logNormal = (x: number, mean: number): number => -0.5 * (x - mean) ** 2 - 0.5 * Math.log(2 * Math.PI);

/** A condition on one or two latents, as traced values and as numbers; it switches the mean of what is observed. */
interface Case {
  readonly traced: (u: n.Real, w: n.Real) => n.Truth;
  readonly plain: (u: number, w: number) => boolean;
  readonly latents: 1 | 2;
  /** What the refusal says, where the condition is refused above the cap. */
  readonly refused?: RegExp;
  /** Steps in which the quadrature looks for places where the condition switches. */
  readonly scan?: number;
}

const modelOf = ({ traced, latents }: Pick<Case, "traced" | "latents">): n.Model =>
  n.defineModel("cap", ({ sample, observe }) => {
    const u = sample("u", n.normal(0, 1));
    const w = latents === 2 ? sample("w", n.normal(0, 1)) : 0;
    observe(n.normal(n.where(traced(u, w), 2, -1), 1), 0.3);
  });

const exactOf = ({ plain, latents, scan }: Case): Float64Array =>
  planeQuadrature(
    {
      latents,
      two: latents === 2,
      holds: (u, w) => Number(plain(u, w)),
      logJoint: (u, w, holds) =>
        logNormal(u, 0) + (latents === 2 ? logNormal(w, 0) : 0) + logNormal(0.3, holds ? 2 : -1),
    },
    upTo(latents),
    { scan: scan ?? amount(120, 260) },
  ).gradient;

/** The largest distance of a mean gradient from the exact one, in standard errors (and 1e-9 for what has none). */
function worst(
  model: n.Model,
  exact: ArrayLike<number>,
  size: number,
  estimator: n.Estimator,
  samples: number = SAMPLES,
): number {
  const { gradient, variance } = n.estimateGradient(model, {
    estimator,
    params: upTo(size),
    samples,
    seed: 5,
  });
  const errors = variance.map((single) => Math.sqrt(single / samples) + 1e-9);
  return Math.max(...gradient.map((mean, p) => Math.abs(mean - exact[p]!) / errors[p]!));
}

const independent = (options: n.CorrectedOptions = {}): n.Estimator =>
  n.corrected({ points: "random", pairing: "independent", ...options });

const DIRECTIONS = range(20).map((i) => [Math.cos(i), Math.sin(i)] as const);

const CASES: Readonly<Record<string, Case>> = {
  "MOST_PARTS: a maximum of 21 planes": {
    traced: (u, w) =>
      n.gt(
        range(20).reduce<n.Real>(
          (most, i) => n.max(most, n.add(n.mul(Math.cos(i), u), n.mul(Math.sin(i), w))),
          n.sub(u, 1),
        ),
        1.3,
      ),
    plain: (u, w) => u - 1 > 1.3 || DIRECTIONS.some(([cos, sin]) => cos * u + sin * w > 1.3),
    latents: 2,
  },
  "MOST_NODES: 130 selections by what moves the condition anyway": {
    traced: (u) => n.gt(n.add(u, n.sum(range(130).map((i) => n.where(n.gt(u, i / 50 - 1), 0.01, 0)))), 0.5),
    plain: (u) => u + range(130).filter((i) => u > i / 50 - 1).length * 0.01 > 0.5,
    latents: 1,
    scan: 1000,
  },
  "MOST_FUNCTIONS: a tower of six functions on one side": {
    traced: (u, w) => n.gt(n.tanh(n.exp(n.tanh(n.exp(n.tanh(n.exp(u)))))), n.sigmoid(n.mul(4, w))),
    plain: (u, w) => Math.tanh(Math.exp(Math.tanh(Math.exp(Math.tanh(Math.exp(u)))))) > 1 / (1 + Math.exp(-4 * w)),
    latents: 2,
  },
  "MOST_DIVISORS: nine quotients by what may be 0": {
    traced: (u) => n.gt(n.sum(range(9).map((i) => n.div(1, n.sub(u, i / 2 - 2)))), 0.7),
    plain: (u) => range(9).reduce((sum, i) => sum + 1 / (u - (i / 2 - 2)), 0) > 0.7,
    latents: 1,
    scan: 4000,
  },
  "a slope below seven conditions": {
    traced: (u, w) => n.gt(n.add(n.mul(w, n.sum(range(7).map((i) => n.where(n.gt(u, i / 3 - 1), 1, 0)))), u), 0.2),
    plain: (u, w) => w * range(7).filter((i) => u > i / 3 - 1).length + u > 0.2,
    latents: 2,
    scan: amount(300, 1000),
  },
};

describe("above a cap the gradient is exact, or the model is refused by name:", () => {
  test.each(Object.entries(CASES))("%s", (_, example) => {
    const model = modelOf(example);
    const { refused, latents } = example;
    if (refused) {
      expect(() => worst(model, [0, 0, 0, 0], latents, independent())).toThrow(refused);
      return;
    }
    const exact = exactOf(example);
    // The jump is there to be seen: without its term the gradient is wrong.
    expect(worst(model, exact, latents, n.reparam(), 20_000)).toBeGreaterThan(6);
    expect(worst(model, exact, latents, independent())).toBeLessThan(4.5);
  });

  test("MOST_CELLS: twenty thresholds in one term", () => {
    const model = n.defineModel("cells", ({ sample, observe }) => {
      const u = sample("u", n.normal(0, 1));
      observe(n.normal(n.sum(range(20).map((i) => n.where(n.gt(u, i / 5 - 2), 0.2, 0))), 1), 0.3);
    });
    const { gradient } = planeQuadrature(
      {
        latents: 1,
        two: false,
        holds: (u) => range(20).filter((i) => u > i / 5 - 2).length,
        logJoint: (u, _w, above) => logNormal(u, 0) + logNormal(0.3, 0.2 * above),
      },
      upTo(1),
    );
    expect(worst(model, gradient, 1, n.reparam(), 20_000)).toBeGreaterThan(6);
    expect(worst(model, gradient, 1, independent())).toBeLessThan(4.5);
  });

  test.each([
    [
      "MOST_BLOCKS: four ways to move a condition",
      (z: readonly n.Real[]) => n.gt(n.add(n.mul(z[0]!, z[1]!), n.mul(z[2]!, z[3]!)), 0.3),
    ],
    ["four variables in a curve", (z: readonly n.Real[]) => n.gt(n.sum(z.map((x) => n.square(x))), 3)],
  ] as const)("%s", (_, condition) => {
    const model = n.defineModel("ways", ({ sample, observe }) => {
      const z = range(4).map((i) => sample(`z${i}`, n.normal(0, 1)));
      observe(n.normal(n.where(condition(z), 2, -1), 1), 0.3);
    });
    const at = { mu: [0.3, 0.4, 0.5, 0.2], rho: [0.2, 0.1, 0.3, 0.2] };
    compareWithScore(model, at, independent(), amount(2000, 4000), range(8));
  });

  test("MOST_WORK: forty conditions on a shared latent, of which the private ones alone are moved", () => {
    const model = n.defineModel("shared", ({ sample, observe }) => {
      const t = sample("t", n.normal(0, 1));
      const above = range(40).map((i) => n.where(n.gt(sample(`u${i}`, n.normal(0, 1)), t), 1, 0));
      observe(n.normal(n.sum(above), 3), 15);
    });
    const at = { mu: new Array(41).fill(0.1), rho: new Array(41).fill(0.3) };
    compareWithScore(model, at, independent({ marginalise: false }), amount(2000, 4000), [0, 1, 41, 42]);
  });

  test("PIECES_BUDGET, FAR_BUDGET: a sine with more places than can be told apart", () => {
    const model = modelOf({ traced: (u) => n.gt(n.sin(n.mul(3000, n.square(u))), 0.2), latents: 1 });
    expect(() => worst(model, [0, 0], 1, independent())).toThrow(
      /^corrected: `.*sin.*` at observe "y0" cannot be handled exactly; got 20000 pieces of the line of "u" used up at/,
    );
  });
});

describe("above the caps of the engine", () => {
  // MOST_LISTED users of a node, MOST_LANES lanes, MOST_IN_BLOCK and MOST_INSTRUCTIONS of a generated function, MOST_SEARCHED
  // places, MOST_PATHS of a shared sum, MOST_SHARED thresholds, MOST_TERMS_EACH of an input, MOST of the numbers of shapes:
  // 400 observations that nothing folds, under 300 thresholds on one latent.
  const model = n.defineModel("long", ({ sample, observe }) => {
    const [a, b, day] = ["a", "b", "day"].map((name) => sample(name, n.normal(0, 1))) as [n.Real, n.Real, n.Real];
    const shared = n.sum(range(12).map((i) => n.mul(1 + i / 7, n.sin(n.add(a, i)))));
    for (const i of range(400)) {
      const level = n.where(n.gt(day, (i % 300) / 100 - 1.5), a, b);
      observe(
        n.studentT(3 + (i % 5), n.add(n.mul(Math.sin(i), shared), level), n.exp(n.mul(0.01 * i, b))),
        Math.cos(i),
      );
    }
  });
  const estimator = independent({ marginalise: false });
  const options = {
    estimator,
    params: { mu: [0.3, -0.2, 0.1], rho: [0.2, 0.4, 0.3] },
    samples: amount(1100, 2100),
    seed: 5,
  };
  const reference = n.estimateGradient(model, options);

  test("the MOST_LISTED, MOST_LANES, MOST_PATHS, MOST_SHARED, MOST_TERMS_EACH, MOST: gradient is that of the plain engine", () => {
    const plain = core.estimateGradient(model, { ...options, estimator: core.corrected() });
    plain.gradient.forEach((component, p) => {
      // Sums of some 400 terms in another order: 400 ε of their size, for which the sd of a sample stands.
      const scale = Math.abs(component) + Math.sqrt(plain.variance[p]!);
      expect(Math.abs(component - reference.gradient[p]!)).toBeLessThanOrEqual(400 * Number.EPSILON * scale);
    });
  });

  test.each([
    ["generated JavaScript", jit()],
    ["generated WebAssembly", wasm({ after: 0 })],
    ...amount([], [["WebAssembly kernels", wasmKernels()] as const]),
  ] as const)("the MOST_IN_BLOCK, MOST_INSTRUCTIONS, MOST_SEARCHED: bits are the interpreter's on %s", (_, backend) => {
    expect(n.estimateGradient(model, { ...options, backend }).gradient).toEqual(reference.gradient);
  });

  test("so long is its tape", () => {
    expect(n.makeSampler(model, estimator).each().tape.size.lane).toBeGreaterThan(10_000);
  });
});

test.each([8, 12])(
  "KINK_BUDGET, MOST_UNDECIDED: the roots beside %i kinks at one place are those of a scan",
  (kinks) => {
    // ½ sin 3t + Σ |sin k(t − ½)| crosses half the number of kinks; all of these are at t = ½.
    const f = (t: number): number =>
      0.5 * Math.sin(3 * t) +
      range(kinks).reduce((sum, i) => sum + Math.abs(Math.sin((1 + i / 9) * (t - 0.5))), 0) -
      kinks / 2;
    const scanned: number[] = [];
    for (let t = -4; t < 4; t += 1e-4) if (f(t) > 0 !== f(t + 1e-4) > 0) scanned.push(t + 5e-5);
    const graph = new Graph();
    const { algebra: A } = graph;
    const t = graph.input("t", true);
    const terms = range(kinks).map((i) => A.abs(A.sin(A.mul(A.constant(1 + i / 9), A.add(t, A.constant(-0.5))))));
    const c = graph.sum([A.mul(A.constant(0.5), A.sin(A.mul(A.constant(3), t))), ...terms, A.constant(-kinks / 2)]);
    const roots = new Float64Array(64);
    const count = makeRootFinder(graph, c, t, { reach: 4 }).find([], roots);
    expect(scanned.length).toBeGreaterThan(1);
    expect(count).toBe(scanned.length);
    scanned.forEach((root, i) => {
      expect(Math.abs(roots[i]! - root)).toBeLessThan(1e-4);
    });
  },
);

const FREE = amount(20_000, 60_000);

/** score() with a baseline is unbiased whatever the condition. */
function compareWithScore(
  model: n.Model,
  at: n.MeanFieldParameters,
  estimator: n.Estimator,
  samples: number,
  components: readonly number[],
): void {
  const ours = n.estimateGradient(model, { estimator, params: at, samples, seed: 5 });
  const reference = n.score({ baseline: "leave-one-out" });
  const free = n.estimateGradient(model, { estimator: reference, params: at, samples: FREE, seed: 6 });
  for (const p of components) {
    const error = Math.sqrt(ours.variance[p]! / samples + free.variance[p]! / FREE);
    expect(Math.abs(ours.gradient[p]! - free.gradient[p]!)).toBeLessThan(4.5 * error);
  }
}

/** Caps of which a change of speed or of words is all that is seen, and above which these tests go as a matter of course. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  MOST_AXES: "verify/gradient.test.ts", // three latents by quadrature, five along lines
  MOST_COMBINATIONS: "verify/gradient.test.ts",
  CHANGES_BUDGET: "verify/gradient.test.ts",
  MOST_CHOICES: "boundaries/check/distinct.test.ts", // with seven choices nothing is proven
  MOST_ROUNDS: "plain/semantics.test.ts", // a loop without an end
  MOST_UNUSED: "program/program.test.ts", // a loop on a condition
  MOST_STEPS: "program/rounding.test.ts", // 10,001 steps are refused
  MOST_CANDIDATES: "conditions/solving.test.ts", // sums of more functions
  BUDGET: "estimators/draw/draw.test.ts", // boundaries that are drawn, as they cost more
  MOST_KEPT: "inference/fit/climb/matched-points.test.ts", // numbers of a batch that is drawn once
  MOST_WORKERS: "shards/fit.test.ts", // 10,001 workers are refused
  MOST_SHARDS: "shards/estimate.test.ts", // 100,001 shards are refused
  MOST_CORRELATED: "inference/fit/correlated.test.ts", // a fit of 41 latents is mean field
  MOST_NEAR: "guides/neighbours.test.ts", // a fit of 262 latents is mean field
  MOST_EACH: "guides/neighbours.test.ts", // and one whose every latent has 20 neighbours
  MOST_STARTS: "inference/fit/climb/placing.test.ts", // of 60 days on which a velocity may change each third has a start
  MOST_ARMS: "autodiff/floors.test.ts", // a rounded value below seventy selections
  MOST_LEVELS: "autodiff/graph/deep.test.ts", // texts of a chain of 100,000 ops
  DEFAULT_BUDGET: "collapse/caps.test.ts", // a table of 10,000 entries
  MOST_SWEPT: "collapse/caps.test.ts", // two change points among 260 days
  MOST_TRIED: "collapse/elimination/unread.test.ts", // a chain of counts with 266,400 pairs of values
  MOST_PATTERNS: "collapse/caps.test.ts", // seven thresholds of unknown order
  MOST_ROOTS: "collapse/caps.test.ts", // a wave with a hundred thresholds
  MOST_PLACES: "collapse/elimination/linear-sums.test.ts", // and of 257 places
  MOST_ATOMS: "collapse/elimination/linear-sums.test.ts", // running sums of seven functions are made one of the other
  MOST_CASES: "collapse/elimination/certain-cells.test.ts", // a sum by twice three conditions stays one
  MOST_LEAVES: "collapse/elimination/certain-cells.test.ts", // and a mass by twelve conditions stays what it is
  MOST_SCANNED: "inference/posterior/adaptation/reach.test.ts", // where more draws were needed further starts are made
  MOST_LINED: "inference/fit/climb/by-values.test.ts", // more decisions along lines are left to values
  MOST_REFUSED: "inference/fit/climb/by-values.test.ts", // none is asked for any more, and values answer
  MOST_LATENTS: "inference/posterior/adaptation/agreement.test.ts", // of 33 latents no particles answer
  MOST_GLIDING: "inference/posterior/adaptation/agreement.test.ts", // of 129 latents no particles answer though slopes are known
  MOST_JUMPING: "inference/posterior/moves/jumps.test.ts", // of 129 latents none jumps
  MOST_MOVED: "inference/posterior/adaptation/agreement.test.ts", // a population that stays in one of two modes
  MOST_OUTER: "inference/posterior/conditional/split.test.ts", // seven scales are not weighed in two parts
  MOST_INNER: "inference/posterior/conditional/split.test.ts", // nor are 129 latents
  MOST_PRODUCTS: "inference/posterior/conditional/split.test.ts", // forty effects each of which knows all others
  MOST_WIDER: "inference/posterior/proposal.test.ts", // of more latents no wider guides are drawn from
  MOST_LOOSE: "inference/posterior/reweighted.test.ts", // of more latents none is set free by itself
  MOST_STAGES: "inference/posterior/adaptation/particles.test.ts", // a needle of width 1e-100
  MOST_FOLLOWED: "collapse/caps.test.ts", // a sum below a hundred conditions
  MOST_TIMES: "collapse/caps.test.ts", // sums dearer than ten times the model
  MOST_ROWS: "inference/compiled/compiled-model.test.ts", // a column of 10^7 + 1 rows is refused
  MOST_ENTRIES: "distributions/vector/vectors.test.ts", // a vector of 10^7 + 1 entries is refused
  MOST_DRAWS: "inference/posterior/reweighted.test.ts", // 10^7 + 1 draws are refused
  MOST_COUNTED: "program/truncation.test.ts", // a rate that may be above 2000 is refused
  MOST_VALUES: "distributions/discrete-tails.test.ts", // a table of 10,001 values is refused
  MOST_CHARACTERS: "cli/cli.test.ts",
  MOST_SHOWN: "cli/cli.test.ts",
};

test("every cap of the sources is named here, and every test that is named exists", async () => {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const root = fileURLToPath(new URL("../src/", import.meta.url));
  const caps = new Set<string>();
  for (const path of (await readdir(root, { recursive: true })).filter((path) => path.endsWith(".ts")))
    for (const [, name] of (await readFile(`${root}${path}`, "utf8")).matchAll(/const (MOST[A-Z_]*|[A-Z_]*BUDGET)\b/g))
      caps.add(name!);
  const titles = (await readFile(`${here}caps.test.ts`, "utf8")).matchAll(
    /"(?:the )?((?:MOST|KINK|PIECES)[A-Z_, ]*): /g,
  );
  const named = new Set([...titles].flatMap(([, names]) => names!.split(", ")).concat(Object.keys(ELSEWHERE)));
  expect([...caps].filter((cap) => !named.has(cap))).toEqual([]);
  expect([...named].filter((cap) => !caps.has(cap))).toEqual([]);
  const tests = (await readdir(here, { recursive: true })).map((path) => path.replaceAll("\\", "/"));
  expect(Object.values(ELSEWHERE).filter((path) => !tests.includes(path))).toEqual([]);
});
