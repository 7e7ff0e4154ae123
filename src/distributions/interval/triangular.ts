/** A number between two ends with a likeliest value: `sample("cost", triangular(10, 12, 20))`, as experts' guesses are stated. */

import { difference } from "../../autodiff/difference.ts";
import { add, clamp, div, Expr, log, max, min, mul, type Real, square, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { squared } from "../../math/squared.ts";
import { betweenReals, continuous, type Distribution, numberOrNaN, real } from "../distribution.ts";
import { LEAST, splitInterval, tailed } from "../tails.ts";

/**
 * Triangular on [low, high] with its mode between or at an end: the density rises in a straight line from 0 at low to 2/(high − low) at the mode and
 * falls to 0 at high. A mode at a traced end is that end itself. Of data beyond a traced end the density is 0.
 */
export function triangular(low: Real, mode: Real, high: Real): Distribution {
  requireNoMore("triangular", 3, arguments);
  const traced = low instanceof Expr || mode instanceof Expr || high instanceof Expr;
  const parameters = [
    real("low", low),
    {
      ...real("mode", mode),
      ...(!traced && {
        expected: `low = ${low} ≤ mode ≤ high = ${high}`,
        valid: (x: number) => x >= low && x <= high,
      }),
    },
    {
      ...real("high", high),
      ...(!traced && { expected: `high > low = ${low}`, valid: (x: number) => x > low && x < Infinity }),
    },
  ];
  const [from, peak, to] = [low, mode, high].map((x) => (x instanceof Expr ? x : numberOrNaN(x))) as [Real, Real, Real];
  const [up, down, width] = [difference(peak, from), difference(to, peak), difference(to, from)];
  // 1 where the triangle has no such side
  const has = (side: Real): boolean => typeof side !== "number" || side > 0;
  const rising = (x: Real): Real => (has(up) ? div(sub(x, low), apart(up)) : 1);
  const falling = (x: Real): Real => (has(down) ? div(sub(high, x), apart(down)) : 1);
  const density = (x: Real): Real => add(log(div(2, width)), log(min(rising(x), falling(x))));
  const distribution = continuous({
    name: "triangular",
    parameters,
    support: betweenReals(low, high),
    logDensity: density,
    draw: (next, low, mode, high) => quantile(next(), low, mode, high),
  });
  // On each side of the mode a square and what it leaves, width·(1 − r²) as (1 − r)·(1 + r).
  const cdf = (x: Real): Real => {
    const [before, after] = [clamp(x, low, mode), clamp(x, mode, high)];
    const own = has(up) ? mul(div(up, width), square(rising(before))) : 0;
    return add(own, mul(div(sub(after, mode), width), add(1, falling(after))));
  };
  const survival = (x: Real): Real => {
    const [before, after] = [clamp(x, low, mode), clamp(x, mode, high)];
    const own = has(down) ? mul(div(down, width), square(falling(after))) : 0;
    return add(own, mul(div(sub(mode, before), width), add(1, rising(before))));
  };
  return tailed(distribution, {
    cdf,
    logCdf: (x) => logOfMass(cdf(x)),
    logSurvival: (x) => logOfMass(survival(x)),
    logInterval: (from, to) => {
      const masses = { logCdf: (x: Real) => logOfMass(cdf(x)), logSurvival: (x: Real) => logOfMass(survival(x)) };
      return splitInterval(masses, add(mul(0.5, low), mul(0.5, high)), clamp(from, low, high), clamp(to, low, high));
    },
    quantile,
    moments: (low, mode, high) => ({
      mean: low + (mode - low + (high - low)) / 3,
      sd: Math.sqrt((squared(high - low) - (mode - low) * (high - mode)) / 18),
    }),
  });
}

// A traced side as what is divided by: with mode = a + k·(c − a) and high = c the side c − mode rounds to 0 where k is next to 1, where no x lies
// beyond the mode and what falls is any number above 1.
const apart = (side: Real): Real => (typeof side === "number" ? side : max(side, LEAST));

// A traced mass is no less than the least number, so that its log has no edge: next to an end that others move none would be searched for.
function logOfMass(mass: Real): Real {
  return log(typeof mass === "number" ? mass : max(mass, LEAST));
}

function quantile(p: number, low: number, mode: number, high: number): number {
  const [up, down, width] = [mode - low, high - mode, high - low];
  if (p * width < up) return low + Math.sqrt(p * width * up);
  const root = Math.sqrt((1 - p) * (down / width));
  // high − width·root, seen from the nearer end: 1 − √(1 − d) = d/(1 + √(1 − d))
  return p > 0.5 ? high - width * root : low + (up + down * p) / (1 + root);
}
