/**
 * A distribution has masses where it has formulas of them. A formula is given for values inside the support, as −expm1(−rate·x) for the
 * exponential; `tailed` adds what is the same for all: 0 and 1 beyond the ends of the support, and the checks.
 */
import { add, describe, div, Expr, exp, expm1, log, max, min, neg, type Real, sub } from "../autodiff/expr.ts";
import * as elementary from "../math/elementary.ts";
import type { LogTails } from "../math/incomplete/incomplete-gamma.ts";
import { log1mexp as logDifference } from "../math/incomplete/log-differences.ts";
import { type Distribution, type Moments, parameterNumbers, type Tails } from "./distribution.ts";
import { tailInverse } from "./tail-inverse.ts";

/** Tails before their checks: formulas inside the support, quantiles and moments from numbers in parameter order. */
export interface TailFormulas extends Omit<Tails, "quantile" | "moments"> {
  readonly quantile?: (p: number, ...parameters: number[]) => number;
  readonly moments?: (...parameters: number[]) => Moments | undefined;
  /** A draw in place of the distribution's own, which may take as many steps as a count is large. */
  readonly draw?: (next: () => number, ...parameters: number[]) => number;
}

/** Formulas of which both tails are known. */
export interface NumericFormulas extends TailFormulas {
  readonly logCdf: (x: Real) => Real;
  readonly logSurvival: (x: Real) => Real;
}

/** The distribution with the tails that the formulas give. Every field is written out: a spread takes 50 µs, and models make very many records. */
export function tailed(distribution: Distribution, formulas: TailFormulas): Distribution {
  const { name, parameters, support, logDensity, logDensityInside, draw, fromNormal, initial } = distribution;
  const { cdf, logCdf, logSurvival, logInterval, quantile, moments, momentsAt, finiteValues, draw: formula } = formulas;
  let drawnFrom: readonly number[] | undefined; // found at the first draw, as a simulation makes many
  return {
    name,
    parameters,
    support,
    logDensity,
    logDensityInside,
    draw: formula
      ? (next) => {
          drawnFrom ??= parameterNumbers(name, "draw", parameters);
          return formula(next, ...drawnFrom);
        }
      : draw,
    fromNormal,
    initial,
    cdf: cdf && ((x) => within(distribution, cdf, 0, 1, x)),
    logCdf: logCdf && ((x) => within(distribution, logCdf, -Infinity, 0, x)),
    logSurvival: logSurvival && ((x) => within(distribution, logSurvival, 0, -Infinity, x)),
    logInterval: logInterval && ((low, high) => (areInRange(distribution) ? logInterval(low, high) : Number.NaN)),
    quantile:
      quantile && ((p) => quantile(checkedProbability(name, p), ...parameterNumbers(name, "quantile", parameters))),
    moments:
      moments &&
      (() =>
        parameters.some(({ value }) => value instanceof Expr)
          ? undefined
          : moments(...parameterNumbers(name, "moments", parameters))),
    momentsAt,
    finiteValues,
  };
}

/** A formula inside the support, and what it is below and above. Discrete formulas see whole numbers: P(X ≤ 2.5) is P(X ≤ 2). */
function within(distribution: Distribution, formula: (x: Real) => Real, below: number, above: number, x: Real): Real {
  const { name, support } = distribution;
  if (!areInRange(distribution)) return Number.NaN;
  if (x instanceof Expr) return formula(x);
  if (typeof x !== "number")
    throw new TypeError(`${name}: value is not a number; got ${describe(x)}, expected a number or a traced value`);
  if (Number.isNaN(x)) return NaN;
  if (support.discrete ? x < support.lower : x <= support.lower) return below;
  if (x >= support.upper) return above;
  return formula(support.kind === "integers" ? Math.floor(x) : x);
}

/**
 * Whether no parameter is a number out of its range; TypeError where one is neither a number nor traced. What has no mass is NaN and no error:
 * `where(gt(s, 0), normal(0, s).cdf(1), 0)` is 0 at s = −1.
 */
export function areInRange({ name, parameters }: Distribution): boolean {
  for (const { name: parameter, value, expected, valid } of parameters) {
    if (value instanceof Expr) continue;
    if (typeof value !== "number")
      throw new TypeError(`${name}: no such ${parameter}; got ${describe(value)}, expected ${expected}`);
    if (!valid(value)) return false;
  }
  return true;
}

function checkedProbability(name: string, p: number): number {
  if (typeof p === "number" && p >= 0 && p <= 1) return p;
  throw new RangeError(`${name}: no quantile at this probability; got ${describe(p)}, expected a number in [0, 1]`);
}

/** Both tails at a number, as logs, of a distribution with these numbers as parameters. */
export type NumericTails = (x: number, ...parameters: number[]) => LogTails;

/**
 * Tails that are known for numbers only, as an incomplete gamma function is no op: TypeError where the value or a parameter is
 * traced. `start` says where to look for quantiles: a place in the support, and a distance.
 */
export function numericTails(
  distribution: Distribution,
  tails: NumericTails,
  start: (...parameters: number[]) => readonly [centre: number, scale: number],
  moments: (...parameters: number[]) => Moments,
): NumericFormulas {
  const { name, parameters, support, logDensity } = distribution;
  const at = (x: Real): LogTails => {
    if (typeof x !== "number") throw numbersOnly(name, "value");
    return tails(
      x,
      ...parameters.map(({ name: parameter, value }) => {
        if (typeof value !== "number") throw numbersOnly(name, parameter);
        return value;
      }),
    );
  };
  return {
    cdf: (x) => elementary.exp(at(x)[0]),
    logCdf: (x) => at(x)[0],
    logSurvival: (x) => at(x)[1],
    quantile: (p, ...own) =>
      tailInverse(
        {
          tails: (x) => tails(x, ...own),
          logDensity: (x) => logDensity(x) as number,
          lower: support.lower,
          upper: support.upper,
        },
        p,
        ...start(...own),
      ),
    moments,
    momentsAt: moments,
  };
}

/** A quantile by a search on masses that have formulas; `start` is a place in the support, and a distance. */
export function searchedQuantile(
  { support, logDensity }: Distribution,
  { logCdf, logSurvival }: Pick<TailFormulas, "logCdf" | "logSurvival">,
  start: (...parameters: number[]) => readonly [centre: number, scale: number],
): (p: number, ...parameters: number[]) => number {
  return (p, ...own) =>
    tailInverse(
      {
        tails: (x) => [logCdf!(x) as number, logSurvival!(x) as number],
        logDensity: (x) => logDensity(x) as number,
        lower: support.lower,
        upper: support.upper,
      },
      p,
      ...start(...own),
    );
}

function numbersOnly(name: string, what: string): TypeError {
  return new TypeError(
    `${name}: the cdf is known for numbers only; got a traced ${what}, expected numbers, or a distribution such as normal or logistic`,
  );
}

/** The least normal number: a traced end at or below 0 is taken for it where a log follows, so that no infinite derivative arises. */
export const LEAST = 2.2250738585072014e-308;

/** log x of an end of an interval under a distribution on (0, ∞), about −708 for ends at and below 0. */
export function logOfEnd(x: Real): Real {
  return log(max(x, LEAST));
}

/**
 * log P(low < X ≤ high) from both tails, split at a place s in the middle of the distribution, which may be traced: below s a difference
 * of cdfs and above it one of survivals, so that nothing cancels in either tail. No condition chooses: one of the two parts is
 * exactly 0 unless s lies between the ends, and a factor R = F(min(high, s))·S(max(low, s)) is right for both.
 */
export function splitInterval(
  { logCdf, logSurvival }: { logCdf: (x: Real) => Real; logSurvival: (x: Real) => Real },
  s: Real,
  low: Real,
  high: Real,
): Real {
  const below = logCdf(min(s, high));
  const above = logSurvival(max(low, s));
  // Each part over R; S(max(low, s)) is S(s) where the first is not 0, and likewise for the second.
  const first = div(expm1(sub(logCdf(min(s, low)), below)), exp(logSurvival(s)));
  const second = div(expm1(sub(logSurvival(max(high, s)), above)), exp(logCdf(s)));
  return add(add(below, above), log(neg(add(first, second))));
}

/**
 * log(1 − e^{−x}) for x ≥ 0, accurate for small x; for a large one a number keeps its digits, and a traced value those of 1, which is
 * enough where it is added to other logs.
 */
export function log1mexp(x: Real): Real {
  return typeof x === "number" ? logDifference(x) : log(neg(expm1(neg(x))));
}

/** log P(low < X ≤ high) from both tails at numbers: a difference on the side where less is cut off. TypeError where a tail is traced. */
export function numericInterval(
  { name, logCdf, logSurvival }: { name: string; logCdf: (x: Real) => Real; logSurvival: (x: Real) => Real },
  low: Real,
  high: Real,
): Real {
  const [below, above, upTo, from] = [logCdf(low), logSurvival(high), logCdf(high), logSurvival(low)];
  if ([below, above, upTo, from].some((mass) => typeof mass !== "number"))
    throw new TypeError(`logMass: the mass of ${name} between two ends is known for numbers only; got a traced one`);
  // Where less is cut off below than above by F(high)·(1 − F(low)/F(high)), elsewhere by the same with S = 1 − F.
  return below <= above ? difference(upTo, below) : difference(from, above);
}

/** log(eˣ − eʸ) for x ≥ y; y = −∞ takes nothing away. */
function difference(x: Real, y: Real): Real {
  return x === -Infinity || y === -Infinity ? x : add(x, log1mexp(sub(x, y)));
}
