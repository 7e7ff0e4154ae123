/**
 * Log probabilities of whole numbers that are inputs: a distribution of `nondiff` on whole numbers computes with the datum itself, log 3! for a 3, and so
 * has a formula of its own for a datum that changes from fit to fit, log Γ(k + 1).
 */
import { add, and, div, ge, gt, lgamma, log, log1p, mul, neg, type Real, sub, where } from "../../autodiff/expr.ts";
import { type Distribution, logGamma } from "../../distributions/distribution.ts";

type Formula = (k: Real, ...parameters: Real[]) => Real;

const logFactorial = (k: Real): Real => lgamma(add(k, 1));
const not = (p: Real): Real => log1p(neg(p));

/** By the names of distributions, with their parameters in order. */
const FORMULAS: Readonly<Record<string, Formula>> = {
  poisson: (k, rate) => sub(sub(mul(k, log(rate!)), rate!), logFactorial(k)),
  bernoulli: (k, p) => where(gt(k, 0.5), log(p!), not(p!)),
  binomial: (k, trials, p) => {
    const failures = sub(trials!, k);
    const choose = sub(sub(logFactorial(trials!), logFactorial(k)), logFactorial(failures));
    return add(add(mul(k, log(p!)), mul(failures, not(p!))), choose);
  },
  geometric: (k, p) => add(mul(k, not(p!)), log(p!)),
  negativeBinomial: (k, size, p) => {
    const choose = sub(sub(logGamma(add(size!, k)), logGamma(size!)), logFactorial(k));
    return add(add(choose, mul(size!, log(p!))), mul(k, not(p!)));
  },
  negativeBinomialByMean: (k, mean, dispersion) => {
    const choose = sub(sub(logGamma(add(dispersion!, k)), logFactorial(k)), logGamma(dispersion!));
    const failures = mul(dispersion!, log1p(div(mean!, dispersion!)));
    return sub(choose, add(failures, mul(k, sub(log(add(mean!, dispersion!)), log(mean!)))));
  },
};

/** Values of a distribution whose probabilities are looked up. */
const MOST_VALUES = 64;

/** The log density at a datum that is an input and lies in the support, but for ends that are traced; TypeError for a distribution that has none. */
export function dataDensity(site: string, distribution: Distribution, k: Real): Real {
  const { name, parameters, support, logDensity, logDensityInside = logDensity } = distribution;
  if (!support.discrete) {
    if (!support.ends) return logDensityInside(k);
    const [low, high] = support.ends;
    return where(and(ge(k, low), ge(high, k)), logDensityInside(k), -Infinity);
  }
  const formula = FORMULAS[name];
  if (formula) return formula(k, ...parameters.map(({ value }) => value));
  const { values } = (isTable(distribution) && distribution.finiteValues?.()) || { values: [] };
  if (values.length === 0 || values.length > MOST_VALUES)
    throw new TypeError(
      `${site}: ${name} has no density of data that are inputs; got a column whose values come later, expected it in the shape of compile(), or ${Object.keys(FORMULAS).join(", ")} or a distribution on at most ${MOST_VALUES} values`,
    );
  return lookedUp(values, logDensity, k);
}

// Whether its values end at numbers.
function isTable({ support }: Distribution): boolean {
  return support.upper < Infinity;
}

// By halves: values[h] and those after it lie above the middle between it and the one before.
function lookedUp(values: readonly number[], logDensity: (k: number) => Real, k: Real): Real {
  if (values.length === 1) return logDensity(values[0]!);
  const h = values.length >> 1;
  const middle = (values[h - 1]! + values[h]!) / 2;
  return where(gt(k, middle), lookedUp(values.slice(h), logDensity, k), lookedUp(values.slice(0, h), logDensity, k));
}
