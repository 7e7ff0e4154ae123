/**
 * Where the values of a count end whose parameters other latents move: of k ~ Poisson(r) with r ~ gamma(2, 1). The priors say where these latents
 * lie but for a probability of 1e-12 on each side, interval arithmetic where the rate lies then, below 31.9; and of a Poisson with that
 * rate 1e-12 lies above 81. So k is one of 0, …, 81, and what is left out has a probability of at most 3e-12 under the prior.
 */
import type { Expr } from "../autodiff/expr.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { CONSTANT, INPUT, OP_NAMES } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Distribution, FiniteValues } from "../distributions/distribution.ts";
import { withTails } from "../distributions/known-tails.ts";
import { makeEnclosures, put } from "../roots/enclosures.ts";
import { RULES } from "../roots/interval-rules.ts";
import type { FiniteLatent, Latent } from "./run.ts";

/** Counts that grow or fall, every quantile of them, with each of their parameters: so the last values are those at the ends of these. */
const MONOTONE: ReadonlySet<string> = /* @__PURE__ */ new Set(["poisson", "geometric", "negativeBinomial"]);

/** What a latent may lie beyond on each side, and a count above its last value: the first with which there are not too many values. */
const TAIL_MASSES = [1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6];

/** The most values that are listed by themselves; more are asked for by `truncated`. */
const MOST_COUNTED = 2000;

type Range = readonly [low: number, high: number];

/** What is known of the latents so far. */
export interface Known {
  readonly graph: Graph;
  readonly latents: readonly Latent[];
  readonly finite: readonly FiniteLatent[];
}

/** The values of a count with traced parameters; undefined where its latents have priors of which the tails are not known, or there are too many. */
export function tracedValues(known: Known, prior: Distribution, nodeOf: (x: Expr) => NodeId): FiniteValues | undefined {
  if (!MONOTONE.has(prior.name)) return undefined;
  for (const tailMass of TAIL_MASSES) {
    const found = valuesBut(tailMass, known, prior, nodeOf);
    if (found) return found;
  }
  return undefined;
}

function valuesBut(
  tailMass: number,
  known: Known,
  prior: Distribution,
  nodeOf: (x: Expr) => NodeId,
): FiniteValues | undefined {
  const inputs = new Map<NodeId, Range>();
  for (const { node, values } of known.finite) inputs.set(node, [Math.min(...values), Math.max(...values)]);
  for (const latent of known.latents) {
    const range = rangeOfInput(latent, tailMass);
    if (range) inputs.set(latent.node, range);
  }
  const read = new Set<NodeId>();
  let corners: number[][] = [[]];
  for (const { value, valid } of prior.parameters) {
    const ends = typeof value === "number" ? [value] : ofTraced(known.graph, nodeOf(value), inputs, read);
    if (!ends?.every(valid)) return undefined;
    corners = corners.flatMap((corner) => ends.map((end) => [...corner, end]));
  }
  const lists = corners.map((corner) => {
    const parameters = prior.parameters.map((parameter, i) => ({ ...parameter, value: corner[i]! }));
    return listed({ ...prior, cdf: undefined, parameters }, tailMass);
  });
  const [first] = lists;
  if (!first || lists.some((list) => list === undefined)) return undefined;
  const longest = lists.reduce((p, q) => (q!.values.length > p!.values.length ? q : p))!;
  const lostMass = tailMass * (1 + 2 * known.latents.filter(({ node }) => read.has(node)).length);
  return longest.values.length <= MOST_COUNTED ? { values: longest.values, lostMass } : undefined;
}

// The values at numbers; undefined where they are too many to list at all.
function listed(distribution: Distribution, tailMass: number): FiniteValues | undefined {
  try {
    return withTails(distribution).finiteValues!(tailMass);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

// Where an unconstrained latent lies under its prior, if that has quantiles that are numbers.
function rangeOfInput({ prior, transform }: Latent, tailMass: number): Range | undefined {
  if ("sampled" in prior) return undefined;
  const { quantile, parameters } = withTails(prior);
  if (!quantile || parameters.some(({ value }) => typeof value !== "number")) return undefined;
  const ends = [quantile(tailMass), quantile(1 - tailMass)].map((x) => (transform ? transform.inverse(x) : x));
  const [low, high] = ends as [number, number];
  return typeof low === "number" && typeof high === "number" && low <= high ? [low, high] : undefined;
}

// Between which numbers a node lies with its inputs in these ranges; notes the inputs.
function ofTraced(
  graph: Graph,
  root: NodeId,
  inputs: ReadonlyMap<NodeId, Range>,
  read: Set<NodeId>,
): readonly number[] | undefined {
  const nodes = graph.reachable([root]);
  const place = new Map(nodes.map((node, j) => [node, j]));
  const box = makeEnclosures(nodes.length);
  for (const [j, node] of nodes.entries()) {
    const code = graph.op[node]!;
    if (code === INPUT) {
      const [low, high] = inputs.get(node) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      read.add(node);
      put(box, j, low, high, 0);
    } else if (code === CONSTANT) put(box, j, graph.value(node), graph.value(node), 0);
    else {
      const [x = 0, y = 0, z = 0] = graph.operands(node).map((operand) => place.get(operand)!);
      RULES[OP_NAMES[code - 2]!](box, j, x, y, z);
    }
  }
  const at = place.get(root)!;
  const ends = [box.lo[at]!, box.hi[at]!];
  return box.partial[at] === 0 && ends.every(Number.isFinite) ? ends : undefined;
}
