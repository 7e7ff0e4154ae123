/** An angle against a number is its tangent against one, with the truth that it has on plain numbers. */
import { describe, expect, test } from "vitest";
import { compile } from "../../src/autodiff/functions.ts";
import {
  add,
  atan,
  corrected,
  defineModel,
  div,
  estimateGradient,
  explain,
  gt,
  log,
  lt,
  mul,
  neg,
  normal,
  type Real,
  rhoOfSd,
  sub,
  where,
} from "../../src/index.ts";
import { math } from "../../src/plain/runtime/math.ts";

const atan2 = (y: Real, x: Real): Real => math("atan2", "here", y, x) as Real;
const INFINITY = Number.POSITIVE_INFINITY;
const POINTS = [0, 1e-300, 1e-9, 0.3, 0.57, 0.58, 1, 2, 1e9, 1e200, INFINITY].flatMap((x) => [x, -x]);
const FORMS: Readonly<Record<string, readonly [form: (angle: Real) => Real, plain: (angle: number) => number]>> = {
  "atan x": [(angle) => angle, (angle) => angle],
  "0.2 − 3·atan x": [(angle) => sub(0.2, mul(3, angle)), (angle) => 0.2 - 3 * angle],
  "−atan(x)/2 + 1": [(angle) => add(div(neg(angle), 2), 1), (angle) => -angle / 2 + 1],
};

describe("comparisons of an angle with a number", () => {
  test.each(Object.entries(FORMS))("%s: true and false where they are on plain numbers", (_name, [form, plain]) => {
    for (const number of [-5, -1.6, -1.5, -0.52, 0.1, 0.52, 1.5, 1.6, 5])
      for (const [compare, holds] of [
        [gt, (value: number) => value > number],
        [lt, (value: number) => value < number],
      ] as const) {
        const traced = compile(([x]) => where(compare(form(atan(x!)), number), 1, 0));
        // The square of 1e200 overflows in the traced angle itself, but not in its tangent.
        for (const x of POINTS) expect(traced([x]), `${number} at ${x}`).toBe(holds(plain(Math.atan(x))) ? 1 : 0);
      }
  });

  test("an angle of no number is on no side", () => {
    const traced = compile(([x]) => where(gt(atan(log(x!)), -2), 1, 0));
    expect([-1, 0.5].map((x) => traced([x]))).toEqual([0, 1]);
  });

  test("nothing else is taken for an angle", () => {
    const series = (x: Real, last: number): Real => mul(x, add(1, mul(mul(x, x), last)));
    const model = defineModel("series", ({ sample, factor }) =>
      factor(where(gt(series(sample("x", normal(0, 1)), -1 / 3), 0.3), 1, 0)),
    );
    expect(explain(model).text).not.toContain("x > 0.3");
  });

  test.each([1, 2, -2.5])(
    "the angle of two latents against %d is moved onto, with the gradient of quadrature",
    (number) => {
      const model = defineModel("angle", ({ sample, observe }) => {
        const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(0, 1))];
        observe(normal(where(gt(atan2(y, x), number), 2, -1), 1), 1.5);
      });
      expect(explain(model).text).not.toContain("sqrt");
      // ℓ is the prior's part and 0 or 3 in sectors: by the angle θ, E jump·score = ∫ q(r, θ)·(z − μ)/σ² r dr dθ.
      const [mu, sd] = [[0.3, -0.2], 0.9];
      const jumps = sectorScores(number, mu, sd).map((score) => 3 * score);
      const rho = rhoOfSd(sd);
      const got = estimateGradient(model, { estimator: corrected(), params: { mu, rho: [rho, rho] }, samples: 4096 });
      for (const k of [0, 1])
        expect(Math.abs(got.gradient[k]! - (jumps[k]! - mu[k]!))).toBeLessThan(5 * Math.sqrt(got.variance[k]! / 4096));
    },
  );
});

/** E (z − μ)/σ² over the sector of angles above `from`, up to π, of z ~ N(μ, σ²) in two dimensions, by the midpoint rule. */
function sectorScores(from: number, mu: readonly number[], sd: number): [number, number] {
  const [n, dr] = [400, 0.02];
  const total: [number, number] = [0, 0];
  for (let i = 0; i < n; i++)
    for (let r = dr / 2; r < 8; r += dr) {
      const angle = from + ((Math.PI - from) * (i + 0.5)) / n;
      const d = [r * Math.cos(angle) - mu[0]!, r * Math.sin(angle) - mu[1]!];
      const q = Math.exp(-(d[0]! ** 2 + d[1]! ** 2) / (2 * sd * sd)) / (2 * Math.PI * sd * sd);
      for (const k of [0, 1]) total[k as 0 | 1] += (q * d[k]! * r * dr * (Math.PI - from)) / (n * sd * sd);
    }
  return total;
}
