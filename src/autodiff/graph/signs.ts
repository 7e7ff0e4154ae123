/**
 * Which signs a node may have wherever it is a number, from the signs of its operands: exp(z) + 1 is positive, z² is 0 or positive.
 * A quotient by what is never 0 has no pole.
 */

import { INPUT } from "../ops/basic-codes.ts";
import { SIGN_SETS } from "../ops/facts/facts.ts";
import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";

/** Sets of signs are sums of these. */
const NEGATIVE = 1;
const ZERO = 2;
const POSITIVE = 4;
const ANY = 7;

/** Is a node nowhere 0? */
export function neverZero(graph: Graph, node: NodeId): boolean {
  return (signsOf(graph, node) & ZERO) === 0;
}

/** Is a node nowhere negative? */
export function neverNegative(graph: Graph, node: NodeId): boolean {
  return (signsOf(graph, node) & NEGATIVE) === 0;
}

// The set of signs, by a look `depth` ops down.
function signsOf(graph: Graph, node: NodeId, depth: number = 8): number {
  if (graph.isConstant(node)) {
    const value = graph.value(node);
    return Number.isFinite(value) ? 1 << (1 + Math.sign(value)) : ANY;
  }
  if (graph.op[node] === INPUT) return ANY;
  const rule = graph.ops.facts[graph.op[node]!]!.signs;
  const y = graph.b[node]!;
  const signs = typeof rule === "string" ? rule : rule(graph.isConstant(y) ? graph.value(y) : Number.NaN);
  const of = (j: number): number =>
    j < graph.arity(node) && depth > 0 ? signsOf(graph, graph.operand(node, j), depth - 1) : ANY;
  const x = of(0);
  // Long sums of values of any sign are not looked through: if x is anything, so is x + y, whatever y is but 0.
  if (x === ANY && possible(signs, ANY, NEGATIVE, ANY) === ANY && possible(signs, ANY, POSITIVE, ANY) === ANY)
    return ANY;
  // A power of a constant exponent has signs by its base alone.
  return possible(signs, x, signs.length > 3 ? of(1) : ANY, of(2));
}

// The signs of results for operands with signs in the sets x, y, z, of which the op has as many as `signs` is long for.
function possible(signs: string, x: number, y: number, z: number): number {
  const [second, third] = [signs.length > 3 ? 3 : 1, signs.length > 9 ? 3 : 1];
  let [found, place] = [0, 0];
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < second; j++)
      for (let k = 0; k < third; k++, place++)
        if ((x >> i) & (y >> j) & (z >> k) & 1) found |= SIGN_SETS.indexOf(signs[place]!);
  return found;
}
