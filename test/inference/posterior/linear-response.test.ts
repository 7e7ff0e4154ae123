/** Covariances by linear response, against exact ones of normal posteriors and of a logistic regression. */
import { describe, expect, test } from "vitest";
import { add, defineModel, fit, fullRank, gt, type Model, meanField, mul, normal, where } from "../../../src/index.ts";

const quiet = { seed: 1, onWarning() {} } as const;

/** A chain: x0 ~ N(0, 1), each next one near the one before it, all observed with sd 2. */
const LENGTH = 4;
const chain: Model = defineModel("chain", ({ sample, observe }) => {
  let x = sample("x0", normal(0, 1));
  for (let i = 1; i < LENGTH; i++) x = sample(`x${i}`, normal(x, 0.3));
  observe(normal(x, 2), 1.5);
});

/** The inverse of its precision: 1 at the first, 1/0.09 for each link, 1/4 of the datum. */
function exactCovariance(): number[][] {
  const precision = Array.from({ length: LENGTH }, () => new Array<number>(LENGTH).fill(0));
  precision[0]![0] = 1;
  for (let i = 1; i < LENGTH; i++) {
    precision[i]![i]! += 1 / 0.09;
    precision[i - 1]![i - 1]! += 1 / 0.09;
    precision[i]![i - 1]! -= 1 / 0.09;
    precision[i - 1]![i]! -= 1 / 0.09;
  }
  precision[LENGTH - 1]![LENGTH - 1]! += 1 / 4;
  // Gauss and Jordan.
  const rows = precision.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  rows.forEach((row, i) => {
    const pivot = row[i]!;
    rows[i] = row.map((x) => x / pivot);
    rows.forEach((other, k) => {
      if (k !== i) rows[k] = other.map((x, j) => x - other[i]! * rows[i]![j]!);
    });
  });
  return rows.map((row) => row.slice(LENGTH));
}

describe("linear response", () => {
  test("of mean field on a linear chain gives the exact covariance, where mean field has sds of a third", () => {
    const posterior = fit(chain, { ...quiet, guide: meanField() });
    const exact = exactCovariance().flat();
    const found = posterior.covariance({ linearResponse: true });
    found.forEach((value, k) => {
      expect(Math.abs(value / exact[k]! - 1), `entry ${k}`).toBeLessThan(1e-6);
    });
    const plain = posterior.covariance();
    expect(Math.sqrt(plain[0]! / exact[0]!)).toBeLessThan(0.4);
    expect(plain[1]).toBe(0);
    expect(posterior.covariance({})).toEqual(plain);
  });

  test("of full rank, whose covariance is right already, changes nothing", () => {
    const posterior = fit(chain, { ...quiet, guide: fullRank() });
    const exact = exactCovariance().flat();
    posterior.covariance({ linearResponse: true }).forEach((value, k) => {
      expect(Math.abs(value / exact[k]! - 1), `entry ${k}`).toBeLessThan(1e-6);
    });
  });

  test("of a posterior that is not normal is nearer to it than mean field", () => {
    // z and w, known by their product's and their sum's data.
    const model = defineModel("curved", ({ sample, observe }) => {
      const [z, w] = [sample("z", normal(1, 0.5)), sample("w", normal(1, 0.5))];
      observe(normal(mul(z, w), 0.4), 1.2);
      observe(normal(add(z, w), 0.4), 2.1);
    });
    const posterior = fit(model, { ...quiet, guide: meanField() });
    const draws = posterior.reweighted({ draws: 50_000 });
    const [z, w] = [draws.values("z"), draws.values("w")];
    const average = (of: (d: number) => number): number =>
      draws.weights.reduce((sum, weight, d) => sum + weight * of(d), 0);
    const [mz, mw] = [average((d) => z[d]!), average((d) => w[d]!)];
    const exact = average((d) => (z[d]! - mz) * (w[d]! - mw));
    const found = posterior.covariance({ linearResponse: true })[1]!;
    expect(exact).toBeLessThan(-0.03);
    expect(Math.abs(found / exact - 1)).toBeLessThan(0.2);
  });

  test("with latents summed out is that of the others, and the same after saving", () => {
    const model = defineModel("summed", ({ sample, observe }) => {
      const [a, b, c] = [sample("a", normal(0, 1)), sample("b", normal(0, 1)), sample("c", normal(0, 1))];
      observe(normal(add(a, b), 0.5), where(gt(c, 0), 1, 1));
    });
    const posterior = fit(model, { ...quiet, guide: meanField() });
    const [aa, ab] = posterior.covariance({ linearResponse: true });
    // Precision [[5, 4], [4, 5]]: covariance [[5, −4], [−4, 5]]/9.
    expect(posterior.latents.slice(0, 2)).toEqual(["a", "b"]);
    expect(aa).toBeCloseTo(5 / 9, 6);
    expect(ab).toBeCloseTo(-4 / 9, 6);
  });

  test("is refused where the density jumps, with the conditions, and away from a maximum", () => {
    const jump = defineModel("jump", ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      observe(normal(where(gt(z, 0.5), z, 3), 1), 1);
    });
    expect(() => fit(jump, quiet).covariance({ linearResponse: true })).toThrow(
      /covariance: linear response leaves out jumps, and the density of "jump" has some; got 1 conditions, such as .*z.*, expected none/,
    );
    const bowl = defineModel("bowl", ({ sample, factor }) => {
      const z = sample("z", normal(0, 1));
      factor("two wells", mul(-0.25, mul(mul(z, z), mul(z, z))));
      factor("hill", mul(4, mul(z, z)));
    });
    const init = { mu: [0], rho: [-3] };
    const started = fit(bowl, { init, steps: 1, ...quiet });
    expect(() => started.covariance({ linearResponse: true })).toThrow(
      'covariance: the ELBO of "bowl" has no maximum at the posterior',
    );
    expect(() => started.covariance({ response: true } as object)).toThrow(
      'covariance: unknown option; got "response"',
    );
  });
});
