/**
 * Comparisons solved for a variable inside of a function that rises or falls. sigmoid(x) > Φ(y) is affine in nothing, but the same as
 * x > log Φ(y) − log Φ(−y), which is affine in x, and as y < Φ⁻¹(sigmoid(x)). One function after the other is taken off one side, each by
 * its inverse, until a variable is left there by itself; and of a product with a factor that is positive, Φ(x)·√Φ(y) > 0.3, that factor.
 */

import { behaviourOf, mayOverflow } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearForm } from "../autodiff/graph/linear-form.ts";
import { neverNegative, neverZero } from "../autodiff/graph/signs.ts";
import { ALL_OPS } from "../autodiff/ops/all-ops.ts";
import { CODE, INPUT } from "../autodiff/ops/codes.ts";
import type { Inverse } from "../autodiff/ops/facts/facts.ts";
import type { Algebra, NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";
import type { Pass } from "../objective/pass.ts";
import { type Pieces, piecewise } from "../pieces/pieces.ts";
import { blocksOf } from "./affine-blocks.ts";
import { withComparisons } from "./comparisons.ts";
import { computedRange } from "./computed-range.ts";

/** Functions, and factors, that are taken off one after the other. */
const MOST_FUNCTIONS = 4;
/** Functions, and as many products, in one sum of which each is tried; a sum of more of them is solved for one of the first, or left as it is. */
const MOST_CANDIDATES = 8;

export const SOLVING: Pass = {
  name: "solving",
  sentence:
    "A comparison that is affine in nothing is solved for a variable inside of a function that rises or falls: exp(x) > softplus(y) becomes x > log(softplus(y)).",
  run: /* @__PURE__ */ piecewise(solving),
};

function solving(objective: Objective): Pieces<Objective> {
  return withComparisons(objective, (c) => solved(objective, c));
}

/** The mask of c > 0, solved for a variable if it has to be and can be. */
export function solved(objective: Objective, c: NodeId): NodeId {
  const { graph } = objective;
  const { algebra: A } = graph;
  const canInvert = [...linearForm(graph, c).coefficients.keys()].some(
    (atom) => inverseOf(graph, atom) || factorings(graph, atom).length > 0,
  );
  if (!canInvert || blocksOf(objective, c).length > 0) return A.positive(c);
  const solutions = solutionsOf(graph, { left: c, above: true, right: graph.constant(0), edges: [] }, 0);
  let best: { readonly mask: NodeId; readonly variables: number; readonly size: number } | undefined;
  for (const { left, above, right, edges } of solutions) {
    const condition = above ? A.sub(left, right) : A.sub(right, left);
    const variables = Math.max(0, ...blocksOf(objective, condition).map(({ entries }) => entries.length));
    const size = graph.reachable([condition]).length;
    if (variables === 0) continue;
    // The more variables move together, the less the result varies; among equals the shortest is taken.
    if (best && (best.variables > variables || (best.variables === variables && best.size <= size))) continue;
    best = { mask: edges.reduce((all, edge) => A.and(all, edge), A.positive(condition)), variables, size };
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
  // a·atom + rest against right: the atom against (right − rest)/a.
  const restOf = (atom: NodeId, a: number): NodeId | undefined => {
    const scales = atoms.map(([, b]) => -b / a);
    if (![...scales, 1 / a, constant / a].every(Number.isFinite)) return undefined;
    const parts = atoms.flatMap(([other], j) => (other === atom ? [] : [A.mul(A.constant(scales[j]!), other)]));
    if (!graph.is(right, 0)) parts.unshift(A.mul(A.constant(1 / a), right));
    return A.add(graph.sum(parts), A.constant(-constant / a));
  };
  // A product f·g with g > 0 against a value: f against value/g.
  const products = atoms.filter(([atom]) => factorings(graph, atom).length > 0).slice(0, MOST_CANDIDATES);
  const byFactor = products.flatMap(([atom, a]) => {
    const rest = restOf(atom, a);
    if (rest === undefined) return [];
    return factorings(graph, atom).flatMap(([f, g]) =>
      solutionsOf(graph, { left: f, above: above === a > 0, right: quotient(graph, rest, g), edges }, taken + 1),
    );
  });
  const candidates = atoms.flatMap(([atom, a]) => {
    const inverse = inverseOf(graph, atom);
    return inverse ? [{ atom, a, inverse }] : [];
  });
  const byFunction = candidates.slice(0, MOST_CANDIDATES).flatMap(({ atom, a, inverse }) => {
    const rest = restOf(atom, a);
    const solved = rest === undefined ? undefined : inverted(graph, atom, inverse, rest);
    if (!solved) return [];
    const x = graph.a[atom]!;
    const { from } = behaviourOf(graph, atom);
    const isAbove = (above === a > 0) !== inverse.falls;
    // f(x) is NaN below the edge of its domain, and f⁻¹ lies above it unless extended.
    const isInside =
      from === Number.NEGATIVE_INFINITY || (isAbove && !solved.extended) || computedRange(graph, x)[0] >= from;
    const begins = isInside ? [] : [A.not(A.positive(A.sub(A.constant(from), x)))];
    const next = { left: x, above: isAbove, right: solved.at, edges: [...edges, ...begins] };
    return solutionsOf(graph, next, taken + 1);
  });
  return [...byFunction, ...byFactor];
}

// The ways to write a product as f·g with a factor g that is positive everywhere: Φ(x)·Φ(y) is one of both, y·Φ(x) of y and Φ(x) alone. Where g is so small
// that it is computed as 0 the product is 0 too, and f against value/0, which is infinite, has the truth of 0 against the value.
function factorings(graph: Graph, product: NodeId): (readonly [f: NodeId, g: NodeId])[] {
  if (graph.op[product] !== CODE.mul) return [];
  const [x, y] = [graph.a[product]!, graph.b[product]!];
  const isPositive = (g: NodeId): boolean => neverNegative(graph, g) && neverZero(graph, g);
  return [...(isPositive(y) ? [[x, y] as const] : []), ...(isPositive(x) ? [[y, x] as const] : [])];
}

// A value divided by what is positive everywhere, which has the sign of the value: where that is known its range says so.
function quotient(graph: Graph, value: NodeId, positive: NodeId): NodeId {
  const { algebra: A } = graph;
  const [low, high] = computedRange(graph, value);
  const divided = A.div(value, positive);
  return low >= 0 ? A.max(divided, A.constant(0)) : high <= 0 ? A.min(divided, A.constant(0)) : divided;
}

type Invertible = Inverse & { readonly node: Exclude<Inverse["node"], "none"> };

// How the op of a node is inverted as a node, if it is a function that rises or falls.
function inverseOf(graph: Graph, f: NodeId): Invertible | undefined {
  if (graph.arity(f) === 0) return undefined;
  const { inverse, even } = behaviourOf(graph, f);
  return inverse === "none" || even || inverse.node === "none" ? undefined : { ...inverse, node: inverse.node };
}

interface Inverted {
  readonly at: NodeId;
  readonly extended: boolean;
}

// f⁻¹(value) for the op of a node f(x), such that f(x) > value is x > f⁻¹(value) (x < f⁻¹(value) if f falls) where f is defined.
//
// Beyond the range of f the value is cut off: exp(x) > tanh(y) is x > log max(tanh(y), 0), true where tanh(y) < 0, as x > −∞ is; which
// would not do where x may itself be infinite. As √x has the value 0 at the edge of its domain, √x > y is not x > max(y, 0)² but
// x > max(y, 0)² + min(y, 0), true at x = 0 if y < 0.
function inverted(graph: Graph, f: NodeId, { node, falls, range }: Invertible, value: NodeId): Inverted | undefined {
  if (!graph.ops.rows[CODE.peak]) graph.link(ALL_OPS);
  const { algebra: A } = graph;
  const { from } = behaviourOf(graph, f);
  const [least, most] = range;
  const [low, high] = computedRange(graph, value);
  const [tooLow, tooHigh] = [!(low >= least), !(high <= most)];
  if ((tooLow || tooHigh) && (Number.isNaN(low) || mayOverflow(graph, graph.a[f]!))) return undefined;
  const notLess = tooLow ? A.max(value, A.constant(least)) : value;
  const inside = tooHigh ? A.min(notLess, A.constant(most)) : notLess;
  const at = node(accurate(graph), inside);
  const extended = tooLow && !falls && from > Number.NEGATIVE_INFINITY;
  if (!extended) return { at, extended };
  return { at: A.add(at, A.min(A.sub(value, A.constant(least)), A.constant(0))), extended };
}

// Builders that write the logarithm of a share of a probability, log ½Φ(x), as log ½ + log Φ(x), which a small Φ(x) does not round to −∞.
function accurate(graph: Graph): Algebra {
  const { algebra: A, op, a, b } = graph;
  const log = (p: NodeId): NodeId =>
    op[p] === CODE.mul && graph.isConstant(a[p]!) && graph.value(a[p]!) > 0
      ? A.add(A.log(a[p]!), log(b[p]!))
      : A.log(p);
  // Its other builders are those of the graph.
  const [apply, constant] = [graph.apply.bind(graph), graph.constant.bind(graph)];
  return Object.assign(Object.create(A) as Algebra, { apply, constant, log });
}
