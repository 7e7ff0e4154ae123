/** Counts with more zeros than their distribution has: `observe(zeroInflated(0.4, poisson(3)), 0)` has probability 0.4 + 0.6 e⁻³. */

import {
  add,
  describe,
  Expr,
  exp,
  ge,
  log,
  log1p,
  logSumExp,
  mul,
  neg,
  type Real,
  requireReal,
  sub,
  where,
} from "../../autodiff/expr.ts";
import { refuseKind } from "../../autodiff/traced.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { squared } from "../../math/squared.ts";
import { poisson } from "../complete.ts";
import { countQuantile } from "../discrete/sums.ts";
import { type Distribution, discrete, type Moments, parameterNumbers, probability } from "../distribution.ts";
import { withTails } from "../known-tails.ts";
import { logMass } from "../log-mass.ts";
import { tailed } from "../tails.ts";
import { requireDistribution } from "../vector/requirements.ts";
import { withMasses } from "./parts.ts";

/**
 * Counts with more zeros: 0 with probability p, else a draw of the distribution, which may be 0, too: P(0) = p + (1 − p)·P_d(0),
 * P(k) = (1 − p)·P_d(k). p may be traced. Of a continuous distribution, as of rain in a day, a datum of 0 counts p and any other one (1 − p) times its
 * density; such values are data only.
 */
export function zeroInflated(p: Real, distribution: Distribution): Distribution {
  requireNoMore("zeroInflated", 2, arguments);
  requireReal(p, "zeroInflated");
  if (isContinuous("zeroInflated", distribution)) return withZerosBeside("zero-inflated", p, distribution);
  const counts = countsOnly("zeroInflated", distribution);
  const rest = log1p(neg(p));
  return withZeros("zero-inflated", p, counts, {
    atZero: logSumExp([log(p), add(rest, counts.logDensity(0))]),
    above: rest,
    positive: (next) => counts.draw(next),
  });
}

/** Zero-inflated Poisson: 0 with probability p, else Poisson with that rate. */
export function zeroInflatedPoisson(p: Real, rate: Real): Distribution {
  requireNoMore("zeroInflatedPoisson", 2, arguments);
  for (const value of [p, rate]) requireReal(value, "zeroInflatedPoisson");
  return zeroInflated(p, poisson(rate));
}

/**
 * Counts with zeros of their own: 0 with probability p, else a draw of the distribution given that it is not 0: P(0) = p,
 * P(k) = (1 − p)·P_d(k)/(1 − P_d(0)). p may be traced. Of a continuous distribution it is what `zeroInflated` is: no draw of that is 0.
 */
export function hurdle(p: Real, distribution: Distribution): Distribution {
  requireNoMore("hurdle", 2, arguments);
  requireReal(p, "hurdle");
  if (isContinuous("hurdle", distribution)) return withZerosBeside("hurdle", p, distribution);
  const counts = countsOnly("hurdle", distribution);
  return withZeros("hurdle", p, counts, {
    atZero: log(p),
    above: sub(log1p(neg(p)), counts.logSurvival!(0)),
    positive: (next) => {
      for (;;) {
        const k = counts.draw(next);
        if (k > 0) return k;
      }
    },
  });
}

interface Zeros {
  readonly atZero: Real;
  /** log of the factor of P_d(k) for k > 0. */
  readonly above: Real;
  readonly positive: (next: () => number) => number;
}

function withZeros(prefix: string, p: Real, counts: Distribution, zeros: Zeros): Distribution {
  const { name, parameters, support, logDensity } = counts;
  const { atZero, above } = zeros;
  const distribution = discrete({
    name: `${prefix} ${name}`,
    parameters: [probability("p", p), ...parameters],
    support,
    logDensity: (k) => (k === 0 ? atZero : add(above, logDensity(k))),
    draw: (next, p) => (next() < p ? 0 : zeros.positive(next)),
  });
  const masses = {
    logCdf: (x: Real): Real => logSumExp([atZero, ...(x === 0 ? [] : [add(above, logMass(counts, 0, x))])]),
    logSurvival: (x: Real): Real => add(above, counts.logSurvival!(x)),
  };
  return tailed(distribution, {
    cdf: (x) => exp(masses.logCdf(x)),
    ...masses,
    // Between ends of which none is below 0; else logMass asks for the cdf.
    logInterval: (low, high) => add(above, logMass(counts, low, high)),
    quantile: (at) => countQuantile(at, masses, 0, support.upper),
    ...(counts.moments && {
      moments: (): Moments => {
        // E X and E X² are those of the counts times the factor above 0.
        const own = counts.moments!()!;
        const factor = exp(above) as number;
        const mean = factor * own.mean;
        return { mean, sd: Math.sqrt(factor * (squared(own.sd) + squared(own.mean)) - squared(mean)) };
      },
    }),
    ...(counts.finiteValues && {
      finiteValues: (tailMass?: number) => {
        const { values, lostMass } = counts.finiteValues!(tailMass);
        return { values, lostMass: lostMass * (exp(above) as number) };
      },
    }),
  });
}

function isContinuous(caller: string, distribution: Distribution): boolean {
  return !requireDistribution(caller, distribution).support.discrete;
}

// A continuous distribution beside an atom at 0.
function withZerosBeside(prefix: string, p: Real, distribution: Distribution): Distribution {
  const { name, parameters, support, logDensity, draw, cdf, moments } = withTails(distribution);
  const rest = log1p(neg(p));
  const own = `${prefix} ${name}`;
  const record: Distribution = {
    name: own,
    parameters: [probability("p", p), ...parameters],
    support: {
      kind: "interval",
      lower: Math.min(0, support.lower),
      upper: Math.max(0, support.upper),
      text: support.contains(0) ? support.text : `{0} ∪ ${support.text}`,
      discrete: false,
      contains: (x) => x === 0 || support.contains(x),
    },
    logDensity: (x) => {
      if (typeof x !== "number") refuseKind(own, "data", x, "a number");
      return x === 0 ? log(p) : add(rest, logDensity(x));
    },
    draw: (next) => {
      const [share] = parameterNumbers(own, "draw", [probability("p", p)]) as [number];
      return next() < share ? 0 : draw(next);
    },
  };
  const atZero = (x: Real): Real => (x instanceof Expr ? where(ge(x, 0), p, 0) : x >= 0 ? p : 0);
  return {
    ...record,
    ...(cdf && { cdf: (x: Real) => add(atZero(x), mul(sub(1, p), cdf(x))) }),
    ...(moments && {
      moments: (): Moments | undefined => {
        const inner = moments();
        if (!inner || typeof p !== "number") return undefined;
        const mean = (1 - p) * inner.mean;
        return { mean, sd: Math.sqrt((1 - p) * (squared(inner.sd) + squared(inner.mean)) - squared(mean)) };
      },
    }),
  };
}

function countsOnly(caller: string, distribution: Distribution): Distribution {
  const counts = withMasses(caller, distribution);
  const { support, name } = counts;
  if (!support.discrete || support.lower !== 0 || !support.contains(0))
    throw new TypeError(
      `${caller}: not a distribution of counts; got ${describe(name)} on ${support.text}, expected a continuous one, or one on 0, 1, 2, … such as poisson`,
    );
  return counts;
}
