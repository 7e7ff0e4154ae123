/**
 * Boundary analysis: which hyperplanes of z-space the density may jump across.
 *
 * Every atomic predicate c(z) > 0 that a term depends on is written as c = Σ_{i∈B} a_i z_i + rest, where the a_i are
 * constants and `rest` does not depend on the latents of the block B, not even through other conditions. Given
 * everything else, c is then Gaussian under the guide and its zero set can be sampled exactly. Predicates with the same
 * zero set (also swapped, negated or scaled) form one boundary and are forced jointly.
 */
import { CODE } from "../autodiff/codes.ts";
import type { Graph } from "../autodiff/graph.ts";
import { linearForm } from "../autodiff/linear.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { print } from "../autodiff/print.ts";
import type { Target, TargetTerm } from "./target.ts";

export interface BlockEntry {
  /** Index of the latent. */
  readonly latent: number;
  /** a_i; that of the first latent is 1 after scaling. */
  readonly coefficient: number;
}

export interface Boundary {
  /** The predicates that flip here; sign −1: true where c < 0. */
  readonly predicates: readonly { readonly node: NodeId; readonly sign: 1 | -1 }[];
  readonly block: readonly BlockEntry[];
  /** The part of c that is free of the block, in terms of the trace. */
  readonly rest: NodeId;
  /** The terms that change when the predicates flip. */
  readonly affected: readonly TargetTerm[];
  /** Boundaries of one family are parallel: c differs between them by `offset` alone, which no latent moves smoothly. */
  readonly family: number;
  readonly offset: NodeId;
  /** The condition in the model's own words. */
  readonly text: string;
}

export interface RefusedCondition {
  readonly text: string;
  readonly site: string;
  readonly reason: string;
}

export interface BoundaryAnalysis {
  readonly boundaries: readonly Boundary[];
  readonly refused: readonly RefusedCondition[];
}

/**
 * Finds the boundaries of a target, in the order in which the model made the conditions. With `related` false every
 * boundary is a family of its own.
 */
export function analyseBoundaries(target: Target, related: boolean = true): BoundaryAnalysis {
  const { graph, terms } = target;
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const moving = smoothDependents(target, nodes);
  const affectedBy = affectedTerms(graph, nodes, terms);
  const families = new Families();
  const found: { -readonly [K in keyof Boundary]: Boundary[K] }[] = [];
  const refused: RefusedCondition[] = [];
  for (const node of nodes) {
    if (graph.op[node] !== CODE.positive || moving[graph.a[node]!] === 0) continue;
    const affected = affectedBy(node);
    if (affected.length === 0) continue;
    const text = print(graph, node);
    const form = blockForm(target, graph.a[node]!, moving);
    if (typeof form === "string") {
      refused.push({ text, site: affected[0]!.site, reason: form });
      continue;
    }
    const { index, family } = families.place(form, found.length);
    const predicate = { node, sign: form.sign };
    if (index === found.length) {
      const own = related ? family : index;
      const { block } = form;
      found.push({
        predicates: [predicate],
        block,
        rest: form.rest(),
        affected,
        family: own,
        offset: form.offset(),
        text,
      });
    } else {
      const group = found[index]!;
      group.predicates = [...group.predicates, predicate];
      group.affected = terms.filter((term) => group.affected.includes(term) || affected.includes(term));
    }
  }
  return { boundaries: found, refused };
}

/** Throws RangeError if a condition was refused, with the condition and the site in the message. */
export function requireBoundaries(estimator: string, analysis: BoundaryAnalysis): readonly Boundary[] {
  const [first] = analysis.refused;
  if (first)
    throw new RangeError(
      `${estimator}: condition \`${first.text}\` at ${first.site} cannot be handled exactly; got ${first.reason}, ` +
        "expected a condition a·z + b > 0 with constants a, where z are latents that b does not depend on; score() is unbiased for any condition",
    );
  return analysis.boundaries;
}

/** A boundary whose block is one latent only; the others join the rest. */
export function projectOnto(target: Target, boundary: Boundary, entry: BlockEntry): Boundary {
  const { graph, trace } = target;
  const { algebra: A } = graph;
  const others = boundary.block
    .filter((other) => other !== entry)
    .map(({ latent, coefficient }) => A.mul(A.constant(coefficient), trace.latents[latent]!.node));
  return { ...boundary, block: [entry], rest: graph.sum([...others, boundary.rest]) };
}

interface BlockForm {
  readonly block: readonly BlockEntry[];
  readonly sign: 1 | -1;
  /** Atoms and scaled coefficients of the whole condition, ordered by atom; what coincident conditions agree in. */
  readonly atoms: readonly NodeId[];
  readonly coefficients: readonly number[];
  readonly constant: number;
  readonly rest: () => NodeId;
  /** The atoms that a latent moves smoothly, with their coefficients; what parallel conditions agree in. */
  readonly moving: readonly (readonly [NodeId, number])[];
  /** The rest of the atoms, and the constant. */
  readonly offset: () => NodeId;
}

// The scaled form of a condition, or why it has none.
function blockForm(target: Target, condition: NodeId, moves: Uint8Array): BlockForm | string {
  const { graph, trace } = target;
  const { algebra: A } = graph;
  const { coefficients, constant } = linearForm(graph, condition);
  for (const value of [constant, ...coefficients.values()])
    if (!Number.isFinite(value)) return `the coefficient ${value}`;
  const index = new Map(trace.latents.map(({ node }, i) => [node, i]));
  const others = [...coefficients.keys()].filter((atom) => !index.has(atom));
  const held = new Set(graph.reachable(others));
  const block = trace.latents.flatMap(({ node }, latent) =>
    coefficients.has(node) && !held.has(node) ? [{ latent, coefficient: coefficients.get(node)! }] : [],
  );
  if (block.length === 0) return "no latent in which it is affine with constant coefficients";
  const scale = block[0]!.coefficient;
  const atoms = [...coefficients.keys()].sort((p, q) => p - q);
  const scaled = (atom: NodeId): number => coefficients.get(atom)! / scale;
  const form = {
    block: block.map(({ latent, coefficient }) => ({ latent, coefficient: coefficient / scale })),
    sign: scale > 0 ? 1 : -1,
    atoms,
    coefficients: atoms.map(scaled),
    constant: constant / scale,
  } as const;
  const unusable = [form.constant, ...form.coefficients].find((value) => !Number.isFinite(value));
  if (unusable !== undefined) return `coefficients that overflow (${unusable}) when the first is scaled to 1`;
  const inBlock = new Set(block.map(({ latent }) => trace.latents[latent]!.node));
  const sumOf = (some: readonly NodeId[]): NodeId =>
    A.add(graph.sum(some.map((atom) => A.mul(A.constant(scaled(atom)), atom))), A.constant(form.constant));
  return {
    ...form,
    rest: () => sumOf(atoms.filter((atom) => !inBlock.has(atom))),
    moving: atoms.filter((atom) => moves[atom] === 1).map((atom) => [atom, scaled(atom)]),
    offset: () => sumOf(atoms.filter((atom) => moves[atom] !== 1)),
  };
}

// Two forms are one boundary if their atoms are the same and all numbers agree to rounding.
const AGREEMENT = 1e-13;

// The boundaries found so far, by family: those that agree in what moves with the latents.
class Families {
  readonly #byAtoms = new Map<string, { family: number; members: { form: BlockForm; index: number }[] }[]>();
  #count = 0;

  /** The index of the boundary that a form coincides with, or that under which it was added, and its family. */
  place(form: BlockForm, index: number): { index: number; family: number } {
    const key = form.moving.map(([atom]) => atom).join();
    const known = this.#byAtoms.get(key) ?? [];
    this.#byAtoms.set(key, known);
    let own = known.find(({ members }) => parallel(form, members[0]!.form));
    if (!own) {
      own = { family: this.#count++, members: [] };
      known.push(own);
    }
    const same = own.members.find((member) => coincide(form, member.form));
    if (!same) own.members.push({ form, index });
    return { index: same?.index ?? index, family: own.family };
  }
}

function close(x: number, y: number): boolean {
  return Math.abs(x - y) <= AGREEMENT * Math.max(Math.abs(x), Math.abs(y));
}

function coincide(p: BlockForm, q: BlockForm): boolean {
  return (
    close(p.constant, q.constant) &&
    p.atoms.length === q.atoms.length &&
    p.atoms.every((atom, j) => atom === q.atoms[j] && close(p.coefficients[j]!, q.coefficients[j]!))
  );
}

function parallel(p: BlockForm, q: BlockForm): boolean {
  return p.moving.every(([, value], j) => close(value, q.moving[j]![1]));
}

// 1 for nodes whose value moves with a latent by itself, not only by a condition that switches.
function smoothDependents(target: Target, nodes: readonly NodeId[]): Uint8Array {
  const { graph, trace } = target;
  const moving = new Uint8Array(graph.size);
  for (const { node } of trace.latents) moving[node] = 1;
  for (const node of nodes) {
    const first = graph.op[node] === CODE.where ? 1 : 0;
    if (graph.op[node] === CODE.positive) continue;
    for (let j = first; j < graph.arity(node); j++) if (moving[graph.operand(node, j)] === 1) moving[node] = 1;
  }
  return moving;
}

// For a node, the terms that are computed from it.
function affectedTerms(
  graph: Graph,
  nodes: readonly NodeId[],
  terms: readonly TargetTerm[],
): (node: NodeId) => TargetTerm[] {
  const start = new Int32Array(graph.size + 1);
  for (const node of nodes) for (let j = 0; j < graph.arity(node); j++) start[graph.operand(node, j) + 1]!++;
  for (let i = 0; i < graph.size; i++) start[i + 1]! += start[i]!;
  const users = new Int32Array(start[graph.size]!);
  const filled = start.slice();
  for (const node of nodes) for (let j = 0; j < graph.arity(node); j++) users[filled[graph.operand(node, j)]!++] = node;
  const termsOf = new Map<NodeId, number[]>();
  terms.forEach(({ node }, index) => {
    termsOf.set(node, [...(termsOf.get(node) ?? []), index]);
  });
  const seen = new Int32Array(graph.size).fill(-1);
  return (from) => {
    const stack = [from];
    seen[from] = from;
    const indices: number[] = [];
    while (stack.length > 0) {
      const node = stack.pop()!;
      indices.push(...(termsOf.get(node) ?? []));
      for (let at = start[node]!; at < start[node + 1]!; at++) {
        const user = users[at]!;
        if (seen[user] === from) continue;
        seen[user] = from;
        stack.push(user);
      }
    }
    return indices.sort((p, q) => p - q).map((index) => terms[index]!);
  };
}
