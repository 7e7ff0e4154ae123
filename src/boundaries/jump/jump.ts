/** ℓ⁺ − ℓ⁻ across a boundary, built so that everything that does not jump drops out. */

import type { Graph } from "../../autodiff/graph/graph.ts";
import { linearOperands } from "../../autodiff/graph/linear-operands.ts";
import { type Replacement, SparseReplacement, substitute } from "../../autodiff/graph/substitute.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";
import type { BesideFamily } from "../find/parallel-family.ts";
import { type Parallel, type Side, truthBeside } from "../find/parallels.ts";
import { type Split, splitByGates, type Tails } from "./gates.ts";

export interface Neighbours {
  /** What makes a predicate parallel to the boundary. */
  readonly parallel: (node: NodeId) => Parallel | undefined;
  /** What its family knows about nodes on it, which saves work alone. */
  readonly family?: BesideFamily | undefined;
  /** What the terms behind a gate change by when it flips; shared by all boundaries of a plan. */
  readonly tails: Tails;
  /** The boundaries that may coincide with it for some samples. */
  readonly coincident: readonly Boundary[];
}

/**
 * Node of Σ over the affected terms of (term on the plus side − term on the minus side), on the surface `at`; 0 for samples
 * in which the boundary coincides with an earlier one, which then counts for both.
 */
export function jumpAcross(
  objective: Objective,
  boundary: Boundary,
  at: SparseReplacement,
  neighbours: Neighbours,
): NodeId {
  const { graph, terms } = objective;
  const { algebra: A } = graph;
  const { coincident, family } = neighbours;
  const forced = (side: Side): Replacement => {
    const map = new SparseReplacement(at.leaves, at);
    for (const { node, sign } of boundary.predicates) map.set(node, graph.truth(sign === side));
    return map;
  };
  const evaluate = evaluator(graph, neighbours, forced(1), forced(-1));
  const together = [boundary, ...coincident];
  const flipping = together.flatMap(({ predicates }) => predicates.map(({ node }) => node));
  const reached = new Set(together.flatMap(({ affected }) => affected));
  const affected = coincident.length === 0 ? boundary.affected : terms.filter((term) => reached.has(term));
  const roots = affected.map(({ node }) => node);
  const difference = new Difference(graph, flipping, evaluate, family?.mayJump);
  // A condition that is parallel to the boundary has another truth value on it than elsewhere, and so another tail.
  const apart = coincident.length === 0 && !family && !difference.jumping(roots).some(neighbours.parallel);
  const found = apart ? difference.split(roots) : undefined;
  const split = found && found.depth >= CHAIN ? found : { direct: roots, gated: [] };
  const unforced = new SparseReplacement(at.leaves, at);
  const jump = graph.sum([
    ...split.direct.map((node) => difference.of(node)),
    ...split.gated.map(({ gate, behind }) =>
      difference.through(gate, substitute(graph, [tailOf(graph, neighbours.tails, gate, behind)], unforced)[0]!),
    ),
  ]);
  const first = boundary.predicates[0]!.node;
  const counted = coincident
    .filter(({ predicates }) => predicates[0]!.node < first)
    .map(({ offset }) => A.equal(evaluate(A.sub(offset, boundary.offset), 1), graph.constant(0)));
  return A.where(graph.any(counted), graph.constant(0), jump);
}

// From so many gates one behind the other on, jumps are made of the tails of gates: with fewer they take as many operations without.
const CHAIN = 2;

type Evaluate = (node: NodeId, side: Side) => NodeId;

// A node on one side of the boundary, parallel conditions by their offsets.
function evaluator(graph: Graph, { parallel, family }: Neighbours, plus: Replacement, minus: Replacement): Evaluate {
  const evaluate: Evaluate = (node, side) => {
    const beside = (below: NodeId): NodeId | undefined => {
      const shared = family?.value(below);
      if (shared !== undefined) return shared;
      const found = graph.op[below] === CODE.positive ? parallel(below) : undefined;
      return found && truthBeside(graph, found.sign, side, evaluate(found.difference, side));
    };
    return substitute(graph, [node], side > 0 ? plus : minus, beside)[0]!;
  };
  return evaluate;
}

/** Differences of nodes across a surface on which the predicates `flipping` change. */
class Difference {
  readonly #graph: Graph;
  readonly #evaluate: Evaluate;
  readonly #mayJump: (node: NodeId) => boolean;
  readonly #flipping: ReadonlySet<NodeId>;
  readonly #jumps: Map<NodeId, boolean>;
  readonly #known = new Map<NodeId, NodeId>();

  constructor(
    graph: Graph,
    flipping: readonly NodeId[],
    evaluate: Evaluate,
    mayJump: (node: NodeId) => boolean = () => true,
  ) {
    this.#graph = graph;
    this.#evaluate = evaluate;
    this.#mayJump = mayJump;
    this.#flipping = new Set(flipping);
    this.#jumps = new Map(flipping.map((node) => [node, true]));
  }

  /** The nodes below the roots that change, from below to above. */
  jumping(roots: readonly NodeId[]): NodeId[] {
    for (const root of roots) this.#markJumps(root);
    return [...this.#jumps].flatMap(([node, jumps]) => (jumps ? [node] : [])).sort((p, q) => p - q);
  }

  split(roots: readonly NodeId[]): Split {
    return splitByGates(this.#graph, this.#flipping, roots, this.jumping(roots));
  }

  /** A node on the plus side minus the same on the minus side. Linear ops pass differences through; what else jumps is evaluated on both sides. */
  of(root: NodeId): NodeId {
    this.#markJumps(root);
    fill(
      this.#known,
      root,
      (node) => (this.#jumps.get(node) ? this.#linearIn(node) : []),
      (node) => this.#step(node),
    );
    return this.#known.get(root)!;
  }

  /** The difference of what lies behind a gate, given the one at a flip of the gate from false to true. */
  through(gate: NodeId, tail: NodeId): NodeId {
    const { algebra: A } = this.#graph;
    const [above, below] = [this.#evaluate(gate, 1), this.#evaluate(gate, -1)];
    const otherwise = A.where(A.and(below, A.not(above)), A.neg(tail), A.constant(0));
    return A.where(A.and(above, A.not(below)), tail, otherwise);
  }

  #markJumps(root: NodeId): void {
    const graph = this.#graph;
    fill(
      this.#jumps,
      root,
      (node) => (this.#mayJump(node) ? graph.operands(node) : []),
      (node) => graph.operands(node).some((operand) => this.#jumps.get(operand)),
    );
  }

  // The operands in which a node is linear while the others stay what they are; none if there is no such division.
  #linearIn(node: NodeId): NodeId[] {
    const places = linearOperands(this.#graph, node, (operand) => this.#jumps.get(operand) === true) ?? [];
    return places.map((place) => this.#graph.operand(node, place));
  }

  #step(node: NodeId): NodeId {
    const graph = this.#graph;
    if (!this.#jumps.get(node)) return graph.constant(0);
    const linear = this.#linearIn(node);
    if (linear.length === 0) return graph.algebra.sub(this.#evaluate(node, 1), this.#evaluate(node, -1));
    const [x, y, z] = graph
      .operands(node)
      .map((operand) => (linear.includes(operand) ? this.#known.get(operand)! : this.#evaluate(operand, 1)));
    return graph.apply(graph.op[node]!, x!, y, z);
  }
}

// The tail of a gate, and first those of the gates behind it, which it is made of; on a stack, as chains of ifs may be long.
function tailOf(graph: Graph, tails: Tails, gate: NodeId, behind: readonly NodeId[]): NodeId {
  const stack = [{ gate, behind }];
  const opened: { readonly difference: Difference; readonly split: Split }[] = [];
  while (stack.length > 0) {
    const { gate, behind } = stack[stack.length - 1]!;
    if (tails.get(gate, behind) === undefined) {
      opened[stack.length - 1] ??= opening(graph, gate, behind);
      const { difference, split } = opened[stack.length - 1]!;
      const missing = split.gated.find((next) => tails.get(next.gate, next.behind) === undefined);
      if (missing) {
        stack.push(missing);
        continue;
      }
      const parts = split.gated.map((next) => difference.through(next.gate, tails.get(next.gate, next.behind)!));
      tails.set(gate, behind, graph.sum([...split.direct.map((node) => difference.of(node)), ...parts]));
    }
    stack.pop();
    opened.length = stack.length;
  }
  return tails.get(gate, behind)!;
}

function opening(graph: Graph, gate: NodeId, roots: readonly NodeId[]): { difference: Difference; split: Split } {
  const forced = [true, false].map((truth) => new Map([[gate, graph.truth(truth)]]));
  const evaluate: Evaluate = (node, side) => substitute(graph, [node], forced[side > 0 ? 0 : 1]!)[0]!;
  const difference = new Difference(graph, [gate], evaluate);
  return { difference, split: difference.split(roots) };
}

// Adds root to the map and first, unless they are there, the nodes that its value is computed from.
function fill<T>(
  map: Map<NodeId, T>,
  root: NodeId,
  from: (node: NodeId) => readonly NodeId[],
  value: (node: NodeId) => T,
): void {
  const stack = [root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const missing = map.has(node) ? [] : from(node).filter((part) => !map.has(part));
    stack.push(...missing);
    if (missing.length > 0) continue;
    stack.pop();
    if (!map.has(node)) map.set(node, value(node));
  }
}
