/** Roots of rising conditions at many points together, by bisection: 2 for x ≥ 2 between −∞ and ∞. */
import { exp, log, log1p } from "../../math/elementary.ts";

/** Turns of a bisection after which the ends are neighbouring numbers, or nearly. */
const TURNS = 62;

/**
 * For each pair of ends, which may be infinite, the number between them from which on the condition holds; `holds` says where it does, at one candidate
 * per pair. Ends are halved in asinh x, so that numbers near 0 and huge ones are found to the same relative accuracy.
 */
export function solved(
  ends: readonly (readonly [low: number, high: number])[],
  holds: (candidates: readonly number[]) => readonly boolean[],
): number[] {
  const low = ends.map(([end]) => asinh(Math.max(end, -Number.MAX_VALUE)));
  const high = ends.map(([, end]) => asinh(Math.min(end, Number.MAX_VALUE)));
  const clamped = (s: number, p: number): number => Math.min(Math.max(sinh(s), ends[p]![0]), ends[p]![1]);
  for (let turn = 0; turn < TURNS; turn++) {
    const middle = low.map((s, p) => 0.5 * s + 0.5 * high[p]!);
    holds(middle.map(clamped)).forEach((above, p) => {
      (above ? high : low)[p] = middle[p]!;
    });
  }
  return high.map(clamped);
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
