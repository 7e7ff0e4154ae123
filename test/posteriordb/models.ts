/**
 * Posteriors of posteriordb (github.com/stan-dev/posteriordb) as nondiff models, each beside a plain evaluation of the same density that
 * shares no code with it: ordinary numbers, `Math`, and Jacobians written by hand. Definitions are restated from the database's entries.
 */
import {
  add,
  addDiagonal,
  cauchy,
  cholesky,
  type Distribution,
  dirichlet,
  div,
  dot,
  exp,
  exponential,
  flat,
  gamma,
  iid,
  log,
  logSumExp,
  matmul,
  mul,
  normal,
  ordered,
  type ProgramContext,
  type Real,
  solveLower,
  sqrt,
  square,
  sub,
  sum,
} from "../../src/index.ts";

/** The fields of a data file by their kind. */
export interface Data {
  readonly number: (name: string) => number;
  readonly numbers: (name: string) => number[];
  readonly rows: (name: string) => number[][];
}

export interface Row {
  readonly name: string;
  /** The file of its data. */
  readonly file: string;
  readonly program: (data: Data) => (context: ProgramContext) => void;
  /** log p and log-Jacobian at unconstrained numbers, in the order of the model's latents. */
  readonly plain: (data: Data) => (u: readonly number[]) => number;
  /** Around which unconstrained numbers to look, and how far (default 0.5). */
  readonly centre: readonly number[];
  readonly reach?: number;
}

// ---- plain numbers ----
const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
const ln = Math.log;
const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const lnNormal = (x: number, m: number, s: number): number => -0.5 * ((x - m) / s) ** 2 - ln(s) - HALF_LOG_2PI;
const lnCauchy = (x: number, s: number): number => -ln(Math.PI * s * (1 + (x / s) ** 2));
const logistic = (u: number): number => 1 / (1 + Math.exp(-u));
const lnShare = (u: number): number => ln(logistic(u)) + ln(1 - logistic(u)); // the Jacobian of a share
const lse = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
const meanOf = (x: readonly number[]): number => sumOf(x) / x.length;
const sdOf = (x: readonly number[]): number => {
  const mean = meanOf(x);
  return Math.sqrt(sumOf(x.map((v) => (v - mean) ** 2)) / (x.length - 1));
};

// ---- traced numbers ----
/** A number above 0 with a density that is cut there; its constant does not matter. */
const cut = ({ sample, observe }: ProgramContext, name: string, distribution?: Distribution): Real => {
  const x = sample(name, flat(0));
  if (distribution) observe(distribution, x, `prior of ${name}`);
  return x;
};
const density = (distribution: Distribution, x: Real): Real => distribution.logDensity(x);

/** Linear regression: y by columns, an intercept first; a flat or half-Cauchy scale. */
function regression(
  name: string,
  file: string,
  of: (data: Data) => { readonly y: number[]; readonly columns: number[][] },
  centre: readonly number[],
  { scale = 0, intercept = true, sd = 0, halfNormal = 0 } = {},
): Row {
  const designOf = (data: Data): { y: number[]; rows: number[][] } => {
    const { y, columns } = of(data);
    return { y, rows: y.map((_, i) => [...(intercept ? [1] : []), ...columns.map((column) => column[i]!)]) };
  };
  return {
    name,
    file,
    centre,
    program: (data) => (context) => {
      const { y, rows } = designOf(data);
      const beta = context.sample("beta", iid(sd > 0 ? normal(0, sd) : flat(), rows[0]!.length));
      const prior = scale > 0 ? cauchy(0, scale) : halfNormal > 0 ? normal(0, halfNormal) : undefined;
      const sigma = cut(context, "sigma", prior);
      const fitted = matmul(rows, beta);
      y.forEach((value, i) => void context.observe(normal(fitted[i]!, sigma), value));
    },
    plain: (data) => {
      const { y, rows } = designOf(data);
      return (u) => {
        const d = rows[0]!.length;
        const sigma = Math.exp(u[d]!);
        let total = u[d]!;
        for (let k = 0; k < d; k++) if (sd > 0) total += lnNormal(u[k]!, 0, sd);
        if (scale > 0) total += lnCauchy(sigma, scale);
        if (halfNormal > 0) total += lnNormal(sigma, 0, halfNormal);
        y.forEach((value, i) => {
          total += lnNormal(value, sumOf(rows[i]!.map((x, k) => x * u[k]!)), sigma);
        });
        return total;
      };
    },
  };
}

const logs = (x: readonly number[]): number[] => x.map(ln);
const times = (x: readonly number[], y: readonly number[]): number[] => x.map((v, i) => v * y[i]!);

const REGRESSIONS: readonly Row[] = [
  regression(
    "kidscore_momiq",
    "kidiq",
    (d) => ({ y: d.numbers("kid_score"), columns: [d.numbers("mom_iq")] }),
    [26, 0.6, 2.9],
    {
      scale: 2.5,
    },
  ),
  regression(
    "kidscore_interaction",
    "kidiq",
    (d) => ({
      y: d.numbers("kid_score"),
      columns: [d.numbers("mom_hs"), d.numbers("mom_iq"), times(d.numbers("mom_hs"), d.numbers("mom_iq"))],
    }),
    [-11, 51, 1, -0.5, 2.9],
    { scale: 2.5 },
  ),
  regression(
    "kidscore_interaction_z",
    "kidiq_with_mom_work",
    (d) => {
      const z = (x: number[]): number[] => {
        const [mean, sd] = [meanOf(x), sdOf(x)];
        return x.map((v) => (v - mean) / (2 * sd));
      };
      const [a, b] = [z(d.numbers("mom_hs")), z(d.numbers("mom_iq"))];
      return { y: d.numbers("kid_score"), columns: [a, b, times(a, b)] };
    },
    [88, 2, 18, -12, 2.9],
  ),
  regression(
    "logearn_height_male",
    "earnings",
    (d) => ({ y: logs(d.numbers("earn")), columns: [d.numbers("height"), d.numbers("male")] }),
    [8, 0.02, 0.4, -0.1],
    {},
  ),
  regression(
    "mesquite",
    "mesquite",
    (d) => ({
      y: d.numbers("weight"),
      columns: ["diam1", "diam2", "canopy_height", "total_height", "density", "group"].map((k) => d.numbers(k)),
    }),
    [-1, 190, 370, 350, -100, 130, 360, 5.6],
  ),
  regression(
    "logmesquite",
    "mesquite",
    (d) => ({
      y: logs(d.numbers("weight")),
      columns: [
        ...["diam1", "diam2", "canopy_height", "total_height", "density"].map((k) => logs(d.numbers(k))),
        d.numbers("group"),
      ],
    }),
    [5, 0.4, 1.1, 0.4, 0.4, 0.1, 0.6, -1],
  ),
  regression(
    "blr",
    "sblri",
    (d) => ({
      y: d.numbers("y"),
      columns: Array.from({ length: 5 }, (_, k) => d.rows("X").map((row: number[]) => row[k])),
    }),
    [1, 1, 1, 1, 1, 0],
    { sd: 10, halfNormal: 10, intercept: false },
  ),
];

const HIERARCHICAL: readonly Row[] = [
  {
    name: "eight_schools_centered",
    file: "eight_schools",
    centre: [4, 1, ...new Array(8).fill(5)],
    program: (data) => (context) => {
      const mu = context.sample("mu", normal(0, 5));
      const tau = cut(context, "tau", cauchy(0, 5));
      data.numbers("y").forEach((y: number, j: number) => {
        const theta = context.sample(`theta[${j}]`, normal(mu, tau));
        context.observe(normal(theta, data.numbers("sigma")[j]), y);
      });
    },
    plain: (data) => (u) => {
      const [mu, tau] = [u[0]!, Math.exp(u[1]!)];
      let total = lnNormal(mu, 0, 5) + lnCauchy(tau, 5) + u[1]!;
      data.numbers("y").forEach((y: number, j: number) => {
        total += lnNormal(u[2 + j]!, mu, tau) + lnNormal(y, u[2 + j]!, data.numbers("sigma")[j]);
      });
      return total;
    },
  },
  {
    name: "eight_schools_noncentered",
    file: "eight_schools",
    centre: [4, 1, ...new Array(8).fill(0)],
    program: (data) => (context) => {
      const mu = context.sample("mu", normal(0, 5));
      const tau = cut(context, "tau", cauchy(0, 5));
      const e = context.sample("e", iid(normal(0, 1), 8));
      data.numbers("y").forEach((y: number, j: number) => {
        const theta = add(mu, mul(tau, e[j]!));
        context.track(`theta[${j}]`, theta);
        context.observe(normal(theta, data.numbers("sigma")[j]), y);
      });
    },
    plain: (data) => (u) => {
      const [mu, tau] = [u[0]!, Math.exp(u[1]!)];
      let total = lnNormal(mu, 0, 5) + lnCauchy(tau, 5) + u[1]!;
      data.numbers("y").forEach((y: number, j: number) => {
        total += lnNormal(u[2 + j]!, 0, 1) + lnNormal(y, mu + tau * u[2 + j]!, data.numbers("sigma")[j]);
      });
      return total;
    },
  },
];

const SERIES: readonly Row[] = [
  {
    name: "arK",
    file: "arK",
    centre: [0, 0.5, 0, 0, 0, 0, -1],
    program: (data) => (context) => {
      const y: number[] = data.numbers("y");
      const alpha = context.sample("alpha", normal(0, 10));
      const beta = context.sample("beta", iid(normal(0, 10), data.number("K")));
      const sigma = cut(context, "sigma", cauchy(0, 2.5));
      for (let t = data.number("K"); t < y.length; t++) {
        const mean = add(
          alpha,
          dot(
            beta,
            beta.map((_, k) => y[t - 1 - k]!),
          ),
        );
        context.observe(normal(mean, sigma), y[t]!);
      }
    },
    plain: (data) => (u) => {
      const y: number[] = data.numbers("y");
      const K: number = data.number("K");
      const sigma = Math.exp(u[K + 1]!);
      let total = sumOf(u.slice(0, K + 1).map((x) => lnNormal(x, 0, 10))) + lnCauchy(sigma, 2.5) + u[K + 1]!;
      for (let t = K; t < y.length; t++) {
        let mean = u[0]!;
        for (let k = 1; k <= K; k++) mean += u[k]! * y[t - k]!;
        total += lnNormal(y[t]!, mean, sigma);
      }
      return total;
    },
  },
  {
    name: "arma11",
    file: "arma",
    centre: [0, 0.5, 0.3, -1],
    reach: 0.2,
    program: (data) => (context) => {
      const y: number[] = data.numbers("y");
      const mu = context.sample("mu", normal(0, 10));
      const phi = context.sample("phi", normal(0, 2));
      const theta = context.sample("theta", normal(0, 2));
      const sigma = cut(context, "sigma", cauchy(0, 2.5));
      let error: Real = 0;
      y.forEach((value, t) => {
        const before = t === 0 ? mul(phi, mu) : add(mul(phi, y[t - 1]!), mul(theta, error));
        error = sub(value, add(mu, before));
        context.observe(normal(0, sigma), error);
      });
    },
    plain: (data) => (u) => {
      const y: number[] = data.numbers("y");
      const [mu, phi, theta] = u as [number, number, number];
      const sigma = Math.exp(u[3]!);
      let total = lnNormal(mu, 0, 10) + lnNormal(phi, 0, 2) + lnNormal(theta, 0, 2) + lnCauchy(sigma, 2.5) + u[3]!;
      let error = 0;
      for (let t = 0; t < y.length; t++) {
        error = t === 0 ? y[0]! - mu - phi * mu : y[t]! - mu - phi * y[t - 1]! - theta * error;
        total += lnNormal(error, 0, sigma);
      }
      return total;
    },
  },
  {
    name: "garch11",
    file: "garch",
    centre: [5, 0.4, 0, -0.5],
    program: (data) => (context) => {
      const y: number[] = data.numbers("y");
      const mu = context.sample("mu", flat());
      const alpha0 = context.sample("alpha0", flat(0));
      const alpha1 = context.sample("alpha1", flat(0, 1));
      const beta1 = context.sample("beta1", flat(0, sub(1, alpha1)));
      let variance: Real = data.number("sigma1") ** 2;
      y.forEach((value, t) => {
        if (t > 0) variance = sum([alpha0, mul(alpha1, square(sub(y[t - 1]!, mu))), mul(beta1, variance)]);
        context.observe(normal(mu, sqrt(variance)), value);
      });
    },
    plain: (data) => (u) => {
      const y: number[] = data.numbers("y");
      const [mu, alpha0, alpha1] = [u[0]!, Math.exp(u[1]!), logistic(u[2]!)];
      const beta1 = (1 - alpha1) * logistic(u[3]!);
      let total = u[1]! + lnShare(u[2]!) + ln(1 - alpha1) + lnShare(u[3]!);
      let sd: number = data.number("sigma1");
      for (let t = 0; t < y.length; t++) {
        if (t > 0) sd = Math.sqrt(alpha0 + alpha1 * (y[t - 1]! - mu) ** 2 + beta1 * sd * sd);
        total += lnNormal(y[t]!, mu, sd);
      }
      return total;
    },
  },
  {
    name: "kilpisjarvi",
    file: "kilpisjarvi_mod",
    centre: [9, 0, 0],
    reach: 0.1,
    program: (data) => (context) => {
      const alpha = context.sample("alpha", normal(data.number("pmualpha"), data.number("psalpha")));
      const beta = context.sample("beta", normal(data.number("pmubeta"), data.number("psbeta")));
      const sigma = cut(context, "sigma");
      data.numbers("x").forEach((x: number, i: number) => {
        context.observe(normal(add(alpha, mul(beta, x)), sigma), data.numbers("y")[i]);
      });
    },
    plain: (data) => (u) => {
      const sigma = Math.exp(u[2]!);
      let total =
        lnNormal(u[0]!, data.number("pmualpha"), data.number("psalpha")) +
        lnNormal(u[1]!, data.number("pmubeta"), data.number("psbeta")) +
        u[2]!;
      data.numbers("x").forEach((x: number, i: number) => {
        total += lnNormal(data.numbers("y")[i], u[0]! + u[1]! * x, sigma);
      });
      return total;
    },
  },
];

/** log of the sum over all paths of two states, of which the first two weigh the same. */
function forward(emissions: readonly (readonly Real[])[], theta: readonly (readonly Real[])[]): Real {
  let [first, second] = emissions[0] as [Real, Real];
  for (const [one, two] of emissions.slice(1) as [Real, Real][]) {
    const from = (k: number): Real => logSumExp([add(first, log(theta[0]![k]!)), add(second, log(theta[1]![k]!))]);
    [first, second] = [add(from(0), one), add(from(1), two)];
  }
  return logSumExp([first, second]);
}

function plainForward(emissions: readonly (readonly number[])[], p: readonly number[]): number {
  let [a, b] = emissions[0] as [number, number];
  for (const [one, two] of emissions.slice(1) as [number, number][]) {
    const [x, y] = [lse(a + ln(p[0]!), b + ln(p[1]!)), lse(a + ln(1 - p[0]!), b + ln(1 - p[1]!))];
    [a, b] = [x + one, y + two];
  }
  return lse(a, b);
}

/** The entries of an increasing pair: of positive ones exp(u₀) and exp(u₀) + exp(u₁). */
const pairOf = (u: readonly number[], positive: boolean): [number, number] => {
  const first = positive ? Math.exp(u[0]!) : u[0]!;
  return [first, first + Math.exp(u[1]!)];
};

function driveModel(name: string, positive: boolean): Row {
  const sdsOf = (data: Data): [number, number] => (positive ? [0, 0] : [data.number("tau"), data.number("rho")]);
  const emission = (rate: Real, sd: number): Distribution => (positive ? exponential(rate) : normal(rate, sd));
  return {
    name,
    file: positive ? "bball_drive_event_0" : "bball_drive_event_1",
    centre: [0.5, -0.5, ...(positive ? [-0.5, 0.5, -0.5, 0.5] : [0.2, 0.1, 1, 0.1])],
    reach: 0.3,
    program: (data) => (context) => {
      const sds = sdsOf(data);
      const theta = [0, 1].map((j) => context.sample(`theta${j + 1}`, dirichlet(data.rows("alpha")[j]!)));
      const pair = (of: string): Real[] => {
        const x = context.sample(of, ordered(positive ? flat(0) : flat(), 2));
        context.observe(normal(0, 1), x[0]!, `prior of ${of}[0]`);
        context.observe(normal(3, 1), x[1]!, `prior of ${of}[1]`);
        return x;
      };
      const [phi, lambda] = [pair("phi"), pair("lambda")];
      const emissions = data
        .numbers("u")
        .map((u: number, t: number) =>
          [0, 1].map((k) =>
            add(density(emission(phi[k]!, sds[0]), u), density(emission(lambda[k]!, sds[1]), data.numbers("v")[t])),
          ),
        );
      context.factor("paths", forward(emissions, theta));
    },
    plain: (data) => (u) => {
      const sds = sdsOf(data);
      const p = [logistic(u[0]!), logistic(u[1]!)];
      const [phi, lambda] = [pairOf(u.slice(2), positive), pairOf(u.slice(4), positive)];
      let total = lnShare(u[0]!) + lnShare(u[1]!) + u[3]! + u[5]! + 2 * ln(2); // log 2! of each pair
      if (positive) total += u[2]! + u[4]!;
      for (const pair of [phi, lambda]) total += lnNormal(pair[0], 0, 1) + lnNormal(pair[1], 3, 1);
      // Dirichlet((a, b)) of two is beta: Γ(6)/(Γ(4)Γ(2)) = 20
      data.rows("alpha").forEach(([a, b]: number[], j: number) => {
        total += ln(20) + (a! - 1) * ln(p[j]!) + (b! - 1) * ln(1 - p[j]!);
      });
      const at = (x: number, rate: number, sd: number): number =>
        positive ? ln(rate) - rate * x : lnNormal(x, rate, sd);
      const emissions = data
        .numbers("u")
        .map((x: number, t: number) =>
          [0, 1].map((k) => at(x, phi[k]!, sds[0]) + at(data.numbers("v")[t], lambda[k]!, sds[1])),
        );
      return total + plainForward(emissions, p);
    },
  };
}

const MIXTURES: readonly Row[] = [
  {
    name: "hmm_example",
    file: "hmm_example",
    centre: [0.5, -0.5, 1, 1.8],
    program: (data) => (context) => {
      const theta = [1, 2].map((j) => context.sample(`theta${j}`, dirichlet([1, 1])));
      const mu = context.sample("mu", ordered(flat(0), 2));
      context.observe(normal(3, 1), mu[0]!, "prior of mu[0]");
      context.observe(normal(10, 1), mu[1]!, "prior of mu[1]");
      const emissions = data.numbers("y").map((y: number) => mu.map((m) => density(normal(m, 1), y)));
      context.factor("paths", forward(emissions, theta));
    },
    plain: (data) => (u) => {
      const p = [logistic(u[0]!), logistic(u[1]!)];
      const mu = pairOf(u.slice(2), true);
      const prior =
        lnShare(u[0]!) + lnShare(u[1]!) + u[2]! + u[3]! + ln(2) + lnNormal(mu[0], 3, 1) + lnNormal(mu[1], 10, 1);
      return (
        prior +
        plainForward(
          data.numbers("y").map((y: number) => mu.map((m) => lnNormal(y, m, 1))),
          p,
        )
      );
    },
  },
  driveModel("hmm_drive_0", true),
  driveModel("hmm_drive_1", false),
  {
    name: "low_dim_gauss_mix",
    file: "low_dim_gauss_mix",
    centre: [-2.5, 1.6, 0, 0, 0.5],
    program: (data) => (context) => {
      const mu = context.sample("mu", ordered(normal(0, 2), 2));
      const sigma = [0, 1].map((k) => cut(context, `sigma[${k}]`, normal(0, 2)));
      const theta = context.sample("theta", flat(0, 1));
      context.factor("prior of theta", mul(4, add(log(theta), log(sub(1, theta)))));
      data.numbers("y").forEach((y: number, i: number) => {
        const of = (k: number, weight: Real): Real => add(log(weight), density(normal(mu[k]!, sigma[k]!), y));
        context.factor(`y${i}`, logSumExp([of(0, theta), of(1, sub(1, theta))]));
      });
    },
    plain: (data) => (u) => {
      const mu = pairOf(u, false);
      const sigma = [Math.exp(u[2]!), Math.exp(u[3]!)];
      const theta = logistic(u[4]!);
      let total = ln(2) + u[1]! + u[2]! + u[3]! + lnShare(u[4]!) + 4 * ln(theta * (1 - theta));
      for (const k of [0, 1]) total += lnNormal(mu[k]!, 0, 2) + lnNormal(sigma[k]!, 0, 2);
      for (const y of data.numbers("y") as number[])
        total += lse(ln(theta) + lnNormal(y, mu[0], sigma[0]!), ln(1 - theta) + lnNormal(y, mu[1], sigma[1]!));
      return total;
    },
  },
];

/** Squared exponential covariance of points on a line. */
const kernel = (x: readonly number[], alpha: Real, rho: Real): Real[][] =>
  x.map((p) => x.map((q) => mul(square(alpha), exp(div(-0.5 * (p - q) ** 2, square(rho))))));

/** The factor of a matrix of numbers, row by row. */
function plainCholesky(a: readonly (readonly number[])[]): number[][] {
  const lower: number[][] = a.map(() => []);
  for (let j = 0; j < a.length; j++)
    for (let i = j; i < a.length; i++) {
      let left = a[i]![j]!;
      for (let k = 0; k < j; k++) left -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(left) : left / lower[j]![j]!;
    }
  return lower;
}
const plainKernel = (x: readonly number[], alpha: number, rho: number, nugget: number): number[][] =>
  x.map((p, i) =>
    x.map((q, j) => alpha * alpha * Math.exp(-((p - q) ** 2) / (2 * rho * rho)) + (i === j ? nugget : 0)),
  );
const lnGamma25 = (x: number): number =>
  25 * ln(4) - sumOf(Array.from({ length: 24 }, (_, k) => ln(k + 1))) + 24 * ln(x) - 4 * x;

const PROCESSES: readonly Row[] = [
  {
    name: "gp_regr",
    file: "gp_pois_regr",
    centre: [1.7, 0.3, -1],
    program: (data) => (context) => {
      const rho = context.sample("rho", gamma(25, 4));
      const alpha = cut(context, "alpha", normal(0, 2));
      const sigma = cut(context, "sigma", normal(0, 1));
      const lower = cholesky(addDiagonal(kernel(data.numbers("x"), alpha, rho), sigma));
      solveLower(lower, data.numbers("y")).forEach((e, i) => {
        context.factor(`y${i}`, sub(density(normal(0, 1), e), log(lower[i]![i]!)));
      });
    },
    plain: (data) => (u) => {
      const [rho, alpha, sigma] = u.map(Math.exp) as [number, number, number];
      let total = lnGamma25(rho) + lnNormal(alpha, 0, 2) + lnNormal(sigma, 0, 1) + sumOf(u as number[]);
      const lower = plainCholesky(plainKernel(data.numbers("x"), alpha, rho, sigma));
      const e: number[] = [];
      data.numbers("y").forEach((y: number, i: number) => {
        let left = y;
        for (let k = 0; k < i; k++) left -= lower[i]![k]! * e[k]!;
        e.push(left / lower[i]![i]!);
        total += lnNormal(e[i]!, 0, 1) - ln(lower[i]![i]!);
      });
      return total;
    },
  },
];

export const ROWS: readonly Row[] = [...REGRESSIONS, ...HIERARCHICAL, ...SERIES, ...MIXTURES, ...PROCESSES];
