/** A normal whose tails are as heavy as one likes: `observe(studentT(4, m, 1), y)` lets some data lie far off. */
import { add, div, log, log1p, mul, type Real, square, sub } from "../../autodiff/expr.ts";
import { logIncompleteBeta } from "../../math/incomplete/incomplete-beta.ts";
import type { LogTails } from "../../math/incomplete/incomplete-gamma.ts";
import { log1mexp } from "../../math/incomplete/log-differences.ts";
import { normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, logGamma, positive, REAL_LINE, real } from "../distribution.ts";
import { gammaDraw } from "../positive/gamma.ts";
import { numericTails, type TailFormulas } from "../tails.ts";
import { logStudentAbove } from "../traced-shapes.ts";
import { withTraced } from "../traced-tails.ts";

const HALF_LOG_PI = 0.5723649429247001; // ½ log π

/**
 * Student's t with df > 0 degrees of freedom, location (the median) and scale > 0 (not the sd): log density
 * −½(df + 1) log(1 + t²/df) + log Γ(½(df + 1)) − log Γ(½ df) − ½ log(π df) − log scale, t = (x − location)/scale. The log
 * gammas cancel for a large df: error below 1e-15·df log df. −∞ where t² overflows, |t| > 1.3e154.
 */
export function studentT(df: Real, location: Real = 0, scale: Real = 1): Distribution {
  return continuous({
    name: "studentT",
    parameters: [positive("df", df), real("location", location), positive("scale", scale)],
    support: REAL_LINE,
    logDensity: (x) => {
      const half = mul(0.5, add(df, 1));
      const gammas = sub(logGamma(half), logGamma(mul(0.5, df)));
      const constant = sub(sub(gammas, mul(0.5, log(df))), add(log(scale), HALF_LOG_PI));
      return sub(constant, mul(half, log1p(div(square(div(sub(x, location), scale)), df))));
    },
    draw: (next, df, location, scale) =>
      location + (scale * normalQuantile(next())) / Math.sqrt((2 * gammaDraw(df / 2, next)) / df),
    initial: (_df, mean, sd) => ({ mean, sd }),
  });
}

export function studentTTails(df: Real, location: Real = 0, scale: Real = 1): TailFormulas {
  const distribution = studentT(df, location, scale);
  const numeric = numericTails(
    distribution,
    (x, df, location, scale) => logStudentTails((x - location!) / scale!, df!),
    (_df, location, scale) => [location!, scale!],
    (df, location, scale) => ({
      mean: df! > 1 ? location! : NaN,
      sd: df! > 2 ? scale! * Math.sqrt(df! / (df! - 2)) : df! > 1 ? Infinity : NaN,
    }),
  );
  return withTraced(distribution, numeric, () => ({
    centre: location,
    below: (x) => logStudentAbove(df, div(sub(location, x), scale)),
    above: (x) => logStudentAbove(df, div(sub(x, location), scale)),
  }));
}

/** Both tails of the standard distribution. */
function logStudentTails(t: number, df: number): LogTails {
  const outside = logHalfStudentTails(t, df)[1] - Math.LN2;
  const inside = log1mexp(-outside);
  return t < 0 ? [outside, inside] : [inside, outside];
}

/** Both tails of |T|: P(|T| > |t|) is I_x(½ df, ½) at x = df/(df + t²). */
export function logHalfStudentTails(t: number, df: number): LogTails {
  const square = t * t;
  const [x, y] = square < Infinity ? [df / (df + square), square / (df + square)] : [0, 1];
  const [above, below] = logIncompleteBeta(0.5 * df, 0.5, x, y);
  return [below, above];
}
