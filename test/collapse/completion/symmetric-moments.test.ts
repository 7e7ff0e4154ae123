// Formulas for Laplace, logistic and Student t priors between two ends, against Gauss and Legendre's rule.
import { expect, test } from "vitest";
import { symmetricMoments } from "../../../src/collapse/completion/symmetric-moments.ts";
import { type Distribution, laplace, logistic, studentT } from "../../../src/index.ts";
import { gaussLegendre } from "../../../src/math/truncated-normal.ts";

const RULE = gaussLegendre(24);

/** Pieces that grow with the distance from the nearer end, up to where a logistic density has fallen by e⁻⁴⁰. */
function byQuadrature(prior: Distribution, low: number, high: number): [mean: number, square: number] {
  const near = low > 0 ? low : high < 0 ? high : 0;
  const reference = prior.logDensity(near) as number;
  const cuts = [0, 0.5, 1, 2, 4, 8, 16, 40].flatMap((d) => [near - d, near + d]);
  const inside = cuts.filter((x) => x > low && x < high);
  const ends = [...new Set([Math.max(low, near - 80), ...inside, Math.min(high, near + 80)])].sort((p, q) => p - q);
  const sums = [0, 0, 0];
  for (let k = 1; k < ends.length; k++)
    RULE.nodes.forEach((node, i) => {
      const x = ends[k - 1]! + (ends[k]! - ends[k - 1]!) * node;
      const weight = RULE.weights[i]! * (ends[k]! - ends[k - 1]!);
      const density = weight * Math.exp((prior.logDensity(x) as number) - reference);
      [1, x, x * x].forEach((power, j) => {
        sums[j]! += density * power;
      });
    });
  return [sums[1]! / sums[0]!, sums[2]! / sums[0]!];
}

const CELLS: readonly (readonly [number, number])[] = [
  [-Infinity, -1.3],
  [-Infinity, 2.1],
  [-0.7, 0.2],
  [-0.3, 4],
  [0.4, 0.5],
  [3, 9],
  [2.5, Infinity],
  [-400.5, -400],
  [900, Infinity],
];

test.each([laplace(0, 1), logistic(0, 1)])("between ends of $name, also far out", (prior) => {
  const found = symmetricMoments(prior, CELLS)!;
  CELLS.forEach(([low, high], j) => {
    const [mean, square] = byQuadrature(prior, low, high);
    expect(Math.abs((found[j] as number) - mean)).toBeLessThan(1e-10 * Math.max(1, Math.abs(mean)));
    expect(Math.abs((found[CELLS.length + j] as number) - square)).toBeLessThan(1e-10 * Math.max(1, square));
  });
});

test("between ends of a Student t prior with location and scale", () => {
  const prior = studentT(5, 0.5, 0.25);
  const cells = CELLS.filter((ends) => ends.every(Number.isFinite)).slice(0, 4);
  const found = symmetricMoments(prior, cells)!;
  cells.forEach(([low, high], j) => {
    const [mean, square] = byQuadrature(prior, low, high);
    expect(found[j]).toBeCloseTo(mean, 9);
    expect(found[cells.length + j]).toBeCloseTo(square, 9);
  });
});

test("of all of it they are the moments, and unknown where these do not exist", () => {
  const all = [[-Infinity, Infinity]] as const;
  expect(symmetricMoments(logistic(2, 3), all)!.map(Number)[1]).toBeCloseTo(4 + 3 * Math.PI ** 2, 9);
  expect(symmetricMoments(studentT(5, 0, 1), all)!.map(Number)[1]).toBeCloseTo(5 / 3, 9);
  expect(symmetricMoments(studentT(1.5, 0, 1), all)).toBeUndefined();
});
