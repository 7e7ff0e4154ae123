/**
 * The normal of the boundary of a decision at a place that a line has come upon: the derivatives of its condition c by every noise,
 * and by every parameter at fixed noise. For z·y > 1 at z = 2, y = ½ under sds 0.1 and 1 these are 0.1·½ by the noise of z, 2 by that
 * of y, ½ by μ_z and 2 by μ_y.
 *
 * Places are rare beside samples, so that derivatives are evaluated at places alone, by a program of their own.
 */
import { isNumber } from "../../autodiff/definedness.ts";
import { gradient } from "../../autodiff/graph/gradient.ts";
import { poles } from "../../autodiff/graph/poles.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { INPUT } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { isQuestion } from "../../conditions/comparisons.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Decision } from "./decisions.ts";
import { LineProgram } from "./line-program.ts";

// Slopes that are products or sums of such constants may be infinite, as those of 1e308·z + 1e308·z are.
const OVERFLOWS = 1e150;

/**
 * Whether the condition of a decision goes through 0 wherever it changes and nothing else does. It is proven of what divides by nothing
 * that may be 0 and is a number everywhere: z·y − 1 and y − √max(x, 0) have a normal wherever they change, 1/x − y at x = 0
 * and ∞·z at z = 0 have none.
 */
export function hasNormal({ graph }: Objective, { node, operand }: Decision): boolean {
  if (isQuestion(graph, node)) return false;
  const below = graph.reachable([operand]);
  if (poles(graph, below).size > 0) return false;
  if (below.some((node) => graph.isConstant(node) && !(Math.abs(graph.value(node)) < OVERFLOWS))) return false;
  const inside = isNumber(graph, operand, (c) => graph.algebra.positive(c));
  return graph.isConstant(inside) && graph.value(inside) !== 0;
}

export class BoundaryNormal {
  /** What the program reads: noises and parameters. */
  readonly inputs: readonly NodeId[];
  readonly #objective: Objective;
  readonly #operand: NodeId;
  readonly #noises: readonly number[];
  #compiled: Compiled | undefined;
  #first: Float64Array;
  #places = 0;
  /** ∂c/∂ε of each noise, and ∂c/∂θ of each parameter, at the point that `at` was asked for last, as multiples of one number. */
  byNoise: Float64Array;
  byParameter: Float64Array;

  /** Of the boundary of a decision that these noises move. */
  constructor(objective: Objective, { operand }: Decision, noises: readonly number[]) {
    const { graph, guided, parameters } = objective;
    this.#objective = objective;
    this.#operand = substitute(graph, [operand], guided)[0]!;
    this.#noises = noises;
    this.inputs = graph.reachable([this.#operand]).filter((node) => graph.op[node] === INPUT);
    this.byNoise = new Float64Array(this.#noises.length);
    this.byParameter = new Float64Array(parameters.length);
    this.#first = new Float64Array(this.byNoise.length);
  }

  /** The noises that move the condition. */
  get noises(): readonly number[] {
    return this.#noises;
  }

  /**
   * Computes the normal from values of `inputs` on the two sides of a place; false where rounding hides it: where no slope
   * is left on either, or those of both do not agree.
   */
  at(before: ArrayLike<number>, after: ArrayLike<number>): boolean {
    const isChecked = this.#places < CHECKED || this.#places % CHECKED === 0;
    this.#places++;
    const isFirst = isChecked && this.#evaluate(before);
    if (isFirst) this.#first.set(this.byNoise);
    if (!this.#evaluate(after)) return this.#evaluate(before);
    if (!isFirst) return true;
    let [inner, p, q] = [0, 0, 0];
    for (let u = 0; u < this.#first.length; u++) {
      inner += this.#first[u]! * this.byNoise[u]!;
      p += this.#first[u]! * this.#first[u]!;
      q += this.byNoise[u]! * this.byNoise[u]!;
    }
    return inner * inner > AGREEMENT * p * q;
  }

  // The derivatives at one point, divided by the largest of those by noises; false if that is 0 or no number.
  #evaluate(values: ArrayLike<number>): boolean {
    this.#compiled ??= compiled(this.#objective, this.#operand, this.#noises, this.inputs);
    const { program, cone, byNoise, byParameter, given, from, t } = this.#compiled;
    for (let j = 0; j < from.length; j++) given[j] = values[from[j]!]!;
    program.setInputs(given);
    program.setPoint(values[t]!);
    program.evaluate(cone);
    let largest = 0;
    for (let u = 0; u < byNoise.length; u++) {
      const value = program.values[byNoise[u]!]!;
      if (Number.isNaN(value)) return false;
      largest = Math.max(largest, Math.abs(value));
      this.byNoise[u] = value;
    }
    if (!(largest > 0 && largest < Infinity)) return false;
    for (let u = 0; u < byNoise.length; u++) this.byNoise[u]! /= largest;
    for (let p = 0; p < byParameter.length; p++) this.byParameter[p] = program.values[byParameter[p]!]! / largest;
    return true;
  }
}

/** So many places are looked at from both sides, and later on every so-manieth. */
const CHECKED = 32;
/** The least squared cosine between the normals on both sides of a place. */
const AGREEMENT = 0.25;

interface Compiled {
  readonly program: LineProgram;
  readonly cone: Int32Array;
  /** The inputs of the program, and where each is among those that are given; where the one is that it calls t. */
  readonly given: Float64Array;
  readonly from: readonly number[];
  readonly t: number;
  /** Places of values in the program. */
  readonly byNoise: readonly number[];
  readonly byParameter: readonly number[];
}

function compiled(
  { graph, normals, parameters }: Objective,
  operand: NodeId,
  noises: readonly number[],
  inputs: readonly NodeId[],
): Compiled {
  const slopes = gradient(graph, operand, [...noises.map((u) => normals[u]!), ...parameters]);
  const t = normals.find((node) => inputs.includes(node))!;
  const program = new LineProgram(graph, slopes, t);
  const place = (node: NodeId): number => program.place(node);
  return {
    program,
    cone: program.cone(slopes),
    given: new Float64Array(program.inputs.length),
    from: program.inputs.map((node) => inputs.indexOf(node)),
    t: inputs.indexOf(t),
    byNoise: slopes.slice(0, noises.length).map(place),
    byParameter: slopes.slice(noises.length).map(place),
  };
}
