/** Kinds by where values are no numbers, infinite, or jump without a condition: poles, edges of domains, divisors that may be 0. */

import { type Kind, seen } from "./kind.ts";
import {
  abs,
  add,
  div,
  exp,
  gt,
  log,
  logSumExp,
  lt,
  max,
  mul,
  normal,
  observe,
  pow,
  relu,
  sample,
  sqrt,
  square,
  sub,
  type Term,
  tanh,
} from "./language.ts";
import { comparing } from "./tests.ts";

const one = [sample("x")];
const two = [sample("x"), sample("y")];

export const EDGES: readonly Kind[] = [
  {
    name: "reciprocal",
    says: "One over a latent is compared with a number.",
    program: (draw) =>
      comparing(draw, one, div(draw.either(0.5, 1.5), sub("x", draw.either(0, 0.6))), draw.either(0.2, 1.5)),
  },
  {
    name: "singular divisors",
    says: "A divisor may be 0 or all but 0 where the comparison changes.",
    program: (draw) =>
      comparing(
        draw,
        two,
        draw.pick<Term>([
          div("x", add(abs("x"), abs("y"))),
          div("x", add(0.1, abs("x"))),
          div("y", sub(square("x"), draw.real(0.1, 0.5))),
          div(sub("x", "y"), add("x", "y")),
          div(square("x"), "y"),
          div("y", abs("x")),
          div(1, mul("x", "y")),
        ]),
        draw.either(0.2, 0.7),
        "y",
      ),
  },
  {
    name: "domain of log",
    says: "A logarithm of what may be negative is compared: where it is no number every comparison is false.",
    program: (draw) =>
      comparing(
        draw,
        two,
        draw.pick<Term>([
          log(sub("x", draw.either(0, 0.5))),
          sub("x", log("x")),
          sub(log("x"), "y"),
          logSumExp("x", log("y")),
          ["log1p", mul(2, "x")],
        ]),
        draw.real(0.1, 0.9),
        "y",
      ),
  },
  {
    name: "domain of sqrt",
    says: "A square root or a broken power of what may be negative is compared.",
    program: (draw) =>
      comparing(
        draw,
        two,
        draw.pick<Term>([
          sqrt(add("x", draw.real(0, 0.6))),
          sub(sqrt("x"), sqrt("y")),
          mul("y", sqrt("x")),
          pow(add("x", 0.3), 1.5),
          sqrt(sub(1, square("x"))),
        ]),
        draw.real(0.2, 0.9),
        "y",
      ),
  },
  {
    name: "values that jump",
    says: "A value jumps where no comparison stands: x/|x|, tanh(1/x).",
    program: (draw) => {
      const x = sub("x", draw.either(0, 0.6));
      const jumping = draw.pick<Term>([div(x, abs(x)), tanh(div(1, x)), div(mul(x, exp("y")), abs(mul(x, exp("y"))))]);
      return [
        ...two,
        observe(
          normal(add(mul(draw.either(0.4, 1.4), jumping), mul(0.3, "y")), draw.real(0.8, 1.2)),
          draw.either(0, 1.2),
        ),
      ];
    },
  },
  {
    name: "exact zeros",
    says: "A relu is exactly 0 on a part of the line, and that 0 is divided by or divided.",
    program: (draw) =>
      comparing(
        draw,
        two,
        draw.pick<Term>([
          div(relu("x"), add(relu("x"), add(0.2, square("y")))),
          div("y", relu("x")),
          div(relu("x"), relu("y")),
          log(relu(add("x", 0.5))),
          mul(relu("x"), relu("y")),
        ]),
        draw.real(0.1, 0.6),
        "y",
      ),
  },
  {
    name: "edges of kinks",
    says: "A condition stands exactly at a kink of what it is about.",
    program: (draw) => {
      const level = draw.either(0, 0.6);
      return [
        ...two,
        seen(draw, gt(relu(sub("x", level)), 0), "y"),
        seen(draw, lt(max("x", level), draw.pick<Term>([level + 0.2, "y"]))),
      ];
    },
  },
];
