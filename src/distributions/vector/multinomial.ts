/** Counts of classes among a number of trials: `observe(multinomial(6, [0.5, 0.3, 0.2]), [3, 2, 1])`. */

import {
  add,
  describe,
  Expr,
  gt,
  lgamma,
  log,
  max,
  mul,
  type Real,
  type RealList,
  sub,
  sum,
  unpacked,
  where,
} from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { logFactorial } from "../../math/gamma.ts";
import { checkTotal } from "../discrete/categorical.ts";
import { type Distribution, discrete, logGamma, type Parameter, positive, probability, upTo } from "../distribution.ts";
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
  requireNoMore("multinomial", 2, arguments);
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
  const own = shares.map((p) => (k: Real): Real => {
    if (typeof k === "number") return sub(timesLog(k, p), logFactorial(k));
    return sub(where(gt(k, 0.5), mul(k, log(p)), 0), lgamma(add(k, 1)));
  });
  const first = logFactorial(trials);
  return { ...record, sampled: (at) => sampledCounts(at, { trials, parameters: record.parameters, own, first }) };
}

/** The log probability of counts as a sum: a number for all of them, and one for each count. */
interface Separate {
  readonly trials: number;
  readonly parameters: readonly Parameter[];
  readonly own: readonly ((count: Real) => Real)[];
  readonly first: Real;
}

// All counts but the last are discrete latents; the last is what remains.
function sampledCounts(at: VectorSite, separate: Separate): readonly Real[] {
  const counts: Real[] = [];
  const left = (): Real => sub(separate.trials, counts.length > 0 ? sum(counts) : 0);
  for (let i = 0; i < separate.own.length - 1; i++)
    counts.push(at.sample(`${at.name}[${i}]`, countAfter(left(), i, separate)));
  const last = left();
  if (last instanceof Expr) at.report(`${at.name}[${counts.length}]`, last);
  return [...counts, last];
}

/**
 * Count i where so many trials are left: of a multinomial log p_i·k − log k!, and the last one with what remains after it. By themselves these are no
 * probabilities; all together they are those of the counts.
 */
function countAfter(left: Real, i: number, { trials, parameters, own, first }: Separate): Distribution {
  const last = i + 2 === own.length ? own[i + 1]! : undefined;
  const rest = (remaining: Real): Real => {
    if (last === undefined) return 0;
    if (typeof remaining === "number") return remaining < 0 ? -Infinity : last(remaining);
    return where(gt(remaining, -0.5), last(max(remaining, 0)), -Infinity);
  };
  const record = discrete({
    name: "count of trials",
    parameters: [parameters[i]!],
    support: upTo(trials),
    logDensity: (k) => add(i === 0 ? first : 0, add(own[i]!(k), rest(sub(left, k)))),
    draw: () => {
      throw new TypeError("multinomial: a count has no draw of its own; got one entry, expected all");
    },
  });
  const values = Array.from({ length: trials + 1 }, (_, k) => k);
  return { ...record, finiteValues: () => ({ values, lostMass: 0 }) };
}

/**
 * Dirichlet-multinomial: a multinomial whose probabilities are drawn once from a Dirichlet with concentrations a_i > 0: log probability
 * log trials! + log Γ(Σa) − log Γ(trials + Σa) + Σ (log Γ(k_i + a_i) − log Γ(a_i) − log k_i!). As latents the counts are as those of `multinomial`.
 */
export function dirichletMultinomial(trials: number, concentrations: RealList): VectorDistribution {
  requireNoMore("dirichletMultinomial", 2, arguments);
  const list = unpacked(concentrations);
  requireSize("dirichletMultinomial", trials, 0);
  requireArray("dirichletMultinomial", "concentrations", list);
  const a = [...list];
  const total = sum(a);
  const all = (): Real => sub(logGamma(total), logGamma(add(total, trials)));
  const rising = a.map(
    (alpha) =>
      (k: Real): Real =>
        k === 0 ? 0 : sub(logGamma(add(alpha, k)), logGamma(alpha)),
  );
  const record = vector({
    name: "dirichletMultinomial",
    parameters: a.map((value, i) => positive(`concentrations[${i}]`, value)),
    length: a.length,
    support: countsOf(trials, a.length),
    logDensity: (counts) => add(logCoefficient(trials, counts), add(all(), sum(counts.map((k, i) => rising[i]!(k))))),
    draw: (next) => multinomialDraw(trials, dirichlet(a).draw(next), next),
  });
  const own = rising.map(
    (of) =>
      (k: Real): Real =>
        sub(of(k), typeof k === "number" ? logFactorial(k) : lgamma(add(k, 1))),
  );
  const sampled = (at: VectorSite): readonly Real[] =>
    sampledCounts(at, { trials, parameters: record.parameters, own, first: add(logFactorial(trials), all()) });
  return { ...record, sampled };
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
