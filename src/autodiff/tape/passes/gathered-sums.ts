/**
 * Sums rewritten before a tape is made: terms with uniform coefficients are gathered by the lane node they multiply, so
 * that Σ_k u_k·(a_k·x + b_k·y) costs two products per lane however many k there are; the coefficients are computed once
 * per batch. Selections between lane nodes become selections between coefficients, which value and gradient share. The
 * order of additions changes; every back end runs the rewritten graph.
 *
 * A lane node is linear if it is a sum, a difference, a negation or a uniform multiple of lane nodes. A linear node used
 * once, by a linear node, is an inner node of a tree; what a tree sums are its terms.
 */

import { visits } from "../../../pieces/lists.ts";
import type { Pieces } from "../../../pieces/pieces.ts";
import { type Graph, LANE } from "../../graph/graph.ts";
import { linearOperands } from "../../graph/linear-operands.ts";
import { append } from "../../graph/multimap.ts";
import { useCounts } from "../../graph/users.ts";
import { CODE, codesOf } from "../../ops/codes.ts";
import type { NodeId } from "../../ops/op.ts";
import { applyCheaply, HAS_CHEAPER } from "./cheaper-forms.ts";
import { restrictArms } from "./known-arms.ts";
import { coefficientOf, LinearTerms, type Term, total } from "./linear-terms.ts";
import { collectThresholds, type Steps, stepFunctions } from "./step-functions.ts";

/** Most terms that a shared linear node may be multiplied out to. */
const MOST_PATHS = 8;
/** Selections are rewritten where at least so many meet in one sum. */
const FEWEST_SELECTIONS = 4;
/** Nodes of a piece of the work. */
const NODES_EACH = 512;
const CLASSIFIED_EACH = 4096;
/** Bits of linear nodes; an affine function of one node is as good a unit as that node, and not small. */
const LINEAR = 1;
const INNER = 2;
const SMALL = 4; // may be multiplied out

/** What is known of the nodes of a graph. */
interface Gathering {
  readonly graph: Graph;
  /** LINEAR, INNER and SMALL, as bits; 0 for nodes that are not linear. */
  readonly kind: Uint8Array;
  readonly terms: LinearTerms;
  /** What replaces a node. */
  readonly moved: Int32Array;
  readonly steps: Steps;
}

/**
 * The nodes of `roots` with their sums gathered; linear in the number of nodes. Sums of selections that are step functions
 * become inputs, whose instructions `steps` gets.
 */
export function* gatherPieces(graph: Graph, roots: readonly NodeId[], steps: Steps): Pieces<NodeId[]> {
  if (!roots.some((node) => graph.hasFlag(node, LANE))) return [...roots];
  const all = graph.reachable(roots);
  const outputs = restrictArms(graph, roots, all);
  const reachable = outputs === roots ? all : graph.reachable(outputs);
  yield;
  collectThresholds(graph, reachable, steps);
  yield;
  const kind = yield* classify(graph, reachable, outputs);
  yield;
  const moved = new Int32Array(graph.size);
  for (let node = 0; node < moved.length; node++) moved[node] = node;
  const gathering = { graph, kind, terms: new LinearTerms(graph, kind), moved, steps };
  for (let at = 0; at < reachable.length; at++) {
    if (at % NODES_EACH === 0) yield;
    const node = reachable[at]!;
    const arity = graph.arity(node);
    if (!graph.hasFlag(node, LANE) || arity === 0 || (kind[node]! & INNER) !== 0) continue;
    if (kind[node] !== 0) {
      moved[node] = single(gathering, node) ?? tree(gathering, node);
    } else {
      const x = moved[graph.a[node]!]!;
      const y = arity > 1 ? moved[graph.b[node]!]! : -1;
      const z = arity > 2 ? moved[graph.c[node]!]! : -1;
      const code = graph.op[node]!;
      if (x !== graph.a[node] || y !== graph.b[node] || z !== graph.c[node] || HAS_CHEAPER.has(code))
        moved[node] = applyCheaply(graph, code, x, y, z);
    }
  }
  return outputs.map((node) => moved[node]!);
}

function* classify(graph: Graph, reachable: readonly NodeId[], outputs: readonly NodeId[]): Pieces<Uint8Array> {
  const kind = new Uint8Array(graph.size);
  // Into how many terms a linear node can be multiplied out, if not more than MOST_PATHS.
  const paths = new Uint8Array(graph.size).fill(1);
  const uses = useCounts(graph, reachable, outputs);
  yield* visits(reachable, CLASSIFIED_EACH, (node) => {
    if (!isLinear(graph, node)) return;
    let count = 0;
    for (let j = graph.arity(node) - 1; j >= 0; j--) {
      const operand = graph.operand(node, j);
      if (!graph.hasFlag(operand, LANE)) continue;
      count += paths[operand]!;
      if (kind[operand] !== 0 && uses[operand] === 1) kind[operand]! |= INNER;
    }
    paths[node] = Math.min(count, MOST_PATHS + 1);
    const isAffine = count === 1 && (graph.op[node] === CODE.add || graph.op[node] === CODE.sub);
    kind[node] = count > MOST_PATHS || isAffine ? LINEAR : LINEAR | SMALL;
  });
  return kind;
}

/** Is it a lane node that is a linear function of lane nodes? Selections are not counted, nor is a chain whose first factor differs between lanes. */
export function isLinear(graph: Graph, node: NodeId): boolean {
  const code = graph.op[node];
  if (!graph.hasFlag(node, LANE) || code === CODE.where) return false;
  if (code === CODE.chain && graph.hasFlag(graph.a[node]!, LANE)) return isWeighted(graph, node);
  return linearOperands(graph, node, (operand) => graph.hasFlag(operand, LANE)) !== undefined;
}

/**
 * Is it (w·x)·u, both products such that a zero absorbs, w and u uniform? Then w = 0 absorbs u as well as x. That x = 0 absorbs
 * an infinite u is lost: boundary terms, of which this is the form, have w = 0 where u is infinite.
 */
function isWeighted(graph: Graph, node: NodeId): boolean {
  const x = graph.a[node]!;
  return !graph.hasFlag(graph.b[node]!, LANE) && graph.op[x] === CODE.chain && !graph.hasFlag(graph.a[x]!, LANE);
}

/** Ops whose negation may be an op of the same cost. */
const NEGATED = /* @__PURE__ */ codesOf("neg", "sub", "mul");

// What `tree` makes of a linear function of one lane node, which nothing can be gathered with.
function single({ graph, kind, moved }: Gathering, node: NodeId): NodeId | undefined {
  const { algebra: A } = graph;
  const [x, y] = [graph.a[node]!, graph.b[node]!];
  const code = graph.op[node]!;
  const first = graph.hasFlag(x, LANE);
  if (code === CODE.neg || code === CODE.div || (first && (code === CODE.chain || graph.hasFlag(y, LANE))))
    return undefined;
  const [lane, uniform] = first ? [x, y] : [y, x];
  if ((kind[lane]! & INNER) !== 0 || graph.op[lane] === CODE.where) return undefined;
  const of = moved[lane]!;
  switch (code) {
    case CODE.add:
      return A.add(uniform, of);
    case CODE.sub:
      if (first) return A.add(A.div(uniform, A.constant(-1)), of);
      // What its own negative is no dearer than is negated.
      return NEGATED.has(graph.op[of]!) ? A.add(uniform, A.neg(of)) : A.sub(uniform, of);
    case CODE.mul:
      return A.mul(uniform, of);
    default:
      return A.chain(uniform, of);
  }
}

// The sum that a linear node stands for, written anew.
function tree(gathering: Gathering, root: NodeId): NodeId {
  const { graph, kind, moved, steps } = gathering;
  let terms = gathering.terms.inside(root, INNER);
  // Shared sums are multiplied out where together they are made of less than they are many.
  const shared = terms.filter(({ node }) => (kind[node]! & SMALL) !== 0);
  if (shared.length > 1 && gathering.terms.of(shared, SMALL).length < shared.length)
    terms = gathering.terms.inside(root, INNER | SMALL);
  const free = terms.find(({ node }) => node < 0);
  const uniform = free ? coefficientOf(graph, free) : graph.constant(0);
  const [rest, others] = mergeSelections(
    gathering,
    terms.filter((term) => term !== free),
  );
  for (const term of others) rest.push(scaled(graph, moved[term.node]!, term));
  const isSelection = (node: NodeId): boolean =>
    graph.op[node] === CODE.where && !graph.hasFlag(graph.b[node]!, LANE) && !graph.hasFlag(graph.c[node]!, LANE);
  if (!rest.some(isSelection)) return total(graph, uniform, rest);
  const selections = stepFunctions(graph, rest.filter(isSelection), steps);
  const summed = rest.filter((node) => !isSelection(node));
  if (selections.length > 1) summed.push(total(graph, graph.constant(0), selections));
  else summed.push(...selections);
  return total(graph, uniform, summed);
}

const arms = (graph: Graph, node: NodeId): [NodeId, NodeId] => [graph.b[node]!, graph.c[node]!];

/**
 * What replaces terms u·where(p, Σ a_i x_i, Σ b_i x_i), (Σ where(p, u·a_i, u·b_i))·x_i for every i, where that is less work; and
 * the terms that stay.
 */
function mergeSelections(gathering: Gathering, terms: readonly Term[]): [merged: NodeId[], others: readonly Term[]] {
  if (terms.length < FEWEST_SELECTIONS) return [[], terms];
  const { graph, moved, steps } = gathering;
  const { algebra: A } = graph;
  const isLane = (node: NodeId): boolean => graph.hasFlag(node, LANE);
  const isSelection = ({ node }: Term): boolean =>
    graph.op[node] === CODE.where && isLane(graph.a[node]!) && arms(graph, node).some(isLane);
  const selections = terms.filter(isSelection);
  if (selections.length < FEWEST_SELECTIONS) return [[], terms];
  const open = (which: number): Term[][][] =>
    selections.map((term) => arms(graph, term.node).map((node) => gathering.terms.of([{ ...term, node }], which)));
  const many = (pairs: Term[][][]): boolean =>
    2 * new Set(pairs.flatMap((pair) => pair.flatMap((terms) => terms.map(({ node }) => node)))).size >
    selections.length;
  let opened = open(0);
  if (many(opened)) opened = open(SMALL);
  if (many(opened)) return [[], terms];
  const chosen = new Map<NodeId, NodeId[]>();
  selections.forEach(({ node }, index) => {
    const [x, y] = opened[index]!.map((terms) => new Map(terms.map((term) => [term.node, term])));
    for (const atom of new Set([...x!.keys(), ...y!.keys()])) {
      const [a, b] = [x, y].map((terms) => {
        const term = terms!.get(atom);
        return term ? coefficientOf(graph, term) : graph.constant(0);
      });
      append(chosen, atom, A.where(moved[graph.a[node]!]!, a!, b!));
    }
  });
  // chain: an arm that no condition takes may be infinite.
  const merged = [...chosen].map(([atom, list]) => {
    const sum = total(graph, graph.constant(0), stepFunctions(graph, list, steps));
    return atom < 0 ? sum : A.chain(sum, moved[atom]!);
  });
  return [merged, terms.filter((term) => !isSelection(term))];
}

function scaled(graph: Graph, node: NodeId, term: Term): NodeId {
  const { algebra: A } = graph;
  const coefficient = coefficientOf(graph, term);
  if (graph.op[node] === CODE.where) {
    const [x, y] = arms(graph, node);
    if (!graph.hasFlag(x, LANE) && !graph.hasFlag(y, LANE))
      return A.where(graph.a[node]!, A.mul(coefficient, x), A.mul(coefficient, y));
  }
  return term.absorbs ? A.chain(coefficient, node) : A.mul(coefficient, node);
}
