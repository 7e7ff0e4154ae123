/**
 * Boundary analysis: which surfaces of z-space the density may jump across.
 *
 * Every atomic predicate c(z) > 0 that a term depends on and that a latent moves has the boundary c = 0. It is written
 * as a linear form over atoms (`linear.ts`), and as affine in a block of variables (`block.ts`), given which its zero
 * set can be sampled exactly. Predicates with the same zero set (also swapped, negated or scaled) form one boundary and
 * are forced jointly.
 */

import { linearForm } from "../../autodiff/graph/linear-form.ts";
import { append } from "../../autodiff/graph/multimap.ts";
import { Users } from "../../autodiff/graph/users.ts";
import { CODE } from "../../autodiff/ops/basic-codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { type Block, blocksOf } from "../../conditions/affine-blocks.ts";
import { HIDDEN, hidesSlope, steepest } from "../../conditions/hidden-slopes.ts";
import { log } from "../../math/elementary.ts";
import { type Objective, type ObjectiveTerm, smoothlyMoved } from "../../objective/objective.ts";
import { once } from "../../pieces/once.ts";

interface Predicate {
  readonly node: NodeId;
  readonly sign: 1 | -1;
}

export interface Boundary {
  /** The predicates that flip here; sign −1: true where c < 0. */
  readonly predicates: readonly Predicate[];
  /** c, scaled so that its first coefficient is 1 (less where another were above 1e100), in terms of the trace. */
  readonly condition: NodeId;
  /** The sets of variables that are moved onto it; none where it is affine in nothing. */
  readonly blocks: readonly Block[];
  /** The terms that change when the predicates flip; found when they are first asked for, as a term of n ifs in a chain is read by all n conditions. */
  readonly affected: () => readonly ObjectiveTerm[];
  /** Boundaries of one family are parallel: c differs between them by `offset` alone, which no variable moves smoothly. */
  readonly family: number;
  readonly offset: NodeId;
  /** The condition in the model's own words. */
  readonly text: () => string;
}

export interface RefusedCondition {
  readonly text: () => string;
  readonly site: string;
  readonly reason: string;
}

export interface BoundaryAnalysis {
  readonly boundaries: readonly Boundary[];
  readonly refused: readonly RefusedCondition[];
}

/**
 * Finds the boundaries of a objective, in the order in which the model made the conditions. With `related` false every
 * boundary is a family of its own.
 */
export function analyseBoundaries(objective: Objective, related: boolean = true): BoundaryAnalysis {
  const { graph, terms } = objective;
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const inputs = objective.variables.map(({ node }) => node);
  const moving = smoothlyMoved(graph, inputs, nodes);
  const { latents, points } = objective.trace;
  const learnedInputs = [...inputs.slice(0, latents.length), ...points.map(({ node }) => node)];
  const learned = smoothlyMoved(graph, learnedInputs, nodes);
  const affectedBy = affectedTerms(new Users(graph, nodes), terms);
  const families = new Families();
  const found: (Boundary & { readonly predicates: Predicate[] })[] = [];
  const refused: RefusedCondition[] = [];
  for (const node of nodes) {
    const code = graph.op[node];
    if (code !== CODE.positive && code !== CODE.floor) continue;
    const compared = graph.a[node]!;
    if (learned[compared] === 0 || moving[compared] === 0) continue;
    const text = (): string => graph.text(node);
    const form = code === CODE.floor ? "rounding" : scaledForm(objective, compared, moving);
    if (typeof form === "string") {
      refused.push({ text, site: affectedBy([{ node }])[0]!.site, reason: form });
      continue;
    }
    const { index, family } = families.place(form, found.length);
    const same = found[index];
    const predicates = same?.predicates ?? [];
    predicates.push({ node, sign: form.sign });
    if (same) continue;
    const condition = form.condition();
    found.push({
      predicates,
      condition,
      blocks: blocksOf(objective, condition),
      affected: once(() => affectedBy(predicates)),
      family: related ? family : index,
      offset: form.offset(),
      text,
    });
  }
  return { boundaries: found, refused };
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
function scaledForm(
  { graph, variables, variableOf }: Objective,
  condition: NodeId,
  moves: Uint8Array,
): ScaledForm | string {
  const { algebra: A } = graph;
  const whole = linearForm(graph, condition);
  const { coefficients, constant } = whole;
  const atoms = [...coefficients.keys()].sort((p, q) => p - q);
  const variable = atoms.reduce((least, atom) => Math.min(least, variableOf.get(atom) ?? Infinity), Infinity);
  const first = variables[variable]?.node ?? atoms.find((atom) => moves[atom] === 1);
  if (first === undefined) return "coefficients that cancel";
  const own = coefficients.get(first)!;
  const scale = Math.sign(own) * Math.max(Math.abs(own), steepest(whole) / LARGEST);
  const scaled = (atom: NodeId): number => coefficients.get(atom)! / scale;
  const form = { atoms, coefficients: atoms.map(scaled), constant: constant / scale } as const;
  if (hidesSlope(graph, condition, whole)) return HIDDEN;
  for (const value of [...coefficients.values(), constant, form.constant, ...form.coefficients])
    if (!Number.isFinite(value)) return `the coefficient ${value}`;
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
const BUCKETS = 1e11; // per power of e, so that numbers that agree are in one bucket or in neighbours

interface Family {
  readonly family: number;
  readonly first: ScaledForm;
  readonly members: Agreeing<{ readonly form: ScaledForm; readonly index: number }>;
}

// The boundaries found so far, by family: those that agree in what moves with the latents.
class Families {
  readonly #byAtoms = new Map<string, Agreeing<Family>>();
  #count = 0;

  /** The index of the boundary that a form coincides with, or that under which it was added, and its family. */
  place(form: ScaledForm, index: number): { index: number; family: number } {
    const key = form.moving.map(([atom]) => atom).join();
    const known = this.#byAtoms.get(key) ?? new Agreeing();
    this.#byAtoms.set(key, known);
    const slopes = form.moving.map(([, value]) => value);
    const { family, members } = known.place(
      slopes,
      ({ first }) => parallel(form, first),
      () => ({ family: this.#count++, first: form, members: new Agreeing() }),
    );
    const same = members.place(
      [form.constant, ...form.coefficients],
      (member) => coincide(form, member.form),
      () => ({ form, index }),
    );
    return { index: same.index, family };
  }
}

// Things by numbers that are compared up to AGREEMENT, found without a look at all of them.
class Agreeing<T> {
  readonly #byBucket = new Map<number, T[]>();

  /** One that agrees, else a new one; numbers that agree lie in one bucket or in two that are neighbours. */
  place(numbers: readonly number[], agrees: (entry: T) => boolean, make: () => T): T {
    const bucket = bucketOf(numbers);
    let found = [0, -1, 1].flatMap((step) => this.#byBucket.get(bucket + step) ?? []).find(agrees);
    if (!found) {
      found = make();
      append(this.#byBucket, bucket, found);
    }
    return found;
  }
}

// Of a mixture of their magnitudes: where each agrees to a relative error, so does the mixture.
function bucketOf(numbers: readonly number[]): number {
  let mixed = 0;
  for (let j = 0; j < numbers.length; j++) mixed += Math.abs(numbers[j]!) * (1 + ((j * 0.618034) % 1));
  return Math.floor(BUCKETS * log(mixed));
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

// For predicates, the terms that are computed from some of them, in order.
function affectedTerms(
  users: Users,
  terms: readonly ObjectiveTerm[],
): (by: readonly Pick<Predicate, "node">[]) => ObjectiveTerm[] {
  const termsOf = new Map<NodeId, number[]>();
  terms.forEach(({ node }, index) => {
    append(termsOf, node, index);
  });
  return (by) => {
    const indices = users.above(by.map(({ node }) => node)).flatMap((above) => termsOf.get(above) ?? []);
    return indices.sort((p, q) => p - q).map((index) => terms[index]!);
  };
}
