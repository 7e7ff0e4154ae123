/** Selection by a traced whole number: `pick([0.1, 0.5, 0.9], k)` for a discrete latent k, or for the result of `floor`. */

import {
  and,
  Expr,
  ge,
  gt,
  le,
  type Real,
  type RealList,
  requireReal,
  type Truth,
  unpacked,
  where,
} from "../autodiff/expr.ts";
import { inputIndex } from "../autodiff/graph/graph.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { shown } from "../checks/shown.ts";

/** x = y as a condition. Of continuous values it holds nowhere; of discrete latents where they agree. */
export function eq(x: Real, y: Real): Truth {
  requireNoMore("eq", 2, arguments);
  for (const value of [x, y]) requireReal(value, "eq");
  return and(ge(x, y), le(x, y));
}

/**
 * The entry of the array whose index is `k`, a whole number from 0 on; entries may be numbers or arrays of one length, as the rows of a
 * matrix are.
 *
 *     const k = sample("k", categorical([0.2, 0.3, 0.5]));
 *     observe(normal(pick([-2, 0, 3], k), 1), 2.7);
 *
 * Throws RangeError for a number that is no index; a traced one that is none makes the ELBO NaN, which `fit` and `estimateGradient` report
 * with the value.
 */
export function pick(entries: RealList, k: Real): Real;
export function pick(entries: readonly RealList[], k: Real): Real[];
export function pick(entries: RealList | readonly RealList[], k: Real): Real | Real[] {
  requireNoMore("pick", 2, arguments);
  const list: readonly unknown[] = unpacked<unknown>(entries);
  if (!Array.isArray(list) || list.length === 0)
    throw new TypeError("pick: nothing to pick from; got no entries, expected a non-empty array");
  const expected = `expected a whole number from 0 to ${list.length - 1}`;
  if (!(requireReal(k, "pick") instanceof Expr)) {
    const entry = list[k as number];
    if (entry === undefined) throw new RangeError(`pick: index is outside; got ${shown(k)}, ${expected}`);
    return unpacked(entry as RealList) as Real | Real[];
  }
  const { session, node } = k as Expr;
  const { graph } = session;
  const { algebra: A } = graph;
  const input = graph.inputs[inputIndex(graph, node)];
  session.checks.push({
    outside: (at) => `pick: index is outside; got ${at}${input ? ` for "${input.name}"` : ""}, ${expected}`,
    value: node,
    ok: graph.any(list.map((_, i) => A.equal(node, graph.constant(i)))),
  });
  const rows = list.map((row) => unpacked(row as RealList));
  if (!Array.isArray(rows[0])) return chosen(list as readonly Real[], k, 0);
  if (rows.some((row) => row?.length !== rows[0]!.length))
    throw new RangeError(
      `pick: rows differ in length; got ${rows.map((row) => String(row?.length)).join(", ")}, expected one length`,
    );
  return rows[0]!.map((_, j) =>
    chosen(
      rows.map((row) => row[j]!),
      k,
      0,
    ),
  );
}

// By halves, so that a condition separates those below it from those above: k > 0.5, k > 1.5, …
function chosen(entries: readonly Real[], k: Real, first: number): Real {
  if (entries.length === 1) return entries[0]!;
  const half = entries.length >> 1;
  const above = chosen(entries.slice(half), k, first + half);
  return where(gt(k, first + half - 0.5), above, chosen(entries.slice(0, half), k, first));
}
