/**
 * Closed form of textmsg. Under a mean-field guide the rates and the switches are independent, so
 * E[log Poisson(k; exp(x))] = k·E[x] − E[exp(x)] − log k! is weighted by the probability of its arm.
 */
import { lgamma } from "../../src/autodiff/special/gamma.ts";
import { normalQuantile } from "../../src/autodiff/special/normal.ts";
import { TEXTMSG } from "./data.ts";
import { Accumulator, type Moment, probabilityAbove } from "./moments.ts";

const [BEFORE, AFTER, CHANGE] = [0, 1, 2]; // x0, x1, z

/** ELBO of a mean-field guide over x0, x1, z. */
export function textmsgElbo(mu: ArrayLike<number>, rho: ArrayLike<number>): number {
  return expectation(mu, rho).elbo;
}

/** Its gradient [∂μ…, ∂ρ…]. */
export function textmsgElboGradient(mu: ArrayLike<number>, rho: ArrayLike<number>): Float64Array {
  return expectation(mu, rho).gradient();
}

function expectation(mu: ArrayLike<number>, rho: ArrayLike<number>): Accumulator {
  const sum = new Accumulator(mu, rho);
  sum.addNormal(BEFORE, TEXTMSG.priorMean, TEXTMSG.priorSd);
  sum.addNormal(AFTER, TEXTMSG.priorMean, TEXTMSG.priorSd);
  sum.addNormal(CHANGE, 0, 1);
  TEXTMSG.days.forEach((day, j) => {
    const count = TEXTMSG.counts[j]!;
    const before = probabilityAbove(normalQuantile(day / TEXTMSG.denominator), sum.mu[CHANGE]!, sum.sd[CHANGE]!);
    const early = logPoisson(count, sum.mu[BEFORE]!, sum.sd[BEFORE]!);
    const late = logPoisson(count, sum.mu[AFTER]!, sum.sd[AFTER]!);
    sum.addMoment(BEFORE, early, before.value);
    sum.addMoment(AFTER, late, 1 - before.value);
    sum.addDerivatives(CHANGE, before, early.value - late.value);
  });
  return sum;
}

// E[log Poisson(count; exp(x))], x ~ N(mean, sd)
function logPoisson(count: number, mean: number, sd: number): Moment {
  const rate = Math.exp(mean + 0.5 * sd * sd);
  return { value: count * mean - rate - lgamma(count + 1), byMean: count - rate, bySd: -rate * sd };
}
