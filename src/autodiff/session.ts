import type { Graph } from "./graph/graph.ts";
import { print } from "./graph/infix-text.ts";
import type { NodeId } from "./ops/op.ts";

/** A value that has to lie in a range, as `floor(z, { from: 0, to: 9 })` states one for z. */
export interface RangeCheck {
  readonly value: NodeId;
  /** The mask of lying in it. */
  readonly ok: NodeId;
  /** The message for a value outside. */
  readonly outside: (value: number) => string;
}

/**
 * What is true only while a program is traced: which graph its values are nodes of, which conditions it has made and not used so
 * far, and which ranges it states. Two runs of one program on the same graph have a session each, so that neither sees the
 * other's conditions.
 */
export class Session {
  readonly graph: Graph;
  /** Conditions that were made and have not been used so far: a raw `if` on one would always take its first arm. */
  readonly unusedConditions: Set<{ readonly node: NodeId }> = new Set();
  /** The ranges that the program states; results are NaN outside them. */
  readonly checks: RangeCheck[] = [];

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /** Throws TypeError if a condition was made and never used; call it when tracing is over. */
  requireConditionsUsed(caller: string): void {
    for (const { node } of this.unusedConditions)
      throw new TypeError(
        `${caller}: a condition was made but never used; got \`${print(this.graph, node)}\` (a raw \`if\` or \`!\` always takes it for true), expected it in \`where\` or \`branch\``,
      );
  }
}

/** The mask of leaving one of the ranges; false without any. */
export function outOfRange(graph: Graph, checks: readonly RangeCheck[]): NodeId {
  return graph.any(checks.map(({ ok }) => graph.algebra.not(ok)));
}
