/**
 * Latents of a compiled model that columns bound: of `for (const y of data.y) observe(uniform(0, end), y)` the density is 0 where end < y[i]. The
 * prior is truncated at the largest of them, an end that is computed from the data of each fit, and the conditions `y[i] < end` are taken
 * out, as they then hold everywhere. Bounds that are plain numbers are those of `bounds.ts`.
 */
import { exprOf, max, min, type Real } from "../../autodiff/expr.ts";
import { type Graph, inputIndex } from "../../autodiff/graph/graph.ts";
import { linearForm } from "../../autodiff/graph/linear-form.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Session } from "../../autodiff/session.ts";
import type { DataGraph } from "../../autodiff/tape/evaluation.ts";
import type { Distribution } from "../../distributions/distribution.ts";
import { logMass } from "../../distributions/log-mass.ts";
import { truncated } from "../../distributions/wrappers/truncated.ts";
import { hasMasses, required } from "../bounds.ts";
import type { ProgramContext } from "../model.ts";
import type { Latent, Trace } from "../run.ts";

/** Σ slope · data[index] + constant, by the places of the numbers. */
interface End {
  readonly slopes: ReadonlyMap<number, number>;
  readonly constant: number;
}

/** The ends above which a latent lies, and those below which. */
export interface DataBounds {
  readonly lows: readonly End[];
  readonly highs: readonly End[];
}

/** A condition that bounds a latent. */
interface Found {
  readonly name: string;
  readonly isLower: boolean;
  readonly end: End;
}

// What says of a condition which latent it bounds, where it is affine in one latent, entries of data and numbers.
function bounding({ graph, latents }: Trace): (value: NodeId, isPositive: boolean) => Found | undefined {
  const indexOf = new Map((graph as DataGraph).data!.nodes.map((node, at) => [node, at]));
  const formOf = ({ name, value }: Latent) => {
    const { coefficients, constant } = linearForm(graph, value);
    const atoms = [...coefficients.keys()].filter((atom) => dependsOnLatents(graph, atom, indexOf));
    return { name, atom: atoms.length === 1 ? atoms[0] : undefined, coefficients, constant };
  };
  const forms = latents
    .filter(({ live, prior }) => graph.isConstant(live) && "kind" in prior.support && hasMasses(prior as Distribution))
    .map(formOf);
  return (value, isPositive) => {
    const { coefficients, constant } = linearForm(graph, value);
    const of = forms.find(({ atom }) => atom !== undefined && coefficients.has(atom));
    if (!of) return undefined;
    // The condition is times · (latent − end) > 0.
    const times = coefficients.get(of.atom!)! / of.coefficients.get(of.atom!)!;
    const slopes = new Map<number, number>();
    for (const node of new Set([...coefficients.keys(), ...of.coefficients.keys()])) {
      const slope = of.coefficients.get(node) ?? 0;
      const rest = node === of.atom ? 0 : slope - (coefficients.get(node) ?? 0) / times;
      if (rest === 0) continue;
      const at = indexOf.get(node);
      if (at === undefined) return undefined;
      slopes.set(at, rest);
    }
    if (slopes.size === 0) return undefined;
    return {
      name: of.name,
      isLower: times > 0 === isPositive,
      end: { slopes, constant: of.constant - constant / times },
    };
  };
}

function dependsOnLatents(graph: Graph, node: NodeId, data: ReadonlyMap<NodeId, number>): boolean {
  return graph.reachable([node]).some((below) => inputIndex(graph, below) >= 0 && !data.has(below));
}

/** By latent the ends that columns set it. */
export function dataBounds(traced: Trace): ReadonlyMap<string, DataBounds> {
  const found = new Map<string, { readonly lows: End[]; readonly highs: End[] }>();
  const conditions = required(traced);
  if (conditions.length === 0) return found;
  const boundOf = bounding(traced);
  for (const { value, isPositive } of conditions) {
    const bound = boundOf(value, isPositive);
    if (!bound) continue;
    const ends = found.get(bound.name) ?? { lows: [], highs: [] };
    found.set(bound.name, ends);
    (bound.isLower ? ends.lows : ends.highs).push(bound.end);
  }
  return found;
}

/** `sample` of a program on these entries, its priors truncated where they are bounded. */
export function samplingWithin(
  { sample, factor }: ProgramContext,
  session: Session,
  entries: readonly NodeId[],
  bounds: ReadonlyMap<string, DataBounds>,
): ProgramContext["sample"] {
  const A = session.graph.algebra;
  const endOf = ({ slopes, constant }: End): Real =>
    exprOf(
      session,
      [...slopes].reduce(
        (sum, [at, slope]) => A.add(sum, A.mul(A.constant(slope), entries[at]!)),
        A.constant(constant),
      ),
    );
  return ((name: string, prior: Distribution) => {
    const own = bounds.get(name);
    const plain = sample as (name: string, prior: Distribution) => unknown;
    if (!own) return plain(name, prior);
    const low = own.lows.map(endOf).reduce((x: Real, y) => max(x, y), Number.NEGATIVE_INFINITY);
    const high = own.highs.map(endOf).reduce((x: Real, y) => min(x, y), Number.POSITIVE_INFINITY);
    factor(`${name} within its data's bounds`, logMass(prior, low, high));
    return plain(name, truncated(prior, low, high));
  }) as ProgramContext["sample"];
}

/** The trace without the conditions that hold wherever its latents, which are bounded by now, may lie. */
export function withoutBounds(traced: Trace): Trace {
  const { graph, terms } = traced;
  const boundOf = bounding(traced);
  const truths = required(traced).flatMap(({ comparison, value, isPositive }) =>
    boundOf(value, isPositive) ? [[comparison, graph.truth(isPositive)] as const] : [],
  );
  const roots = terms.map(({ node }) => node);
  const nodes = truths.length === 0 ? roots : substitute(graph, roots, new Map(truths));
  return { ...traced, terms: terms.map((term, t) => ({ ...term, node: nodes[t]! })) };
}
