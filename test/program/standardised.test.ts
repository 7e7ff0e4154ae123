/** Latents by their noise: the same density, over other numbers. */
import { describe, expect, test } from "vitest";
import { valuesAt } from "../../src/autodiff/tape/values.ts";
import {
  add,
  cauchy,
  defineModel,
  exp,
  gt,
  halfCauchy,
  iid,
  laplace,
  logistic,
  type Model,
  mul,
  normal,
  type ProgramContext,
  studentT,
  where,
} from "../../src/index.ts";
import { standardisable, standardised } from "../../src/program/standardised.ts";
import { type Trace, trace } from "../../src/program/trace.ts";

const named = (program: (context: ProgramContext) => void): Model => defineModel("standardised", program);

// All log densities together, and what latents are, with these numbers for the inputs in order.
function at({ graph, latents, terms }: Trace, numbers: readonly number[]): { total: number; values: number[] } {
  const inputs = new Map(latents.map(({ node }, i) => [node, numbers[i]!]));
  const found = valuesAt(graph, [...terms.map(({ node }) => node), ...latents.map(({ value }) => value)], inputs);
  const sum = found.slice(0, terms.length).reduce((total, value) => total + value, 0);
  return { total: sum, values: found.slice(terms.length) };
}

describe("latents by their noise", () => {
  const chain = named(({ sample, observe }) => {
    const scale = exp(sample("v", normal(0, 1)));
    const a = sample("a", normal(3, scale));
    const b = sample("b", studentT(4, mul(0.5, a), scale));
    const c = sample("c", cauchy(b, scale));
    const d = sample("d", laplace(add(b, c), mul(2, scale)));
    const e = sample("e", logistic(d, scale));
    observe(normal(e, 1), 0.4);
  });

  test("have the density of the program times the scale, location by location down a chain", () => {
    const written = trace(chain);
    const names = standardisable(written);
    expect(names).toEqual(["a", "b", "c", "d", "e"]);
    const noise = [0.3, 0.7, -0.4, 1.1, 0.2, -0.9];
    const byNoise = at(standardised(written, names), noise);
    const s = Math.exp(0.3);
    const [a, b] = [3 + s * 0.7, 0.5 * (3 + s * 0.7) - s * 0.4];
    const [c, d] = [b + s * 1.1, b + (b + s * 1.1) + 2 * s * 0.2];
    const values = [0.3, a, b, c, d, d - s * 0.9];
    byNoise.values.forEach((value, i) => void expect(value).toBeCloseTo(values[i]!, 12));
    // log dx/de is 0.3 for each, and log 2 more for d.
    expect(byNoise.total).toBeCloseTo(at(written, values).total + 5 * 0.3 + Math.LN2, 10);
  });

  test("are only those whose scale depends on other latents, outside of arms, of a kind with a noise", () => {
    const model = named(({ sample, branch, observe }) => {
      const tau = sample("tau", halfCauchy(5));
      const mu = sample("mu", normal(0, 5));
      const shifted = sample("shifted", normal(mu, 2));
      const effects = sample("effects", iid(normal(mu, tau), 2));
      const inArm = branch(
        gt(mu, 0),
        () => sample("x", normal(0, tau)),
        () => 0,
      );
      observe(normal(add(add(shifted, inArm), add(effects[0]!, effects[1]!)), 1), 2);
    });
    expect(standardisable(trace(model))).toEqual(["effects[0]", "effects[1]"]);
  });

  test("are refused by name where they have no noise, and other choices by kind", () => {
    const written = trace(chain);
    expect(standardised(written, "auto")).toBe(written);
    expect(standardised(written, false)).toBe(written);
    expect(() => standardised(written, ["v"])).toThrow(
      /standardise: .*got "v" of model "standardised", expected some of a, b/,
    );
    expect(() => standardised(written, "a" as never)).toThrow(
      /standardise: no choice of latents; got "a", expected "auto"/,
    );
  });

  test("move conditions with them", () => {
    const model = named(({ sample, observe }) => {
      const tau = sample("tau", halfCauchy(5));
      const x = sample("x", normal(1, tau));
      observe(normal(where(gt(x, 0), 1, -1), 1), 1);
    });
    const byNoise = standardised(trace(model), ["x"]);
    const likelihood = (e: number): number => at(byNoise, [0, e]).total + 0.5 * e * e;
    // x = 1 + e. The datum is its mean where x > 0, and 2 sds from it where not.
    expect(likelihood(-0.9) - likelihood(-1.1)).toBeCloseTo(2, 12);
  });
});
