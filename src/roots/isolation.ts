/** The roots of a condition along one input: what callers use. The method is in `finder.ts`. */
import { type Graph, inputIndex, MASK } from "../autodiff/graph/graph.ts";
import { print } from "../autodiff/graph/infix-text.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { makePlan } from "./condition-plan.ts";
import { Finder } from "./finder.ts";

export interface RootFinder {
  /** The inputs other than t that the condition reads; `find` takes their values in this order. */
  readonly inputs: readonly NodeId[];
  /**
   * Writes the roots in ascending order into `roots` and returns their number. Throws RangeError, naming the condition,
   * if the guarantee is not reached (a root without a sign change, a c that is 0 on a piece, a root within rounding of
   * a jump or of the edge of c's domain, the budget), if a value is NaN, or if `roots` is too short.
   */
  find(values: ArrayLike<number>, roots: Float64Array): number;
}

export interface RootFinderOptions {
  /** Roots are sought in [−reach, reach]; 39 by default, beyond which the standard normal density is 0. */
  readonly reach?: number;
  /** Most interval evaluations per call (default 20,000). */
  readonly budget?: number;
  /**
   * Throw where c jumps across 0 at |t| below this: at a pole or an edge of c's domain c > 0 changes and there is no root
   * (default 0: never).
   */
  readonly refuseJumpsWithin?: number;
}

/**
 * A finder of the roots of the real node `condition` along the input `t`: the points where c is continuous and changes
 * its sign. Poles, jumps and edges of the domain are not roots.
 *
 * Adds derivatives to the graph. `find` allocates nothing once its lists have grown to what the condition needs; a
 * finder is its own workspace. A root is as accurate as the sign of the computed c, and at best one ulp.
 *
 *     const graph = new Graph();
 *     const A = graph.algebra;
 *     const [t, r] = [graph.input("t", true), graph.input("r", false)];
 *     const finder = makeRootFinder(graph, A.sub(A.square(t), r), t);
 *     const roots = new Float64Array(8);
 *     finder.find([2], roots); // 2; roots starts with −1.414…, 1.414…
 */
export function makeRootFinder(
  graph: Graph,
  condition: NodeId,
  t: NodeId,
  options: RootFinderOptions = {},
): RootFinder {
  const { reach = 39, budget = 20_000, refuseJumpsWithin = 0 } = options;
  if (inputIndex(graph, t) < 0) throw new TypeError(`makeRootFinder: t is no input; got \`${print(graph, t)}\``);
  if (graph.hasFlag(condition, MASK))
    throw new TypeError(
      `makeRootFinder: the condition is a mask; got \`${print(graph, condition)}\`, expected c of c > 0`,
    );
  if (!(reach > 0 && reach < Infinity))
    throw new RangeError(`makeRootFinder: reach is out of range; got ${reach}, expected a positive finite number`);
  const plan = makePlan(graph, condition, t);
  const along = graph.inputs[inputIndex(graph, t)]!.name;
  return new Finder(plan, { reach, budget, refuseJumpsWithin, along, text: (node) => print(graph, node ?? condition) });
}
