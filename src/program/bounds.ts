/**
 * Latents that data bound: of `observe(uniform(0, end), 2.9)` the density is 0 where end < 2.9, and of `factor("in order", where(gt(rate, 1), 0,
 * -Infinity))` where rate ≤ 1. No normal guide stays on one side of such an end. So the program is run with the latent's prior truncated
 * there, `truncated(prior, 2.9, Infinity)`, and the mass that is cut off as a term of its own, which together are the same density.
 *
 * A latent is bounded, outside of arms, by a condition that is affine in latents, or in a rising or falling function of that, as exp is. Of several
 * latents the last is bounded by the others: `observe(uniform(centre − half, centre + half), 2.9)` needs a `half` of |2.9 − centre| at least.
 */

import { add, Expr, max, min, mul, type Real } from "../autodiff/expr.ts";
import { behaviourOf } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearForm } from "../autodiff/graph/linear-form.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { type Distribution, endsOf } from "../distributions/distribution.ts";
import { logMass } from "../distributions/log-mass.ts";
import { truncated } from "../distributions/wrappers/truncated.ts";
import type { Model, ProgramContext } from "./model.ts";
import type { Trace } from "./run.ts";

/** An end of a latent: a number, and multiples of latents that are sampled before it. */
interface End {
  readonly constant: number;
  readonly others: readonly (readonly [name: string, slope: number])[];
}

/** Between which ends a latent lies where the density is not 0. */
interface Bounds {
  readonly lows: End[];
  readonly highs: End[];
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
  const values = new Map<string, Real>();
  const at = ({ constant, others }: End): Real =>
    others.reduce<Real>((sum, [other, slope]) => add(sum, mul(slope, values.get(other)!)), constant);
  const within = (name: string, prior: Distribution, { lows, highs }: Bounds): Distribution => {
    const ends = endsOf(prior.support);
    const low = lows.map(at).reduce((x, y) => max(x, y), ends[0]);
    const high = highs.map(at).reduce((x, y) => min(x, y), ends[1]);
    const mass = logMass(prior, low, high);
    if (mass === Number.NEGATIVE_INFINITY)
      throw new RangeError(
        `sample "${name}": no value has a density above 0; got ${prior.name} on ${prior.support.text} and data or factors that need ${low} ≤ ${name} ≤ ${high}, expected a range with some of the prior's mass`,
      );
    context.factor(`${name} within its data's bounds`, mass);
    return truncated(prior, low, high);
  };
  return ((name: string, prior: Distribution) => {
    const own = bounds.get(name);
    const value = sample(name, own ? within(name, prior, own) : prior);
    if (value instanceof Expr) values.set(name, value);
    return value;
  }) as ProgramContext["sample"];
}

function boundsOf(traced: Trace): ReadonlyMap<string, Bounds> {
  const { graph, latents } = traced;
  const bounds = new Map<string, Bounds>();
  const conditions = required(traced);
  if (conditions.length === 0) return bounds;
  const forms = new Map<NodeId, Form>();
  latents.forEach(({ name, value, live, prior }, index) => {
    const { coefficients, constant } = linearForm(graph, value);
    const isOne = coefficients.size === 1 && "kind" in prior.support && graph.isConstant(live);
    for (const [atom, scale] of isOne ? coefficients : [])
      forms.set(atom, { index, name, prior: prior as Distribution, scale, constant });
  });
  for (const { value, isPositive } of conditions) {
    let [node, end, isLower] = [value, 0, isPositive]; // what is bounded is where node > end, or below
    for (;;) {
      const { coefficients, constant } = linearForm(graph, node);
      const found = [...coefficients].map(([atom, slope]) => ({ of: forms.get(atom), atom, slope }));
      if (found.length > 0 && found.every(({ of }) => of)) {
        boundLast(
          bounds,
          found.map(({ of, slope }) => ({ ...of!, slope })),
          end - constant,
          isLower,
        );
        break;
      }
      if (found.length !== 1) break;
      const [{ atom, slope }] = found as [(typeof found)[0]];
      end = (end - constant) / slope;
      isLower = slope > 0 === isLower;
      if (graph.arity(atom) !== 1) break;
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

/** A latent whose value is scale·atom + constant, at its place among the latents; `slope` is that of the atom in a condition. */
interface Form {
  readonly index: number;
  readonly name: string;
  readonly prior: Distribution;
  readonly scale: number;
  readonly constant: number;
}

// Σ slope·atom is above the end, or below it: the last latent is, given the others.
function boundLast(
  bounds: Map<string, Bounds>,
  forms: readonly (Form & { readonly slope: number })[],
  end: number,
  isLower: boolean,
): void {
  const [last, ...others] = [...forms].sort((p, q) => q.index - p.index) as [(typeof forms)[0], ...typeof forms];
  if (!hasMasses(last.prior)) return;
  const perValue = (form: Form & { readonly slope: number }): number => form.slope / form.scale;
  // Σ slope·(value − constant)/scale, solved for the last value.
  const sum = forms.reduce((total, form) => total + perValue(form) * form.constant, end);
  const scale = perValue(last);
  const own: End = {
    constant: sum / scale,
    others: others.map((form) => [form.name, -perValue(form) / scale]),
  };
  const { lows, highs } = bounds.get(last.name) ?? { lows: [], highs: [] };
  bounds.set(last.name, { lows, highs });
  (scale > 0 === isLower ? lows : highs).push(own);
}

/** A comparison of a node with 0 that is true, or is not, as `isPositive` says, wherever the density is not 0. */
export interface Required {
  readonly comparison: NodeId;
  readonly value: NodeId;
  readonly isPositive: boolean;
}

/** What must be above 0, or must not, for no term outside of arms to be −∞: of `observe(uniform(0, end), 2.9)` that end − 2.9 is. */
export function required({ graph, terms }: Trace): Required[] {
  const found: Required[] = [];
  const left: NodeId[] = [];
  for (let at = terms.length - 1; at >= 0; at--) if (graph.isConstant(terms[at]!.live)) left.push(terms[at]!.node);
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    const code = graph.op[node];
    if (code === CODE.add || code === CODE.sub) left.push(graph.operand(node, 0));
    if (code === CODE.add) left.push(graph.operand(node, 1));
    if (code !== CODE.where) continue;
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
  if (code === CODE.positive) return [{ comparison: mask, value: operands[0]!, isPositive: truth }];
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
