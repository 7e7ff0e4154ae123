/** Kinds by their distributions: frozen noise, heavy tails, counts, mixtures, supports with ends, discrete latents, vectors, scales. */

import { type Draw, type Kind, seen } from "./kind.ts";
import {
  add,
  and,
  at,
  div,
  exp,
  frozen,
  gt,
  list,
  log,
  logSumExp,
  lt,
  mul,
  normal,
  observe,
  relu,
  sample,
  sub,
  type Term,
  where,
} from "./language.ts";
import { compared } from "./tests.ts";

const one = [sample("x")];
const two = [sample("x"), sample("y")];

/** Everything times a unit that lies far from 1. */
function scaled(draw: Draw, unit: number): ReturnType<Kind["program"]> {
  const times = (value: number): number => Number((unit * value).toPrecision(3));
  return [
    sample("x", normal(0, times(1))),
    sample("y", normal(0, 1)),
    observe(
      normal(
        where(compared(draw, "x", times(draw.either(0, 0.8))), "x", times(draw.either(0.4, 1.5))),
        times(draw.real(0.8, 1.2)),
      ),
      times(draw.either(0, 1)),
    ),
    seen(draw, gt(add(div("x", times(1)), "y"), draw.either(0, 0.5)), "y"),
  ];
}

export const PRIORS: readonly Kind[] = [
  {
    name: "frozen noise",
    says: "Noise that nothing learns is added to a latent or multiplied with it before the comparison.",
    program: (draw) => {
      const joined = draw.pick<Term>([
        add("x", mul(draw.real(0.3, 1), "e")),
        mul("x", "e"),
        add("x", mul("x", "e")),
        sub("x", exp("e")),
      ]);
      return [
        ...one,
        frozen("e", normal(draw.either(0, 0.4), draw.real(0.4, 1.1))),
        seen(draw, compared(draw, joined, draw.either(0, 0.6))),
      ];
    },
  },
  {
    name: "frozen coins",
    says: "A coin that nothing learns decides, alone or together with a latent.",
    program: (draw) => [
      ...one,
      frozen("e", ["bernoulli", draw.real(0.2, 0.8)]),
      seen(draw, gt("e", 0.5)),
      seen(draw, and(gt("e", 0.5), gt("x", draw.either(0, 0.6)))),
    ],
  },
  {
    name: "heavy tails",
    says: "Priors and observations have heavy tails: Student's t, Cauchy, Laplace, logistic.",
    program: (draw) => {
      const heavy = (centre: Term, scale: number): Term =>
        draw.pick<Term>([
          ["studentT", draw.real(1.5, 5), centre, scale],
          ["cauchy", centre, scale],
          ["laplace", centre, scale],
          ["logistic", centre, scale],
        ]);
      const test = compared(draw, "x", draw.either(0, 0.8));
      return [
        sample("x", heavy(0, 1)),
        observe(heavy(where(test, draw.either(0.5, 2), "x"), draw.real(0.7, 1.2)), draw.either(0, 2)),
      ];
    },
  },
  {
    name: "counts",
    says: "Counts are observed whose rate or chance depends on a condition.",
    program: (draw) => {
      const test = compared(draw, add("x", mul(0.5, "y")), draw.either(0, 0.6));
      const rate = where(test, exp(mul(0.4, "x")), draw.real(0.8, 3));
      const chance = where(test, ["sigmoid", "y"], draw.real(0.2, 0.8));
      const [observed, value] = draw.pick<readonly [Term, number]>([
        [["poisson", rate], draw.whole(0, 5)],
        [["binomial", 6, chance], draw.whole(0, 6)],
        [["negativeBinomial", 3, chance], draw.whole(0, 5)],
        [["geometric", chance], draw.whole(0, 3)],
        [["bernoulli", chance], draw.whole(0, 1)],
      ]);
      return [...two, observe(observed, value), observe(["poisson", rate], draw.whole(0, 4))];
    },
  },
  {
    name: "mixtures",
    says: "Densities are mixed, as a distribution and by logSumExp, with components that conditions choose.",
    program: (draw) => {
      const test = compared(draw, "x", draw.either(0, 0.6));
      const weight = where(test, draw.real(0.2, 0.5), draw.real(0.5, 0.8));
      return [
        ...two,
        observe(
          ["mixture", list(weight, sub(1, weight)), list(normal("x", 1), normal("y", draw.real(0.5, 1.5)))],
          draw.either(0, 1.2),
        ),
        ["factor", "weight", logSumExp(add(log(0.3), mul(-0.5, "y")), where(gt("y", draw.either(0, 0.5)), "x", -1))],
      ];
    },
  },
  {
    name: "factors",
    says: "The log density has terms of its own that jump.",
    program: (draw) => [
      ...two,
      ["factor", "jump", where(compared(draw, "x", draw.either(0, 0.6)), draw.either(0.2, 1.5), mul(0.3, "y"))],
      ["factor", "slope", mul(-0.5, relu(sub("y", where(gt("x", 0.1), 0, draw.real(0.2, 1)))))],
    ],
  },
  {
    name: "very small scale",
    says: "Latents, thresholds and data are a million times smaller than 1.",
    program: (draw) => scaled(draw, draw.pick([1e-6, 1e-4, 1e-9])),
  },
  {
    name: "very large scale",
    says: "Latents, thresholds and data are a million times larger than 1.",
    program: (draw) => scaled(draw, draw.pick([1e6, 1e4, 1e9])),
  },
  {
    name: "far thresholds",
    says: "A condition changes where the guide hardly reaches, or is almost certain.",
    program: (draw) => [
      ...two,
      seen(draw, gt("x", draw.either(2, 6))),
      seen(draw, lt(add("x", mul(draw.pick([1, 10, 100]), "y")), draw.either(2, 20)), "y"),
    ],
  },
  {
    name: "positive latents",
    says: "A latent is positive, and it or its logarithm is compared.",
    program: (draw) => {
      const prior = draw.pick<Term>([
        ["exponential", draw.real(0.5, 1.5)],
        ["gamma", draw.real(1.2, 3), 1],
        ["lognormal", 0, draw.real(0.5, 1)],
        ["halfNormal", 1],
        ["weibull", draw.real(1, 2), 1],
        ["inverseGamma", 3, 2],
      ]);
      const value = draw.pick<Term>(["x", log("x"), mul("x", "y"), div("y", "x")]);
      return [
        sample("x", prior),
        sample("y"),
        seen(draw, compared(draw, value, draw.real(0.3, 1.2)), "y"),
        observe(normal("y", "x"), draw.either(0, 1.2)),
      ];
    },
  },
  {
    name: "latents between ends",
    says: "A latent lies between two ends, which may depend on another latent.",
    program: (draw) => {
      const prior = draw.pick<Term>([
        ["uniform", -1, draw.real(1, 2)],
        ["beta", draw.real(1, 3), draw.real(1, 3)],
        ["truncated", normal(0, 1), -0.5, draw.real(0.8, 2)],
        ["uniform", 0, add(1, exp("y"))],
      ]);
      return [
        sample("y"),
        sample("x", prior),
        seen(draw, compared(draw, draw.pick<Term>(["x", sub("x", mul(0.4, "y"))]), draw.real(0.2, 0.7))),
      ];
    },
  },
  {
    name: "discrete latents",
    says: "Coins and tables are latents that are summed out, beside conditions on normal ones.",
    program: (draw) => [
      ...one,
      sample(
        "k",
        draw.pick<Term>([
          ["bernoulli", draw.real(0.2, 0.8)],
          ["categorical", list(0.2, 0.3, 0.5)],
          ["poisson", draw.real(0.4, 1)],
        ]),
      ),
      observe(normal(add("x", mul(draw.either(0.5, 1.2), "k")), 1), draw.either(0, 1.5)),
      seen(
        draw,
        draw.pick<Term>([gt("x", draw.either(0, 0.6)), and(gt("k", 0.5), gt("x", 0.1)), gt(add("x", "k"), 0.8)]),
      ),
    ],
  },
  {
    name: "flags",
    says: "A latent stands in conditions only, so that it can be summed out of the model.",
    program: (draw) => [
      sample("x", draw.pick<Term>([normal(0, 1), ["logistic", 0, 1], ["uniform", -1, 1]])),
      sample("y"),
      observe(normal(where(gt("x", draw.either(0, 0.6)), "y", draw.either(0.3, 1.2)), 1), draw.either(0, 1)),
      observe(normal(where(gt("x", draw.either(0, 0.6)), draw.either(0.3, 1), "y"), 0.9), draw.either(0, 1)),
    ],
  },
  {
    name: "vectors",
    says: "Latents are vectors: probabilities, increasing numbers, correlated normals.",
    program: (draw) => {
      const prior = draw.pick<Term>([
        ["dirichlet", list(1.5, draw.real(1, 3), 2)],
        ["ordered", normal(0, 1), 2],
        ["iid", normal(0, 1), 2],
        ["gaussianRandomWalk", draw.real(0.5, 1), 2],
      ]);
      const [first, second] = [at("w", 0), at("w", 1)];
      return [
        sample("w", prior),
        seen(draw, compared(draw, first, draw.pick<Term>([second, draw.real(0.2, 0.5)])), second),
        observe(normal(second, 1), draw.either(0, 1)),
      ];
    },
  },
  {
    name: "hierarchies",
    says: "The prior of a latent depends on another one, by a condition.",
    program: (draw) => [
      sample("x"),
      sample(
        "y",
        normal(
          where(compared(draw, "x", draw.either(0, 0.6)), draw.either(0.3, 1), "x"),
          draw.chance(0.5) ? where(gt("x", 0.2), 0.7, 1.3) : 1,
        ),
      ),
      observe(normal("y", draw.real(0.6, 1.2)), draw.either(0, 1.5)),
    ],
  },
  {
    name: "outliers",
    says: "Whether an observation counts as an outlier depends on its residual.",
    program: (draw) => {
      const seenValues = [draw.either(0, 1), draw.either(1, 3)];
      return [
        ...two,
        ...seenValues.map((value) =>
          observe(normal("x", where(gt(["abs", sub(value, "x")], draw.real(0.8, 1.6)), add(1, exp("y")), 1)), value),
        ),
      ];
    },
  },
];
