/**
 * What `npm run bench:status` prints: whether the status of a fit tells the truth. First on random programs of the tests, 100 or as many as
 * `--programs N` says (1000 with `--full`): how many say "converged" with more than 0.3 nats left against the best of ten further starts, how many are
 * wrong and say nothing, and how many are right, by a sum over a grid, and warn. Then on fits of six kinds that are hard to get right, 20 of each.
 */
import {
  add,
  defineModel,
  type FitOptions,
  fit,
  flat,
  gt,
  interpret,
  type Model,
  makeGenerator,
  mul,
  normal,
  normalCdfOf,
  normalQuantile,
  type Posterior,
  plainLogJoint,
  randomPrograms,
  square,
  uniformSource,
  where,
} from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";

type LogJoint = (z: ArrayLike<number>) => number;
interface Moments {
  readonly mean: number;
  readonly sd: number;
}

/** Means this far off, in exact sds, and sds by this share are wrong. */
const [MEAN_OFF, SD_OFF] = [0.15, 0.2];
const LEFT = 0.3;
const EACH = 20;
const REACH = 7;
/** Points of a grid by number of latents. */
const POINTS = [0, 4001, 301, 81];
const quiet = { onWarning(): void {} };
/** Warnings that say nothing against a result. */
const HARMLESS = ["untouched-latent"];

/** Of each latent by sums over a grid, first about the given places, then twice about what was found. */
function momentsOf(logJoint: LogJoint, centres: readonly number[], scales: readonly number[]): Moments[] {
  let found = centres.map((mean, i): Moments => ({ mean, sd: scales[i]! }));
  for (let pass = 0; pass < 3; pass++) {
    const n = found.length;
    const points = POINTS[n]!;
    const about = found;
    const at = (i: number, k: number): number => about[i]!.mean + about[i]!.sd * REACH * ((2 * (k + 0.5)) / points - 1);
    const z = new Float64Array(n);
    const logs = new Float64Array(points ** n);
    for (let j = 0; j < logs.length; j++) {
      for (let i = 0, rest = j; i < n; i++, rest = Math.floor(rest / points)) z[i] = at(i, rest % points);
      logs[j] = logJoint(z);
    }
    const most = logs.reduce((best, value) => Math.max(best, value), -Infinity);
    const sums = found.map(() => new Float64Array(3));
    for (let j = 0; j < logs.length; j++) {
      const weight = Math.exp(logs[j]! - most);
      for (let i = 0, rest = j; i < n; i++, rest = Math.floor(rest / points)) {
        const value = at(i, rest % points);
        sums[i]![0]! += weight;
        sums[i]![1]! += weight * value;
        sums[i]![2]! += weight * value * value;
      }
    }
    found = sums.map(([mass, sum, squares]) => {
      const mean = sum! / mass!;
      return { mean, sd: Math.sqrt(squares! / mass! - mean * mean) };
    });
  }
  return found;
}

/** Whether a posterior has the moments, by name. */
function isRight(posterior: Posterior, exact: ReadonlyMap<string, Moments>): boolean {
  return [...exact].every(
    ([name, { mean, sd }]) =>
      Math.abs(posterior.mean(name) - mean) < MEAN_OFF * sd && Math.abs(posterior.sd(name) / sd - 1) < SD_OFF,
  );
}

const isTold = ({ report }: Posterior): boolean => report!.warnings.some(({ code }) => !HARMLESS.includes(code));

/** A share, and the interval in which it lies at 95 % (Wilson). */
function share(count: number, of: number): string {
  const p = count / of;
  const z = 1.96;
  const middle = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  const percent = (x: number): string => (100 * Math.max(0, x)).toFixed(1);
  return of === 0
    ? "none"
    : `${count} of ${of}: ${percent(p)} % (${percent(middle - half)} to ${percent(middle + half)})`;
}

/** A fit with what is right of it, undefined where that has no number: there a user is to be told. */
interface Trial {
  readonly model: Model;
  readonly options?: FitOptions;
  readonly exact: ReadonlyMap<string, Moments> | undefined;
}

type Kind = (next: () => number) => Trial;

const uniformIn = (next: () => number, low: number, high: number): number => low + (high - low) * next();
const noise = (next: () => number): number => normalQuantile(next());
const named = (names: readonly string[], moments: readonly Moments[]): ReadonlyMap<string, Moments> =>
  new Map(names.map((name, i) => [name, moments[i]!]));

/** Of the day of a change to an unknown level, under normal(5, 10) and normal(0, 5): by day, where the jump has a normal posterior. */
function changeMoments(data: readonly number[]): Moments[] {
  const days = data.length;
  const density = (x: number): number => (Number.isFinite(x) ? Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI) : 0);
  const cells = Array.from({ length: days + 1 }, (_, c) => {
    const low = c === 0 ? -Infinity : (c - 1 - 5) / 10;
    const high = c === days ? Infinity : (c - 5) / 10;
    const mass = normalCdfOf(high) - normalCdfOf(low);
    const [first, second] = [
      (density(low) - density(high)) / mass,
      1 + ((c === 0 ? 0 : low * density(low)) - (c === days ? 0 : high * density(high))) / mass,
    ];
    const later = data.slice(c);
    const sum = later.reduce((total, y) => total + y, 0);
    const precision = later.length + 1 / 25;
    const squares = data.reduce((total, y) => total + y * y, 0);
    const logMass = Math.log(mass) - 0.5 * squares + (0.5 * sum * sum) / precision - 0.5 * Math.log(precision);
    const [day, jump] = [5 + 10 * first, sum / precision];
    return { logMass, numbers: [day, 25 + 100 * first + 100 * second, jump, jump * jump + 1 / precision] };
  });
  const most = Math.max(...cells.map(({ logMass }) => logMass));
  const total = cells.reduce((sum, { logMass }) => sum + Math.exp(logMass - most), 0);
  const [day, daySquare, jump, jumpSquare] = [0, 1, 2, 3].map(
    (k) => cells.reduce((sum, { logMass, numbers }) => sum + Math.exp(logMass - most) * numbers[k]!, 0) / total,
  ) as [number, number, number, number];
  return [
    { mean: day, sd: Math.sqrt(daySquare - day * day) },
    { mean: jump, sd: Math.sqrt(jumpSquare - jump * jump) },
  ];
}

const KINDS: Readonly<Record<string, Kind>> = {
  "wide prior": (next) => {
    const prior = 10 ** uniformIn(next, 1, 5);
    const data = Array.from({ length: 3 }, () => uniformIn(next, -1, 1) * prior * 0.01 + noise(next));
    const model = defineModel("wide prior", ({ sample, observe }) => {
      const m = sample("m", normal(0, prior));
      for (const y of data) observe(normal(m, 1), y);
    });
    const precision = 3 + prior ** -2;
    const mean = data.reduce((sum, y) => sum + y, 0) / precision;
    return { model, exact: new Map([["m", { mean, sd: precision ** -0.5 }]]) };
  },
  "raw years": (next) => {
    const [level, slope, first] = [
      uniformIn(next, -50, 50),
      uniformIn(next, -2, 2),
      Math.round(uniformIn(next, 1900, 1990)),
    ];
    const years = Array.from({ length: 12 }, (_, i) => first + 2 * i);
    const data = years.map((year) => level + slope * (year - first) + noise(next));
    const [wide, steep] = [100 + Math.abs(level) + 2 * Math.abs(slope) * first, 5];
    const model = defineModel("raw years", ({ sample, observe }) => {
      const [a, b] = [sample("a", normal(0, wide)), sample("b", normal(0, steep))];
      data.forEach((y, i) => void observe(normal(add(a, mul(b, years[i]!)), 1), y));
    });
    // The posterior of a line under normal priors: precision XᵀX + diag(1/prior²).
    const [n, sx, sxx] = [12, years.reduce((s, x) => s + x, 0), years.reduce((s, x) => s + x * x, 0)];
    const [sy, sxy] = [data.reduce((s, y) => s + y, 0), data.reduce((s, y, i) => s + y * years[i]!, 0)];
    const [p, q] = [n + wide ** -2, sxx + steep ** -2];
    const determinant = p * q - sx * sx;
    const a = { mean: (q * sy - sx * sxy) / determinant, sd: Math.sqrt(q / determinant) };
    const b = { mean: (p * sxy - sx * sy) / determinant, sd: Math.sqrt(p / determinant) };
    return { model, exact: named(["a", "b"], [a, b]) };
  },
  "change point far from the prior": (next) => {
    const days = 40;
    const change = Math.floor(uniformIn(next, 25, 38));
    const data = Array.from({ length: days }, (_, i) => (i < change ? 0 : 2) + noise(next));
    const model = defineModel("change", ({ sample, observe }) => {
      const day = sample("day", normal(5, 10));
      const jump = sample("jump", normal(0, 5));
      data.forEach((y, i) => void observe(normal(where(gt(day, i), 0, jump), 1), y));
    });
    return { model, exact: named(["day", "jump"], changeMoments(data)) };
  },
  "wrong mode": (next) => {
    const [place, sd] = [uniformIn(next, 1.5, 3), uniformIn(next, 0.3, 0.6)];
    const lean = uniformIn(next, 0.2, 0.8);
    const model = defineModel("two roots", ({ sample, observe }) => {
      const x = sample("x", normal(lean, 2));
      observe(normal(square(x), sd * 3), place * place);
    });
    const logJoint: LogJoint = ({ 0: x }) =>
      -0.5 * (((x! - lean) / 2) ** 2 + ((x! * x! - place * place) / (3 * sd)) ** 2);
    const init = { mu: [-place], rho: [-3] };
    return { model, options: { init, restarts: 0 }, exact: named(["x"], momentsOf(logJoint, [0], [2])) };
  },
  "too few samples": (next) => {
    const data = Array.from({ length: 6 }, () => uniformIn(next, 2, 6));
    const model = defineModel("few samples", ({ sample, observe }) => {
      const [m, b] = [sample("m", normal(0, 1000)), sample("b", normal(0, 1000))];
      data.forEach((y, i) => void observe(normal(add(m, mul(b, square(i))), 0.1), y));
    });
    const [n, s, ss] = [6, 55, 979];
    const [sy, sxy] = [data.reduce((p, y) => p + y, 0), data.reduce((p, y, i) => p + y * i * i, 0)];
    const [p, q, r] = [100 * n + 1e-6, 100 * ss + 1e-6, 100 * s];
    const determinant = p * q - r * r;
    return {
      model,
      options: { maxSamples: Math.round(uniformIn(next, 64, 600)) },
      exact: named(
        ["m", "b"],
        [
          { mean: (q * 100 * sy - r * 100 * sxy) / determinant, sd: Math.sqrt(q / determinant) },
          { mean: (p * 100 * sxy - r * 100 * sy) / determinant, sd: Math.sqrt(p / determinant) },
        ],
      ),
    };
  },
  improper: (next) => {
    const [slope, which] = [uniformIn(next, 0.2, 2), next()];
    const model = defineModel("improper", ({ sample, observe, factor }) => {
      const z = sample("z", flat());
      if (which < 0.33) factor("tilt", mul(slope, z));
      else if (which < 0.66) observe(normal(where(gt(z, slope), 1, 0), 1), 0.3);
      else {
        const w = sample("w", flat());
        observe(normal(add(z, mul(slope, w)), 1), 0.5);
      }
    });
    return { model, exact: undefined };
  },
};

/** Runs all of it; `programs` is how many random ones. */
export async function bench(length: Length, print: Print, _native: unknown, programs?: number): Promise<void> {
  const count = programs ?? (length === "full" ? 1000 : 100);
  const found = { converged: 0, left: 0, right: 0, alarms: 0, wrong: 0, silent: 0 };
  const began = performance.now();
  randomPrograms(count, 13).forEach((spec, k) => {
    const model = defineModel(`program ${k}`, interpret(spec));
    const names = Array.from({ length: spec.latents }, (_, i) => `z${i}`);
    let posterior: Posterior;
    try {
      posterior = fit(model, { seed: k, ...quiet });
    } catch (error) {
      print(`program ${k}: ${(error as Error).message}`);
      return;
    }
    const { report, status } = posterior;
    if (status === "converged" && report!.optima.length > 0 && posterior.latents.length > 0) {
      found.converged++;
      const best = fit(model, { seed: 1000 + k, restarts: 10, ...quiet }).report!;
      if (best.elbo - report!.elbo > LEFT) {
        found.left++;
        print(
          `program ${k}: ${(best.elbo - report!.elbo).toFixed(2)} nats left, ${isTold(posterior) ? "told" : "not told"}, answers by ${report!.importance!.answers}`,
        );
      }
    }
    const exact = named(
      names,
      momentsOf(
        plainLogJoint(spec),
        names.map(() => 0),
        spec.priorSd,
      ),
    );
    if (isRight(posterior, exact)) {
      found.right++;
      if (isTold(posterior)) {
        found.alarms++;
        print(`program ${k}: right, and ${report!.warnings.map(({ code }) => code).join(", ")}`);
      }
    } else {
      found.wrong++;
      if (!isTold(posterior)) {
        found.silent++;
        const worst = [...exact].map(
          ([name, { mean, sd }]) =>
            `${name} ${posterior.mean(name).toPrecision(4)} ± ${posterior.sd(name).toPrecision(3)} for ${mean.toPrecision(4)} ± ${sd.toPrecision(3)}`,
        );
        print(`program ${k}: wrong, and nothing is said: ${worst.join(", ")}`);
      }
    }
  });
  print(`\n${count} random programs, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  print(
    `"converged" with more than ${LEFT} nats left against the best of ten starts: ${share(found.left, found.converged)}`,
  );
  print(`right, and an alarm: ${share(found.alarms, found.right)}`);
  print(`wrong, and nothing is said: ${share(found.silent, count)}; wrong in all: ${found.wrong}`);
  print(`\n${columns(["", "fits", "right", "told", "right and told", "wrong, not told"], TABLE)}`);
  for (const [name, kind] of Object.entries(KINDS)) print(columns([name, ...calibrated(name, kind)], TABLE));
}

const TABLE = [34, 6, 6, 6, 15, 16];

function calibrated(name: string, kind: Kind): number[] {
  let [right, told, both, silent] = [0, 0, 0, 0];
  for (let k = 0; k < EACH; k++) {
    const { model, options, exact } = kind(uniformSource(makeGenerator(k), name.length));
    const posterior = fit(model, { seed: k, ...quiet, ...options });
    const [isGood, isSaid] = [exact !== undefined && isRight(posterior, exact), isTold(posterior)];
    if (isGood) right++;
    if (isSaid) told++;
    if (isGood && isSaid) both++;
    if (!isGood && !isSaid) silent++;
  }
  return [EACH, right, told, both, silent];
}
