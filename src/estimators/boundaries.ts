/**
 * Boundary analysis: which surfaces of z-space the density may jump across.
 *
 * Every atomic predicate c(z) > 0 that a term depends on and that a latent moves has the boundary c = 0. It is written
 * as a linear form over atoms (`linear.ts`), and as affine in a block of variables (`block.ts`), given which its zero
 * set can be sampled exactly. Predicates with the same zero set (also swapped, negated or scaled) form one boundary and
 * are forced jointly.
 */
import { CODE } from "../autodiff/codes.ts";
import type { Graph } from "../autodiff/graph.ts";
import { linearForm } from "../autodiff/linear.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { print } from "../autodiff/print.ts";
import { type Block, blocksOf } from "./block.ts";
import { smoothlyMoved, type Target, type TargetTerm } from "./target.ts";

export interface Boundary {
  /** The predicates that flip here; sign −1: true where c < 0. */
  readonly predicates: readonly { readonly node: NodeId; readonly sign: 1 | -1 }[];
  /** c, scaled so that its first coefficient is 1 (less where another were above 1e100), in terms of the trace. */
  readonly condition: NodeId;
  /** The sets of variables that are moved onto it; none where it is affine in nothing. */
  readonly blocks: readonly Block[];
  /** The terms that change when the predicates flip. */
  readonly affected: readonly TargetTerm[];
  /** Boundaries of one family are parallel: c differs between them by `offset` alone, which no variable moves smoothly. */
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
  const inputs = target.variables.map(({ node }) => node);
  const moving = smoothlyMoved(graph, inputs, nodes);
  const learned = smoothlyMoved(graph, inputs.slice(0, target.trace.latents.length), nodes);
  const affectedBy = affectedTerms(graph, nodes, terms);
  const families = new Families();
  const found: { -readonly [K in keyof Boundary]: Boundary[K] }[] = [];
  const refused: RefusedCondition[] = [];
  for (const node of nodes) {
    if (graph.op[node] !== CODE.positive || learned[graph.a[node]!] === 0) continue;
    const affected = affectedBy(node);
    if (affected.length === 0) continue;
    const text = print(graph, node);
    const refuse = (reason: string): void => void refused.push({ text, site: affected[0]!.site, reason });
    const form = scaledForm(target, graph.a[node]!, moving);
    if (typeof form === "string") {
      refuse(form);
      continue;
    }
    const condition = form.condition();
    const blocks = blocksOf(target, condition);
    const { index, family } = families.place(form, found.length);
    const predicate = { node, sign: form.sign };
    if (index === found.length) {
      const own = related ? family : index;
      found.push({
        predicates: [predicate],
        condition,
        blocks,
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
  return { boundaries: affordable(target, nodes, found), refused };
}

/** Most operations of all boundaries together, in multiples of those of ℓ, before blocks are cut down. */
const MOST_WORK = 12;
const COUNTED = 32; // boundaries from which the work is estimated

// Moving a variable that many conditions share makes each boundary as costly as ℓ itself. Where that adds up to too
// much, only the variables are moved that no other condition contains, for conditions that have such.
function affordable(target: Target, nodes: readonly NodeId[], boundaries: readonly Boundary[]): readonly Boundary[] {
  const { graph, variables } = target;
  const every = Math.ceil(boundaries.length / COUNTED);
  let work = 0;
  for (let k = 0; k < boundaries.length; k += every) {
    const { blocks } = boundaries[k]!;
    const moved = new Uint8Array(graph.size);
    for (const { entries } of blocks) for (const { variable } of entries) moved[variables[variable]!.node] = 1;
    for (const node of nodes)
      for (let j = graph.arity(node) - 1; j >= 0; j--)
        if (moved[graph.operand(node, j)] === 1 && moved[node] === 0) {
          moved[node] = 1;
          work += every * blocks.length;
        }
  }
  if (work <= MOST_WORK * nodes.length) return boundaries;
  const conditionsOf = new Int32Array(variables.length);
  const index = new Map(variables.map(({ node }, v) => [node, v]));
  for (const { condition } of boundaries)
    for (const node of graph.reachable([condition])) if (index.has(node)) conditionsOf[index.get(node)!]!++;
  const isPrivate = (variable: number): boolean => conditionsOf[variable] === 1;
  return boundaries.map((boundary) => ({ ...boundary, blocks: blocksOf(target, boundary.condition, isPrivate) }));
}

/**
 * Throws RangeError if a condition was refused, with the condition and the site in the message; so is one that is affine
 * in no variable, unless the estimator handles `curved` ones.
 */
export function requireBoundaries(estimator: string, analysis: BoundaryAnalysis, curved = false): readonly Boundary[] {
  const bent = curved ? undefined : analysis.boundaries.find(({ blocks }) => blocks.length === 0);
  const [first] = [
    ...analysis.refused,
    ...(bent ? [{ text: bent.text, site: bent.affected[0]!.site, reason: "no variable in which it is affine" }] : []),
  ];
  if (first)
    throw new RangeError(
      `${estimator}: condition \`${first.text}\` at ${first.site} cannot be handled exactly; got ${first.reason}, ` +
        "expected a condition a·z + b > 0, where z are variables that neither a nor b depends on; score() is unbiased for any condition",
    );
  return analysis.boundaries;
}

interface ScaledForm {
  readonly sign: 1 | -1;
  /** Atoms and scaled coefficients of the whole condition, ordered by atom; what coincident conditions agree in. */
  readonly atoms: readonly NodeId[];
  readonly coefficients: readonly number[];
  readonly constant: number;
  readonly condition: () => NodeId;
  /** The atoms that a variable moves smoothly, with their coefficients; what parallel conditions agree in. */
  readonly moving: readonly (readonly [NodeId, number])[];
  /** The rest of the atoms, and the constant. */
  readonly offset: () => NodeId;
}

// Largest scaled coefficient: its square is summed. Where the first coefficient would be smaller than its inverse it is not 1.
const LARGEST = 1e100;

// The scaled form of a condition, or why it has none.
function scaledForm({ graph, variables }: Target, condition: NodeId, moves: Uint8Array): ScaledForm | string {
  const { algebra: A } = graph;
  const { coefficients, constant } = linearForm(graph, condition);
  for (const value of [constant, ...coefficients.values()])
    if (!Number.isFinite(value)) return `the coefficient ${value}`;
  const atoms = [...coefficients.keys()].sort((p, q) => p - q);
  const first = variables.find(({ node }) => coefficients.has(node))?.node ?? atoms.find((atom) => moves[atom] === 1);
  if (first === undefined) return "coefficients that cancel";
  const own = coefficients.get(first)!;
  let largest = 0;
  for (const value of coefficients.values()) largest = Math.max(largest, Math.abs(value));
  const scale = Math.sign(own) * Math.max(Math.abs(own), largest / LARGEST);
  const scaled = (atom: NodeId): number => coefficients.get(atom)! / scale;
  const form = { atoms, coefficients: atoms.map(scaled), constant: constant / scale } as const;
  const unusable = [form.constant, ...form.coefficients].find((value) => !Number.isFinite(value));
  if (unusable !== undefined) return `coefficients that overflow (${unusable}) when the first is scaled to 1`;
  const sumOf = (some: readonly NodeId[]): NodeId =>
    A.add(graph.sum(some.map((atom) => A.mul(A.constant(scaled(atom)), atom))), A.constant(form.constant));
  return {
    ...form,
    sign: scale > 0 ? 1 : -1,
    condition: () => sumOf(atoms),
    moving: atoms.filter((atom) => moves[atom] === 1).map((atom) => [atom, scaled(atom)]),
    offset: () => sumOf(atoms.filter((atom) => moves[atom] !== 1)),
  };
}

// Two forms are one boundary if their atoms are the same and all numbers agree to rounding.
const AGREEMENT = 1e-13;

// The boundaries found so far, by family: those that agree in what moves with the latents.
class Families {
  readonly #byAtoms = new Map<string, { family: number; members: { form: ScaledForm; index: number }[] }[]>();
  #count = 0;

  /** The index of the boundary that a form coincides with, or that under which it was added, and its family. */
  place(form: ScaledForm, index: number): { index: number; family: number } {
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

function coincide(p: ScaledForm, q: ScaledForm): boolean {
  return (
    close(p.constant, q.constant) &&
    p.atoms.length === q.atoms.length &&
    p.atoms.every((atom, j) => atom === q.atoms[j] && close(p.coefficients[j]!, q.coefficients[j]!))
  );
}

function parallel(p: ScaledForm, q: ScaledForm): boolean {
  return p.moving.every(([, value], j) => close(value, q.moving[j]![1]));
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
