/**
 * Sums rewritten before a tape is made: terms with uniform coefficients are gathered by the lane node they multiply, so
 * that Σ_k u_k·(a_k·x + b_k·y) costs two products per lane however many k there are; the coefficients are computed once
 * per batch. Selections between lane nodes become selections between coefficients, which value and gradient share. The
 * order of additions changes; every back end runs the rewritten graph.
 *
 * A lane node is linear if it is a sum, a difference, a negation or a uniform multiple of lane nodes. A linear node used
 * once, by a linear node, is an inner node of a tree; what a tree sums are its terms.
 */
import { CODE } from "./codes.ts";
import { type Graph, LANE } from "./graph.ts";
import type { NodeId } from "./ops.ts";
import { restrictArms } from "./restrict.ts";
import { applyCheaply } from "./rewrite.ts";
import { collectThresholds, type Steps, stepFunctions } from "./steps.ts";

/** Terms added one after the other; runs are added pairwise, which bounds the rounding error. */
const RUN = 16;
/** Most terms that a shared linear node may be multiplied out to. */
const MOST_PATHS = 8;
/** Selections are rewritten where at least so many meet in one sum. */
const FEWEST_SELECTIONS = 4;
const [LINEAR, INNER] = [1, 2];

/** ± a uniform coefficient times a node; `absorbs`: a coefficient 0 gives 0 whatever it multiplies. */
interface Term {
  readonly node: NodeId;
  readonly coefficient: NodeId;
  readonly negative: boolean;
  readonly absorbs: boolean;
}

/** What is known of the nodes of a graph. */
interface Gathering {
  readonly graph: Graph;
  /** LINEAR, INNER, or 0 for others. */
  readonly kind: Uint8Array;
  /** Into how many terms a linear node can be multiplied out, if not more than MOST_PATHS. */
  readonly paths: Uint8Array;
  /** What replaces a node. */
  readonly moved: Int32Array;
  readonly steps: Steps;
}

/**
 * The nodes of `roots` with their sums gathered; linear in the number of nodes. Sums of selections that are step functions
 * become inputs, whose instructions `steps` gets.
 */
export function gather(graph: Graph, roots: readonly NodeId[], steps: Steps): NodeId[] {
  if (!roots.some((node) => graph.hasFlag(node, LANE))) return [...roots];
  const outputs = restrictArms(graph, roots);
  const reachable = graph.reachable(outputs);
  collectThresholds(graph, reachable, steps);
  const kind = new Uint8Array(graph.size);
  const paths = new Uint8Array(graph.size).fill(1);
  classify(graph, reachable, outputs, kind, paths);
  const moved = new Int32Array(graph.size);
  for (let node = 0; node < moved.length; node++) moved[node] = node;
  const gathering = { graph, kind, paths, moved, steps };
  for (let at = 0; at < reachable.length; at++) {
    const node = reachable[at]!;
    const arity = graph.arity(node);
    if (!graph.hasFlag(node, LANE) || arity === 0 || kind[node] === INNER) continue;
    if (kind[node] === LINEAR) {
      moved[node] = single(graph, node, kind, moved) ?? tree(gathering, node);
    } else {
      const y = arity > 1 ? moved[graph.b[node]!]! : -1;
      const z = arity > 2 ? moved[graph.c[node]!]! : -1;
      moved[node] = applyCheaply(graph, graph.op[node]!, moved[graph.a[node]!]!, y, z);
    }
  }
  return outputs.map((node) => moved[node]!);
}

function classify(
  graph: Graph,
  reachable: ArrayLike<NodeId>,
  outputs: readonly NodeId[],
  kind: Uint8Array,
  paths: Uint8Array,
): void {
  const uses = new Int32Array(graph.size);
  for (const node of outputs) uses[node]! += 2;
  for (let at = 0; at < reachable.length; at++) {
    const node = reachable[at]!;
    for (let j = graph.arity(node) - 1; j >= 0; j--) uses[graph.operand(node, j)]!++;
  }
  for (let at = 0; at < reachable.length; at++) {
    const node = reachable[at]!;
    if (!isLinear(graph, node)) continue;
    kind[node] = LINEAR;
    let count = 0;
    for (let j = graph.arity(node) - 1; j >= 0; j--) {
      const operand = graph.operand(node, j);
      if (!graph.hasFlag(operand, LANE)) continue;
      count += paths[operand]!;
      if (kind[operand] === LINEAR && uses[operand] === 1) kind[operand] = INNER;
    }
    paths[node] = Math.min(count, MOST_PATHS + 1);
  }
}

/** Is it a lane node that is a linear function of lane nodes? */
export function isLinear(graph: Graph, node: NodeId): boolean {
  const x = graph.hasFlag(graph.a[node]!, LANE);
  switch (graph.hasFlag(node, LANE) && graph.op[node]) {
    case CODE.add:
    case CODE.sub:
    case CODE.neg:
      return true;
    case CODE.mul:
      return !x || !graph.hasFlag(graph.b[node]!, LANE);
    case CODE.div:
      return !graph.hasFlag(graph.b[node]!, LANE);
    case CODE.chain:
      return !x || isWeighted(graph, node);
    default:
      return false;
  }
}

/**
 * Is it (w·x)·u, both products such that a zero absorbs, w and u uniform? Then w = 0 absorbs u as well as x. That x = 0 absorbs
 * an infinite u is lost: boundary terms, of which this is the form, have w = 0 where u is infinite.
 */
function isWeighted(graph: Graph, node: NodeId): boolean {
  const x = graph.a[node]!;
  return !graph.hasFlag(graph.b[node]!, LANE) && graph.op[x] === CODE.chain && !graph.hasFlag(graph.a[x]!, LANE);
}

const [NEGATIVE, ABSORBS] = [1, 2];

/** u · v; no constant is looked up for 1 · v. */
const times = (graph: Graph, u: NodeId, v: NodeId): NodeId => (graph.is(u, 1) ? v : graph.apply(CODE.mul, u, v));

/** Pushes the terms that ± coefficient · `node`, a linear node, is the sum of: the node, the coefficient and what `Term` says, as bits. */
function pushParts(stack: number[], graph: Graph, node: NodeId, coefficient: NodeId, bits: number): void {
  const { algebra: A } = graph;
  const x = graph.a[node]!;
  const y = graph.b[node]!;
  switch (graph.op[node]) {
    case CODE.add:
      stack.push(x, coefficient, bits, y, coefficient, bits);
      break;
    case CODE.sub:
      stack.push(x, coefficient, bits, y, coefficient, bits ^ NEGATIVE);
      break;
    case CODE.neg:
      stack.push(x, coefficient, bits ^ NEGATIVE);
      break;
    case CODE.div:
      stack.push(x, A.div(coefficient, y), bits);
      break;
    case CODE.mul:
      if (graph.hasFlag(x, LANE)) stack.push(x, times(graph, coefficient, y), bits);
      else stack.push(y, times(graph, coefficient, x), bits);
      break;
    default: // chain
      if (graph.hasFlag(x, LANE))
        stack.push(graph.b[x]!, times(graph, coefficient, A.chain(graph.a[x]!, y)), bits | ABSORBS);
      else stack.push(y, times(graph, coefficient, x), bits | ABSORBS);
  }
}

const NONE: NodeId[] = [];

/** Terms by node, and the uniform part under key −1; `inside` says which linear nodes to open. */
function termsOf(
  gathering: Gathering,
  start: Iterable<Term>,
  inside: (gathering: Gathering, node: NodeId) => boolean,
  root: NodeId = -1,
): Map<NodeId, Term> {
  const { graph } = gathering;
  const { algebra: A } = graph;
  const found = new Map<NodeId, { -readonly [K in keyof Term]: Term[K] } & { plus: NodeId[]; minus: NodeId[] }>();
  const stack: number[] = [];
  for (const { node, coefficient, negative, absorbs } of start)
    stack.push(node, coefficient, (negative ? NEGATIVE : 0) | (absorbs ? ABSORBS : 0));
  while (stack.length > 0) {
    const bits = stack.pop()!;
    let coefficient = stack.pop()!;
    let node = stack.pop()!;
    if (node === root || inside(gathering, node)) {
      pushParts(stack, graph, node, coefficient, bits);
      continue;
    }
    if (!graph.hasFlag(node, LANE)) {
      coefficient = times(graph, coefficient, node);
      node = -1;
    }
    let term = found.get(node);
    if (!term) {
      term = { node, coefficient, negative: false, absorbs: false, plus: NONE, minus: NONE };
      found.set(node, term);
    }
    if (bits & ABSORBS) term.absorbs = true;
    const list = bits & NEGATIVE ? term.minus : term.plus;
    if (list !== NONE) list.push(coefficient);
    else if (bits & NEGATIVE) term.minus = [coefficient];
    else term.plus = [coefficient];
  }
  const zero = graph.constant(0);
  for (const term of found.values()) {
    const { plus, minus } = term;
    term.negative = plus === NONE;
    term.coefficient = total(graph, zero, term.negative ? minus : plus);
    if (plus !== NONE && minus !== NONE) term.coefficient = A.sub(term.coefficient, total(graph, zero, minus));
    term.plus = term.minus = NONE;
  }
  return found;
}

/** The coefficient of a term, with its sign. */
function signedCoefficient(graph: Graph, { coefficient, negative }: Term): NodeId {
  if (!negative || graph.isConstant(coefficient)) return negative ? graph.algebra.neg(coefficient) : coefficient;
  // A quotient by −1: simplification would move a negation out of the product, where it costs each lane a subtraction.
  return graph.algebra.div(coefficient, graph.constant(-1));
}

// What `tree` makes of a linear function of one lane node, which nothing can be gathered with.
function single(graph: Graph, node: NodeId, kind: Uint8Array, moved: Int32Array): NodeId | undefined {
  const { algebra: A } = graph;
  const [x, y] = [graph.a[node]!, graph.b[node]!];
  const code = graph.op[node]!;
  const first = graph.hasFlag(x, LANE);
  if (code === CODE.neg || code === CODE.div || (first && (code === CODE.chain || graph.hasFlag(y, LANE))))
    return undefined;
  const [lane, uniform] = first ? [x, y] : [y, x];
  if (kind[lane] === INNER || graph.op[lane] === CODE.where) return undefined;
  const of = moved[lane]!;
  switch (code) {
    case CODE.add:
      return A.add(uniform, of);
    case CODE.sub:
      return first ? A.add(A.div(uniform, A.constant(-1)), of) : A.add(uniform, A.neg(of));
    case CODE.mul:
      return A.mul(uniform, of);
    default:
      return A.chain(uniform, of);
  }
}

const isInner = ({ kind }: Gathering, node: NodeId): boolean => kind[node] === INNER;

/** Is it a linear node that may be multiplied out? An affine function of one node is as good a unit as that node. */
function isSmall({ graph, kind, paths }: Gathering, node: NodeId): boolean {
  if (node < 0 || kind[node] === 0 || paths[node]! > MOST_PATHS) return false;
  return paths[node] !== 1 || (graph.op[node] !== CODE.add && graph.op[node] !== CODE.sub);
}

const isInnerOrSmall = (gathering: Gathering, node: NodeId): boolean =>
  isInner(gathering, node) || isSmall(gathering, node);

// The sum that a linear node stands for, written anew.
function tree(gathering: Gathering, root: NodeId): NodeId {
  const { graph, moved, steps } = gathering;
  const start: Term[] = [{ node: root, coefficient: graph.constant(1), negative: false, absorbs: false }];
  let terms = termsOf(gathering, start, isInner, root);
  // Shared sums are multiplied out where together they are made of less than they are many.
  const shared: Term[] = [];
  for (const term of terms.values()) if (isSmall(gathering, term.node)) shared.push(term);
  if (shared.length > 1 && termsOf(gathering, shared, isSmall).size < shared.length)
    terms = termsOf(gathering, start, isInnerOrSmall, root);
  const free = terms.get(-1);
  const uniform = free ? signedCoefficient(graph, free) : graph.constant(0);
  terms.delete(-1);
  const rest = mergeSelections(gathering, terms);
  for (const term of terms.values()) rest.push(scaled(graph, moved[term.node]!, term));
  const isSelection = (node: NodeId): boolean =>
    graph.op[node] === CODE.where && !graph.hasFlag(graph.b[node]!, LANE) && !graph.hasFlag(graph.c[node]!, LANE);
  if (!rest.some(isSelection)) return total(graph, uniform, rest);
  const selections = stepFunctions(graph, rest.filter(isSelection), steps);
  const others = rest.filter((node) => !isSelection(node));
  if (selections.length > 1) others.push(total(graph, graph.constant(0), selections));
  else others.push(...selections);
  return total(graph, uniform, others);
}

const arms = (graph: Graph, node: NodeId): [NodeId, NodeId] => [graph.b[node]!, graph.c[node]!];

/**
 * Takes terms u·where(p, Σ a_i x_i, Σ b_i x_i) out of `terms` and returns what replaces them, (Σ where(p, u·a_i, u·b_i))·x_i
 * for every i, where that is less work.
 */
function mergeSelections(gathering: Gathering, terms: Map<NodeId, Term>): NodeId[] {
  if (terms.size < FEWEST_SELECTIONS) return [];
  const { graph, moved, steps } = gathering;
  const { algebra: A } = graph;
  const isLane = (node: NodeId): boolean => graph.hasFlag(node, LANE);
  const selections: Term[] = [];
  for (const term of terms.values()) {
    const { node } = term;
    if (graph.op[node] === CODE.where && isLane(graph.a[node]!) && arms(graph, node).some(isLane))
      selections.push(term);
  }
  if (selections.length < FEWEST_SELECTIONS) return [];
  const open = (inside: typeof isSmall): Map<NodeId, Term>[][] =>
    selections.map((term) => arms(graph, term.node).map((node) => termsOf(gathering, [{ ...term, node }], inside)));
  const many = (pairs: Map<NodeId, Term>[][]): boolean =>
    2 * new Set(pairs.flatMap((pair) => pair.flatMap((map) => [...map.keys()]))).size > selections.length;
  let opened = open(() => false);
  if (many(opened)) opened = open(isSmall);
  if (many(opened)) return [];
  const chosen = new Map<NodeId, NodeId[]>();
  selections.forEach(({ node }, index) => {
    terms.delete(node);
    const [x, y] = opened[index]!;
    for (const atom of new Set([...x!.keys(), ...y!.keys()])) {
      const [a, b] = [x, y].map((map) => {
        const term = map!.get(atom);
        return term ? signedCoefficient(graph, term) : graph.constant(0);
      });
      const list = chosen.get(atom) ?? [];
      list.push(A.where(moved[graph.a[node]!]!, a!, b!));
      chosen.set(atom, list);
    }
  });
  // chain: an arm that no condition takes may be infinite.
  return [...chosen].map(([atom, list]) => {
    const sum = total(graph, graph.constant(0), stepFunctions(graph, list, steps));
    return atom < 0 ? sum : A.chain(sum, moved[atom]!);
  });
}

function scaled(graph: Graph, node: NodeId, term: Term): NodeId {
  const { algebra: A } = graph;
  const coefficient = signedCoefficient(graph, term);
  if (graph.op[node] === CODE.where) {
    const [x, y] = arms(graph, node);
    if (!graph.hasFlag(x, LANE) && !graph.hasFlag(y, LANE))
      return A.where(graph.a[node]!, A.mul(coefficient, x), A.mul(coefficient, y));
  }
  return term.absorbs ? A.chain(coefficient, node) : A.mul(coefficient, node);
}

// Sums of one kind are fused; constants come first.
function kindOf(graph: Graph, node: NodeId): number {
  const code = graph.op[node]!;
  if (code !== CODE.mul) return 256 * code;
  const x = graph.a[node]!;
  return 256 * code + graph.op[graph.hasFlag(x, LANE) ? x : graph.b[node]!]!;
}

// In order of their kinds and nodes, so that equal sums are one node.
function total(graph: Graph, first: NodeId, nodes: readonly NodeId[]): NodeId {
  if (nodes.length === 0) return first;
  if (nodes.length === 1) {
    const [node] = nodes as [NodeId];
    return graph.is(first, 0) && !graph.is(node, 0) ? node : graph.apply(CODE.add, first, node);
  }
  const order = (p: NodeId, q: NodeId): number => kindOf(graph, p) - kindOf(graph, q) || p - q;
  let inOrder = true;
  for (let j = 1; j < nodes.length && inOrder; j++) inOrder = order(nodes[j - 1]!, nodes[j]!) <= 0;
  const ordered = inOrder ? nodes : [...nodes].sort(order);
  const runs: NodeId[] = [];
  for (let at = 0; at < ordered.length; ) {
    const end = Math.min(at + RUN, ordered.length);
    let sum = at === 0 ? first : graph.constant(0);
    if (graph.isConstant(sum) && graph.isConstant(ordered[at]!)) {
      // What is known is added as numbers, which makes no node of a sum on the way.
      let value = graph.value(sum);
      for (; at < end && graph.isConstant(ordered[at]!); at++) value += graph.value(ordered[at]!);
      sum = graph.constant(value);
    }
    for (; at < end; at++) sum = graph.apply(CODE.add, sum, ordered[at]!);
    if (end === nodes.length && runs.length === 0) return sum;
    runs.push(sum);
  }
  return graph.sum(runs);
}
