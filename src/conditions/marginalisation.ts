/**
 * Marginalised factors: a term of ℓ that contains a variable only inside conditions becomes its expectation over that
 * variable given the others, Σ_cells P(cell)·term(cell), where a cell is a set of truth values of those conditions and
 * P(cell) a difference of normal distribution functions.
 *
 * The mean of ℓ stays what it is, so the gradient of the new ℓ, boundary terms of the remaining conditions included, has
 * the mean of the old one: it is its conditional expectation (Rao–Blackwell), with no boundary left for the variable.
 *
 * Left alone are conditions that are affine in several variables together: moving all of these onto the boundary
 * (`surface.ts`) has the lower variance (measured on the models walk, 1.6 to 7 times, and xornet, late in an optimisation
 * 3 to 7 times; at its start 3 times the higher).
 */

import { mayOverflow } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { type LinearForm, linearForm } from "../autodiff/graph/linear-form.ts";
import { append } from "../autodiff/graph/multimap.ts";
import { poles } from "../autodiff/graph/poles.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import { ALL_OPS } from "../autodiff/ops/all-ops.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";
import { type Pass, withNodes } from "../objective/pass.ts";
import { remembered } from "../pieces/once.ts";
import { type Pieces, piecewise } from "../pieces/pieces.ts";
import { blocksOf } from "./affine-blocks.ts";

/** Most cells that one term is taken apart into; a term with more is left to the boundary terms. */
const MOST_CELLS = 16;

const FAR = 40;

export const MARGINALISATION: Pass = {
  name: "marginalisation",
  sentence:
    "A term that contains a variable only inside conditions becomes its expectation over that variable given the others, and has no boundary there.",
  run: /* @__PURE__ */ piecewise(marginalising),
};

/** Terms of a piece of the work. */
const EACH = 64;

function* marginalising(objective: Objective): Pieces<Objective> {
  const cones = new ConeVariables(objective);
  const nodes: NodeId[] = [];
  for (const { node } of objective.terms) {
    if (nodes.length % EACH === 0) yield;
    nodes.push(marginalisedTerm(objective, cones, node));
  }
  yield;
  return withNodes(objective, nodes);
}

function marginalisedTerm(objective: Objective, cones: ConeVariables, term: NodeId): NodeId {
  let node = term;
  let cells = 1;
  // Level by level: conditions inside the conditions of one level become conditions of the next.
  for (;;) {
    const candidates = candidatesOf(objective, cones, node);
    const level = candidates.reduce((product, candidate) => product * candidate.cells, 1);
    if (candidates.length === 0 || cells * level > MOST_CELLS) return node;
    cells *= candidates[0]!.cells;
    node = expectation(objective, node, candidates[0]!);
  }
}

// c = a·v + rest for one condition.
interface Crossing {
  readonly predicate: NodeId;
  readonly coefficient: number;
  readonly rest: NodeId;
}

interface Candidate {
  readonly variable: number;
  readonly crossings: readonly Crossing[];
  readonly cells: number;
}

function candidatesOf(objective: Objective, cones: ConeVariables, term: NodeId): Candidate[] {
  const { graph } = objective;
  if (!cones.isConditional(term)) return [];
  const smooth = cones.moving(term);
  const others = new Set([...cones.all(term)].filter((v) => !smooth.has(v)));
  if (others.size === 0) return [];
  const isPredicate = (node: NodeId): boolean => graph.op[node] === CODE.positive;
  const predicates = graph.reachable([term]).filter(isPredicate);
  const found: Candidate[] = [];
  const direct = new Map<number, NodeId[]>();
  for (const node of predicates) {
    const moving = cones.moving(graph.a[node]!);
    // A state that feeds back has hundreds of noises in each of as many conditions, and of these but a few are in conditions only.
    const [few, many] = moving.size < others.size ? [moving, others] : [others, moving];
    for (const v of few) if (many.has(v)) append(direct, v, node);
  }
  const possible = [...direct].filter(([, crossed]) => crossed.length <= MOST_CELLS);
  if (possible.length === 0) return [];
  const inner = new Set(graph.reachable(predicates.map((node) => graph.a[node]!)).filter(isPredicate));
  for (const [variable, crossed] of possible) {
    if (crossed.some((node) => inner.has(node))) continue;
    const crossings = crossed.map((node) => crossingOf(objective, cones, node, variable));
    if (!crossings.every((crossing) => crossing !== undefined)) continue;
    const cells = cellsOf(objective, crossings as Crossing[]);
    if (cells !== undefined) found.push({ variable, crossings: crossings as Crossing[], cells });
  }
  return found.sort((p, q) => p.variable - q.variable);
}

function crossingOf(
  objective: Objective,
  cones: ConeVariables,
  predicate: NodeId,
  variable: number,
): Crossing | undefined {
  const { graph, variables } = objective;
  const { algebra: A } = graph;
  const { node } = variables[variable]!;
  const { coefficients, constant } = cones.form(graph.a[predicate]!);
  const coefficient = coefficients.get(node);
  // The threshold −rest/coefficient has to be a number.
  if (coefficient === undefined || ![coefficient, 1 / coefficient, constant].every(Number.isFinite)) return undefined;
  const others = [...coefficients.keys()].filter((atom) => atom !== node);
  if (others.some((atom) => cones.all(atom).has(variable))) return undefined;
  const isShared = others.some((atom) => cones.all(atom).size > 0);
  if (isShared && poles(graph, graph.reachable(others)).size > 0) return undefined; // the expectation would jump there
  if (isShared && cones.isAffineInSeveral(graph.a[predicate]!)) return undefined;
  const rest = A.add(
    graph.sum(others.map((atom) => A.mul(A.constant(coefficients.get(atom)!), atom))),
    A.constant(constant),
  );
  return { predicate, coefficient, rest };
}

// The value of the variable at which the condition switches.
function threshold(graph: Graph, { coefficient, rest }: Crossing): NodeId {
  const { algebra: A } = graph;
  return A.mul(A.constant(-1 / coefficient), rest);
}

// How many cells the crossings cut the line into; undefined where their order is not known and cannot be enumerated.
function cellsOf({ graph }: Objective, crossings: readonly Crossing[]): number | undefined {
  if (crossings.length === 1) return 2;
  if (inOrder(graph, crossings)) return crossings.length + 1;
  return crossings.length === 2 ? 4 : undefined;
}

interface Threshold {
  readonly crossing: Crossing;
  readonly at: NodeId;
}

// The crossings by their thresholds, if these differ by constants.
function inOrder(graph: Graph, crossings: readonly Crossing[]): Threshold[] | undefined {
  const entries = crossings.map((crossing) => ({ crossing, at: threshold(graph, crossing) }));
  const offsets = new Map<Crossing, number>();
  for (const { crossing, at } of entries) {
    const { coefficients, constant } = linearForm(graph, graph.algebra.sub(at, entries[0]!.at));
    if (coefficients.size > 0 || Number.isNaN(constant)) return undefined;
    offsets.set(crossing, constant);
  }
  return entries.sort((p, q) => offsets.get(p.crossing)! - offsets.get(q.crossing)!);
}

/** A cell's share of the expectation: its probability times the term where the variable lies above these thresholds and below all others. */
type Cell = (probability: NodeId, isAbove: (crossing: Crossing) => boolean) => NodeId;
/** How many standard deviations a threshold lies above the mean of the variable. */
type Score = (threshold: NodeId) => NodeId;

function expectation(objective: Objective, term: NodeId, { variable, crossings }: Candidate): NodeId {
  const { graph, variables } = objective;
  if (!graph.ops.rows[CODE.normalCdf]) graph.link(ALL_OPS);
  const { algebra: A } = graph;
  const { given, sigma } = variables[variable]!;
  const score: Score = (at) => {
    const standardised = A.div(A.sub(at, given), sigma);
    // Beyond ±FAR the distribution function is 0 or 1, and its derivative 0 even where that of the score is infinite.
    return mayOverflow(graph, at) ? A.max(A.constant(-FAR), A.min(A.constant(FAR), standardised)) : standardised;
  };
  const cell: Cell = (probability, isAbove) => {
    const truths = crossings.map(
      (crossing) => [crossing.predicate, graph.truth(isAbove(crossing) === crossing.coefficient > 0)] as const,
    );
    return A.mul(probability, substitute(graph, [term], new Map(truths))[0]!);
  };
  const ordered = inOrder(graph, crossings);
  return graph.sum(ordered ? cellsInOrder(graph, ordered, score, cell) : cellsOfTwo(graph, crossings, score, cell));
}

// The cells between thresholds whose order is known, from below to above.
function cellsInOrder(graph: Graph, ordered: readonly Threshold[], score: Score, cell: Cell): NodeId[] {
  const { algebra: A } = graph;
  const scores = ordered.map(({ at }) => score(at));
  const parts = [cell(A.normalCdf(scores[0]!), () => false)];
  for (let j = 1; j < scores.length; j++) {
    const below = new Set(ordered.slice(0, j).map(({ crossing }) => crossing));
    const between = A.sub(A.normalCdf(scores[j]!), A.normalCdf(scores[j - 1]!));
    parts.push(cell(between, (crossing) => below.has(crossing)));
  }
  return [...parts, cell(A.normalCdf(A.neg(scores.at(-1)!)), () => true)];
}

// The cells between two thresholds of which either may be the lower one: one of the two in the middle has the probability 0.
function cellsOfTwo(graph: Graph, crossings: readonly Crossing[], score: Score, cell: Cell): NodeId[] {
  const { algebra: A } = graph;
  const [first, second] = crossings as [Crossing, Crossing];
  const [p, q] = [score(threshold(graph, first)), score(threshold(graph, second))];
  const between = (from: NodeId, to: NodeId): NodeId =>
    A.max(graph.constant(0), A.sub(A.normalCdf(to), A.normalCdf(from)));
  return [
    cell(A.normalCdf(A.min(p, q)), () => false),
    cell(between(p, q), (crossing) => crossing === first),
    cell(between(q, p), (crossing) => crossing === second),
    cell(A.normalCdf(A.neg(A.max(p, q))), () => true),
  ];
}

// The noises that nodes depend on, by the number of their variable, and those that move them by themselves; what is asked of a condition for every
// variable and every term that read it, as of z + w > 0 for z and for w in each of ten terms, is computed once.
class ConeVariables {
  /** A condition's operand as a linear form. */
  readonly form: (operand: NodeId) => LinearForm;
  /** Whether several variables together are moved onto its boundary. */
  readonly isAffineInSeveral: (operand: NodeId) => boolean;
  // By node, whether it is or depends on a condition, of the nodes up to the latest that was asked for.
  readonly #conditional: boolean[] = [];
  readonly #objective: Objective;
  readonly #noisesOf = new Map<NodeId, number[]>();
  readonly #moving = new Map<NodeId, ReadonlySet<number>>();
  readonly #all = new Map<NodeId, ReadonlySet<number>>();

  constructor(objective: Objective) {
    this.#objective = objective;
    this.form = remembered((operand: NodeId) => linearForm(objective.graph, operand));
    this.isAffineInSeveral = remembered((operand: NodeId) =>
      blocksOf(objective, operand).some(({ entries }) => entries.length > 1),
    );
    objective.variables.forEach(({ epsilon, column }, v) => {
      for (const node of new Set([epsilon, ...column.map(({ node }) => node)])) append(this.#noisesOf, node, v);
    });
  }

  /** Whether a node is or depends on a condition. */
  isConditional(node: NodeId): boolean {
    const { graph } = this.#objective;
    const known = this.#conditional;
    for (let at = known.length; at <= node; at++) {
      let found = graph.op[at] === CODE.positive;
      for (let j = graph.arity(at) - 1; j >= 0 && !found; j--) found = known[graph.operand(at, j)]!;
      known.push(found);
    }
    return known[node]!;
  }

  /** Noises that the node depends on, also through conditions. */
  all(node: NodeId): ReadonlySet<number> {
    return this.#search(node, this.#all, false);
  }

  /** Noises that it depends on otherwise than through a condition. */
  moving(node: NodeId): ReadonlySet<number> {
    return this.#search(node, this.#moving, true);
  }

  #search(root: NodeId, known: Map<NodeId, ReadonlySet<number>>, stopAtConditions: boolean): ReadonlySet<number> {
    let found = known.get(root);
    if (found) return found;
    const { graph } = this.#objective;
    const seen = new Set<NodeId>([root]);
    const variables = new Set<number>();
    for (const node of seen) {
      for (const v of this.#noisesOf.get(node) ?? []) variables.add(v);
      if (stopAtConditions && graph.op[node] === CODE.positive) continue;
      for (const operand of graph.operands(node)) seen.add(operand);
    }
    found = variables;
    known.set(root, found);
    return found;
  }
}
