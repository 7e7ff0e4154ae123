// Starts where priors leave the scale open: two lines that meet at an unknown point, with the nearly flat priors of BUGS.
import { expect, test } from "vitest";
import {
  add,
  defineModel,
  div,
  fit,
  gamma,
  lt,
  mul,
  normal,
  sqrt,
  sub,
  uniform,
  where,
} from "../../../../src/index.ts";
import { amount } from "../../../support/soak.ts";

/**
 * The height of stagnant water at log flow rates: "Stagnant: a changepoint problem", BUGS Examples Volume 2, after Carlin, Gelfand and Smith,
 * Hierarchical Bayesian analysis of changepoint problems (1992), with means and sds of the first parametrisation there.
 */
const LOG_FLOW = [
  -1.39, -1.39, -1.08, -1.08, -0.94, -0.8, -0.63, -0.63, -0.25, -0.25, -0.12, -0.12, 0.01, 0.11, 0.11, 0.11, 0.25, 0.25,
  0.34, 0.34, 0.44, 0.59, 0.7, 0.7, 0.85, 0.85, 0.99, 0.99, 1.19,
];
const LOG_HEIGHT = [
  1.12, 1.12, 0.99, 1.03, 0.92, 0.9, 0.81, 0.83, 0.65, 0.67, 0.6, 0.59, 0.51, 0.44, 0.43, 0.43, 0.33, 0.3, 0.25, 0.24,
  0.13, -0.01, -0.13, -0.14, -0.3, -0.33, -0.46, -0.43, -0.65,
];

const stagnant = defineModel("stagnant", ({ sample, observe, track }) => {
  const alpha = sample("alpha", normal(0, 1000));
  const [before, after] = [sample("before", normal(0, 1000)), sample("after", normal(0, 1000))];
  const change = sample("change", uniform(-1.3, 1.1));
  const sigma = div(1, sqrt(sample("tau", gamma(0.001, 0.001))));
  track("sigma", sigma);
  LOG_FLOW.forEach((x, i) => {
    observe(normal(add(alpha, mul(where(lt(x, change), before, after), sub(x, change))), sigma), LOG_HEIGHT[i]!);
  });
});

// Of a start far from the data's scale a fit ends in other sds on either seed.
test.each(amount([1], [1, 2]))(
  "a precision under gamma(0.001, 0.001) starts at the scale of the data, seed %d",
  (seed) => {
    const posterior = fit(stagnant, { seed });
    expect(posterior.status).toBe("converged");
    expect(posterior.report!.starts[0]!.from).toBe("initial");
    const rows = new Map(posterior.summary().map((row) => [row.name, row]));
    for (const [name, mean, sd] of [
      ["alpha", 0.537, 0.0249],
      ["before", -0.4204, 0.01463],
      ["after", -1.014, 0.01679],
      ["sigma", 0.02213, 0.003284],
      ["change", 0.02568, 0.03139],
    ] as const) {
      const row = rows.get(name)!;
      expect(Math.abs(row.mean - mean), name).toBeLessThan(0.15 * sd);
      expect(row.sd! / sd, name).toBeGreaterThan(0.85);
      expect(row.sd! / sd, name).toBeLessThan(1.2);
    }
  },
);
