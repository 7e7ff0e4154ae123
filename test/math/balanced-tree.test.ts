// The order of a sum is that of `balanced`, however the leaves are split into ranges.
import fc from "fast-check";
import { expect, test } from "vitest";
import { balanced, pushSubtree, type Subtree, sumOfSubtrees } from "../../src/math/balanced-tree.ts";

const join = (left: string, right: string): string => `(${left} ${right})`;

function rangeOf(from: number, to: number): Subtree<string>[] {
  const range: Subtree<string>[] = [];
  for (let index = from; index < to; index++) pushSubtree(range, { level: 0, index, value: String(index) }, join);
  return range;
}

test("ranges of leaves join to the tree of all of them", () => {
  const cases = fc.integer({ min: 1, max: 70 }).chain((n) => fc.tuple(fc.constant(n), fc.array(fc.nat(n))));
  fc.assert(
    fc.property(cases, ([n, cuts]) => {
      const bounds = [0, ...cuts.sort((p, q) => p - q), n];
      const all: Subtree<string>[] = [];
      bounds.slice(1).forEach((to, k) => {
        const range = rangeOf(bounds[k]!, to);
        expect(range.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(n + 1)));
        for (const part of range) pushSubtree(all, part, join);
      });
      const leaves = Array.from({ length: n }, (_, index) => String(index));
      expect(sumOfSubtrees(all, join)).toBe(balanced(leaves, join));
    }),
    { seed: 1, numRuns: 200 },
  );
  expect(sumOfSubtrees([], join)).toBeUndefined();
});
