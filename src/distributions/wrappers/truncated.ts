/**
 * A distribution within limits: `sample("x", truncated(normal(0, 1), 0, Infinity))` is a half-normal, with the mass outside given to what is
 * inside.
 */

import { exp, logSumExp, max, min, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { countQuantile, summedMoments, tableTails, wholeNumbers } from "../discrete/sums.ts";
import {
  betweenReals,
  continuous,
  type Distribution,
  discrete,
  endsOf,
  type FiniteValues,
  finiteSet,
  integersBetween,
  type Moments,
} from "../distribution.ts";
import { logMass, logMassInOrder } from "../log-mass.ts";
import { quadratureMoments } from "../quadrature-tails.ts";
import { searchedQuantile, type TailFormulas, tailed } from "../tails.ts";
import { endOf, isKnown, requireEnds, withMasses } from "./parts.ts";

/**
 * A distribution given that low ≤ x ≤ high: `truncated(normal(0, 1), 0, Infinity)` is a half-normal. Its cdf must be known. Ends may be
 * infinite, and traced for a continuous latent; of counts both ends belong to the values. RangeError where low ≥ high, and where
 * numbers leave no mass between the ends.
 */
export function truncated(distribution: Distribution, low: Real = -Infinity, high: Real = Infinity): Distribution {
  requireNoMore("truncated", 3, arguments);
  const whole = withMasses("truncated", distribution);
  requireEnds("truncated", low, high, whole.support.discrete);
  const { record, logTotal } = whole.support.discrete ? discretely(whole, low, high) : ofReals(whole, low, high);
  if (isKnown(record.parameters) && logTotal() === -Infinity)
    throw new RangeError(
      `truncated: there is no mass between the ends; got ${whole.name} with low=${String(low)}, high=${String(high)}, expected ends within ${whole.support.text}`,
    );
  return record;
}

interface Made {
  readonly record: Distribution;
  /** log P(low ≤ X ≤ high) */
  readonly logTotal: () => Real;
}

function ofReals(whole: Distribution, low: Real, high: Real): Made {
  const { support, logDensity, logDensityInside = logDensity } = whole;
  const ends = endsOf(support);
  const [lower, upper] = [max(low, ends[0]), min(high, ends[1])];
  let total: Real | undefined; // found once
  const logTotal = (): Real => {
    total ??= logMassInOrder(whole, low, high);
    return total;
  };
  const inside = (x: Real): Real => sub(logDensityInside(x), logTotal());
  const record = continuous({
    name: `truncated ${whole.name}`,
    parameters: [...whole.parameters, endOf("low", low), endOf("high", high)],
    support: betweenReals(lower, upper),
    logDensity: (x) => sub(logDensity(x), logTotal()),
    logDensityInside: inside,
    draw: (next) => complete.quantile!(next()),
  });
  const masses = {
    logCdf: (x: Real): Real => sub(logMassInOrder(whole, low, min(x, high)), logTotal()),
    logSurvival: (x: Real): Real => sub(logMassInOrder(whole, max(x, low), high), logTotal()),
  };
  const formulas: TailFormulas = {
    cdf: (x) => exp(masses.logCdf(x)),
    ...masses,
    logInterval: (from, to) => sub(logMassInOrder(whole, max(from, low), min(to, high)), logTotal()),
    quantile: searchedQuantile(record, masses, () => startWithin(whole, lower as number, upper as number)),
    moments: () => quadratureMoments(complete),
  };
  const complete: Distribution = { ...tailed(record, formulas), truncation: { whole, low, high } };
  return { record: complete, logTotal };
}

/** A number inside the ends to search from, and a distance: of a normal above 30 sd some 1/30 sd. */
function startWithin(
  { moments, quantile }: Distribution,
  lower: number,
  upper: number,
): [centre: number, scale: number] {
  if (lower > -Infinity && upper < Infinity) return [0.5 * lower + 0.5 * upper, upper - lower];
  const sd = moments?.()?.sd;
  const scale = sd !== undefined && sd < Infinity ? sd : quantile!(0.75) - quantile!(0.25);
  const middle = quantile!(0.5);
  if (lower > -Infinity) return [Math.max(middle, lower + 0.1 * scale), scale];
  return [Math.min(middle, upper - 0.1 * scale), scale];
}

function discretely(whole: Distribution, low: Real, high: Real): Made {
  if (typeof low !== "number" || typeof high !== "number")
    throw new TypeError(`truncated: an end of ${whole.name} is traced; got a traced number, expected data`);
  return whole.support.kind === "finite" ? ofTable(whole, low, high) : ofCounts(whole, low, high);
}

function ofTable(whole: Distribution, low: number, high: number): Made {
  const table = whole.finiteValues!().values.filter((value) => value >= low && value <= high);
  const logTotal = (): Real => logSumExp(table.map(whole.logDensity));
  const record = discrete({
    name: `truncated ${whole.name}`,
    parameters: [...whole.parameters, endOf("low", low), endOf("high", high)],
    support: finiteSet(table),
    logDensity: (value) => sub(whole.logDensity(value), logTotal()),
    draw: (next) => complete.quantile!(next()),
  });
  const moments = (): Moments => summedMoments(record, table);
  const complete = tailed(
    record,
    tableTails(record, () => table, moments),
  );
  return { record: complete, logTotal };
}

function ofCounts(whole: Distribution, low: number, high: number): Made {
  const name = `truncated ${whole.name}`;
  const wrong = [low, high].find((end) => Number.isFinite(end) && !Number.isInteger(end));
  if (wrong !== undefined)
    throw new RangeError(`truncated: an end of counts is no whole number; got ${wrong}, expected one or ±Infinity`);
  const { support, logDensity } = whole;
  const [lower, upper] = [Math.max(low, support.lower), Math.min(high, support.upper)];
  let total: Real | undefined; // found once
  const logTotal = (): Real => {
    total ??= logMass(whole, low - 1, high);
    return total;
  };
  const record = discrete({
    name,
    parameters: [...whole.parameters, endOf("low", low), endOf("high", high)],
    support: integersBetween(lower, upper),
    logDensity: (k) => sub(logDensity(k), logTotal()),
    draw: (next) => complete.quantile!(next()),
  });
  const masses = {
    logCdf: (x: Real): Real => sub(logMass(whole, low - 1, x), logTotal()),
    logSurvival: (x: Real): Real => sub(logMass(whole, x, high), logTotal()),
  };
  const finiteValues = (tailMass?: number): FiniteValues => {
    if (upper < Infinity) return { values: wholeNumbers(name, lower, upper), lostMass: 0 };
    const { values, lostMass } = whole.finiteValues!(tailMass);
    return { values: values.filter((k) => k >= lower), lostMass: lostMass / (exp(logTotal()) as number) };
  };
  const complete = tailed(record, {
    cdf: (x) => exp(masses.logCdf(x)),
    ...masses,
    quantile: (p) => countQuantile(p, masses, lower, upper),
    moments: (): Moments => summedMoments(complete, finiteValues().values),
    finiteValues,
  });
  return { record: complete, logTotal };
}
