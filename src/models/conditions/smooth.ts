/** Where nothing jumps: conditions that never change, and functions with kinks. */
import { abs, add, clamp, gt, lt, max, min, mul, type Real, relu, sin, square, sub, sum } from "../../autodiff/expr.ts";
import { normal } from "../../distributions/real/normal.ts";
import { above, below, density, type Gaussian, moments, weighted } from "./gaussian.ts";
import { logDensity, type Table, VALUE } from "./known.ts";

export const DECIDED: Table<"always" | "never"> = {
  always: {
    text: "z² + 1 > 0.5",
    latents: 1,
    holds: (z) => gt(add(square(z), 1), 0.5),
    probability: () => 1,
  },
  never: {
    text: "2 < sin z",
    latents: 1,
    holds: (z) => lt(2, sin(z)),
    probability: () => 0,
  },
};

type Piece = readonly [from: number, to: number, slope: number, intercept: number];

// E log N(VALUE; f(z), 1) of a mean that is f(z) = slope·z + intercept on each piece.
const piecewise = (q: Gaussian, pieces: readonly Piece[]): Real => {
  const squares = pieces.map(([from, to, slope, intercept]) => {
    const [zeroth, first, second] = moments(q, from, to);
    const rest = VALUE - intercept;
    return sum([mul(rest ** 2, zeroth), mul(-2 * rest * slope, first), mul(slope ** 2, second)]);
  });
  return add(logDensity(VALUE, 1), mul(-0.5, sum(squares)));
};

// E log N(VALUE; side·max(z1, z2), 1), by the moments of Clark (Operations Research 9, 1961).
const greatest = (q: Gaussian, r: Gaussian, side: 1 | -1): Real => {
  const difference = weighted([1, q], [-1, r]);
  const [isFirst, isSecond] = [above(difference, 0), below(difference, 0)];
  const tie = mul(square(difference.sd), density(difference, 0));
  const of = ({ mean, sd }: Gaussian): Real => add(square(mean), square(sd));
  const first = sum([mul(q.mean, isFirst), mul(r.mean, isSecond), tie]);
  const second = sum([mul(of(q), isFirst), mul(of(r), isSecond), mul(add(q.mean, r.mean), tie)]);
  return add(logDensity(0, 1), sub(mul(side * VALUE, first), mul(0.5, second)));
};

export const CONTINUOUS: Table<"abs" | "relu" | "clamp" | "max" | "min"> = {
  abs: {
    text: "|z|",
    latents: 1,
    observed: (z) => normal(abs(z), 1),
    expected: (q) =>
      piecewise(q, [
        [-Infinity, 0, -1, 0],
        [0, Infinity, 1, 0],
      ]),
  },
  relu: {
    text: "relu(z + 0.2)",
    latents: 1,
    observed: (z) => normal(relu(add(z, 0.2)), 1),
    expected: (q) =>
      piecewise(q, [
        [-Infinity, -0.2, 0, 0],
        [-0.2, Infinity, 1, 0.2],
      ]),
  },
  clamp: {
    text: "clamp(2z, −1, 1)",
    latents: 1,
    observed: (z) => normal(clamp(mul(2, z), -1, 1), 1),
    expected: (q) =>
      piecewise(q, [
        [-Infinity, -0.5, 0, -1],
        [-0.5, 0.5, 2, 0],
        [0.5, Infinity, 0, 1],
      ]),
  },
  max: {
    text: "max(z1, z2)",
    latents: 2,
    observed: (x, y) => normal(max(x, y), 1),
    expected: (q, r) => greatest(q, r, 1),
  },
  min: {
    text: "min(z1, z2)",
    latents: 2,
    observed: (x, y) => normal(min(x, y), 1),
    expected: (q, r) => greatest(weighted([-1, q]), weighted([-1, r]), -1),
  },
};
