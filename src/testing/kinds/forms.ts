/** Kinds by the form of what a condition compares: affine, product, quotient, polynomial, and so on. */

import { type Draw, type Kind, seen } from "./kind.ts";
import {
  abs,
  add,
  cos,
  div,
  exp,
  gt,
  log,
  lt,
  max,
  min,
  mul,
  pow,
  relu,
  sample,
  sin,
  sqrt,
  square,
  sub,
  sum,
  type Term,
  tanh,
} from "./language.ts";
import { compared, comparing } from "./tests.ts";

const shifted = (draw: Draw, x: Term): Term => sub(x, draw.either(0, 0.6));

/** A function that rises or falls, defined on ℝ. */
const monotone = (draw: Draw, x: Term): Term =>
  draw.pick<(x: Term) => Term>([
    exp,
    tanh,
    (u) => ["sigmoid", u],
    (u) => ["softplus", u],
    (u) => ["expm1", u],
    (u) => pow(u, 3),
    (u) => ["erf", u],
    (u) => ["normalCdf", u],
    (u) => mul(-1.5, u),
  ])(x);

const one = [sample("x")];
const two = [sample("x"), sample("y")];

export const FORMS: readonly Kind[] = [
  {
    name: "threshold",
    says: "A latent is compared with a number.",
    program: (draw) => [...one, seen(draw, compared(draw, mul(draw.either(0.5, 2), "x"), draw.either(0, 0.8)))],
  },
  {
    name: "plane",
    says: "A sum of multiples of two latents is compared with a number.",
    program: (draw) => [
      ...two,
      seen(
        draw,
        compared(draw, add(mul(draw.either(0.4, 2), "x"), mul(draw.either(0.4, 2), "y")), draw.either(0, 0.8)),
        "y",
      ),
    ],
  },
  {
    name: "parallel planes",
    says: "The same sum of latents is compared with two numbers.",
    program: (draw) => {
      const left = add("x", mul(draw.either(0.4, 2), "y"));
      const low = draw.either(0, 0.6);
      return [...two, seen(draw, gt(left, low)), seen(draw, lt(left, low + draw.real(0.2, 1)), "y")];
    },
  },
  {
    name: "product",
    says: "The product of two latents, each shifted, is compared with a number.",
    program: (draw) => comparing(draw, two, mul(shifted(draw, "x"), shifted(draw, "y")), draw.either(0, 0.6)),
  },
  {
    name: "product and sum",
    says: "The sum of a product and its factors is compared with a number.",
    program: (draw) =>
      comparing(
        draw,
        two,
        sum(mul("x", "y"), mul(draw.either(0.2, 1.5), "x"), mul(draw.either(0.2, 1.5), "y")),
        draw.either(0, 0.6),
        "y",
      ),
  },
  {
    name: "ratio",
    says: "The quotient of two latents, each shifted, is compared with a number.",
    program: (draw) => comparing(draw, two, div(shifted(draw, "x"), shifted(draw, "y")), draw.either(0.2, 1.2)),
  },
  {
    name: "z-score",
    says: "A latent is compared with a number, and its deviation from that over a positive scale with 0.",
    program: (draw) => {
      const level = draw.either(0, 0.6);
      const scale = draw.pick<Term>([exp("y"), add(0.2, square("y")), ["softplus", "y"]]);
      return [
        ...two,
        seen(draw, gt("x", level)),
        seen(draw, gt(div(sub("x", level), scale), draw.pick([0, 0, 0.3])), "y"),
      ];
    },
  },
  {
    name: "kinks",
    says: "What is compared has kinks: abs, max, min, relu.",
    program: (draw) =>
      comparing(
        draw,
        two,
        draw.pick<(x: Term, y: Term) => Term>([
          (x) => abs(x),
          max,
          min,
          (x, y) => sub(abs(x), abs(y)),
          (x, y) => add(relu(x), y),
          (x, y) => max(x, mul(0.5, y)),
          (x, y) => sub(relu(x), relu(y)),
        ])(shifted(draw, "x"), shifted(draw, "y")),
        draw.real(0.1, 0.9),
        "y",
      ),
  },
  {
    name: "distances",
    says: "A point is nearer to one of two places than to the other, by |x − a| + |y − b|.",
    program: (draw) => {
      const to = (a: number, b: number): Term => add(abs(sub("x", a)), abs(sub("y", b)));
      const near = to(draw.either(0.1, 1), draw.either(0.1, 1));
      return [...two, seen(draw, lt(near, to(draw.either(0.1, 1), draw.either(0.1, 1))))];
    },
  },
  {
    name: "quadratic",
    says: "A quadratic polynomial of one latent is compared with a number.",
    program: (draw) =>
      comparing(
        draw,
        one,
        add(mul(draw.either(0.4, 1.5), square("x")), mul(draw.either(0, 1.5), "x")),
        draw.either(0.1, 1),
      ),
  },
  {
    name: "cubic",
    says: "A cubic polynomial of one latent is compared with a number.",
    program: (draw) => [
      ...one,
      seen(
        draw,
        compared(draw, sub(mul(draw.either(0.3, 1), pow("x", 3)), mul(draw.either(0.3, 2), "x")), draw.either(0, 0.6)),
      ),
    ],
  },
  {
    name: "polynomials of two",
    says: "A polynomial of two latents is compared with a number: circles, parabolas, hyperbolas.",
    program: (draw) =>
      comparing(
        draw,
        two,
        draw.pick<Term>([
          add(square("x"), square("y")),
          sub(square("x"), "y"),
          sub(square("x"), square("y")),
          add(mul(0.5, pow("x", 3)), "y"),
          add(square("x"), mul("x", "y")),
        ]),
        draw.real(0.2, 1.5),
        "y",
      ),
  },
  {
    name: "monotone",
    says: "A function that rises everywhere is compared with a number.",
    program: (draw) => [...one, seen(draw, compared(draw, monotone(draw, shifted(draw, "x")), draw.real(0.2, 0.8)))],
  },
  {
    name: "deep compositions",
    says: "Functions that rise everywhere, up to four of them in one another, are compared with a number.",
    program: (draw) => {
      let value = shifted(draw, "x");
      for (let depth = draw.whole(2, 4); depth > 0; depth--)
        value = add(mul(draw.real(0.4, 1), monotone(draw, value)), draw.either(0, 0.4));
      return [...two, seen(draw, compared(draw, value, draw.chance(0.5) ? mul(0.5, "y") : draw.either(0, 0.5)))];
    },
  },
  {
    name: "transcendental",
    says: "A latent stands inside and outside of an exponential, a sine or a logarithm of the same comparison.",
    program: (draw) =>
      comparing(
        draw,
        two,
        draw.pick<Term>([
          sub(exp("x"), "y"),
          add("x", sin(mul(draw.real(0.5, 2), "x"))),
          mul("x", exp("x")),
          sub(exp(mul(0.5, "x")), mul(1.2, "x")),
          add(sin("x"), cos("y")),
          sub(["softplus", "x"], square("y")),
          sub("x", log(add(1, square("y")))),
          mul(tanh("x"), exp("y")),
        ]),
        draw.real(0.2, 1.1),
      ),
  },
  {
    name: "periodic",
    says: "A sine or a tangent of a latent is compared with a number, several periods within the guide.",
    program: (draw) =>
      comparing(
        draw,
        one,
        draw.pick<(x: Term) => Term>([sin, cos, (x) => ["tan", x]])(mul(draw.real(0.8, 3), "x")),
        draw.either(0, 0.8),
      ),
  },
  {
    name: "norms",
    says: "The length of a vector of latents is compared with a number or another length.",
    program: (draw) => {
      const length = sqrt(add(square(shifted(draw, "x")), square("y")));
      return [...two, seen(draw, compared(draw, length, draw.chance(0.5) ? add(0.3, abs("x")) : draw.real(0.5, 1.4)))];
    },
  },
];
