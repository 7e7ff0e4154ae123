/**
 * For every function that an entry exports, arguments that it takes: who tests misuse changes one of them at a time. A function that is missing here
 * fails the test that reads this table.
 */
import * as core from "../../src/core.ts";
import * as nondiff from "../../src/index.ts";
import * as linalg from "../../src/linalg/index.ts";
import { gmm } from "../../src/models/index.ts";
import * as shards from "../../src/shards/index.ts";
import { KINDS, NUMBERS } from "../../src/testing/index.ts";

export type Call = readonly unknown[];
export type Calls = Readonly<Record<string, () => Call>>;

const MATRIX = [
  [2, 0.5],
  [0.5, 1],
];
const LOWER = [
  [1, 0],
  [1, 1],
];
const QUICK = { steps: 2, samples: 2, onWarning: () => {} };
const numbers = (...x: number[]): Float64Array => Float64Array.of(...x);
const square = (): Float64Array => numbers(1, 0, 0, 1);
const posterior = (): nondiff.Posterior => nondiff.fit(gmm, QUICK);
const sampler = (): ReturnType<typeof nondiff.makeSampler> => nondiff.makeSampler(gmm, nondiff.corrected());
const draw = (): object => ({
  generator: nondiff.makeGenerator(1),
  stream: 0,
  firstSample: 0,
  samples: 4,
  group: 4,
});
const visits = nondiff.defineModel(
  "visits",
  ({ sample, observe }, { y }) => {
    const z = sample("z", nondiff.normal(0, 1));
    for (let i = 0; i < y.length; i++) observe(nondiff.normal(z, 1), y[i]!);
  },
  { data: { y: "numbers" } },
);
const compared = (): nondiff.Loo => nondiff.loo(gmm, posterior(), { draws: 200 });
const shard = (): shards.Shard =>
  shards.splitShards(gmm, { estimator: nondiff.corrected(), samples: 64 }, 1)[0] as shards.Shard;

const sharded = (): object => {
  const { run } = shards.shardRunner([gmm]);
  return {
    maxSamples: 256,
    seed: 1,
    onWarning: () => {},
    workers: { size: 1, run: async (part: shards.Shard) => run(part) },
  };
};

const ofOne = (names: string): Calls => Object.fromEntries(names.split(" ").map((name) => [name, () => [0.3]]));
const ofTwo = (names: string): Calls => Object.fromEntries(names.split(" ").map((name) => [name, () => [0.3, 0.4]]));

/** Of ops on numbers. */
const OPS: Calls = {
  ...ofOne(
    "abs atan cos digamma erf exp expm1 lgamma log log1p logNormalCdf neg normalCdf relu sigmoid sin softplus sqrt square tan tanh",
  ),
  ...ofTwo("add div ge gt le lt max min mul pow sub"),
  clamp: () => [0.3, 0, 1],
  dot: () => [
    [1, 2],
    [3, 4],
  ],
  sum: () => [[1, 2]],
  logSumExp: () => [[1, 2]],
  and: () => [true, false],
  or: () => [true, false],
  not: () => [true],
  where: () => [true, 1, 2],
};

/** Of distributions. */
export const DISTRIBUTIONS: Calls = {
  ar: () => [[0.5], 1, 2, {}],
  asymmetricLaplace: () => [0, 1, 1],
  bernoulli: () => [0.5],
  beta: () => [1, 1],
  betaBinomial: () => [3, 1, 1],
  binomial: () => [3, 0.5],
  categorical: () => [[0.5, 0.5]],
  cauchy: () => [0, 1],
  censored: () => [nondiff.normal(0, 1), 0, 1],
  chi2: () => [3],
  dirichlet: () => [[1, 1]],
  dirichletMultinomial: () => [2, [1, 1]],
  discreteUniform: () => [0, 3],
  exGaussian: () => [0, 1, 1],
  exponential: () => [1],
  finite: () => [
    [0.5, 2],
    [0.5, 0.5],
  ],
  flat: () => [0, 1],
  gamma: () => [1, 1],
  gaussianRandomWalk: () => [1, 2, {}],
  geometric: () => [0.5],
  gumbel: () => [0, 1],
  halfCauchy: () => [1],
  halfNormal: () => [1],
  halfStudentT: () => [3, 1],
  hurdle: () => [0.5, nondiff.poisson(1)],
  iid: () => [nondiff.normal(0, 1), 2],
  intervalCensored: () => [nondiff.normal(0, 1)],
  inverseGamma: () => [1, 1],
  inverseGaussian: () => [1, 1],
  kumaraswamy: () => [1, 1],
  laplace: () => [0, 1],
  lkjCholesky: () => [2, 1],
  logUniform: () => [1, 10],
  logistic: () => [0, 1],
  lognormal: () => [0, 1],
  mixture: () => [
    [0.5, 0.5],
    [nondiff.normal(0, 1), nondiff.normal(1, 1)],
  ],
  multinomial: () => [2, [0.5, 0.5]],
  multivariateNormal: () => [[0, 0], { covariance: MATRIX }],
  multivariateStudentT: () => [3, [0, 0], { covariance: MATRIX }],
  negativeBinomial: () => [1, 0.5],
  negativeBinomialByMean: () => [1, 1],
  normal: () => [0, 1],
  ordered: () => [nondiff.normal(0, 1), 2],
  orderedLogistic: () => [0, [0, 1]],
  orderedProbit: () => [0, [0, 1]],
  pareto: () => [1, 1],
  poisson: () => [1],
  scaled: () => [nondiff.normal(0, 1), 2],
  shifted: () => [nondiff.normal(0, 1), 2],
  skewNormal: () => [0, 1, 1],
  studentT: () => [3, 0, 1],
  transformed: () => [nondiff.normal(0, 1), nondiff.transforms.exp],
  triangular: () => [0, 1, 3],
  truncated: () => [nondiff.normal(0, 1), 0, 1],
  uniform: () => [0, 1],
  unitVector: () => [2],
  vonMises: () => [0, 1],
  weibull: () => [1, 1],
  zeroInflated: () => [0.5, nondiff.poisson(1)],
  zeroInflatedPoisson: () => [0.5, 1],
};

const NONDIFF: Calls = {
  ...OPS,
  ...DISTRIBUTIONS,
  addDiagonal: () => [MATRIX, 1],
  cholesky: () => [MATRIX],
  logDet: () => [MATRIX],
  matmul: () => [MATRIX, MATRIX],
  solve: () => [MATRIX, [1, 2]],
  solveLower: () => [LOWER, [1, 2]],
  eq: () => [2, 2],
  pick: () => [[1, 2], 1],
  ceil: () => [0.5, { from: 0, to: 3 }],
  floor: () => [0.5, { from: 0, to: 3 }],
  round: () => [0.5, { from: 0, to: 3 }],
  sign: () => [0.5],
  step: () => [0.5],
  adam: () => [{}],
  sgd: () => [{}],
  rmsprop: () => [{}],
  corrected: () => [{}],
  lyy18: () => [{}],
  reparam: () => [{}],
  score: () => [{}],
  smoothed: () => [{}],
  fullRank: () => [{}],
  meanField: () => [],
  arvizJson: () => [gmm, posterior(), { draws: 2 }],
  compareModels: () => [{ a: compared(), b: compared() }],
  compile: () => [visits, { y: 2 }, {}],
  defineModel: () => ["m", () => {}, {}],
  drawsCsv: () => [posterior(), { draws: 2 }],
  estimateGradient: () => [gmm, { estimator: nondiff.corrected(), samples: 16 }],
  explain: () => [gmm, {}],
  fit: () => [gmm, QUICK],
  fitAsync: () => [gmm, QUICK],
  fitSteps: () => [gmm, QUICK],
  fillNormals: () => [{ out: numbers(0, 0), generator: nondiff.makeGenerator(1), lanes: 1, dimensions: 2 }],
  fillUniforms: () => [{ out: numbers(0, 0), generator: nondiff.makeGenerator(1), lanes: 1, dimensions: 2 }],
  gradientCovariance: () => [gmm, { estimator: nondiff.corrected(), samples: 64 }],
  logJoint: () => [gmm, [0.3]],
  logMass: () => [nondiff.normal(0, 1), 0, 1],
  loo: () => [gmm, posterior(), { draws: 200 }],
  makeGenerator: () => [1],
  makeMoments: () => [sampler()],
  makeSampler: () => [gmm, nondiff.corrected(), {}],
  meanGradientInto: () => [numbers(0, 0), sampler(), numbers(0, 0.5), draw()],
  momentsInto: () => [nondiff.makeMoments(sampler()), sampler(), numbers(0, 0.5), draw(), () => {}],
  paretoSmoothed: () => [numbers(1, 2, 3)],
  predict: () => [gmm, posterior(), { draws: 2 }],
  predictiveCheck: () => [gmm, posterior(), { mean: (y: Float64Array) => y[0] }, { draws: 2 }],
  simulate: () => [gmm, { draws: 2 }],
  rhoOfSd: () => [1],
  sdOfRho: () => [1],
  uniformSource: () => [nondiff.makeGenerator(1), 0],
  withData: () => [visits, { y: [1] }],
  withTails: () => [nondiff.normal(0, 1)],
};

const WITHIN_CORE = new Set(Object.keys(core));

/** By entry, then by function. */
export const VALID: Readonly<Record<string, Calls>> = {
  nondiff: NONDIFF,
  core: {
    ...Object.fromEntries(Object.entries(NONDIFF).filter(([name]) => WITHIN_CORE.has(name))),
    estimateGradient: () => [gmm, { estimator: core.corrected(), samples: 16 }],
  },
  autodiff: {
    ...OPS,
    compile: () => [(x: readonly nondiff.Real[]) => x[0]],
    grad: () => [(x: readonly nondiff.Real[]) => x[0]],
    valueAndGrad: () => [(x: readonly nondiff.Real[]) => x[0]],
  },
  verify: {
    checkPosterior: () => [gmm, posterior(), { budget: 5000 }],
    verifyGradient: () => [gmm, { budget: 2048 }],
    verifyModel: () => [gmm],
  },
  testing: {
    conditions: () => ["x", "y"],
    drawFrom: () => [[0.1, 0.2, 0.3]],
    kindOf: () => ["product"],
    modelOf: () => ["m", []],
    outcomeOf: () => [gmm, { budget: 2048 }],
    parameters: () => [gmm, nondiff.meanField()],
    parametersOf: () => [gmm, new Array(NUMBERS).fill(0.4), nondiff.meanField()],
    programOf: () => [KINDS[0], new Array(NUMBERS).fill(0.4)],
    programs: () => [{}],
    sourceOf: () => ["m", []],
    unbiased: () => [gmm, { budget: 2048 }],
  },
  shards: {
    fit: () => [gmm, sharded()],
    fitAsync: () => [gmm, sharded()],
    reduceShards: () => [[shards.runShard(gmm, shard())]],
    runShard: () => [gmm, shard(), {}],
    shardRunner: () => [[gmm], {}],
    shardSamples: () => [shard()],
    splitShards: () => [gmm, { estimator: nondiff.corrected(), samples: 64 }, 2],
  },
  wasm: { auto: () => [{}], kernelModule: () => [], wasm: () => [{}], wasmKernels: () => [{}] },
  jit: { jit: () => [{}] },
  transform: {
    mayHavePrograms: () => ["defineModel"],
    transform: () => ["const a = 1;", { file: "a.mjs" }],
  },
  plugin: { esbuild: () => [], rollup: () => [], rspack: () => [], vite: () => [], webpack: () => [] },
  linalg: {
    axpyInto: () => [numbers(0, 0), 2, numbers(1, 2)],
    choleskyInto: () => [square(), square(), 2],
    choleskyLogDeterminant: () => [square(), 2],
    choleskySolveInto: () => [numbers(0, 0), square(), numbers(1, 2), 2],
    choleskyInverseInto: () => [square(), square(), 2],
    choleskyUpdateInto: () => [square(), numbers(1, 2), 2],
    choleskyDowndateInto: () => [square(), numbers(0.1, 0.2), 2],
    covarianceInto: () => [square(), linalg.makeCovarianceSums(2)],
    dot: () => [numbers(1, 2), numbers(1, 2)],
    gemmInto: () => [square(), square(), square(), 2, 2, 2],
    gemvInto: () => [numbers(0, 0), square(), numbers(1, 2), 2, 2],
    makeCovarianceSums: () => [2],
    solveLowerInto: () => [numbers(0, 0), square(), numbers(1, 2), 2],
  },
};
