/**
 * A kind of programs: a name, what its programs have in common, and how one of them is made of drawn numbers. The program with the numbers
 * 0.2, −1.1, … of the kind "threshold" is
 *
 *     const x = sample("x", normal(0, 1));
 *     observe(normal(where(gt(x, 0.2), -1.1, 1.4), 1), 0.6);
 *
 * A program is a function of numbers in [0, 1), so that whoever draws these, a generator or fast-check, draws programs, and a program is made
 * smaller by making its numbers smaller: 0 stands for the simplest choice.
 */
import { requireList, requireNoMore } from "../../checks/arguments.ts";
import { add, mul, normal, observe, type Statement, type Term, where } from "./language.ts";

export interface Kind {
  readonly name: string;
  /** What its programs have in common, in a sentence. */
  readonly says: string;
  readonly program: (draw: Draw) => readonly Statement[];
}

/** What a program is made of, drawn one after the other. */
export interface Draw {
  /** A number from `low` to `high`, with three decimals. */
  readonly real: (low: number, high: number) => number;
  /** As `real`, or its negative. */
  readonly either: (low: number, high: number) => number;
  readonly whole: (low: number, high: number) => number;
  readonly pick: <T>(of: readonly T[]) => T;
  readonly chance: (probability: number) => boolean;
}

/** Numbers that a program is made of: as many as any kind draws. */
export const NUMBERS = 96;

/** Reads numbers in [0, 1) as what a program is made of; from the last one on it begins again. */
export function drawFrom(numbers: ArrayLike<number>): Draw {
  requireNoMore("drawFrom", 1, arguments);
  if (requireList("drawFrom", "numbers", numbers, "an array of numbers in [0, 1)").length === 0)
    throw new RangeError("drawFrom: nothing to draw from; got no numbers, expected one at least");
  let at = 0;
  const next = (): number => numbers[at++ % numbers.length]!;
  const real = (low: number, high: number): number => Number((low + (high - low) * next()).toFixed(3));
  const whole = (low: number, high: number): number => low + Math.floor((high - low + 1) * next());
  const chance = (probability: number): boolean => next() > 1 - probability;
  return {
    real,
    whole,
    chance,
    either: (low, high) => (chance(0.5) ? -1 : 1) * real(low, high),
    pick: (of) => of[whole(0, of.length - 1)]!,
  };
}

/**
 * An observation whose mean depends on whether `test` holds, in half of the programs on the latent `slope` too, and whose sd in a third of
 * them depends on `other`: what makes a program of a condition.
 */
export function seen(draw: Draw, test: Term, slope: Term = "x", other: Term = test): Statement {
  const mean = (value: number): Term => (draw.chance(0.5) ? add(value, mul(draw.either(0.2, 0.9), slope)) : value);
  const first = draw.either(0.3, 1.8);
  const second = -first + draw.real(-0.4, 0.4);
  const sd = draw.chance(0.34) ? where(other, draw.real(0.7, 1), draw.real(1, 1.5)) : draw.real(0.8, 1.3);
  return observe(normal(where(test, mean(first), mean(second)), sd), draw.either(0, 1.2));
}
