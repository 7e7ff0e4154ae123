/** Functions that jump at many places: rounding, steps, signs. */
import { add, mul, type Real, sub, sum } from "../../autodiff/expr.ts";
import { normal } from "../../distributions/real/normal.ts";
import { ceil, floor, round, sign, step } from "../../program/rounding.ts";
import { above, below, type Gaussian } from "./gaussian.ts";
import { type Likelihood, logDensity, type Table } from "./known.ts";

const RANGE = { from: -10, to: 10 };

// The mean is a whole number, which becomes k where z passes k + shift.
const rounded = (text: string, f: (z: Real, range: typeof RANGE) => Real, shift: number): Likelihood => ({
  text,
  latents: 1,
  observed: (z) => normal(f(z, RANGE), 1),
  expected: (q: Gaussian) => {
    const steps = Array.from({ length: RANGE.to - RANGE.from }, (_, j) => RANGE.from + 1 + j);
    const jump = (k: number): Real => sub(logDensity(k, 1), logDensity(k - 1, 1));
    return add(logDensity(RANGE.from, 1), sum(steps.map((k) => mul(jump(k), above(q, k + shift)))));
  },
});

type Rounding = Table<"floor" | "ceil" | "round" | "step" | "sign">;
export const ROUNDING: Rounding = /* @__PURE__ */ rounding();
function rounding(): Rounding {
  return {
    floor: rounded("floor(z)", floor, 0),
    ceil: rounded("ceil(z)", ceil, -1),
    round: rounded("round(z)", round, -0.5),
    step: {
      text: "2·step(z − 0.2)",
      latents: 1,
      observed: (z) => normal(mul(2, step(sub(z, 0.2))), 1),
      expected: (q) => add(mul(above(q, 0.2), logDensity(2, 1)), mul(below(q, 0.2), logDensity(0, 1))),
    },
    sign: {
      text: "2·sign(z + 0.1)",
      latents: 1,
      observed: (z) => normal(mul(2, sign(add(z, 0.1))), 1),
      expected: (q) => add(mul(above(q, -0.1), logDensity(2, 1)), mul(below(q, -0.1), logDensity(-2, 1))),
    },
  };
}
