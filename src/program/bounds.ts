/**
 * Latents that data bound: of `observe(uniform(0, end), 2.9)` the density is 0 where end < 2.9, and of `factor("in order", where(gt(rate, 1), 0,
 * -Infinity))` where rate ≤ 1. No normal guide stays on one side of such an end. So the program is run with the latent's prior truncated
 * there, `truncated(prior, 2.9, Infinity)`, and the mass that is cut off as a term of its own, which together are the same density.
 *
 * A latent is bounded, outside of arms, by a condition that is affine in it alone with numbers, or in a rising or falling function of that, as exp
 * is. Others stay as they are: `gt(rate, other)` bounds neither.
 */

import { behaviourOf } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearForm } from "../autodiff/graph/linear-form.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Distribution } from "../distributions/distribution.ts";
import { logMass } from "../distributions/log-mass.ts";
import { truncated } from "../distributions/wrappers/truncated.ts";
import type { Model, ProgramContext } from "./model.ts";
import type { Trace } from "./run.ts";

/** Between which numbers a latent lies where the density is not 0. */
interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** The model with the priors of the latents truncated that its data bound; the model itself where there are none. */
export function bounded(traced: Trace): Model {
  const bounds = boundsOf(traced);
  if (bounds.size === 0) return traced.model;
  const { program, ...model } = traced.model;
  return { ...model, program: (context) => program({ ...context, sample: sampling(context, bounds) }) };
}

function sampling(context: ProgramContext, bounds: ReadonlyMap<string, Bounds>): ProgramContext["sample"] {
  const sample = context.sample as (name: string, prior: Distribution) => unknown;
  return ((name: string, prior: Distribution) => {
    const own = bounds.get(name);
    if (!own) return sample(name, prior);
    const { low, high } = own;
    const mass = low < high ? logMass(prior, low, high) : Number.NEGATIVE_INFINITY;
    if (mass === Number.NEGATIVE_INFINITY)
      throw new RangeError(
        `sample "${name}": no value has a density above 0; got ${prior.name} on ${prior.support.text} and data or factors that need ${low} ≤ ${name} ≤ ${high}, expected a range with some of the prior's mass`,
      );
    context.factor(`${name} within its data's bounds`, mass);
    return sample(name, truncated(prior, low, high));
  }) as ProgramContext["sample"];
}

function boundsOf({ graph, latents, terms }: Trace): ReadonlyMap<string, Bounds> {
  const bounds = new Map<string, Bounds>();
  const conditions = terms.flatMap(({ node, live }) => (graph.isConstant(live) ? required(graph, node) : []));
  if (conditions.length === 0) return bounds;
  const forms = latents.flatMap(({ name, value, live, prior }) => {
    const { coefficients, constant } = linearForm(graph, value);
    const [atom] = coefficients;
    const isOne = coefficients.size === 1 && "kind" in prior.support && graph.isConstant(live);
    return isOne ? [{ name, prior: prior as Distribution, atom: atom![0], scale: atom![1], constant }] : [];
  });
  for (const { value, isPositive } of conditions) {
    let [node, end, isLower] = [value, 0, isPositive]; // the latent is where node > end, or below
    for (;;) {
      const { coefficients, constant } = linearForm(graph, node);
      if (coefficients.size !== 1) break;
      const [[atom, slope]] = coefficients as unknown as [[NodeId, number]];
      end = (end - constant) / slope;
      isLower = slope > 0 === isLower;
      const of = forms.find((form) => form.atom === atom);
      if (of && hasMasses(of.prior)) tighten(bounds, of.name, of.scale * end + of.constant, of.scale > 0 === isLower);
      if (of || graph.arity(atom) !== 1) break;
      const { inverse, even, from } = behaviourOf(graph, atom);
      if (inverse === "none" || even || !(end > inverse.range[0] && end < inverse.range[1])) break;
      node = graph.operand(atom, 0);
      end = inverse.of(end);
      isLower = inverse.falls !== isLower;
      if (from > Number.NEGATIVE_INFINITY && !isLower) break; // log x < 1 needs x > 0 too
    }
  }
  return bounds;
}

function tighten(bounds: Map<string, Bounds>, name: string, end: number, isLower: boolean): void {
  const { low, high } = bounds.get(name) ?? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  bounds.set(name, isLower ? { low: Math.max(low, end), high } : { low, high: Math.min(high, end) });
}

/** A node that is above 0, or is not, as `isPositive` says, wherever a term is not −∞. */
export interface Required {
  readonly value: NodeId;
  readonly isPositive: boolean;
}

/** What must be above 0, or must not, for a term not to be −∞: of `observe(uniform(0, end), 2.9)` that end − 2.9 is. */
export function required(graph: Graph, term: NodeId): Required[] {
  const found: Required[] = [];
  const left = [term];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (graph.op[node] === CODE.add) left.push(...graph.operands(node));
    if (graph.op[node] === CODE.sub) left.push(graph.operand(node, 0));
    if (graph.op[node] !== CODE.where) continue;
    const [mask, x, y] = graph.operands(node);
    if (graph.is(x!, -Infinity)) {
      found.push(...conjuncts(graph, mask!, false));
      left.push(y!);
    } else if (graph.is(y!, -Infinity)) {
      found.push(...conjuncts(graph, mask!, true));
      left.push(x!);
    }
  }
  return found;
}

// What must hold for a mask to have a truth value, as far as it is comparisons that must hold together.
function conjuncts(graph: Graph, mask: NodeId, truth: boolean): Required[] {
  const operands = graph.operands(mask);
  const code = graph.op[mask];
  if (code === CODE.positive) return [{ value: operands[0]!, isPositive: truth }];
  if (code === CODE.not) return conjuncts(graph, operands[0]!, !truth);
  if (code === (truth ? CODE.and : CODE.or)) return operands.flatMap((operand) => conjuncts(graph, operand, truth));
  return [];
}

/** Whether the mass of a prior between two numbers is known, for the parameters that it has. */
export function hasMasses(prior: Distribution): boolean {
  try {
    truncated(prior, prior.support.lower, prior.support.upper);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
