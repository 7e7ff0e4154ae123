/** Conditions on monotone functions, which are the same as conditions on their arguments, and on folded ones. */
import {
  abs,
  add,
  div,
  exp,
  expm1,
  gt,
  log,
  log1p,
  lt,
  max,
  mul,
  normalCdf,
  pow,
  type Real,
  sigmoid,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
} from "../../autodiff/expr.ts";
import { normalQuantile } from "../../math/normal.ts";
import { above, below, between, weighted } from "./gaussian.ts";
import type { Condition, Table } from "./known.ts";

// f(z) > value, where f rises and takes the value at `edge`.
const rising = (name: string, value: number, f: (z: Real) => Real, edge: number): Condition => ({
  text: `${name} > ${String(value).replace("-", "−")}`,
  latents: 1,
  holds: (z) => gt(f(z), value),
  probability: (q) => above(q, edge),
});

type Monotone = Table<
  | "exp"
  | "log"
  | "log1p"
  | "expm1"
  | "sigmoid"
  | "softplus"
  | "tanh"
  | "normalCdf"
  | "cube"
  | "fifthPower"
  | "nestedFunctions"
  | "sqrt"
  | "reciprocal"
  | "reciprocalOfEitherSign"
  | "bothSides"
>;
export const MONOTONE: Monotone = /* @__PURE__ */ monotone();
function monotone(): Monotone {
  return {
    exp: rising("exp z", 1.5, exp, Math.log(1.5)),
    log: rising("log z", -0.5, log, Math.exp(-0.5)), // false where z ≤ 0
    log1p: rising("log1p z", 0.2, log1p, Math.expm1(0.2)), // false where z ≤ −1
    expm1: rising("expm1 z", 0.3, expm1, Math.log1p(0.3)),
    sigmoid: rising("sigmoid z", 0.65, sigmoid, Math.log(0.65 / 0.35)),
    softplus: rising("softplus z", 1, softplus, Math.log(Math.expm1(1))),
    tanh: rising("tanh z", 0.3, tanh, Math.atanh(0.3)),
    normalCdf: rising("Φ(z)", 0.7, normalCdf, normalQuantile(0.7)),
    cube: rising("z³", 0.2, (z) => pow(z, 3), Math.cbrt(0.2)),
    fifthPower: rising("z⁵", -0.5, (z) => pow(z, 5), -(0.5 ** 0.2)),
    nestedFunctions: rising("exp tanh 2z", 1.2, (z) => exp(tanh(mul(2, z))), Math.atanh(Math.log(1.2)) / 2),
    sqrt: {
      text: "√z < 0.9, which is false where z < 0",
      latents: 1,
      holds: (z) => lt(sqrt(z), 0.9),
      probability: (q) => between(q, 0, 0.81),
    },
    reciprocal: {
      text: "1/exp z > 0.7, of known sign",
      latents: 1,
      holds: (z) => gt(div(1, exp(z)), 0.7),
      probability: (q) => below(q, -Math.log(0.7)),
    },
    reciprocalOfEitherSign: {
      text: "1/z > 0.8",
      latents: 1,
      holds: (z) => gt(div(1, z), 0.8),
      probability: (q) => between(q, 0, 1.25),
    },
    bothSides: {
      text: "exp(z1 + 0.3) > exp(2·z2)",
      latents: 2,
      holds: (x, y) => gt(exp(add(x, 0.3)), exp(mul(2, y))),
      probability: (q, r) => above(weighted([1, q], [-2, r]), -0.3),
    },
  };
}

export const FOLDED: Table<"evenPower" | "absolute" | "maximum"> = {
  evenPower: {
    text: "z² > 0.5",
    latents: 1,
    holds: (z) => gt(square(z), 0.5),
    probability: (q) => sub(1, between(q, -Math.SQRT1_2, Math.SQRT1_2)),
  },
  absolute: {
    text: "|z − 0.2| < 0.7",
    latents: 1,
    holds: (z) => lt(abs(sub(z, 0.2)), 0.7),
    probability: (q) => between(q, -0.5, 0.9),
  },
  maximum: {
    text: "max(z1, z2) > 0.3",
    latents: 2,
    holds: (x, y) => gt(max(x, y), 0.3),
    probability: (q, r) => sub(1, mul(below(q, 0.3), below(r, 0.3))),
  },
};
