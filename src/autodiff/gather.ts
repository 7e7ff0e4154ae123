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

/**
 * The nodes of `outputs` with their sums gathered; linear in the number of nodes. Sums of selections that are step functions
 * become inputs, whose instructions `steps` gets.
 */
export function gather(graph: Graph, outputs: readonly NodeId[], steps: Steps): NodeId[] {
  if (!outputs.some((node) => graph.hasFlag(node, LANE))) return [...outputs];
  const reachable = graph.reachable(outputs);
  collectThresholds(graph, reachable, steps);
  const kind = new Uint8Array(graph.size);
  const paths = new Uint8Array(graph.size).fill(1);
  classify(graph, reachable, outputs, kind, paths);
  const moved = new Int32Array(graph.size);
  for (let node = 0; node < moved.length; node++) moved[node] = node;
  for (const node of reachable) {
    const arity = graph.arity(node);
    if (!graph.hasFlag(node, LANE) || arity === 0 || kind[node] === INNER) continue;
    if (kind[node] === LINEAR) {
      moved[node] = single(graph, node, kind, moved) ?? tree(graph, node, kind, paths, moved, steps);
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
  reachable: readonly NodeId[],
  outputs: readonly NodeId[],
  kind: Uint8Array,
  paths: Uint8Array,
): void {
  const uses = new Int32Array(graph.size);
  for (const node of outputs) uses[node]! += 2;
  for (const node of reachable) for (let j = graph.arity(node) - 1; j >= 0; j--) uses[graph.operand(node, j)]!++;
  for (const node of reachable) {
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

/** Pushes the terms that a term which is a linear node is the sum of. */
function pushParts(stack: Term[], graph: Graph, { node, coefficient, negative, absorbs }: Term): void {
  const { algebra: A } = graph;
  const [x, y] = [graph.a[node]!, graph.b[node]!];
  switch (graph.op[node]) {
    case CODE.add:
      stack.push({ node: x, coefficient, negative, absorbs }, { node: y, coefficient, negative, absorbs });
      break;
    case CODE.sub:
      stack.push({ node: x, coefficient, negative, absorbs }, { node: y, coefficient, negative: !negative, absorbs });
      break;
    case CODE.neg:
      stack.push({ node: x, coefficient, negative: !negative, absorbs });
      break;
    case CODE.div:
      stack.push({ node: x, coefficient: A.div(coefficient, y), negative, absorbs });
      break;
    case CODE.mul: {
      const [u, of] = graph.hasFlag(x, LANE) ? [y, x] : [x, y];
      stack.push({ node: of, coefficient: A.mul(coefficient, u), negative, absorbs });
      break;
    }
    default: {
      // chain
      const [u, of] = graph.hasFlag(x, LANE) ? [A.chain(graph.a[x]!, y), graph.b[x]!] : [x, y];
      stack.push({ node: of, coefficient: A.mul(coefficient, u), negative, absorbs: true });
    }
  }
}

/** Terms by node, and the uniform part under key −1; `inside` says which linear nodes to open. */
function termsOf(graph: Graph, start: readonly Term[], inside: (node: NodeId) => boolean): Map<NodeId, Term> {
  const { algebra: A } = graph;
  const found = new Map<NodeId, { readonly plus: NodeId[]; readonly minus: NodeId[]; absorbs: boolean }>();
  const stack = [...start];
  for (let term = stack.pop(); term; term = stack.pop()) {
    if (inside(term.node)) {
      pushParts(stack, graph, term);
      continue;
    }
    const lane = graph.hasFlag(term.node, LANE);
    const key = lane ? term.node : -1;
    const coefficient = lane ? term.coefficient : A.mul(term.coefficient, term.node);
    const { negative, absorbs } = term;
    const entry = found.get(key);
    if (!entry) found.set(key, { plus: negative ? [] : [coefficient], minus: negative ? [coefficient] : [], absorbs });
    else {
      (negative ? entry.minus : entry.plus).push(coefficient);
      entry.absorbs ||= absorbs;
    }
  }
  const zero = graph.constant(0);
  const terms = new Map<NodeId, Term>();
  for (const [node, { plus, minus, absorbs }] of found) {
    const added = total(graph, zero, plus);
    const taken = total(graph, zero, minus);
    const negative = plus.length === 0;
    terms.set(node, { node, coefficient: negative ? taken : A.sub(added, taken), negative, absorbs });
  }
  return terms;
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

// The sum that a linear node stands for, written anew.
function tree(
  graph: Graph,
  root: NodeId,
  kind: Uint8Array,
  paths: Uint8Array,
  moved: Int32Array,
  steps: Steps,
): NodeId {
  const start: Term[] = [{ node: root, coefficient: graph.constant(1), negative: false, absorbs: false }];
  // An affine function of one node is as good a unit as that node.
  const affine = (node: NodeId): boolean =>
    paths[node] === 1 && (graph.op[node] === CODE.add || graph.op[node] === CODE.sub);
  const small = (node: NodeId): boolean => kind[node] !== 0 && paths[node]! <= MOST_PATHS && !affine(node);
  const inside = (node: NodeId): boolean => node === root || kind[node] === INNER;
  let terms = termsOf(graph, start, inside);
  // Shared sums are multiplied out where together they are made of less than they are many.
  const shared = [...terms.values()].filter(({ node }) => node >= 0 && small(node));
  if (shared.length > 1 && termsOf(graph, shared, small).size < shared.length)
    terms = termsOf(graph, start, (node) => inside(node) || small(node));
  const free = terms.get(-1);
  const uniform = free ? signedCoefficient(graph, free) : graph.constant(0);
  terms.delete(-1);
  const rest: NodeId[] = mergeSelections(graph, terms, small, moved, steps);
  for (const term of terms.values()) rest.push(scaled(graph, moved[term.node]!, term));
  const isSelection = (node: NodeId): boolean =>
    graph.op[node] === CODE.where && !arms(graph, node).some((arm) => graph.hasFlag(arm, LANE));
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
function mergeSelections(
  graph: Graph,
  terms: Map<NodeId, Term>,
  small: (node: NodeId) => boolean,
  moved: Int32Array,
  steps: Steps,
): NodeId[] {
  const { algebra: A } = graph;
  const isLane = (node: NodeId): boolean => graph.hasFlag(node, LANE);
  const selections = [...terms.values()].filter(
    ({ node }) => graph.op[node] === CODE.where && isLane(graph.a[node]!) && arms(graph, node).some(isLane),
  );
  if (selections.length < FEWEST_SELECTIONS) return [];
  const open = (inside: (node: NodeId) => boolean): Map<NodeId, Term>[][] =>
    selections.map((term) => arms(graph, term.node).map((node) => termsOf(graph, [{ ...term, node }], inside)));
  const many = (pairs: Map<NodeId, Term>[][]): boolean =>
    2 * new Set(pairs.flatMap((pair) => pair.flatMap((map) => [...map.keys()]))).size > selections.length;
  let opened = open(() => false);
  if (many(opened)) opened = open(small);
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
  const [x, y] = arms(graph, node);
  if (graph.op[node] === CODE.where && !graph.hasFlag(x, LANE) && !graph.hasFlag(y, LANE))
    return A.where(graph.a[node]!, A.mul(coefficient, x), A.mul(coefficient, y));
  return term.absorbs ? A.chain(coefficient, node) : A.mul(coefficient, node);
}

// In order of their ops and nodes: terms of one kind are fused, and equal sums are one node.
function total(graph: Graph, first: NodeId, nodes: readonly NodeId[]): NodeId {
  const { algebra: A } = graph;
  const kindOf = (node: NodeId): number => {
    const code = graph.op[node]!;
    const [x, y] = [graph.a[node]!, graph.b[node]!];
    return code === CODE.mul ? code + graph.op[graph.hasFlag(x, LANE) ? x : y]! / 256 : code;
  };
  if (nodes.length === 1) return A.add(first, nodes[0]!);
  const ordered = [...nodes].sort((p, q) => kindOf(p) - kindOf(q) || p - q);
  const runs: NodeId[] = [];
  for (let from = 0; from < ordered.length; from += RUN) {
    const start = from === 0 ? first : graph.constant(0);
    runs.push(ordered.slice(from, from + RUN).reduce((sum, node) => A.add(sum, node), start));
  }
  return runs.length === 0 ? first : graph.sum(runs);
}
