/** Roots of rising functions at many points together, between two ends that may be infinite: 2 of x − 2 between −∞ and ∞. */
import { exp, log, log1p } from "../../math/elementary.ts";

/** Turns of a bisection after which the ends are neighbouring numbers, or nearly; the method of false position takes some ten. */
const TURNS = 62;

/** Ends nearer to each other than this, relatively, are one. */
const NEAR = 4e-16;

/**
 * For each pair of ends the number between them where the function passes 0. `excess` has its values, which may be infinite, at one candidate per
 * pair; only those of pairs that are open count. Ends are moved together in asinh x, so that numbers near 0 and huge ones are found to the same
 * relative accuracy: by false position, where an end that has stayed counts half (the Illinois rule), and by halving where that does not halve.
 */
export function solved(
  ends: readonly (readonly [low: number, high: number])[],
  excess: (candidates: readonly number[], isOpen: readonly boolean[]) => readonly number[],
): number[] {
  const brackets = ends.map(([low, high]): Bracket => {
    const [from, to] = [asinh(Math.max(low, -Number.MAX_VALUE)), asinh(Math.min(high, Number.MAX_VALUE))];
    return { low: from, high: to, atLow: -Infinity, atHigh: Infinity, moved: 0, width: to - from, isOpen: true };
  });
  const clamped = (s: number, p: number): number => Math.min(Math.max(sinh(s), ends[p]![0]), ends[p]![1]);
  const candidates = brackets.map(() => 0);
  const places = brackets.map(() => 0);
  for (let turn = 0; turn < 2 * TURNS && brackets.some(({ isOpen }) => isOpen); turn++) {
    const isOpen = brackets.map((bracket) => bracket.isOpen);
    brackets.forEach((bracket, p) => {
      if (!bracket.isOpen) return;
      candidates[p] = candidateOf(bracket, turn);
      places[p] = clamped(candidates[p]!, p);
    });
    excess(places, isOpen).forEach((value, p) => {
      if (isOpen[p]) narrow(brackets[p]!, candidates[p]!, value);
    });
  }
  return brackets.map(({ high }, p) => clamped(high, p));
}

interface Bracket {
  low: number;
  high: number;
  atLow: number;
  atHigh: number;
  /** Which end moved last, 0 before one did, and how wide it all was before. */
  moved: -1 | 0 | 1;
  width: number;
  isOpen: boolean;
}

function candidateOf({ low, high, atLow, atHigh, width }: Bracket, turn: number): number {
  const middle = 0.5 * low + 0.5 * high;
  if (!Number.isFinite(atLow) || !Number.isFinite(atHigh) || (turn % 3 === 2 && high - low > 0.5 * width))
    return middle;
  // At least so far from either end that the other one can follow.
  const least = 0.5 * NEAR * Math.max(Math.abs(low), Math.abs(high));
  const next = low + (high - low) * (-atLow / (atHigh - atLow));
  return next >= low && next <= high ? Math.min(Math.max(next, low + least), Math.max(high - least, low)) : middle;
}

function narrow(bracket: Bracket, s: number, value: number): void {
  const { low, high, moved } = bracket;
  bracket.width = high - low;
  if (value >= 0) {
    bracket.high = s;
    bracket.atHigh = value;
    if (moved === 1) bracket.atLow *= 0.5;
    bracket.moved = 1;
  } else {
    bracket.low = s;
    bracket.atLow = value;
    if (moved === -1) bracket.atHigh *= 0.5;
    bracket.moved = -1;
  }
  const size = Math.max(Math.abs(bracket.low), Math.abs(bracket.high));
  bracket.isOpen = value !== 0 && s !== low && s !== high && bracket.high - bracket.low > NEAR * size;
}

function asinh(x: number): number {
  const size = Math.abs(x);
  const rest = size > 1e8 ? log(size) + Math.LN2 : log1p(size + (size * size) / (1 + Math.sqrt(size * size + 1)));
  return Math.sign(x) * rest;
}

function sinh(s: number): number {
  if (Math.abs(s) < 1e-5) return s + (s * s * s) / 6;
  return 0.5 * (exp(s) - exp(-s));
}
