/** Kinds of conditions that change at the same places, written in several ways: what changes together has to be counted together. */
import { exp as expOf } from "../../math/elementary.ts";
import { tanh as tanhOf } from "../../math/logistic.ts";
import { type Kind, seen } from "./kind.ts";
import {
  add,
  div,
  exp,
  ge,
  gt,
  le,
  lt,
  mul,
  not,
  or,
  pow,
  sample,
  square,
  sub,
  type Term,
  tanh,
  where,
} from "./language.ts";

const one = [sample("x")];
const two = [sample("x"), sample("y")];

export const COINCIDENT: readonly Kind[] = [
  {
    name: "coincident copies",
    says: "One condition is written twice, the second time with both sides multiplied by a number.",
    program: (draw) => {
      const [level, factor] = [draw.either(0, 0.6), draw.pick([2, 3, 0.5, 1.7])];
      const left = add("x", mul(0.7, "y"));
      return [...two, seen(draw, gt(left, level)), seen(draw, gt(mul(factor, left), factor * level), "y")];
    },
  },
  {
    name: "coincident opposites",
    says: "One condition is written as greater, less, at least, at most and not, which differ at one place at most.",
    program: (draw) => {
      const level = draw.either(0, 0.6);
      const other = draw.pick<Term>([
        lt("x", level),
        ge("x", level),
        le("x", level),
        not(gt("x", level)),
        lt(level, "x"),
      ]);
      return [...one, seen(draw, gt("x", level), "x", other), seen(draw, other)];
    },
  },
  {
    name: "coincident by monotone functions",
    says: "A latent and a rising function of it are compared with a number and the function of that number.",
    program: (draw) => {
      const level = draw.either(0, 0.8);
      const [f, at] = draw.pick<readonly [(x: Term) => Term, number]>([
        [exp, expOf(level)],
        [(x) => pow(x, 3), level * level * level],
        [tanh, tanhOf(level)],
        [(x) => mul(-2, x), -2 * level],
      ]);
      const below = draw.chance(0.5);
      return [...one, seen(draw, gt("x", level)), seen(draw, below ? lt(f("x"), at) : gt(f("x"), at))];
    },
  },
  {
    name: "coincident by factors",
    says: "A square is compared with a square beside one or both of its roots.",
    program: (draw) => {
      const level = draw.pick([0.5, 0.25, 0.75, 1, 1.5]);
      return [
        ...two,
        seen(draw, gt("x", level)),
        seen(draw, gt(square("x"), level * level), "y"),
        ...(draw.chance(0.5) ? [seen(draw, lt(mul(sub("x", level), exp("y")), 0))] : []),
      ];
    },
  },
  {
    name: "coincident by ratios",
    says: "Two latents are compared, and their quotient with 1, which is the same where the divisor is positive.",
    program: (draw) => {
      const factor = draw.pick([1, 0.5, 2]);
      return [...two, seen(draw, gt("x", mul(factor, "y"))), seen(draw, gt(div("x", "y"), factor), "y")];
    },
  },
  {
    name: "coincident by data",
    says: "Another latent decides between the threshold of another condition and one apart from it.",
    program: (draw) => {
      const level = draw.either(0, 0.6);
      const threshold = where(gt("y", draw.either(0, 0.5)), level, level + draw.real(0.2, 0.8));
      return [...two, seen(draw, gt("x", level)), seen(draw, gt("x", threshold), "y")];
    },
  },
  {
    name: "coincident in part",
    says: "A condition holds where one of two others does, one of which stands alone too.",
    program: (draw) => {
      const [a, b] = [gt("x", draw.either(0, 0.6)), lt(mul("x", "y"), draw.either(0, 0.5))];
      return [...two, seen(draw, or(a, b), "x", a), seen(draw, draw.pick([a, b]), "y")];
    },
  },
];
