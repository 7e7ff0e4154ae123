/** A number between two ends with a likeliest value: `sample("cost", triangular(10, 12, 20))`, as experts' guesses are stated. */
import { add, clamp, div, log, min, mul, type Real, square, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { squared } from "../../math/squared.ts";
import { closedInterval, continuous, type Distribution, dataOnly, numberOrNaN, real } from "../distribution.ts";
import { splitInterval, tailed } from "../tails.ts";

/**
 * Triangular on [low, high] with its mode between or at an end, three numbers: the density rises in a straight line from 0 at low to
 * 2/(high − low) at the mode and falls to 0 at high.
 */
export function triangular(low: number, mode: number, high: number): Distribution {
  for (const end of [real("low", low), real("mode", mode), real("high", high)]) dataOnly("triangular", end);
  const parameters = [
    real("low", low),
    {
      ...real("mode", mode),
      expected: `low = ${low} ≤ mode ≤ high = ${high}`,
      valid: (x: number) => x >= low && x <= high,
    },
    { ...real("high", high), expected: `high > low = ${low}`, valid: (x: number) => x > low && x < Infinity },
  ];
  const [from, peak, to] = [low, mode, high].map(numberOrNaN) as [number, number, number];
  const [up, down, width] = [peak - from, to - peak, to - from];
  // 1 where the triangle has no such side
  const rising = (x: Real): Real => (up > 0 ? div(sub(x, low), up) : 1);
  const falling = (x: Real): Real => (down > 0 ? div(sub(high, x), down) : 1);
  const distribution = continuous({
    name: "triangular",
    parameters,
    support: closedInterval(low, high),
    logDensity: (x) => add(elementary.log(2 / width), log(min(rising(x), falling(x)))),
    draw: (next, low, mode, high) => quantile(next(), low, mode, high),
  });
  // On each side of the mode a square and what it leaves, width·(1 − r²) as (1 − r)·(1 + r).
  const cdf = (x: Real): Real => {
    const [before, after] = [clamp(x, low, mode), clamp(x, mode, high)];
    const own = up > 0 ? mul(up / width, square(rising(before))) : 0;
    return add(own, mul(div(sub(after, mode), width), add(1, falling(after))));
  };
  const survival = (x: Real): Real => {
    const [before, after] = [clamp(x, low, mode), clamp(x, mode, high)];
    const own = down > 0 ? mul(down / width, square(falling(after))) : 0;
    return add(own, mul(div(sub(mode, before), width), add(1, rising(before))));
  };
  return tailed(distribution, {
    cdf,
    logCdf: (x) => log(cdf(x)),
    logSurvival: (x) => log(survival(x)),
    logInterval: (from, to) => {
      const masses = { logCdf: (x: Real) => log(cdf(x)), logSurvival: (x: Real) => log(survival(x)) };
      return splitInterval(masses, 0.5 * low + 0.5 * high, clamp(from, low, high), clamp(to, low, high));
    },
    quantile,
    moments: (low, mode, high) => ({
      mean: low + (mode - low + (high - low)) / 3,
      sd: Math.sqrt((squared(high - low) - (mode - low) * (high - mode)) / 18),
    }),
  });
}

function quantile(p: number, low: number, mode: number, high: number): number {
  const [up, down, width] = [mode - low, high - mode, high - low];
  if (p * width < up) return low + Math.sqrt(p * width * up);
  const root = Math.sqrt((1 - p) * (down / width));
  // high − width·root, seen from the nearer end: 1 − √(1 − d) = d/(1 + √(1 − d))
  return p > 0.5 ? high - width * root : low + (up + down * p) / (1 + root);
}
