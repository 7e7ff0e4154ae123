/**
 * Vectors in increasing order that only conditions read: `ordered(uniform(0, 100), 3)` as three change points of 100 days. How many entries
 * lie below threshold 1, 2, …, m is a chain: 0 ≤ S₁ ≤ S₂ ≤ … ≤ Sₘ ≤ k, of which day j reads Sⱼ alone, as x_i > t_j is Sⱼ ≤ i. With N_j entries between two
 * neighbouring thresholds, of prior mass p_j each, the mass of a path is
 *
 *     k!·Π p_jᴺʲ / N_j!
 *
 * So the vector is m variables of k + 1 values each, and the sum over them the forward algorithm in m·(k + 1)² steps, not a table of mᵏ.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { type LinearForm, linearForm } from "../../autodiff/graph/linear-form.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Distribution } from "../../distributions/distribution.ts";
import { logFactorial } from "../../math/gamma.ts";
import type { Latent, Trace } from "../../program/trace.ts";
import type { VectorTransform } from "../../transforms/vector/vector-transform.ts";
import { massesOf } from "../cells.ts";
import { priorSite } from "../dependence.ts";
import { lookedUp } from "../look-up.ts";
import type { OrderedLatents, Variable } from "../variable.ts";
import { isAlwaysNumber } from "./monotone.ts";

/** A vector of a trace whose entries are in order. */
export interface OrderedVector {
  readonly name: string;
  readonly latents: readonly Latent[];
  readonly of: Distribution;
  readonly transform: VectorTransform;
}

/** The ordered vectors of a trace. */
export function orderedVectors({ latents }: Trace): OrderedVector[] {
  const found = new Map<string, OrderedVector & { latents: Latent[] }>();
  for (const latent of latents) {
    const { name, prior } = latent;
    if (!("inOrder" in prior) || !prior.inOrder || !prior.support.transform) continue;
    const vector = name.slice(0, name.lastIndexOf("["));
    const known = found.get(vector);
    if (known) known.latents.push(latent);
    else found.set(vector, { name: vector, latents: [latent], of: prior.inOrder, transform: prior.support.transform });
  }
  return [...found.values()];
}

/** A condition on entry `index`: whether it lies above `at`, or below. */
interface Comparison {
  readonly condition: NodeId;
  readonly index: number;
  readonly at: NodeId;
  readonly above: boolean;
}

const NOT_AFFINE = "a condition is not affine in one entry of it";

/** The variables of a vector that these conditions read and that moves these nodes; in words why not, where they cannot be had. */
export function passagesOf(
  { graph, quantities, terms }: Trace,
  { name, latents, of, transform }: OrderedVector,
  conditions: readonly NodeId[],
  moved: ReadonlySet<NodeId>,
): Variable[] | string {
  // In an arm that is not taken nothing reads it, and its masses add up to 1.
  const arms = new Set(terms.flatMap(({ site, live }) => (site === priorSite(name) ? [live] : [])));
  if (arms.size > 1) return "its prior is another one in another arm";
  const entries = latents.map((latent) => quantities.find((quantity) => quantity.name === latent.name)!.node);
  const forms = entries.map((entry) => linearForm(graph, entry));
  const comparisons: Comparison[] = [];
  for (const condition of conditions) {
    const comparison = comparisonOf(graph, forms, condition, moved);
    if (typeof comparison === "string") return comparison;
    comparisons.push(comparison);
  }
  const ladder = ladderOf(graph, comparisons);
  if (!ladder) return "its thresholds do not differ by numbers";
  const at = ladder.map(([{ at: threshold }]) => threshold);
  const vector: OrderedLatents = { name, latents, of, transform, at };
  const ends = [...at, graph.constant(Infinity)].map((high, j): [NodeId, NodeId] => [
    at[j - 1] ?? graph.constant(-Infinity),
    high,
  ]);
  const masses = massesOf(graph, of, ends);
  if (typeof masses === "string") return masses;
  // How many entries lie below a threshold, as inputs that no program has.
  const counts = at.map((_, j) => graph.input(`entries of ${name} below threshold ${j}`, true));
  return ladder.map((step, j) => passage(graph, vector, masses, step, j, counts));
}

function comparisonOf(
  graph: Graph,
  entries: readonly LinearForm[],
  condition: NodeId,
  moved: ReadonlySet<NodeId>,
): Comparison | string {
  const { algebra: A } = graph;
  const form = linearForm(graph, graph.a[condition]!);
  const index = entries.findIndex((entry) => slopeIn(form, entry, moved) !== undefined);
  if (index < 0) return NOT_AFFINE;
  const [entry, slope] = [entries[index]!, slopeIn(form, entries[index]!, moved)!];
  const rest = new Map([...form.coefficients].filter(([node]) => !moved.has(node)));
  for (const [node, weight] of entry.coefficients)
    if (!moved.has(node)) rest.set(node, (rest.get(node) ?? 0) - slope * weight);
  const constant = slope * entry.constant - form.constant;
  if (![slope, constant].every(Number.isFinite)) return "a condition has a threshold that is not finite";
  if (!isAlwaysNumber(graph, [...rest.keys()])) return "a condition is not defined for every value of the others";
  const parts = Array.from(rest, ([node, weight]) => A.mul(A.constant(-weight / slope), node));
  return { condition, index, at: A.add(graph.sum(parts), A.constant(constant / slope)), above: slope > 0 };
}

/** Up to rounding of products, of which a coefficient has few. */
const ROUNDING = 1e-15;

// The slope of a form in an entry, if it moves with nothing else of the vector.
function slopeIn(form: LinearForm, entry: LinearForm, moved: ReadonlySet<NodeId>): number | undefined {
  const own = [...entry.coefficients].filter(([node]) => moved.has(node));
  const count = [...form.coefficients.keys()].filter((node) => moved.has(node)).length;
  const ratios = own.map(([node, weight]) => (form.coefficients.get(node) ?? 0) / weight);
  const [slope] = ratios;
  const isSame =
    own.length === count && ratios.every((ratio) => Math.abs(ratio - slope!) <= ROUNDING * Math.abs(slope!));
  return isSame && slope !== 0 ? slope : undefined;
}

// The comparisons by threshold, ascending; undefined unless these differ by numbers.
function ladderOf(
  graph: Graph,
  comparisons: readonly Comparison[],
): (readonly [Comparison, ...Comparison[]])[] | undefined {
  const steps = new Map<number, [Comparison, ...Comparison[]]>();
  let key: string | undefined;
  for (const comparison of comparisons) {
    const { coefficients, constant } = linearForm(graph, comparison.at);
    const own = JSON.stringify([...coefficients].sort(([p], [q]) => p - q));
    key ??= own;
    if (own !== key) return undefined;
    const step = steps.get(constant);
    if (step) step.push(comparison);
    else steps.set(constant, [comparison]);
  }
  return [...steps].sort(([p], [q]) => p - q).map(([, step]) => step);
}

// How many entries lie below threshold j, with masses given how many lie below the one before.
function passage(
  graph: Graph,
  vector: OrderedLatents,
  masses: readonly NodeId[],
  step: readonly Comparison[],
  j: number,
  inputs: readonly NodeId[],
): Variable {
  const { algebra: A } = graph;
  const length = vector.latents.length;
  const counts = Array.from({ length: length + 1 }, (_, count) => count);
  const byCondition = new Map(step.map((comparison) => [comparison.condition, comparison]));
  const own = inputs[j]!;
  // log pᴺ/N! for N entries between two thresholds.
  const between = (cell: number, n: number): NodeId =>
    n === 0 ? graph.constant(0) : A.sub(A.mul(graph.constant(n), masses[cell]!), graph.constant(logFactorial(n)));
  const logMasses = counts.map((count) => {
    const parts: NodeId[] = [];
    if (j === 0) parts.push(graph.constant(logFactorial(length)), between(0, count));
    else {
      const given = counts.map((before) =>
        before > count ? graph.constant(Number.NEGATIVE_INFINITY) : between(j, count - before),
      );
      parts.push(lookedUp(graph, inputs[j - 1]!, given, false));
    }
    if (j === vector.at.length - 1) parts.push(between(j + 1, length - count));
    return graph.sum(parts);
  });
  return {
    name: vector.name,
    size: length + 1,
    reads: [own, ...byCondition.keys()],
    readAt: (read, count) => {
      const comparison = byCondition.get(read);
      return comparison ? graph.truth(count <= comparison.index === comparison.above) : graph.constant(count);
    },
    runs: (reads) =>
      reads.includes(own)
        ? counts
        : [...new Set([0, ...reads.map((read) => byCondition.get(read)!.index + 1)])].sort((p, q) => p - q),
    logMasses,
    live: graph.truth(true),
    meaning: { kind: "passed", vector, threshold: j },
  };
}
