/**
 * Tails of distributions whose cdf is no op, as expressions: P(X > 3) of a gamma whose shape a is a latent. From the end x on the density falls, and
 * with logarithms or the like as the scale v its log is concave there:
 *
 *     P(X > x) = p(v)·∫₀^∞ exp(g(s)) ds,   g(0) = 0,   g falls.
 *
 * The integral is cut off where g is −37, at e^−37 = 1e-16, and done by Gauss and Legendre's rule with 40 points. What is differentiated is the rule, so that
 * derivatives in shapes are those of what is computed; as g is analytic in its parameters they are as near to the true ones.
 */
import { add, div, Expr, exp, log1p, max, min, mul, neg, type Real, sqrt, square, sum } from "../autodiff/expr.ts";
import { gaussLegendre } from "../math/truncated-normal.ts";
import { once } from "../pieces/once.ts";
import { ordered } from "./choice.ts";
import type { Distribution } from "./distribution.ts";
import { LEAST, type NumericFormulas, numericInterval, splitInterval, type TailFormulas } from "./tails.ts";

const POINTS = 40;
const rule = /* @__PURE__ */ once(() => gaussLegendre(POINTS));

/** How far below its start g is followed. */
export const DEPTH = 37;

/** Steps of Newton's method for the end of the range: from twice its length the third one is within 2 % of it. */
const STEPS = 4;

/** How the log of a density falls from where it is 0. */
export interface Fall {
  /** g(s). */
  readonly at: (s: Real) => Real;
  /** −g′(s). */
  readonly slope: (s: Real) => Real;
  /** −g′ and −g″ at 0, both not negative. */
  readonly start: Real;
  readonly bend: Real;
  /** An upper bound of where g is −37, if one is known that is better than that of a parabola. */
  readonly end?: (parabola: Real) => Real;
}

/** ∫₀^∞ exp(g(s)) ds. Error below 1e-11 of it where g″ changes by no more than e⁵ over a length of 1/|g′| at the far end: tested by distribution. */
export function fallIntegral({ at, slope, start, bend, end }: Fall): Real {
  const parabola = div(2 * DEPTH, aboveZero(add(start, sqrt(add(square(start), mul(2 * DEPTH, bend))))));
  let length = end ? min(parabola, end(parabola)) : parabola;
  // g is concave: a step from the left ends right of the place, and steps from there go down to it.
  for (let step = 0; step < STEPS; step++) length = add(length, div(add(at(length), DEPTH), aboveZero(slope(length))));
  return rangeIntegral(at, aboveZero(length));
}

// A number that is positive by what g is, where no proof sees it: so that a division by it is none by 0.
function aboveZero(x: Real): Real {
  return max(x, LEAST);
}

/** ∫ exp(g(s)) ds over 0 ≤ s ≤ length, for a g that is analytic there. */
export function rangeIntegral(at: (s: Real) => Real, length: Real): Real {
  const { nodes, weights } = rule();
  const values = Array.from(nodes, (node, k) => mul(weights[k]!, exp(at(mul(node, length)))));
  return mul(length, sum(values));
}

/** Tails as expressions. */
export interface TracedTails {
  /** A place in the middle of the distribution: the median, or nearly so. */
  readonly centre: Real;
  /** log P(X ≤ x) for x ≤ centre. */
  readonly below: (x: Real) => Real;
  /** log P(X > x) for x ≥ centre. */
  readonly above: (x: Real) => Real;
}

/** Tails that are known for numbers, with expressions for them where the value or a parameter is traced. */
export function withTraced(
  { name, parameters: records }: Distribution,
  numeric: NumericFormulas,
  make: () => TracedTails,
): TailFormulas {
  const parameters = records.map(({ value }) => value);
  const isTraced = (...values: Real[]): boolean => [...parameters, ...values].some((value) => value instanceof Expr);
  // log(1 − eˣ), with a slope that keeps its digits where eˣ is next to nothing
  const rest = (x: Real): Real => log1p(neg(exp(x)));
  let made: TracedTails | undefined;
  const traced = (): TracedTails => {
    made ??= make();
    return made;
  };
  const below = (x: Real): Real => {
    const { centre, below, above } = traced();
    return ordered(x, centre, below(ordered(x, centre, x, centre)), rest(above(ordered(x, centre, centre, x))));
  };
  const above = (x: Real): Real => {
    const { centre, below, above } = traced();
    return ordered(x, centre, rest(below(ordered(x, centre, x, centre))), above(ordered(x, centre, centre, x)));
  };
  const logCdf = (x: Real): Real => (isTraced(x) ? below(x) : numeric.logCdf(x));
  return {
    ...numeric,
    cdf: (x) => exp(logCdf(x)),
    logCdf,
    logSurvival: (x) => (isTraced(x) ? above(x) : numeric.logSurvival(x)),
    logInterval: (low, high) => {
      if (!isTraced(low, high)) return numericInterval({ name, ...numeric }, low, high);
      const { centre, below: logCdf, above: logSurvival } = traced();
      return splitInterval({ logCdf, logSurvival }, centre, low, high);
    },
  };
}
