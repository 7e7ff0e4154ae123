/** A session knows what is true only while a program runs to be traced: a condition that it has made and not used yet is an error at its end. */
import type { Graph } from "./graph/graph.ts";
import type { NodeId } from "./ops/op.ts";

/** A value that has to lie in a range, as `floor(z, { from: 0, to: 9 })` states one for z. */
export interface RangeCheck {
  readonly value: NodeId;
  /** The mask of lying in it. */
  readonly ok: NodeId;
  /** The message for a value outside. */
  readonly outside: (value: number) => string;
}

// A program with a comparison for each of 100,000 data may make them all before it uses the first.
const MOST_UNUSED = 200_000;

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

  /** Counts a condition as made; throws TypeError where so many wait for their use that only a loop on one can be the cause. */
  made(condition: { readonly node: NodeId }): void {
    this.unusedConditions.add(condition);
    if (this.unusedConditions.size > MOST_UNUSED)
      this.requireConditionsUsed("a loop such as `while (gt(z, k))`, which never ends");
  }

  /** Throws TypeError if a condition was made and never used; call it when tracing is over. */
  requireConditionsUsed(caller: string): void {
    for (const { node } of this.unusedConditions)
      throw new TypeError(
        `${caller}: a condition was made but never used; got \`${this.graph.text(node)}\` (a raw \`if\` or \`!\` always takes it for true), expected it in \`where\` or \`branch\``,
      );
  }
}

/** The mask of leaving one of the ranges; false without any. */
export function outOfRange(graph: Graph, checks: readonly RangeCheck[]): NodeId {
  return graph.any(checks.map(({ ok }) => graph.algebra.not(ok)));
}
