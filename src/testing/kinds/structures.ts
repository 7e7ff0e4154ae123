/** Kinds by the structure of the program: ifs in ifs, sites in arms, loops with a state, selections that are compared. */

import { type Draw, type Kind, seen } from "./kind.ts";
import {
  abs,
  add,
  and,
  at,
  ceil,
  clamp,
  exp,
  floor,
  frozen,
  gt,
  list,
  lt,
  max,
  mul,
  normal,
  observe,
  relu,
  round,
  type Statement,
  sample,
  sign,
  step,
  sub,
  sum,
  type Term,
  where,
  within,
} from "./language.ts";
import { compared, tested } from "./tests.ts";

const one = [sample("x")];
const two = [sample("x"), sample("y")];
const three = [...two, sample("z")];

function nested(draw: Draw, depth: number): Term {
  if (depth === 0) return draw.chance(0.4) ? mul(draw.either(0.3, 1), draw.pick(["x", "y"])) : draw.either(0.1, 1.6);
  return where(tested(draw, "x", "y"), nested(draw, depth - 1), nested(draw, draw.whole(0, depth - 1)));
}

/** A loop of four steps whose state is on or off, and changes at one of two thresholds by what it is. */
function hysteresis(draw: Draw, follows: boolean): Statement[] {
  const [on, off] = [draw.real(-0.9, -0.2), draw.real(0.2, 0.9)];
  const [gain, loss] = [draw.real(0.3, 0.9), draw.real(0.2, 0.7)];
  const statements: Statement[] = [
    ["let", "state0", where(gt("x", 0), 1, 0)],
    ["let", "level0", "x"],
  ];
  for (let t = 1; t <= 4; t++) {
    const before = `state${t - 1}`;
    // Without feedback the level is moved by the other latent alone; with it by the state.
    const moved: Term = follows
      ? add(mul(0.8, `level${t - 1}`), where(gt(before, 0.5), -loss, gain))
      : add("x", mul(draw.either(0.3, 1), "y"));
    statements.push(["let", `level${t}`, moved]);
    statements.push([
      "let",
      `state${t}`,
      where(gt(before, 0.5), where(gt(`level${t}`, off), 0, 1), where(lt(`level${t}`, on), 1, 0)),
    ]);
    statements.push(observe(normal(add(mul(0.9, `state${t}`), mul(0.3, "x")), 0.9), draw.either(0, 1)));
  }
  return statements;
}

export const STRUCTURES: readonly Kind[] = [
  {
    name: "logic",
    says: "Comparisons are joined by and, or, not.",
    program: (draw) => [...two, seen(draw, tested(draw, "x", "y"), "y", tested(draw, "x", "y"))],
  },
  {
    name: "interval",
    says: "A latent lies between two numbers, or a function of it does.",
    program: (draw) => {
      const [low, width] = [draw.real(-1, 0.5), draw.real(0.3, 1.2)];
      const value = draw.pick<Term>(["x", add("x", mul(0.5, "y")), abs(sub("x", 0.2))]);
      return [...two, seen(draw, and(gt(value, low), lt(value, low + width)), "y")];
    },
  },
  {
    name: "nested where",
    says: "Selections stand in the arms of others, up to three deep.",
    program: (draw) => [
      ...two,
      observe(normal(nested(draw, 3), draw.real(0.8, 1.2)), draw.either(0, 1.2)),
      observe(normal(nested(draw, 1), 1.1), draw.either(0, 1)),
    ],
  },
  {
    name: "observe in branches",
    says: "Which observations there are depends on the latents, and branches lie in branches.",
    program: (draw) => [
      ...two,
      [
        "branch",
        tested(draw, "x", "y"),
        [
          observe(normal("x", 1), draw.either(0, 1.5)),
          ["branch", compared(draw, "y", draw.either(0, 0.6)), [observe(normal("y", 0.9), draw.either(0, 1))], []],
        ],
        [observe(normal(mul(0.5, "y"), draw.real(0.7, 1.4)), draw.either(0, 1.5))],
      ],
    ],
  },
  {
    name: "sample in branches",
    says: "A latent exists in one arm only, or has another prior in the other.",
    program: (draw) => {
      const both = draw.chance(0.5);
      const test = compared(draw, "x", draw.either(0, 0.6));
      return [
        sample("x"),
        [
          "branch",
          test,
          [sample("y", normal(draw.either(0, 0.6), 1.2))],
          both ? [sample("y", normal(draw.either(0, 0.6), draw.real(0.5, 0.9)))] : [],
          ["value", "y", both ? mul(0.5, "y") : draw.either(0.1, 1)],
        ],
        observe(normal("value", draw.real(0.8, 1.2)), draw.either(0, 1.2)),
        seen(draw, gt("value", draw.either(0, 0.5))),
      ];
    },
  },
  {
    name: "hysteresis",
    says: "A loop has a state that changes at one of two thresholds, depending on what it is.",
    program: (draw) => [...two, ...hysteresis(draw, false)],
  },
  {
    name: "thermostat",
    says: "A loop has a state that feeds back on the level which changes it.",
    program: (draw) => [sample("x", normal(0, 0.8)), ...hysteresis(draw, true)],
  },
  {
    name: "values compared with values",
    says: "A selection between latents and numbers is compared with another.",
    program: (draw) => {
      const chosen = where(
        compared(draw, "x", draw.either(0, 0.6)),
        draw.pick<Term>(["x", 1, "y"]),
        draw.pick<Term>(["y", 0, -0.5]),
      );
      const other = draw.chance(0.5)
        ? where(compared(draw, "y", draw.either(0, 0.6)), draw.pick<Term>(["y", 0.5, "x"]), draw.either(0, 1))
        : draw.either(0, 0.6);
      return [...two, seen(draw, compared(draw, chosen, other), "y")];
    },
  },
  {
    name: "conditions of conditions",
    says: "A threshold depends on whether another condition holds.",
    program: (draw) => {
      const threshold = where(tested(draw, "x", "y"), draw.either(0, 0.7), draw.either(0, 0.7));
      return [...two, seen(draw, compared(draw, add("x", mul(0.6, "y")), threshold), "y")];
    },
  },
  {
    name: "votes",
    says: "How many of three comparisons hold is compared with a number.",
    program: (draw) => {
      const vote = (x: Term): Term => step(sub(x, draw.either(0, 0.6)));
      return [...two, seen(draw, gt(sum(vote("x"), vote("y"), vote(add("x", "y"))), draw.pick([0.5, 1.5, 2.5])), "y")];
    },
  },
  {
    name: "largest of three",
    says: "Which of three latents is the largest decides.",
    program: (draw) => [
      ...three,
      seen(draw, gt("x", max("y", add("z", draw.either(0, 0.5)))), "y"),
      seen(draw, and(gt("y", "x"), gt("y", "z")), "z"),
    ],
  },
  {
    name: "change point",
    says: "A latent time says from which observation on another mean holds.",
    program: (draw) => [
      sample("x", ["uniform", 0, 4]),
      sample("y"),
      ...[0.5, 1.5, 2.5, 3.5].map((time) =>
        observe(normal(where(gt("x", time), "y", draw.either(0.3, 1.2)), 1), draw.either(0, 1.2)),
      ),
    ],
  },
  {
    name: "rounding",
    says: "A latent is rounded, down, up or to the nearest, and computed with or compared.",
    program: (draw) => {
      const rounded = draw.pick([round, floor, ceil])(mul(draw.real(0.5, 1.5), "x"), within(-14, 14));
      return [
        ...one,
        observe(normal(mul(draw.real(0.4, 1), rounded), draw.real(0.8, 1.3)), draw.either(0, 1.5)),
        ...(draw.chance(0.5) ? [seen(draw, gt(rounded, draw.pick([0.5, -0.5, 0])))] : []),
      ];
    },
  },
  {
    name: "signs and steps",
    says: "Signs and steps of latents are added and multiplied.",
    program: (draw) => [
      ...two,
      observe(
        normal(
          add(
            mul(draw.either(0.3, 1), mul(sign(sub("x", draw.either(0, 0.5))), step(sub("y", draw.either(0, 0.5))))),
            mul(0.4, sign(add("x", "y"))),
          ),
          draw.real(0.8, 1.2),
        ),
        draw.either(0, 1.2),
      ),
    ],
  },
  {
    name: "continuous switches",
    says: "Values are chosen without a jump: relu, clamp, max, and where with arms that meet.",
    program: (draw) => [
      ...two,
      observe(
        normal(add(clamp("x", -0.8, draw.real(0.2, 0.9)), relu(sub("y", draw.either(0, 0.5)))), 1),
        draw.either(0, 1.2),
      ),
      observe(normal(where(gt("x", "y"), "x", "y"), draw.real(0.8, 1.3)), draw.either(0, 1)),
    ],
  },
  {
    name: "four latents",
    says: "Four latents have a condition each, and one together.",
    program: (draw) => {
      const names = ["a", "b", "c", "d"];
      return [
        ...names.map((name) => sample(name)),
        ...names.map((name) => seen(draw, gt(name, draw.either(0, 0.8)), name)),
        seen(draw, gt(sum(...names), draw.either(0, 1)), "a"),
      ];
    },
  },
];

/** Rounding without a range, which is counted along lines. */
export const WHOLES: readonly Kind[] = [
  {
    name: "rounding without a range",
    says: "A latent, a product or an exponential is rounded, whatever it is, and computed with or compared.",
    program: (draw) => {
      const scale = draw.real(0.5, 1.5);
      const value = draw.pick([mul(scale, "x"), add("x", mul(scale, "y")), mul(scale, mul("x", "y")), exp("x")]);
      const rounded = draw.pick([round, floor, ceil])(value);
      return [
        ...two,
        observe(normal(add(mul(draw.real(0.4, 1), rounded), mul(0.3, "y")), draw.real(0.8, 1.3)), draw.either(0, 1.5)),
        ...(draw.chance(0.5) ? [seen(draw, gt(rounded, draw.pick([0.5, -0.5, "y"])))] : []),
        ...(draw.chance(0.3) ? [seen(draw, gt("x", draw.pick([0, 1, 0.5])), "y")] : []),
      ];
    },
  },
  {
    name: "ordered means",
    says: "Numbers belong to the nearer of two means in order, one of them to a mixture of both.",
    program: (draw) => {
      const [low, high] = [at("w", 0), at("w", 1)];
      // The gap is an exponential, under squares of which no gradient has a mean that samples show.
      const tailed = (mean: Term, scale: Term): Term => ["studentT", 4, mean, scale];
      const nearer = (value: number): Term => where(gt(abs(sub(value, low)), abs(sub(value, high))), high, low);
      return [
        sample("w", ["ordered", tailed(0, 1), 2]),
        ...[0, 1, 2].map(() => {
          const value = draw.either(0, 1.8);
          return observe(tailed(nearer(value), draw.real(0.7, 1.2)), value);
        }),
        observe(["mixture", list(0.4, 0.6), list(tailed(low, 1), tailed(high, 1))], draw.either(0, 1)),
      ];
    },
  },
  {
    name: "frozen noise and vectors",
    says: "Noise that nothing learns is added to an entry of a vector or multiplied with it, beside conditions on the entry.",
    program: (draw) => {
      const [first, second] = [at("w", 0), at("w", 1)];
      const joined = draw.pick([add(first, "e"), mul(first, "e"), add(first, mul(second, "e"))]);
      return [
        frozen("e", normal(0, draw.real(0.3, 1))),
        sample("w", ["iid", normal(0, 1), 2]),
        seen(draw, compared(draw, joined, draw.either(0, 0.6)), second),
        seen(draw, compared(draw, first, draw.either(0, 0.5)), first),
      ];
    },
  },
];
