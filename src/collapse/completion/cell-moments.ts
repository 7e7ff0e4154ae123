/**
 * Mean and mean square of a latent within each of its cells, exactly. Of a gamma prior x·p(x) is again a gamma density, of a shape larger by 1, up to its mean:
 * so the mean of x ~ gamma(k, r) between two ends is k/r times the mass of gamma(k + 1, r) there over that of gamma(k, r), and for the mean square
 * it is gamma(k + 2, r). Beta and lognormal priors are alike, and a uniform latent lies evenly between its ends. Laplace, logistic and Student t
 * priors have formulas of their own; under others the moments between numbers are found by quadrature.
 */
import { add, div, exp, exprOf, log, max, min, mul, nodeOf, type Real, sub } from "../../autodiff/expr.ts";
import type { Graph } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { Session } from "../../autodiff/session.ts";
import type { Distribution, Moments } from "../../distributions/distribution.ts";
import { beta } from "../../distributions/interval/beta.ts";
import { withTails } from "../../distributions/known-tails.ts";
import { gamma } from "../../distributions/positive/gamma.ts";
import { lognormal } from "../../distributions/positive/lognormal.ts";
import { momentsBetween } from "../../distributions/quadrature-tails.ts";
import { massesOf } from "../cells.ts";
import { symmetricMoments } from "./symmetric-moments.ts";

type Ends = readonly (readonly [low: NodeId, high: NodeId])[];

/** A density times a power of x: the distribution that it is of, and the log of the moment by which it has to be multiplied. */
interface Weighted {
  readonly distribution: Distribution;
  readonly logMoment: Real;
}

/** The functions x·p(x) and x²·p(x) of each prior p, as multiples of densities, by its parameters. */
const WEIGHTED: Readonly<Record<string, (...parameters: Real[]) => readonly Weighted[]>> = {
  gamma: (shape, rate) => gammas(shape!, rate!),
  exponential: (rate) => gammas(1, rate!),
  chi2: (df) => gammas(div(df!, 2), 0.5),
  beta: (a, b) => {
    const sum = add(a!, b!);
    const first = sub(log(a!), log(sum));
    return [
      { distribution: beta(add(a!, 1), b!), logMoment: first },
      { distribution: beta(add(a!, 2), b!), logMoment: add(first, sub(log(add(a!, 1)), log(add(sum, 1)))) },
    ];
  },
  lognormal: (mean, sd) =>
    [1, 2].map((power) => ({
      distribution: lognormal(add(mean!, mul(power, mul(sd!, sd!))), sd!),
      logMoment: add(mul(power, mean!), mul(0.5 * power * power, mul(sd!, sd!))),
    })),
};

function gammas(shape: Real, rate: Real): Weighted[] {
  const first = sub(log(shape), log(rate));
  return [
    { distribution: gamma(add(shape, 1), rate), logMoment: first },
    { distribution: gamma(add(shape, 2), rate), logMoment: add(first, sub(log(add(shape, 1)), log(rate))) },
  ];
}

/** Means by cell, then mean squares, as nodes; undefined for priors of which they are not known. */
export function cellMoments(graph: Graph, prior: Distribution, ends: Ends): NodeId[] | undefined {
  if (prior.name === "uniform") return evenMoments(graph, prior, ends);
  const own = new Session(graph);
  const symmetric = symmetricMoments(
    prior,
    ends.map(([low, high]) => [exprOf(own, low), exprOf(own, high)]),
  );
  if (symmetric) return symmetric.map((real) => nodeOf(own, real));
  const weighted = Object.hasOwn(WEIGHTED, prior.name) ? WEIGHTED[prior.name] : undefined;
  if (!weighted) return undefined;
  const masses = massesOf(graph, prior, ends);
  if (typeof masses === "string") return undefined;
  const session = new Session(graph);
  const found: NodeId[] = [];
  for (const { distribution, logMoment } of weighted(...prior.parameters.map(({ value }) => value))) {
    const shares = massesOf(graph, distribution, ends);
    if (typeof shares === "string") return undefined;
    shares.forEach((share, j) => {
      const ratio = sub(exprOf(session, share), exprOf(session, masses[j]!));
      found.push(nodeOf(session, exp(add(ratio, logMoment))));
    });
  }
  return found;
}

// Between a and b the mean square is (a² + ab + b²)/3.
function evenMoments(graph: Graph, { support }: Distribution, ends: Ends): NodeId[] {
  const session = new Session(graph);
  const [first, last] = support.ends ?? [support.lower, support.upper];
  const within = ends.map((pair) => pair.map((end) => max(first, min(last, exprOf(session, end)))) as [Real, Real]);
  const means = within.map(([low, high]) => mul(0.5, add(low, high)));
  const squares = within.map(([low, high]) => div(add(add(mul(low, low), mul(low, high)), mul(high, high)), 3));
  return [...means, ...squares].map((real) => nodeOf(session, real));
}

/** Ends of a cell as numbers, within the support. */
export type Interval = readonly [low: number, high: number];

/**
 * Mean and mean square of a cell under a prior of these moments, where they do not exist: of a Cauchy latent above 3 the mean is ∞, of one on both
 * sides of its centre without end it is NaN, and under pareto(1, 1.5) the mean square alone is ∞. Undefined where both exist.
 */
export function missingMoments(
  whole: Moments | undefined,
  [low, high]: Interval,
): readonly [mean: number | undefined, square: number] | undefined {
  if (!whole || Number.isFinite(whole.sd) || (low > -Infinity && high < Infinity)) return undefined;
  if (Number.isFinite(whole.mean)) return [undefined, Infinity];
  return [low > -Infinity ? Infinity : high < Infinity ? -Infinity : Number.NaN, Infinity];
}

/**
 * Mean and mean square of the cell of an index, found when first asked for, ∞ or NaN where they do not exist; undefined where an end or a parameter is
 * no number.
 */
export function numericMoments(
  graph: Graph,
  prior: Distribution,
  ends: Ends,
): ((cell: number) => readonly [mean: number, square: number]) | undefined {
  if (prior.parameters.some(({ value }) => typeof value !== "number")) return undefined;
  if (!ends.flat().every((end) => graph.isConstant(end))) return undefined;
  const complete = withTails(prior);
  const { support, quantile, moments } = complete;
  const whole = moments?.();
  const within = ends.map(
    ([low, high]): Interval => [Math.max(graph.value(low), support.lower), Math.min(graph.value(high), support.upper)],
  );
  if (!quantile || (!whole && !within.flat().every(Number.isFinite))) return undefined;
  const found = new Map<number, readonly [number, number]>();
  return (cell) => {
    const known = found.get(cell);
    if (known) return known;
    const missing = missingMoments(whole, within[cell]!);
    const [mean, square] = momentsBetween(complete, ...within[cell]!) ?? [Number.NaN, Number.NaN];
    const made = missing ? ([missing[0] ?? mean, missing[1]] as const) : ([mean, square] as const);
    found.set(cell, made);
    return made;
  };
}
