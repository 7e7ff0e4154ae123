/**
 * Balanced trees: values joined in pairs, then the results, and so on, also where nobody has all of them.
 *
 *     ((0 1) (2 3)) (4)      five leaves: whoever has 0 … 2 gives (0 1) and 2, whoever has 3 and 4 gives these two
 *
 * A subtree of 2^level leaves begins at a multiple of 2^level, so that a range of leaves is a few whole subtrees, at most two of each level, and
 * joining these gives the bits of one sum over all.
 */
import type { Pieces } from "../pieces/pieces.ts";

/** Joins values in pairs, then the results, and so on: a balanced tree; undefined for no values. */
export function balanced<T>(values: readonly T[], join: (x: T, y: T) => T): T | undefined {
  const level = [...values];
  for (let size = level.length; size > 1; size = (size + 1) >> 1) {
    for (let i = 0; i + 1 < size; i += 2) level[i >> 1] = join(level[i]!, level[i + 1]!);
    if (size % 2 === 1) level[size >> 1] = level[size - 1]!;
  }
  return level[0];
}

/** Leaves of a piece of the work: a power of two, so that the tree is the same. */
const LEAVES = 256;

/** `balanced` in pieces. */
export function* balancedPieces<T>(values: readonly T[], join: (x: T, y: T) => T): Pieces<T | undefined> {
  const parts: T[] = [];
  for (let from = 0; from < values.length; from += LEAVES) {
    if (from > 0) yield;
    parts.push(balanced(values.slice(from, from + LEAVES), join)!);
  }
  return balanced(parts, join);
}

/** A whole subtree: leaves from index · 2^level on, 2^level of them, fewer at the end of all leaves. */
export interface Subtree<T> {
  readonly level: number;
  readonly index: number;
  readonly value: T;
}

/** Adds the subtree that comes next to those of a range, and joins what is whole by that. */
export function pushSubtree<T>(range: Subtree<T>[], next: Subtree<T>, join: (left: T, right: T) => T): void {
  let last = next;
  for (;;) {
    const before = range.at(-1);
    if (before?.level !== last.level || last.index % 2 === 0 || before.index !== last.index - 1) break;
    range.pop();
    last = { level: last.level + 1, index: before.index >> 1, value: join(before.value, last.value) };
  }
  range.push(last);
}

/** The sum over all leaves, of subtrees from leaf 0 on that `pushSubtree` has joined; undefined of none. */
export function sumOfSubtrees<T>(range: readonly Subtree<T>[], join: (left: T, right: T) => T): T | undefined {
  // What is left over at the end goes up a level until it finds something to be joined to.
  return range
    .map(({ value }) => value)
    .reduceRight<T | undefined>((right, left) => (right === undefined ? left : join(left, right)), undefined);
}
