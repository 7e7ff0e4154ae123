import { describe, expect, test } from "vitest";
import { add, and, gt, mul, type Real, where } from "../../../src/autodiff/expr.ts";
import { bernoulli, normal } from "../../../src/distributions/index.ts";
import { defineModel, type Program } from "../../../src/program/model.ts";
import { trace } from "../../../src/program/trace.ts";

const traced = (program: Program) => () => trace(defineModel("m", program));
const leaking =
  (use: (x: Real, z: Real, y: Real) => Real, prior = normal(0, 1)): Program =>
  ({ sample, observe, branch }) => {
    const [z, y] = [sample("z", normal(0, 1)), sample("y", normal(0, 1))];
    let x: Real = 0;
    branch(gt(z, 0), () => {
      branch(gt(y, 1), () => {
        x = sample("x", prior);
      });
    });
    observe(normal(use(x, z, y), 1), 2);
  };

describe("a latent of one arm", () => {
  test("is refused where it is used outside, in a value or in a condition", () => {
    const message =
      'sample "x": used outside of the arm in which it exists, at observe "y0" of model "m"; expected its branch to return it';
    expect(traced(leaking((x) => x))).toThrow(message);
    expect(traced(leaking((x) => where(gt(x, 0), 1, 2)))).toThrow(message);
    expect(traced(leaking((x, z) => where(gt(z, 0), x, 0)))).toThrow(message); // where y ≤ 1 there is none
    expect(traced(leaking((x) => x, bernoulli(0.5)))).toThrow(message);
  });

  test("may be used where its conditions hold", () => {
    for (const use of [
      (x: Real, z: Real, y: Real) => where(and(gt(z, 0), gt(y, 1)), x, 5),
      (x: Real, z: Real, y: Real) => where(gt(z, 0), where(gt(y, 1), x, 1), 5),
      (x: Real, z: Real, y: Real) => where(gt(y, 1), where(gt(z, 0), mul(2, x), 1), add(z, 5)),
    ])
      expect(traced(leaking(use))).not.toThrow();
  });

  test("of both arms may be used everywhere, and so may what a branch returns", () => {
    expect(
      traced(({ sample, observe, branch }) => {
        const z = sample("z", normal(0, 1));
        let x: Real = 0;
        const declare = (sd: number) => () => {
          x = sample("x", normal(0, sd));
        };
        branch(gt(z, 0), declare(1), declare(2));
        const own = branch(
          gt(z, 1),
          () => sample("own", normal(0, 1)),
          () => 3,
        );
        observe(normal(add(x, own), 1), 2);
      }),
    ).not.toThrow();
  });
});
