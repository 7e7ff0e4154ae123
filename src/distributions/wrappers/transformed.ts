/** Functions of random numbers: of `transformed(normal(0, 1), transforms.exp)` the density at 2 is that of the normal at log 2, divided by 2. */

import { add, describe, div, log, mul, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { aboveLow, belowHigh, EXP } from "../../transforms/half-line.ts";
import { betweenEnds } from "../../transforms/interval.ts";
import type { Transform } from "../../transforms/transform.ts";
import {
  betweenReals,
  checkParameters,
  closedInterval,
  continuous,
  type Distribution,
  dataOnly,
  discrete,
  endsOf,
  finiteSet,
  integersBetween,
  type Moments,
  type Parameter,
  positive,
  REAL_LINE,
  real,
  type Support,
  tracedInterval,
} from "../distribution.ts";
import { withTails } from "../known-tails.ts";
import { quadratureMoments } from "../quadrature-tails.ts";
import { tailed } from "../tails.ts";
import { requireDistribution } from "../vector/requirements.ts";

/** Rising functions of ℝ for `transformed`: exp, sigmoid, and onto the numbers above, below or between ends. */
export const transforms: {
  readonly exp: Transform;
  readonly sigmoid: Transform;
  readonly above: (low: number) => Transform;
  readonly below: (high: number) => Transform;
  readonly between: (low: number, high: number) => Transform;
} = /* @__PURE__ */ {
  exp: EXP,
  sigmoid: /* @__PURE__ */ betweenEnds(0, 1),
  above: aboveLow,
  below: belowHigh,
  between: betweenEnds,
};

/**
 * The distribution of f(X): `transformed(normal(0, 1), transforms.exp)` is lognormal(0, 1), and of `transforms.sigmoid` logit-normal.
 * Log density log p(u) − log f′(u) at u = f⁻¹(x). A transform has `forward`, `inverse` and `logJacobian`, and rises.
 */
export function transformed(distribution: Distribution, transform: Transform): Distribution {
  requireNoMore("transformed", 2, arguments);
  const inner = realOnly("transformed", distribution);
  if (typeof transform?.forward !== "function")
    throw new TypeError(
      `transformed: not a transform; got ${describe(transform)}, expected one such as transforms.exp`,
    );
  const { forward, inverse, logJacobian, name } = transform;
  const [low, high] = endsOf(inner.support).map((end) => forward(end));
  const known = typeof low === "number" && typeof high === "number";
  const own = known ? openInterval(low, high) : tracedInterval(low!, high!);
  return moved(inner, {
    name: `${name} ${inner.name}`,
    parameters: [],
    support: inner.support.kind === "real" ? { ...own, transform } : own,
    forward,
    inverse,
    logSlope: (x) => logJacobian(inverse(x)),
  });
}

/** The distribution of X + by; for counts `by` is a whole number that is data. */
export function shifted(distribution: Distribution, by: Real): Distribution {
  requireNoMore("shifted", 2, arguments);
  requireDistribution("shifted", distribution);
  const { support } = distribution;
  if (support.discrete) return shiftedCounts(withTails(distribution), by);
  return moved(realOnly("shifted", distribution), {
    name: `shifted ${distribution.name}`,
    parameters: [real("by", by)],
    support: movedSupport(support, (end) => add(end, by)),
    forward: (x) => add(x, by),
    inverse: (x) => sub(x, by),
    logSlope: () => 0,
  });
}

/** The distribution of X·by, by > 0; of continuous ones, and of finitely many values, where `by` is data. */
export function scaled(distribution: Distribution, by: Real): Distribution {
  requireNoMore("scaled", 2, arguments);
  requireDistribution("scaled", distribution);
  if (distribution.support.discrete) {
    checkParameters("scaled", distribution.name, [dataOnly("scaled", positive("by", by))]);
    const factor = by as number;
    return movedTable("scaled", distribution, positive("by", factor), (k) => k * factor);
  }
  const inner = realOnly("scaled", distribution);
  return moved(inner, {
    name: `scaled ${inner.name}`,
    parameters: [positive("by", by)],
    support: movedSupport(inner.support, (end) => (end === 0 ? 0 : mul(end, by))),
    forward: (x) => mul(x, by),
    inverse: (x) => div(x, by),
    logSlope: () => log(by),
  });
}

interface Move {
  readonly name: string;
  readonly parameters: Distribution["parameters"];
  readonly support: Support;
  readonly forward: (x: Real) => Real;
  readonly inverse: (x: Real) => Real;
  /** log of the slope of `forward`, at a value of it. */
  readonly logSlope: (x: Real) => Real;
}

function moved(inner: Distribution, move: Move): Distribution {
  const { forward, inverse, logSlope, ...own } = move;
  const { logDensity, logDensityInside = logDensity, cdf, logCdf, logSurvival, logInterval, quantile, draw } = inner;
  const record = continuous({
    ...own,
    parameters: [...inner.parameters, ...own.parameters],
    logDensity: (x) => sub(logDensity(inverse(x)), logSlope(x)),
    logDensityInside: (x) => sub(logDensityInside(inverse(x)), logSlope(x)),
    draw: (next) => forward(draw(next)) as number,
  });
  const complete = tailed(record, {
    cdf: cdf && ((x) => cdf(inverse(x))),
    logCdf: logCdf && ((x) => logCdf(inverse(x))),
    logSurvival: logSurvival && ((x) => logSurvival(inverse(x))),
    logInterval: logInterval && ((low, high) => logInterval(inverse(low), inverse(high))),
    ...(quantile && { quantile: (p: number) => forward(quantile(p)) as number }),
    ...(quantile && { moments: (): Moments => quadratureMoments(complete) }),
  });
  return complete;
}

function shiftedCounts(inner: Distribution, by: Real): Distribution {
  if (typeof by !== "number" || !Number.isInteger(by))
    throw new RangeError(
      `shifted: counts by a number that is not whole; got ${describe(by)}, expected a whole number that is data`,
    );
  const { name, parameters, support, logDensity, draw } = inner;
  if (support.kind === "finite") return movedTable("shifted", inner, real("by", by), (k) => k + by);
  const { cdf, logCdf, logSurvival, quantile, moments, finiteValues } = inner;
  const record = discrete({
    name: `shifted ${name}`,
    parameters: [...parameters, real("by", by)],
    support: integersBetween(support.lower + by, support.upper + by),
    logDensity: (k) => logDensity(k - by),
    draw: (next) => draw(next) + by,
  });
  return tailed(record, {
    cdf: cdf && ((x) => cdf(sub(x, by))),
    logCdf: logCdf && ((x) => logCdf(sub(x, by))),
    logSurvival: logSurvival && ((x) => logSurvival(sub(x, by))),
    ...(quantile && { quantile: (p: number) => quantile(p) + by }),
    ...(moments && {
      moments: () => {
        const { mean, sd } = moments()!;
        return { mean: mean + by, sd };
      },
    }),
    ...(finiteValues && {
      finiteValues: (tailMass?: number) => {
        const { values, lostMass } = finiteValues(tailMass);
        return { values: values.map((k) => k + by), lostMass };
      },
    }),
  });
}

// A table with its values moved by a rising function.
function movedTable(
  caller: string,
  distribution: Distribution,
  by: Parameter,
  move: (k: number) => number,
): Distribution {
  const complete = withTails(distribution);
  const { name, parameters, logDensity, draw, finiteValues, support, moments } = complete;
  if (!finiteValues || !Number.isFinite(support.upper - support.lower))
    throw new TypeError(
      `${caller}: counts without end; got ${name}, expected finitely many values, or a latent that is multiplied`,
    );
  const { values } = finiteValues();
  const moved = new Map(values.map((k) => [move(k), k]));
  // The greatest value of the table that is not above x.
  const below = (x: Real): number => {
    if (typeof x !== "number")
      throw new TypeError(`${caller} ${name}: the cdf is known for numbers only; got a traced value`);
    return values.findLast((k) => move(k) <= x) ?? Number.NEGATIVE_INFINITY;
  };
  const { cdf, logCdf, logSurvival, quantile } = complete;
  const record = discrete({
    name: `${caller} ${name}`,
    parameters: [...parameters, by],
    support: finiteSet([...moved.keys()]),
    logDensity: (k) => logDensity(moved.get(k)!),
    draw: (next) => move(draw(next)),
  });
  return tailed(record, {
    cdf: cdf && ((x) => cdf(below(x))),
    logCdf: logCdf && ((x) => logCdf(below(x))),
    logSurvival: logSurvival && ((x) => logSurvival(below(x))),
    ...(quantile && { quantile: (p: number) => move(quantile(p)) }),
    ...(moments && {
      moments: () => {
        const { mean, sd } = moments()!;
        // Both moves are straight lines.
        return { mean: move(mean), sd: (move(1) - move(0)) * sd };
      },
    }),
    finiteValues: () => ({ values: [...moved.keys()], lostMass: 0 }),
  });
}

function realOnly(caller: string, distribution: Distribution): Distribution {
  requireDistribution(caller, distribution);
  const { name, support } = distribution;
  if (support.discrete)
    throw new TypeError(`${caller}: not a continuous distribution; got ${name}, expected one such as normal`);
  return withTails(distribution);
}

/** The support with its ends moved, by a rising function; what it contains is found from them. */
function movedSupport(support: Support, move: (end: Real) => Real): Support {
  if (support.kind === "real") return REAL_LINE;
  const [low, high] = endsOf(support).map((end) => (typeof end !== "number" || Number.isFinite(end) ? move(end) : end));
  return betweenReals(low!, high!);
}

/** The numbers between two ends that do not belong to it. */
function openInterval(low: number, high: number): Support {
  const shown = (end: number, infinite: string): string => (Number.isFinite(end) ? String(end) : infinite);
  return {
    ...closedInterval(low, high),
    text: `(${shown(low, "−∞")}, ${shown(high, "∞")})`,
    contains: (x) => x > low && x < high,
  };
}
