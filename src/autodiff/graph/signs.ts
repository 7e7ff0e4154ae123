/** What is known of the sign of a node wherever it is defined. */

import { CODE, CONSTANT } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";

export const POSITIVE = 2;
const NOT_NEGATIVE = 1;
const ANY = 0;

/** POSITIVE, NOT_NEGATIVE or ANY, by a look `depth` ops down. */
export function signOf(graph: Graph, node: NodeId, depth: number = 8): number {
  const of = (j: number): number => (depth > 0 ? signOf(graph, graph.operand(node, j), depth - 1) : ANY);
  switch (graph.op[node]) {
    case CONSTANT:
      return NOT_NEGATIVE + Math.sign(graph.value(node));
    case CODE.exp:
    case CODE.sigmoid:
    case CODE.softplus:
      return POSITIVE;
    case CODE.square:
    case CODE.abs:
    case CODE.normalCdf:
      return of(0) || NOT_NEGATIVE;
    case CODE.sqrt:
      return of(0);
    case CODE.where:
      return Math.min(of(1), of(2));
    case CODE.add:
      return of(0) && of(1) && Math.max(of(0), of(1));
    case CODE.mul:
    case CODE.div:
      return Math.min(of(0), of(1));
    default:
      return ANY;
  }
}
