/** A scale between half-normal and half-Cauchy: `sample("tau", halfStudentT(3, 2))`. */

import { add, div, max, type Real } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { halfStepOfGamma } from "../../math/incomplete/incomplete-beta.ts";
import { continuous, type Distribution, NONNEGATIVE, positive } from "../distribution.ts";
import { zeroWhere } from "../products.ts";
import { logHalfStudentTails, studentT } from "../real/student-t.ts";
import { numericTails, tailed } from "../tails.ts";
import { logStudentAbove, logStudentWithin } from "../traced-shapes.ts";
import { withTraced } from "../traced-tails.ts";

/** Half Student t, |t(df, 0, scale)| with df > 0 and scale > 0 (not the sd): twice that density, on [0, ∞). */
export function halfStudentT(df: Real, scale: Real = 1): Distribution {
  requireNoMore("halfStudentT", 2, arguments);
  const whole = studentT(df, 0, scale);
  const inside = (x: Real): Real => add(Math.LN2, whole.logDensity(x));
  const distribution = continuous({
    name: "halfStudentT",
    parameters: [positive("df", df), positive("scale", scale)],
    support: NONNEGATIVE,
    logDensity: (x) => add(inside(x), zeroWhere(x, -Infinity)),
    logDensityInside: inside,
    draw: (next) => Math.abs(whole.draw(next)),
  });
  const numeric = numericTails(
    distribution,
    (x, df, scale) => logHalfStudentTails(x / scale!, df!),
    (_df, scale) => [scale!, scale!],
    (df, scale) => {
      // E|T| = 2√df·Γ(½(df + 1))/(√π·(df − 1)·Γ(½ df))
      const mean =
        df! > 1 ? (2 * scale! * Math.sqrt(df! / Math.PI) * halfStepOfGamma(0.5 * df!)) / (df! - 1) : Infinity;
      return { mean, sd: df! > 2 ? Math.sqrt((scale! * scale! * df!) / (df! - 2) - mean * mean) : Infinity };
    },
  );
  const traced = withTraced(distribution, numeric, () => ({
    centre: scale,
    below: (x) => logStudentWithin(df, div(max(x, 0), scale)),
    above: (x) => add(Math.LN2, logStudentAbove(df, div(x, scale))),
  }));
  return tailed(distribution, traced);
}
