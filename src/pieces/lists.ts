/**
 * Lists in pieces: of 10,000 thresholds so many are solved before others have their turn.
 *
 *     finished(mapped([1, 2, 3], 2, (x) => 2 * x)); // [2, 4, 6], with a turn after the first two
 */
import type { Pieces } from "./pieces.ts";

/** Visits items of a list in order, so many in a piece. */
export function* visits<T>(items: readonly T[], each: number, visit: (item: T, index: number) => void): Pieces<void> {
  for (let from = 0; from < items.length; from += each) {
    if (from > 0) yield;
    visitSome(items, from, Math.min(from + each, items.length), visit);
  }
}

// Engines run loops in the body of a generator at half their speed.
function visitSome<T>(items: readonly T[], from: number, to: number, visit: (item: T, index: number) => void): void {
  for (let at = from; at < to; at++) visit(items[at]!, at);
}

/** What a function makes of the items of a list, so many in a piece. */
export function* mapped<T, To>(items: readonly T[], each: number, make: (item: T, index: number) => To): Pieces<To[]> {
  const made: To[] = [];
  yield* visits(items, each, (item, index) => {
    made.push(make(item, index));
  });
  return made;
}
