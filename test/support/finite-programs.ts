/**
 * Random programs whose latents are mostly finite variables: flags, chains of them, latents with several thresholds, latents in arms and
 * discrete ones. `finiteProgram(7)` is the seventh; it comes with what is needed to sum over its cells by brute force.
 */
import { add, and, exp, gt, lt, mul, not, or, type Real, type Truth, where } from "../../src/autodiff/expr.ts";
import {
  bernoulli,
  categorical,
  exponential,
  laplace,
  logistic,
  normal,
  uniform,
} from "../../src/distributions/index.ts";
import { defineModel, type Model, type ProgramContext } from "../../src/program/model.ts";
import { makeGenerator, uniformSource } from "../../src/random/index.ts";
import type { Enumerated } from "./cell-sum.ts";

export interface FiniteProgram {
  readonly model: Model;
  readonly kept: readonly string[];
  readonly finite: readonly Enumerated[];
}

/** What a latent is made of, drawn before the program is run. */
interface LatentPlan {
  readonly name: string;
  readonly kind: "normal" | "logistic" | "laplace" | "uniform" | "exponential" | "bernoulli" | "categorical";
  /** The flag that moves its prior, and by how much. */
  readonly prior: { readonly flag: number; readonly yes: number; readonly no: number };
  readonly conditions: readonly ConditionPlan[];
  /** The flag in whose arm it is. */
  readonly arm: number;
}

interface ConditionPlan {
  readonly at: number;
  /** The other threshold, where a flag chooses between two. */
  readonly other: number;
  readonly flag: number;
  /** How much of the first kept latent is added. */
  readonly slope: number;
  readonly above: boolean;
}

const NO_FLAG = -1;

/** A program by its number, and whether thresholds of one latent may come in an order that depends on other latents. */
export function finiteProgram(seed: number, crossing = true): FiniteProgram {
  const next = uniformSource(makeGenerator(seed));
  const integer = (below: number): number => Math.floor(next() * below);
  const real = (from: number, to: number): number => from + (to - from) * next();
  const chance = (p: number): boolean => next() < p;

  const keptCount = 1 + integer(2);
  const kept = Array.from({ length: keptCount }, (_, i) => `w${i}`);
  const plans: LatentPlan[] = [];
  let flags = 0;
  const count = 2 + integer(3);
  for (let i = 0; i < count; i++) {
    const someFlag = (p: number): number => (flags > 0 && chance(p) ? integer(flags) : NO_FLAG);
    const roll = next();
    const kind =
      roll < 0.5
        ? "normal"
        : roll < 0.58
          ? "logistic"
          : roll < 0.66
            ? "laplace"
            : roll < 0.72
              ? "uniform"
              : roll < 0.78
                ? "exponential"
                : roll < 0.9
                  ? "bernoulli"
                  : "categorical";
    const flag = someFlag(0.4);
    const arm = someFlag(0.2);
    const isDiscrete = kind === "bernoulli" || kind === "categorical";
    const isReal = kind === "normal" || kind === "logistic" || kind === "laplace";
    const sharedSlope = isReal && chance(0.4) ? real(-1, 1) : 0;
    const thresholds = isDiscrete ? 1 : 1 + integer(3);
    const conditions = Array.from({ length: thresholds }, (): ConditionPlan => {
      const at = kind === "uniform" || kind === "exponential" ? real(0.2, 1.8) : real(-1.5, 1.5);
      const ownFlag = isReal && (thresholds === 1 || crossing) ? someFlag(0.4) : NO_FLAG;
      return {
        at,
        other: ownFlag === NO_FLAG ? at : real(-1.5, 1.5),
        flag: ownFlag,
        slope: crossing && chance(0.2) && isReal ? real(-1, 1) : sharedSlope,
        above: chance(0.6),
      };
    });
    plans.push({
      name: `z${i}`,
      kind,
      prior: { flag, yes: real(0.3, 0.7), no: real(0.3, 0.7) },
      conditions,
      arm,
    });
    flags += conditions.length;
  }
  const observations = Array.from({ length: 3 + integer(4) }, () => ({
    tree: treeOf(3),
    sd: real(0.5, 1.5),
    value: real(-2, 2),
    inArm: chance(0.2) ? integer(flags) : NO_FLAG,
    isRate: chance(0.2),
  }));

  type Tree =
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "kept"; readonly index: number }
    | { readonly kind: "discrete"; readonly index: number; readonly scale: number }
    | { readonly kind: "if"; readonly test: Test; readonly yes: Tree; readonly no: Tree };
  type Test = { readonly first: number; readonly second: number; readonly form: "one" | "not" | "and" | "or" };

  function treeOf(depth: number): Tree {
    if (depth > 0 && chance(0.75)) {
      const forms = ["one", "one", "not", "and", "or"] as const;
      const test = { first: integer(flags), second: integer(flags), form: forms[integer(forms.length)]! };
      return { kind: "if", test, yes: treeOf(depth - 1), no: treeOf(depth - 1) };
    }
    const discrete = plans.flatMap(({ kind }, index) =>
      kind === "bernoulli" || kind === "categorical" ? [index] : [],
    );
    if (discrete.length > 0 && chance(0.3))
      return { kind: "discrete", index: discrete[integer(discrete.length)]!, scale: real(-1, 1) };
    return chance(0.5) ? { kind: "kept", index: integer(keptCount) } : { kind: "number", value: real(-2, 2) };
  }

  const program = ({ sample, observe, branch }: ProgramContext): void => {
    const w = kept.map((name) => sample(name, normal(0, 1)));
    const values: Real[] = [];
    const truths: Truth[] = [];
    plans.forEach((plan, index) => {
      const { name, kind, conditions, arm } = plan;
      const level =
        plan.prior.flag === NO_FLAG ? plan.prior.yes : where(truths[plan.prior.flag]!, plan.prior.yes, plan.prior.no);
      const prior = (): Parameters<typeof sample>[1] => {
        if (kind === "normal") return normal(level, 1.1);
        if (kind === "logistic") return logistic(level, 0.6);
        if (kind === "laplace") return laplace(level, 0.9);
        if (kind === "uniform") return uniform(0, 2);
        if (kind === "exponential") return exponential(level);
        if (kind === "bernoulli") return bernoulli(level);
        return categorical([mul(0.5, level), add(0.5, mul(-0.5, level)), 0.5]);
      };
      const flagsOf = (drawn: Real): Truth[] =>
        conditions.map(({ at, other, flag, slope, above }) => {
          const threshold = flag === NO_FLAG ? at : where(truths[flag]!, at, other);
          const moved = slope === 0 ? threshold : add(threshold, mul(slope, w[0]!));
          return above ? gt(drawn, moved) : lt(drawn, moved);
        });
      if (arm === NO_FLAG) {
        values[index] = sample(name, prior());
        truths.push(...flagsOf(values[index]!));
        return;
      }
      // What leaves an arm are numbers: the value of a discrete latent, then its flags as 0 and 1.
      const isDiscrete = kind === "bernoulli" || kind === "categorical";
      const [value, ...bits] = branch(
        truths[arm]!,
        (): Real[] => {
          const drawn = sample(name, prior());
          return [isDiscrete ? drawn : 0, ...flagsOf(drawn).map((truth) => where(truth, 1, 0))];
        },
        (): Real[] => [0, ...conditions.map(() => 0)],
      );
      values[index] = value!;
      truths.push(...bits.map((bit) => gt(bit, 0.5)));
    });
    const truthOf = ({ first, second, form }: Test): Truth => {
      const [p, q] = [truths[first]!, truths[second]!];
      return form === "one" ? p : form === "not" ? not(p) : form === "and" ? and(p, q) : or(p, q);
    };
    const realOf = (tree: Tree): Real => {
      if (tree.kind === "number") return tree.value;
      if (tree.kind === "kept") return w[tree.index]!;
      if (tree.kind === "discrete") return mul(tree.scale, values[tree.index]!);
      return where(truthOf(tree.test), realOf(tree.yes), realOf(tree.no));
    };
    observations.forEach(({ tree, sd, value, inArm, isRate }) => {
      const count = (): void => observe(normal(realOf(tree), isRate ? exp(mul(0.2, realOf(tree))) : sd), value);
      if (inArm === NO_FLAG) count();
      else branch(truths[inArm]!, count, () => {});
    });
    // Every flag and every kept latent counts.
    truths.forEach((truth, j) => {
      observe(normal(where(truth, w[j % keptCount]!, 0.3), 2), 0.1 * j - 0.3);
    });
  };

  const finite = plans.map(({ name, kind, conditions }): Enumerated => {
    if (kind === "bernoulli" || kind === "categorical")
      return { name, values: kind === "bernoulli" ? [0, 1] : [0, 1, 2] };
    return {
      name,
      cuts: (at) =>
        conditions.flatMap(({ at: first, other, slope }) => [first, other].map((x) => x + slope * at["w0"]!)),
    };
  });
  return { model: defineModel(`finite ${seed}`, program), kept, finite };
}
