/**
 * A program that flows over a weir only where the water stands above it, h > crest ? (h − crest)^1.5 : 0, has the edge of a domain on a
 * boundary. There h − crest is 0, and in numbers −1e-17 in half of the samples, of which no power is a number. So what
 * is 0 wherever the condition is, h − crest as well as 2·crest − 2·h, is taken for 0 on the boundary if an op asks for it whose domain ends
 * there with a finite value. Of log(h − crest) it is not: that jumps without an end.
 */
import { behaviourOf } from "../../autodiff/graph/behaviour.ts";
import type { Graph } from "../../autodiff/graph/graph.ts";
import { type LinearForm, linearForm } from "../../autodiff/graph/linear-form.ts";
import { neverNegative } from "../../autodiff/graph/signs.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { CODE, INPUT } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { peeled } from "../../conditions/peeling.ts";
import type { Objective } from "../../objective/objective.ts";
import { remembered } from "../../pieces/once.ts";
import type { Boundary } from "../find/boundaries.ts";
import type { Families } from "../find/parallel-family.ts";
import { surfaceOf } from "../move/projection.ts";

/** What an op with a domain that ends is applied to, and where it ends. */
interface Edge {
  readonly operand: NodeId;
  readonly from: number;
  /** Of the comparison that holds where the operand lies inside, if it is one of sums of latents. */
  readonly form: LinearForm | undefined;
}

/** Families that know, of each boundary, besides what others know the nodes at the edges of domains. */
export function withEdges(families: Families): Families {
  return (objective, boundaries) => {
    const beside = families(objective, boundaries);
    const edges = edgesOf(objective, boundaries);
    if (edges.size === 0) return beside;
    return (boundary) => {
      const known = beside(boundary);
      const own = linearForm(objective.graph, boundary.condition);
      const on = [...edges.values()].filter(({ form }) => form === undefined || isMultiple(form, own));
      if (on.length === 0) return known;
      const there = valuesOn(objective, boundary, new Map(on.map((edge) => [edge.operand, edge])));
      return {
        value: (node) => there(node) ?? known?.value(node),
        mayJump: (node) => known?.mayJump(node) ?? true,
      };
    };
  };
}

// The operands on a boundary: the edge where its condition is the one that decides. Of v² − 2s, and of those below which there are arms, as the level
// behind a first weir is by two formulas, it is not known whether it is: they are what they are there, but not beyond the edge, which
// changes nothing where the program has a value. Those that jump there are as they are.
function valuesOn(
  objective: Objective,
  boundary: Boundary,
  edges: ReadonlyMap<NodeId, Edge>,
): (node: NodeId) => NodeId | undefined {
  const { graph } = objective;
  const flipping = new Set(boundary.predicates.map(({ node }) => node));
  const of = remembered(({ operand, from, form }: Edge): NodeId => {
    const end = graph.constant(from);
    if (form) return end;
    if (graph.reachable([operand]).some((node) => flipping.has(node))) return -1;
    return graph.algebra.max(substitute(graph, [operand], surfaceOf(objective, boundary).at)[0]!, end);
  });
  return (node) => {
    const edge = edges.get(node);
    const value = edge ? of(edge) : -1;
    return value < 0 ? undefined : value;
  };
}

// The edges of domains in terms that boundaries may change, by what lies at them.
function edgesOf(objective: Objective, boundaries: readonly Boundary[]): Map<NodeId, Edge> {
  const found = new Map<NodeId, Edge>();
  if (boundaries.length === 0) return found;
  const { graph, terms } = objective;
  for (const node of graph.reachable(terms.map(({ node }) => node))) {
    if (graph.arity(node) === 0) continue;
    const { from } = behaviourOf(graph, node);
    const operand = graph.a[node]!;
    if (from === Number.NEGATIVE_INFINITY || !Number.isFinite(valueAt(graph, node, from))) continue;
    if (from === 0 && neverNegative(graph, operand)) continue;
    const mask = peeled(objective, graph.algebra.sub(operand, graph.constant(from)));
    if (graph.isConstant(mask)) continue;
    const form = graph.op[mask] === CODE.positive ? linearForm(graph, graph.a[mask]!) : undefined;
    const isPlain = form && [...form.coefficients.keys()].every((atom) => graph.op[atom] === INPUT);
    found.set(operand, { operand, from, form: isPlain ? form : undefined });
  }
  return found;
}

// The value of a node with a number for its first operand; NaN where the second is none.
function valueAt(graph: Graph, node: NodeId, x: number): number {
  const y = graph.arity(node) > 1 && graph.isConstant(graph.b[node]!) ? graph.value(graph.b[node]!) : Number.NaN;
  return graph.ops.rows[graph.op[node]!]!.primal(x, y, Number.NaN);
}

const AGREEMENT = 1e-13;

// Whether one form is a multiple of another but for rounding, the other sign included.
function isMultiple(of: LinearForm, form: LinearForm): boolean {
  const [first] = form.coefficients.keys();
  if (first === undefined || of.coefficients.size !== form.coefficients.size) return false;
  const factor = (of.coefficients.get(first) ?? 0) / form.coefficients.get(first)!;
  const agrees = (p: number | undefined, q: number): boolean =>
    p !== undefined && Math.abs(p - factor * q) <= AGREEMENT * Math.abs(p);
  return (
    factor !== 0 &&
    agrees(of.constant, form.constant) &&
    [...form.coefficients].every(([atom, value]) => agrees(of.coefficients.get(atom), value))
  );
}
