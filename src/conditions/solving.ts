/**
 * Comparisons solved for a variable inside of a function that rises or falls. sigmoid(x) > Φ(y) is affine in nothing, but the same as
 * x > log Φ(y) − log Φ(−y), which is affine in x, and as y < Φ⁻¹(sigmoid(x)). One function after the other is taken off one side, each by
 * its inverse, until a variable is left there by itself.
 */

import { behaviourOf, mayOverflow } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearForm } from "../autodiff/graph/linear-form.ts";
import { ALL_OPS } from "../autodiff/ops/all-ops.ts";
import { CODE, INPUT } from "../autodiff/ops/codes.ts";
import type { Algebra, NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";
import type { Pass } from "../objective/pass.ts";
import { blocksOf } from "./affine-blocks.ts";
import { withComparisons } from "./comparisons.ts";
import { computedRange } from "./computed-range.ts";

/** Functions that are taken off one after the other. */
const MOST_FUNCTIONS = 4;

export const SOLVING: Pass = {
  name: "solving",
  sentence:
    "A comparison that is affine in nothing is solved for a variable inside of a function that rises or falls: sigmoid(x) > exp(y) becomes y < log(sigmoid(x)).",
  run(objective) {
    return withComparisons(objective, (c) => solved(objective, c));
  },
};

/** The mask of c > 0, solved for a variable if it has to be and can be. */
export function solved(objective: Objective, c: NodeId): NodeId {
  const { graph } = objective;
  const { algebra: A } = graph;
  const solutions = solutionsOf(graph, { left: c, above: true, right: graph.constant(0), edges: [] }, 0);
  if (solutions.length === 0 || blocksOf(objective, c).length > 0) return A.positive(c);
  let best: { readonly mask: NodeId; readonly variables: number; readonly size: number } | undefined;
  for (const { left, above, right, edges } of solutions) {
    const condition = above ? A.sub(left, right) : A.sub(right, left);
    const variables = Math.max(0, ...blocksOf(objective, condition).map(({ entries }) => entries.length));
    const size = graph.reachable([condition]).length;
    if (variables === 0) continue;
    // The more variables move together, the less the result varies; among equals the shortest is taken.
    if (best && (best.variables > variables || (best.variables === variables && best.size <= size))) continue;
    best = { mask: edges.reduce(A.and, A.positive(condition)), variables, size };
  }
  return best?.mask ?? A.positive(c);
}

/** left > right, or left < right, where all of `edges` hold. */
interface Comparison {
  readonly left: NodeId;
  readonly above: boolean;
  readonly right: NodeId;
  readonly edges: readonly NodeId[];
}

// The forms of a comparison in which an input stands by itself on the left.
function solutionsOf(graph: Graph, comparison: Comparison, taken: number): Comparison[] {
  const { left, above, right, edges } = comparison;
  const { algebra: A } = graph;
  const { coefficients, constant } = linearForm(graph, left);
  const atoms = [...coefficients];
  if (![constant, ...coefficients.values()].every(Number.isFinite)) return [];
  const isFree = (input: NodeId): boolean =>
    graph.op[input] === INPUT &&
    !graph.reachable([right, ...atoms.flatMap(([atom]) => (atom === input ? [] : [atom]))]).includes(input);
  if (taken > 0 && atoms.some(([atom]) => isFree(atom))) return [comparison];
  if (taken === MOST_FUNCTIONS) return [];
  return atoms.flatMap(([atom, a]) => {
    if (graph.op[atom] === INPUT) return [];
    const { inverse, from, even } = behaviourOf(graph, atom);
    if (inverse === "none" || inverse.node === "none" || even) return [];
    // a·f(x) + rest against right: f(x) against (right − rest)/a.
    graph.link(ALL_OPS);
    const others = atoms.filter(([other]) => other !== atom);
    const parts = others.map(([other, b]) => A.mul(A.constant(-b / a), other));
    if (!graph.is(right, 0)) parts.unshift(A.mul(A.constant(1 / a), right));
    const x = graph.a[atom]!;
    const value = withinRange(graph, A.add(graph.sum(parts), A.constant(-constant / a)), atom);
    if (value === undefined) return [];
    const isAbove = (above === a > 0) !== inverse.falls;
    // f(x) is NaN below the edge of its domain, and x > f⁻¹(…) is never there.
    const begins = from === Number.NEGATIVE_INFINITY || isAbove ? [] : [A.not(A.positive(A.sub(A.constant(from), x)))];
    const next = {
      left: x,
      above: isAbove,
      right: inverse.node(accurate(graph), value),
      edges: [...edges, ...begins],
    };
    return solutionsOf(graph, next, taken + 1);
  });
}

// A value that f(x) is compared with, such that f⁻¹ is defined. Beyond the range of f it is cut off: exp(x) > tanh(y) is
// x > log max(tanh(y), 0), true where tanh(y) < 0, as x > −∞ is. That would not do where x may itself be infinite, nor for √x, which
// has the value 0 at the edge of its domain: √x > −1 is x ≥ 0, and x > 0² is not.
function withinRange(graph: Graph, value: NodeId, f: NodeId): NodeId | undefined {
  const { algebra: A } = graph;
  const { inverse, from } = behaviourOf(graph, f);
  if (inverse === "none") return undefined;
  const [least, most] = inverse.range;
  const [low, high] = computedRange(graph, value);
  if (low >= least && high <= most) return value;
  if (Number.isNaN(low) || mayOverflow(graph, graph.a[f]!)) return undefined;
  if (from > Number.NEGATIVE_INFINITY && (inverse.falls ? high > most : low < least)) return undefined;
  const notLess = low >= least ? value : A.max(value, A.constant(least));
  return high <= most ? notLess : A.min(notLess, A.constant(most));
}

// Builders that write logarithms of probabilities without rounding these to 0 or 1: log sigmoid(x) = −log(1 + exp(−x)).
function accurate({ algebra: A, op, a }: Graph): Algebra {
  const of = (node: NodeId, code: number): NodeId => (op[node] === code ? a[node]! : -1);
  const log = (x: NodeId): NodeId => {
    const [u, v] = [of(x, CODE.sigmoid), of(x, CODE.normalCdf)];
    return u >= 0 ? A.neg(A.softplus(A.neg(u))) : v >= 0 ? A.logNormalCdf(v) : A.log(x);
  };
  const log1p = (x: NodeId): NodeId => {
    const y = of(x, CODE.neg);
    const [u, v, w] = [y >= 0 ? of(y, CODE.sigmoid) : -1, y >= 0 ? of(y, CODE.normalCdf) : -1, of(x, CODE.exp)];
    if (u >= 0) return A.neg(A.softplus(u));
    return v >= 0 ? A.logNormalCdf(A.neg(v)) : w >= 0 ? A.softplus(w) : A.log1p(x);
  };
  return { ...A, log, log1p };
}
