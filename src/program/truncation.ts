/**
 * Where the values of a count end whose parameters other latents move: of k ~ Poisson(r) with r ~ gamma(2, 1). The priors say where these latents
 * lie but for a probability of 1e-12 on each side, interval arithmetic where the rate lies then, below 31.9; and of a Poisson with that
 * rate 1e-12 lies above 81. So k is one of 0, …, 81, and what is left out has a probability of at most 3e-12 under the prior.
 *
 * Where a latent lies whose own prior has traced parameters follows from where these lie: with r ~ gamma(2, b) and b above 0.01, r is below
 * what gamma(2, 0.01) says. Under heavy tails more is left out: of r ~ halfCauchy(2) rates above 127 have a probability of 0.01. Where priors say nearly
 * nothing, as of exp(a + 3b) with a and b from normal(0, 10), a list of 500 values is taken and what is left out estimated. What is left
 * out is reported, and a fit warns where the posterior comes near the last value.
 *
 * Successes in trials that other latents move end at the most trials there are: of k ~ binomial(n, p) with n from 5 to 20 at 20.
 */
import { type Expr, nodeOf as nodeIn } from "../autodiff/expr.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { CONSTANT, INPUT, OP_NAMES } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { Session } from "../autodiff/session.ts";
import type { Distribution, FiniteValues } from "../distributions/distribution.ts";
import { beta } from "../distributions/interval/beta.ts";
import { uniform } from "../distributions/interval/uniform.ts";
import { withTails } from "../distributions/known-tails.ts";
import { chi2 } from "../distributions/positive/chi2.ts";
import { exponential } from "../distributions/positive/exponential.ts";
import { gamma } from "../distributions/positive/gamma.ts";
import { halfCauchy } from "../distributions/positive/half-cauchy.ts";
import { halfNormal } from "../distributions/positive/half-normal.ts";
import { inverseGamma } from "../distributions/positive/inverse-gamma.ts";
import { lognormal } from "../distributions/positive/lognormal.ts";
import { weibull } from "../distributions/positive/weibull.ts";
import { cauchy } from "../distributions/real/cauchy.ts";
import { laplace } from "../distributions/real/laplace.ts";
import { logistic } from "../distributions/real/logistic.ts";
import { normal } from "../distributions/real/normal.ts";
import { studentT } from "../distributions/real/student-t.ts";
import { exp } from "../math/elementary.ts";
import { makeEnclosures, put } from "../roots/enclosures.ts";
import { RULES } from "../roots/interval-rules.ts";
import type { FiniteLatent, Latent } from "./run.ts";

/** Counts that grow or fall, every quantile of them, with each of their parameters: so the last values are those at the ends of these. */
const MONOTONE: ReadonlySet<string> = /* @__PURE__ */ new Set(["poisson", "geometric", "negativeBinomial"]);

/** Priors every quantile of which rises or falls with each parameter: so its most and its least are at the ends of these. */
const MONOTONE_PRIORS: Readonly<Record<string, (...parameters: number[]) => Distribution>> = {
  beta,
  cauchy,
  chi2,
  exponential,
  gamma,
  halfCauchy,
  halfNormal,
  inverseGamma,
  laplace,
  logistic,
  lognormal,
  normal,
  studentT,
  uniform,
  weibull,
};

/** Counts that end where a parameter does, and that parameter's place. */
const BOUNDED_BY: Readonly<Record<string, number>> = { binomial: 0, betaBinomial: 0 };

/** What a latent may lie beyond on each side, and a count above its last value: the first with which there are not too many values. */
const TAIL_MASSES = [1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.03, 0.1];

/** The most values that are listed by themselves; more are asked for by `truncated`. */
const MOST_COUNTED = 2000;

/** Values of a count of which the priors say less. */
const FALLBACK = 500;

/** Draws of the priors by which what such a list leaves out is estimated. */
const DRAWN = 128;

type Range = readonly [low: number, high: number];

/** What is known of the latents so far. */
export interface Known {
  readonly graph: Graph;
  readonly latents: readonly Latent[];
  readonly finite: readonly FiniteLatent[];
}

/** The values of a count with traced parameters; undefined where its latents have priors without quantiles, or there are too many values. */
export function tracedValues(known: Known, prior: Distribution, nodeOf: (x: Expr) => NodeId): FiniteValues | undefined {
  if (Object.hasOwn(BOUNDED_BY, prior.name) || prior.name === "discreteUniform")
    return betweenEnds(known, prior, nodeOf);
  if (!MONOTONE.has(prior.name)) return undefined;
  for (const tailMass of TAIL_MASSES) {
    const found = valuesBut(tailMass, known, prior, nodeOf);
    if (found) return found;
  }
  return firstValues(known, prior, nodeOf);
}

// Of binomial(n, p) the numbers up to the most that n may be; of discreteUniform(a, b) those from the least a to the most b.
function betweenEnds(known: Known, prior: Distribution, nodeOf: (x: Expr) => NodeId): FiniteValues | undefined {
  const [first = 0, last = NaN] = endsBetween(known, prior, nodeOf) ?? [];
  if (!(last - first < MOST_COUNTED)) return undefined;
  return { values: Array.from({ length: last - first + 1 }, (_, k) => first + k), lostMass: 0 };
}

/** The least and the largest value of a count that ends where a parameter does; undefined of others. */
export function endsOfCount(known: Known, prior: Distribution): readonly [first: number, last: number] | undefined {
  if (!Object.hasOwn(BOUNDED_BY, prior.name) && prior.name !== "discreteUniform") return undefined;
  const session = new Session(known.graph);
  return endsBetween(known, prior, (x) => nodeIn(session, x));
}

function endsBetween(
  known: Known,
  prior: Distribution,
  nodeOf: (x: Expr) => NodeId,
): readonly [first: number, last: number] | undefined {
  const inputs = rangesOfFinite(known);
  const rangeOf = (place: number): readonly number[] | undefined => {
    const { value } = prior.parameters[place]!;
    return typeof value === "number" ? [value, value] : ofTraced(known.graph, nodeOf(value), inputs, new Set());
  };
  const place = BOUNDED_BY[prior.name];
  const [lows, highs] = place === undefined ? [rangeOf(0), rangeOf(1)] : [[0], rangeOf(place)];
  if (!lows || !highs) return undefined;
  return [Math.ceil(lows[0]!), Math.floor(highs[1]!)];
}

// Some first values, and the mean over draws of the priors of what lies beyond the last one; undefined where a prior cannot be drawn from.
function firstValues(known: Known, prior: Distribution, nodeOf: (x: Expr) => NodeId): FiniteValues | undefined {
  let lost = 0;
  for (let draw = 0; draw < DRAWN; draw++) {
    const inputs = rangesOfFinite(known, draw);
    known.latents.forEach((latent, at) => {
      const found = drawnPlace(latent, shareOf(draw, at), known.graph, inputs, nodeOf);
      if (found) inputs.set(latent.node, found);
    });
    const corner = cornersOf(prior, known.graph, inputs, new Set(), nodeOf)?.[0];
    // Beyond the largest numbers all of the mass is lost.
    if (!corner) {
      if (known.latents.some(({ node }) => !inputs.has(node))) return undefined;
      lost += 1;
      continue;
    }
    const parameters = prior.parameters.map((parameter, i) => ({ ...parameter, value: corner[i]! }));
    const { logSurvival } = withTails({ ...prior, cdf: undefined, parameters });
    lost += exp(logSurvival!(FALLBACK - 1) as number);
  }
  return { values: Array.from({ length: FALLBACK }, (_, k) => k), lostMass: lost / DRAWN };
}

/** Evenly spread numbers in (0, 1) for each latent: multiples of √2, √3, √5, √6, …, of which none is a multiple of another. */
export function shareOf(draw: number, at: number): number {
  const step = Math.sqrt(at + 2 + Math.round(Math.sqrt(at + 1.5)));
  const share = (draw + 0.5) * step;
  return Math.min(Math.max(share - Math.floor(share), 1e-9), 1 - 1e-9);
}

/** The unconstrained number of a latent at a share of its prior, where those that it depends on are numbers; undefined where its prior has no quantiles. */
export function drawnInput(
  latent: Latent,
  share: number,
  graph: Graph,
  inputs: ReadonlyMap<NodeId, number>,
): number | undefined {
  const session = new Session(graph);
  const places = new Map([...inputs].map(([node, x]): [NodeId, Place] => [node, { range: [x, x], read: new Set() }]));
  return drawnPlace(latent, share, graph, places, (x) => nodeIn(session, x))?.range[0];
}

function drawnPlace(
  { prior, transform }: Latent,
  share: number,
  graph: Graph,
  inputs: ReadonlyMap<NodeId, Place>,
  nodeOf: (x: Expr) => NodeId,
): Place | undefined {
  if ("sampled" in prior) return undefined;
  const make = Object.hasOwn(MONOTONE_PRIORS, prior.name) ? MONOTONE_PRIORS[prior.name] : undefined;
  const isKnown = prior.parameters.every(({ value }) => typeof value === "number");
  const corner = isKnown ? undefined : cornersOf(prior, graph, inputs, new Set(), nodeOf)?.[0];
  const quantile = isKnown ? withTails(prior).quantile : corner && make && withTails(make(...corner)).quantile;
  if (!quantile) return undefined;
  const x = quantile(share);
  const u = transform ? transform.inverse(x) : x;
  return typeof u === "number" && Number.isFinite(u) ? { range: [u, u], read: new Set() } : undefined;
}

// Where discrete latents lie: between the ends of their values, or at the one of a draw.
function rangesOfFinite({ finite }: Known, draw?: number): Map<NodeId, Place> {
  return new Map(
    finite.map(({ node, values }, at): [NodeId, Place] => {
      const share = draw === undefined ? undefined : shareOf(draw, 100 + at);
      const value = share === undefined ? undefined : values[Math.floor(share * values.length)]!;
      const range: Range = value === undefined ? [Math.min(...values), Math.max(...values)] : [value, value];
      return [node, { range, read: new Set([node]) }];
    }),
  );
}

function valuesBut(
  tailMass: number,
  known: Known,
  prior: Distribution,
  nodeOf: (x: Expr) => NodeId,
): FiniteValues | undefined {
  const inputs = rangesOfFinite(known);
  // Those before come first, on which the priors of later ones depend.
  for (const latent of known.latents) {
    const found = rangeOfInput(latent, tailMass, known.graph, inputs, nodeOf);
    if (found) inputs.set(latent.node, found);
  }
  const read = new Set<NodeId>();
  const corners = cornersOf(prior, known.graph, inputs, read, nodeOf);
  const lists = corners?.map((corner) => {
    const parameters = prior.parameters.map((parameter, i) => ({ ...parameter, value: corner[i]! }));
    return listed({ ...prior, cdf: undefined, parameters }, tailMass);
  });
  if (!lists?.[0] || lists.some((list) => list === undefined)) return undefined;
  const longest = lists.reduce((p, q) => (q!.values.length > p!.values.length ? q : p))!;
  const lostMass = tailMass * (1 + 2 * known.latents.filter(({ node }) => read.has(node)).length);
  return longest.values.length <= MOST_COUNTED ? { values: longest.values, lostMass } : undefined;
}

/** Where an input lies, but for the tail mass; and on which inputs that rests, itself included. */
interface Place {
  readonly range: Range;
  readonly read: ReadonlySet<NodeId>;
}

// All combinations of the ends of the parameters; undefined where one has none. Notes the inputs on which that rests.
function cornersOf(
  { parameters }: Distribution,
  graph: Graph,
  inputs: ReadonlyMap<NodeId, Place>,
  read: Set<NodeId>,
  nodeOf: (x: Expr) => NodeId,
): number[][] | undefined {
  let corners: number[][] = [[]];
  for (const { value, valid } of parameters) {
    const ends = typeof value === "number" ? [value] : ofTraced(graph, nodeOf(value), inputs, read);
    if (!ends?.every(valid)) return undefined;
    corners = corners.flatMap((corner) => ends.map((end) => [...corner, end]));
  }
  return corners;
}

// The values at numbers; undefined where they are too many to list at all.
function listed(distribution: Distribution, tailMass: number): FiniteValues | undefined {
  try {
    const { moments, finiteValues } = withTails(distribution);
    return moments!()!.mean > 2 * MOST_COUNTED ? undefined : finiteValues!(tailMass);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

// Where an unconstrained latent lies under its prior, if that has quantiles that are numbers, or parameters of which it is known where they lie.
function rangeOfInput(
  { node, prior, transform }: Latent,
  tailMass: number,
  graph: Graph,
  inputs: ReadonlyMap<NodeId, Place>,
  nodeOf: (x: Expr) => NodeId,
): Place | undefined {
  if ("sampled" in prior) return undefined;
  const read = new Set([node]);
  let priors: Distribution[] = [prior];
  if (prior.parameters.some(({ value }) => typeof value !== "number")) {
    const make = Object.hasOwn(MONOTONE_PRIORS, prior.name) ? MONOTONE_PRIORS[prior.name] : undefined;
    const corners = make && cornersOf(prior, graph, inputs, read, nodeOf);
    if (!corners) return undefined;
    priors = corners.map((corner) => make(...corner));
  }
  let [least, most] = [Infinity, -Infinity];
  for (const each of priors) {
    const { quantile } = withTails(each);
    if (!quantile) return undefined;
    const ends = [quantile(tailMass), quantile(1 - tailMass)].map((x) => (transform ? transform.inverse(x) : x));
    const [low, high] = ends as [number, number];
    if (!(typeof low === "number" && typeof high === "number" && low <= high)) return undefined;
    least = Math.min(least, low);
    most = Math.max(most, high);
  }
  return { range: [least, most], read };
}

// Between which numbers a node lies with its inputs in these ranges; notes the inputs.
function ofTraced(
  graph: Graph,
  root: NodeId,
  inputs: ReadonlyMap<NodeId, Place>,
  read: Set<NodeId>,
): readonly number[] | undefined {
  const nodes = graph.reachable([root]);
  const place = new Map(nodes.map((node, j) => [node, j]));
  const box = makeEnclosures(nodes.length);
  for (const [j, node] of nodes.entries()) {
    const code = graph.op[node]!;
    if (code === INPUT) {
      const known = inputs.get(node);
      for (const input of known?.read ?? []) read.add(input);
      const [low, high] = known?.range ?? [-Infinity, Infinity];
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
