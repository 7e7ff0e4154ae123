/** Counts of classes among a number of trials: `observe(multinomial(6, [0.5, 0.3, 0.2]), [3, 2, 1])`. */
import {
  add,
  describe,
  Expr,
  gt,
  lgamma,
  log,
  mul,
  type Real,
  type RealList,
  sub,
  sum,
  unpacked,
  where,
} from "../../autodiff/expr.ts";
import { logFactorial } from "../../math/gamma.ts";
import { checkTotal } from "../discrete/categorical.ts";
import { type Distribution, discrete, logGamma, positive, probability, upTo } from "../distribution.ts";
import { timesLog } from "../products.ts";
import { dirichlet } from "./dirichlet.ts";
import { requireSize } from "./requirements.ts";
import { type VectorDistribution, type VectorSite, type VectorSupport, vector } from "./vector-distribution.ts";

/**
 * Multinomial: how many of `trials` (data, a whole number) fall to each of K outcomes with these probabilities, which may be traced: log
 * probability log trials! + Σ (k_i log p_i − log k_i!). RangeError unless probabilities that are numbers sum to 1 within 1e-9. As latents the counts are
 * binomials one after the other, each of the trials that are left, and the last one is what then remains.
 */
export function multinomial(trials: number, probabilities: RealList): VectorDistribution {
  const shares = unpacked(probabilities);
  requireSize("multinomial", trials, 0);
  requireArray("multinomial", "probabilities", shares);
  checkTotal("multinomial", shares);
  const length = shares.length;
  const record = vector({
    name: "multinomial",
    parameters: shares.map((p, i) => probability(`probabilities[${i}]`, p)),
    length,
    support: countsOf(trials, length),
    logDensity: (counts) => add(logCoefficient(trials, counts), sum(counts.map((k, i) => timesLog(k, shares[i]!)))),
    draw: (next) => multinomialDraw(trials, shares as readonly number[], next),
  });
  return { ...record, sampled: (at) => sampledCounts(at, trials, shares) };
}

// All counts but the last are discrete latents; the last is what remains.
function sampledCounts(at: VectorSite, trials: number, probabilities: readonly Real[]): readonly Real[] {
  const counts: Real[] = [];
  const left = (): Real => sub(trials, counts.length > 0 ? sum(counts) : 0);
  for (let i = 0; i < probabilities.length - 1; i++)
    counts.push(at.sample(`${at.name}[${i}]`, countAfter(left(), i, trials, probabilities)));
  const last = left();
  if (last instanceof Expr) at.report(`${at.name}[${counts.length}]`, last);
  return [...counts, last];
}

/**
 * Count i where so many trials are left: log p_i·k − log k!, and the last one with what remains after it. By themselves these are no probabilities; all
 * together they are those of the multinomial.
 */
function countAfter(left: Real, i: number, trials: number, probabilities: readonly Real[]): Distribution {
  const own = (k: number, p: Real): Real => sub(timesLog(k, p), logFactorial(k));
  const last = i + 2 === probabilities.length ? probabilities[i + 1]! : undefined;
  const rest = (remaining: Real): Real => {
    if (last === undefined) return 0;
    if (typeof remaining === "number") return remaining < 0 ? -Infinity : own(remaining, last);
    const some = sub(mul(remaining, log(last)), lgamma(add(remaining, 1)));
    return where(gt(remaining, 0.5), some, where(gt(remaining, -0.5), 0, -Infinity));
  };
  const record = discrete({
    name: "multinomial count",
    parameters: [probability(`probabilities[${i}]`, probabilities[i]!)],
    support: upTo(trials),
    logDensity: (k) => add(i === 0 ? logFactorial(trials) : 0, add(own(k, probabilities[i]!), rest(sub(left, k)))),
    draw: () => {
      throw new TypeError("multinomial: a count has no draw of its own; got one entry, expected all");
    },
  });
  const values = Array.from({ length: trials + 1 }, (_, k) => k);
  return { ...record, finiteValues: () => ({ values, lostMass: 0 }) };
}

/**
 * Dirichlet-multinomial: a multinomial whose probabilities are drawn once from a Dirichlet with concentrations a_i > 0: log probability
 * log trials! + log Γ(Σa) − log Γ(trials + Σa) + Σ (log Γ(k_i + a_i) − log Γ(a_i) − log k_i!). Data only.
 */
export function dirichletMultinomial(trials: number, concentrations: RealList): VectorDistribution {
  const list = unpacked(concentrations);
  requireSize("dirichletMultinomial", trials, 0);
  requireArray("dirichletMultinomial", "concentrations", list);
  const a = [...list];
  return vector({
    name: "dirichletMultinomial",
    parameters: a.map((value, i) => positive(`concentrations[${i}]`, value)),
    length: a.length,
    support: countsOf(trials, a.length),
    logDensity: (counts) => {
      const total = sum(a);
      const terms = counts.map((k, i) => (k === 0 ? 0 : sub(logGamma(add(a[i]!, k)), logGamma(a[i]!))));
      return add(logCoefficient(trials, counts), add(sub(logGamma(total), logGamma(add(total, trials))), sum(terms)));
    },
    draw: (next) => multinomialDraw(trials, dirichlet(a).draw(next), next),
  });
}

function requireArray(caller: string, what: string, values: unknown): void {
  if (!Array.isArray(values) || values.length === 0)
    throw new TypeError(`${caller}: no ${what}; got ${describe(values)}, expected a non-empty array`);
}

/** Vectors of counts that add up to a number of trials. */
function countsOf(trials: number, length: number): VectorSupport {
  return {
    text: `counts of ${trials} trials in ${length} outcomes`,
    discrete: true,
    fault(counts) {
      const at = counts.findIndex((k) => !(Number.isInteger(k) && k >= 0));
      if (at >= 0) return `entry ${at} = ${counts[at]}, expected a whole number ≥ 0`;
      const total = counts.reduce((sum, k) => sum + k, 0);
      return total === trials ? undefined : `a sum of ${total}, expected ${trials}`;
    },
  };
}

/** log trials! − Σ log k_i! of counts that are data. */
function logCoefficient(trials: number, counts: readonly Real[]): number {
  return counts.reduce<number>((total, k) => total - logFactorial(k as number), logFactorial(trials));
}

function multinomialDraw(trials: number, probabilities: readonly number[], next: () => number): number[] {
  const counts = new Array<number>(probabilities.length).fill(0);
  for (let trial = 0; trial < trials; trial++) {
    let u = next();
    const found = probabilities.findIndex((p) => {
      u -= p;
      return u < 0;
    });
    counts[found < 0 ? counts.length - 1 : found]! += 1;
  }
  return counts;
}
