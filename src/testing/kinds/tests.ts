/**
 * Random programs decide by comparisons: these functions draw one of two terms, as x > 0.8, or some joined by and, or and not, and an observation
 * that one of them decides.
 */

import { type Draw, seen } from "./kind.ts";
import { add, and, gt, lt, mul, not, or, type Statement, type Term } from "./language.ts";

/** Greater or less, at the draw's choice. */
export const compared = (draw: Draw, left: Term, right: Term): Term =>
  draw.chance(0.5) ? lt(left, right) : gt(left, right);

/** Latents, and an observation that a comparison of two sides decides; its mean may follow `slope`, which is x unless said. */
export function comparing(
  draw: Draw,
  latents: readonly Statement[],
  left: Term,
  right: Term,
  slope?: Term,
): readonly Statement[] {
  return [...latents, seen(draw, compared(draw, left, right), slope)];
}

/** A test of x, and in most draws of y too. */
export function tested(draw: Draw, x: Term, y: Term): Term {
  const first = compared(draw, x, draw.either(0, 0.8));
  const second = compared(draw, draw.pick<Term>([y, add(x, y), mul(x, y)]), draw.either(0, 0.8));
  return draw.pick<Term>([
    first,
    and(first, second),
    or(first, second),
    and(not(first), second),
    or(first, not(second)),
  ]);
}
