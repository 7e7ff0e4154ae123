/** One of several distributions, which one summed out: `observe(mixture([0.3, 0.7], [normal(0, 1), normal(5, 1)]), 4.2)`. */

import {
  add,
  and,
  describe,
  Expr,
  exp,
  ge,
  le,
  log,
  logSumExp,
  max,
  min,
  mul,
  type Real,
  type RealList,
  sum,
  unpacked,
  where,
} from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { squared } from "../../math/squared.ts";
import { checkTotal } from "../discrete/categorical.ts";
import { countQuantile } from "../discrete/sums.ts";
import {
  closedInterval,
  continuous,
  type Distribution,
  discrete,
  endsOf,
  type FiniteValues,
  finiteSet,
  integersBetween,
  type Moments,
  probability,
  REAL_LINE,
  type Support,
  tracedInterval,
} from "../distribution.ts";
import { withTails } from "../known-tails.ts";
import { logMassInOrder } from "../log-mass.ts";
import { searchedQuantile, tailed } from "../tails.ts";
import { requireDistribution } from "../vector/requirements.ts";
import { within } from "./parts.ts";

/**
 * Component i with probability weights[i], summed out: log density log Σ wᵢ pᵢ(x). Weights may be traced, as of a latent
 * `dirichlet([1, 1])`; RangeError unless weights that are numbers sum to 1 within 1e-9. Components are all continuous or all discrete; where they lie
 * on different intervals a component counts nothing beyond its own.
 */
export function mixture(weights: RealList, components: readonly Distribution[]): Distribution {
  requireNoMore("mixture", 2, arguments);
  const shares = unpacked(weights);
  if (!Array.isArray(components) || components.length === 0)
    throw new TypeError(`mixture: no components; got ${describe(components)}, expected a non-empty array`);
  if (!Array.isArray(shares) || shares.length !== components.length)
    throw new RangeError(
      `mixture: not a weight for each component; got ${Array.isArray(shares) ? shares.length : describe(shares)} weights, expected ${components.length}`,
    );
  for (const component of components) requireDistribution("mixture", component);
  checkTotal("mixture", shares, "weights");
  const parts = components.map((component, i) => ({ component: withTails(component), weight: shares[i]! }));
  const support = hullOf(parts.map(({ component }) => component));
  const joined = (log1: (component: Distribution) => Real): Real => {
    const terms = parts.map(({ component, weight }) => (weight === 0 ? -Infinity : add(log(weight), log1(component))));
    return logSumExp(terms.filter((term) => term !== -Infinity));
  };
  const definition = {
    name: "mixture",
    parameters: [
      ...shares.map((weight, i) => probability(`weights[${i}]`, weight)),
      ...parts.flatMap(({ component }, i) => within(`components[${i}]`, component.parameters)),
    ],
    support,
    draw: (next: () => number) => {
      let u = next();
      const found = parts.find(({ weight }) => {
        u -= weight as number;
        return u < 0;
      });
      return (found ?? parts.at(-1)!).component.draw(next);
    },
  };
  const distribution = support.discrete
    ? discrete({ ...definition, logDensity: (k) => joined(({ logDensity }) => logDensity(k)) })
    : continuous({
        ...definition,
        logDensity: (x) => joined((component) => densityAt(component, x, false, support)),
        logDensityInside: (x) => joined((component) => densityAt(component, x, true, support)),
      });
  const moments = (): Moments => {
    const each = parts.map(({ component, weight }) => ({ weight: weight as number, ...component.moments!()! }));
    const mean = each.reduce((total, { weight, mean }) => total + weight * mean, 0);
    const variance = each.reduce((total, own) => total + own.weight * (squared(own.sd) + squared(own.mean - mean)), 0);
    return { mean, sd: Math.sqrt(variance) };
  };
  const known = parts.every(({ component }) => component.cdf && component.logCdf && component.logSurvival);
  const masses = {
    logCdf: (x: Real): Real => joined(({ logCdf }) => logCdf!(x)),
    logSurvival: (x: Real): Real => joined(({ logSurvival }) => logSurvival!(x)),
  };
  const middle = (): [number, number] => {
    const places = parts.map(({ component }) => component.quantile!(0.5));
    const [least, most] = [Math.min(...places), Math.max(...places)];
    return [0.5 * least + 0.5 * most, most - least + 1];
  };
  return tailed(distribution, {
    ...(known && {
      cdf: (x: Real) => sum(parts.map(({ component, weight }) => mul(weight, component.cdf!(x)))),
      ...masses,
      logInterval: (low: Real, high: Real) => joined((component) => logMassInOrder(component, low, high)),
      quantile:
        support.kind === "finite"
          ? (p: number) =>
              tableOf(components.map(withTails)).find((value) => (exp(masses.logCdf(value)) as number) >= p - 1e-15) ??
              support.upper
          : support.discrete
            ? (p: number) => countQuantile(p, masses, support.lower, support.upper)
            : searchedQuantile(distribution, masses, middle),
    }),
    ...(parts.every(({ component }) => component.moments) && { moments }),
    ...(support.discrete &&
      parts.every(({ component }) => component.finiteValues) && {
        finiteValues: (tailMass?: number): FiniteValues => {
          const each = parts.map(({ component }) => component.finiteValues!(tailMass));
          const values = [...new Set(each.flatMap((own) => own.values))].sort((a, b) => a - b);
          // What one component lost another one may have kept; an upper bound is reported.
          const lostMass = Math.max(...each.map((own) => own.lostMass));
          return { values, lostMass };
        },
      }),
  });
}

/** The density of a component at a value that lies within the whole mixture's support if `inside`; a traced one may lie beyond the component's own. */
function densityAt(
  { name, support, logDensity, ...rest }: Distribution,
  x: Real,
  inside: boolean,
  hull: Support,
): Real {
  const { logDensityInside = logDensity } = rest;
  if (!(x instanceof Expr)) return logDensity(x);
  const { lower, upper, ends } = support;
  if (ends && ends !== hull.ends) return logDensity(x); // which is −∞ beyond ends that are traced
  const own = inside ? logDensityInside(x) : logDensity(x);
  const above = lower > hull.lower ? ge(x, lower) : true;
  const below = upper < hull.upper ? le(x, upper) : true;
  return where(and(above, below), own, Number.NEGATIVE_INFINITY);
}

/** The values of a finite mixture. */
function tableOf(components: readonly Distribution[]): number[] {
  return [...new Set(components.flatMap(({ finiteValues }) => finiteValues!().values))].sort((a, b) => a - b);
}

function equalSupports(one: Support, other: Support): boolean {
  const isSame = one.kind === other.kind && one.lower === other.lower && one.upper === other.upper;
  return isSame && one.text === other.text && one.ends === other.ends;
}

// The least of numbers of which some are traced; nothing is below −∞.
function leastOf(lows: readonly Real[]): Real {
  return lows.includes(-Infinity) ? -Infinity : lows.reduce((x, y) => min(x, y));
}

function mostOf(highs: readonly Real[]): Real {
  return highs.includes(Infinity) ? Infinity : highs.reduce((x, y) => max(x, y));
}

/** The least support that has those of all components in it. */
function hullOf(components: readonly Distribution[]): Support {
  const supports = components.map(({ support }) => support);
  const first = supports[0]!;
  if (supports.some(({ discrete }) => discrete !== first.discrete))
    throw new TypeError(
      `mixture: continuous and discrete components; got ${components.map(({ name }) => name).join(" and ")}, expected one kind`,
    );
  if (supports.every((support) => equalSupports(support, first))) return first;
  const lower = Math.min(...supports.map((support) => support.lower));
  const upper = Math.max(...supports.map((support) => support.upper));
  if (supports.some(({ kind }) => kind === "finite")) {
    const values = tableOf(components);
    if (upper < Infinity) return finiteSet(values);
    if (!values.every(Number.isInteger))
      throw new TypeError(
        `mixture: counts without end and values that are not whole; got ${components.map(({ name }) => name).join(" and ")}, expected whole numbers, or finitely many values`,
      );
  }
  if (first.discrete) return integersBetween(lower, upper);
  if (supports.some(({ ends }) => ends !== undefined)) {
    const ends = supports.map(endsOf);
    const [least, most] = [leastOf(ends.map(([low]) => low)), mostOf(ends.map(([, high]) => high))];
    if (least === -Infinity && most === Infinity) return REAL_LINE;
    // Each component is −∞ beyond its own ends.
    const { masked: _, ...hull } = tracedInterval(least, most);
    return hull;
  }
  return lower === -Infinity && upper === Infinity ? REAL_LINE : closedInterval(lower, upper);
}
