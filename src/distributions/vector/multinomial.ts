import { add, describe, type Real, sub, sum } from "../../autodiff/expr.ts";
import { logFactorial } from "../../math/gamma.ts";
import { checkTotal } from "../discrete/categorical.ts";
import { logGamma, positive, probability } from "../distribution.ts";
import { timesLog } from "../products.ts";
import { dirichlet } from "./dirichlet.ts";
import { requireSize } from "./requirements.ts";
import { type VectorDistribution, type VectorSupport, vector } from "./vector-distribution.ts";

/**
 * Multinomial: how many of `trials` (data, a whole number) fall to each of K outcomes with these probabilities, which may be traced: log
 * probability log trials! + Σ (k_i log p_i − log k_i!). RangeError unless probabilities that are numbers sum to 1 within 1e-9. Data only.
 */
export function multinomial(trials: number, probabilities: readonly Real[]): VectorDistribution {
  requireSize("multinomial", trials, 0);
  requireArray("multinomial", "probabilities", probabilities);
  checkTotal("multinomial", probabilities);
  const length = probabilities.length;
  return vector({
    name: "multinomial",
    parameters: probabilities.map((p, i) => probability(`probabilities[${i}]`, p)),
    length,
    support: countsOf(trials, length),
    logDensity: (counts) =>
      add(logCoefficient(trials, counts), sum(counts.map((k, i) => timesLog(k, probabilities[i]!)))),
    draw: (next) => multinomialDraw(trials, probabilities as readonly number[], next),
  });
}

/**
 * Dirichlet-multinomial: a multinomial whose probabilities are drawn once from a Dirichlet with concentrations a_i > 0: log probability
 * log trials! + log Γ(Σa) − log Γ(trials + Σa) + Σ (log Γ(k_i + a_i) − log Γ(a_i) − log k_i!). Data only.
 */
export function dirichletMultinomial(trials: number, concentrations: readonly Real[]): VectorDistribution {
  requireSize("dirichletMultinomial", trials, 0);
  requireArray("dirichletMultinomial", "concentrations", concentrations);
  const a: readonly Real[] = [...concentrations];
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
