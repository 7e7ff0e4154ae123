import { describe, expect, test } from "vitest";
import {
  add,
  defineModel,
  div,
  exponential,
  flat,
  gamma,
  gt,
  halfCauchy,
  normal,
  poisson,
  sqrt,
  where,
} from "../../src/index.ts";
import type { ProgramContext } from "../../src/program/model.ts";
import { type OpenScales, placingOf } from "../../src/program/starts.ts";
import { trace } from "../../src/program/trace.ts";

const placed = (program: (context: ProgramContext) => void, noise: readonly number[], scales: OpenScales = {}) => {
  const placing = placingOf(trace(defineModel("placed", program)));
  return placing && { ...placing, at: placing.place(noise, scales) };
};

describe("the starts of latents whose priors depend on other latents", () => {
  test("are medians and spreads given the numbers at which those are placed", () => {
    const chain = ({ sample }: ProgramContext): void => {
      const scale = sample("scale", halfCauchy(1000));
      let x = sample("x0", normal(7, scale));
      for (let t = 1; t < 4; t++) x = sample(`x${t}`, normal(add(x, 5), scale));
    };
    const { at, open } = placed(chain, [0, 0, 0, 0, 0])!;
    expect(open).toEqual([]);
    expect(at.get("scale")!.mean).toBeCloseTo(Math.log(1000), 12);
    for (const t of [0, 1, 2, 3]) {
      expect(at.get(`x${t}`)!.mean).toBeCloseTo(7 + 5 * t, 9);
      expect(at.get(`x${t}`)!.sd).toBeCloseTo(1000, 9);
    }
    // A scale that is placed one sd higher widens what depends on it.
    const higher = placed(chain, [1, 0, 2, 0, 0])!.at;
    const scale = Math.exp(higher.get("scale")!.at);
    expect(scale).toBeGreaterThan(2000);
    expect(higher.get("x1")!.sd).toBeCloseTo(scale, 6);
    expect(higher.get("x2")!.mean).toBeCloseTo(12 + 2 * scale + 5, 6);
  });

  test("are those of flat priors at the scale that is given, and absent where each prior knows its own", () => {
    const { at, open } = placed(
      ({ sample, observe }) => {
        const [a, sd, b] = [sample("a", flat()), sample("sd", flat(0)), sample("b", normal(3, 2))];
        observe(normal(add(a, b), sd), 5);
      },
      [0, 0, 0],
      { flat: 1e3 },
    )!;
    expect(open).toEqual(["flat"]);
    expect(at.get("a")).toMatchObject({ mean: 0, sd: 1e3 });
    expect(at.get("sd")!.mean).toBeCloseTo(Math.log(1e3), 12);
    expect(at.has("b")).toBe(false);
    expect(placed(({ sample }) => void sample("b", normal(3, 2)), [0])).toBeUndefined();
  });

  test("are those of nearly flat priors at a scale of their own", () => {
    const { at, open } = placed(
      ({ sample, observe }) => {
        const [a, tau, theta] = [
          sample("a", flat()),
          sample("tau", gamma(0.001, 0.001)),
          sample("theta", gamma(0.1, 0.1)),
        ];
        observe(normal(add(a, theta), div(1, sqrt(tau))), 5);
      },
      [0, 1, 0],
      { flat: 1e3, spread: 1e-4 },
    )!;
    expect(open).toEqual(["flat", "spread"]);
    expect(at.get("a")).toMatchObject({ mean: 0, sd: 1e3 });
    expect(at.get("tau")!.mean).toBeCloseTo(Math.log(1e-4), 12);
    expect(at.get("tau")!.at).toBeCloseTo(Math.log(1e-4) + 1, 12);
    expect(at.has("theta")).toBe(false);
  });

  test("are those before data that have no density there", () => {
    const { at } = placed(
      ({ sample, observe }) => {
        const rate = sample("rate", exponential(1));
        const below = sample("below", normal(rate, 1));
        observe(poisson(where(gt(below, 0.5), -1, rate)), 3);
        sample("after", normal(below, 1));
      },
      [0, 0, 0],
    )!;
    expect(at.get("below")!.mean).toBeCloseTo(Math.LN2, 12);
  });
});
