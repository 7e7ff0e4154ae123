/** A distribution is a record from which densities, checks, samplers and documentation are made. */
import { add, and, describe, Expr, ge, lgamma, log, type Real, sub, where } from "../autodiff/expr.ts";
import { refuseKind } from "../autodiff/traced.ts";
import { aboveLow, belowHigh, EXP } from "../transforms/half-line.ts";
import { betweenEnds } from "../transforms/interval.ts";
import type { Start, Transform } from "../transforms/transform.ts";

/** One parameter, with the range in which it makes sense. */
export interface Parameter {
  readonly name: string;
  readonly value: Real;
  /** The range, for messages: "sd > 0". */
  readonly expected: string;
  readonly valid: (value: number) => boolean;
}

/**
 * The set of values with positive density: the whole line, the numbers above a bound, an interval, whole numbers, or a finite table;
 * by its kind and bounds, so that who asks compares values and not texts.
 */
export interface Support {
  readonly kind: "real" | "positive" | "interval" | "integers" | "finite";
  readonly lower: number;
  readonly upper: number;
  /** For messages: "(0, ∞)". */
  readonly text: string;
  readonly discrete: boolean;
  readonly contains: (value: number) => boolean;
  /** The ends where one of them is traced; `lower` and `upper` are then infinite on that side. */
  readonly ends?: readonly [low: Real, high: Real];
  /** The log density at x, given what it is inside: −∞ where the traced ends leave x out. */
  readonly masked?: (x: Real, inside: Real) => Real;
  /** How a latent with this support is written by an unconstrained number; absent on ℝ and for whole numbers. */
  readonly transform?: Transform;
}

/** Mean and standard deviation, NaN or ∞ where the distribution has none. */
export interface Moments {
  readonly mean: number;
  readonly sd: number;
}

/** The values that a discrete distribution is cut to, and the probability of all others: {0, …, 14}, 2e-13. */
export interface FiniteValues {
  readonly values: readonly number[];
  readonly lostMass: number;
}

/**
 * Masses of a distribution, each absent where it is not known. The distributions of `nondiff` have them; those of `nondiff/core` do
 * not, as nobody who only learns and observes needs them: `withTails` (known-tails.ts) gives such a record its own.
 */
export interface Tails {
  /** P(X ≤ x), as an expression where x or a parameter is traced and the function is made of ops; TypeError where it is not. */
  readonly cdf?: ((x: Real) => Real) | undefined;
  /** log P(X ≤ x), accurate where the mass underflows. */
  readonly logCdf?: ((x: Real) => Real) | undefined;
  /** log P(X > x), accurate where the mass underflows. */
  readonly logSurvival?: ((x: Real) => Real) | undefined;
  /** log P(low < X ≤ high) for low < high, if that has a formula of its own; others ask `logMass`. */
  readonly logInterval?: ((low: Real, high: Real) => Real) | undefined;
  /** The least x with P(X ≤ x) ≥ p; RangeError outside [0, 1], TypeError where a parameter is traced. */
  readonly quantile?: ((p: number) => number) | undefined;
  /** Mean and sd, for parameters that are numbers. */
  readonly moments?: (() => Moments | undefined) | undefined;
  /** The same at numbers in place of the parameters, of families in which some distribution has no mean or sd. */
  readonly momentsAt?: ((...parameters: number[]) => Moments) | undefined;
  /**
   * The values that a discrete latent takes, and the probability of all others: where there are infinitely many, those above are left
   * out whose mass is at most `tailMass` (1e-12 unless said). TypeError where that depends on a traced parameter.
   */
  readonly finiteValues?: ((tailMass?: number) => FiniteValues) | undefined;
}

export interface Distribution extends Tails {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly support: Support;
  /**
   * log density (or log probability) at a value, as an expression: −∞ for numbers outside the support, −∞ or NaN for
   * traced values outside it and for traced parameters out of range. Discrete ones take numbers only.
   */
  readonly logDensity: (value: Real) => Real;
  /** The same for a traced value that lies in the support by construction, as a latent's does: without a check of that. */
  readonly logDensityInside?: ((value: Real) => Real) | undefined;
  /** A draw, for simulation; `next` gives uniforms in (0, 1). Throws unless the parameters are valid numbers. */
  readonly draw: (next: () => number) => number;
  /** A draw as a function of one standard normal, for sites that are drawn and not learned; absent where none is known. */
  readonly fromNormal?: ((noise: Real) => Real) | undefined;
  /** Of a continuous truncated one: what it is a part of, and from where to where. */
  readonly truncation?: { readonly whole: Distribution; readonly low: Real; readonly high: Real } | undefined;
  /** Where a guide may start: mean (or centre) and standard deviation (or scale), for parameters that are numbers. */
  readonly initial?: (() => Start | undefined) | undefined;
}

/** A distribution before its checks: densities inside the support only, draws and starts from numbers in parameter order. */
export interface Definition<Value extends Real> {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly support: Support;
  readonly logDensity: (value: Value) => Real;
  readonly logDensityInside?: (value: Real) => Real;
  readonly draw: (next: () => number, ...parameters: number[]) => number;
  readonly fromNormal?: (noise: Real) => Real;
  readonly finiteValues?: () => FiniteValues;
  readonly initial?: (...parameters: number[]) => Start;
}

/** A continuous support: between two bounds, which may be infinite; a finite bound belongs to it if `closed`. */
function between(
  kind: Support["kind"],
  lower: number,
  upper: number,
  closed: boolean,
  text: string,
  transform?: Transform,
): Support {
  const contains = closed
    ? (x: number) => x >= lower && x <= upper && Number.isFinite(x)
    : (x: number) => x > lower && x < upper;
  return { kind, lower, upper, text, discrete: false, contains, ...(transform && { transform }) };
}

// Written out: a bundle of models on the whole line needs no bounds of others. What is traced by another copy of the library throws at the minus.
function line(): Support {
  const contains = (x: number) => x - x === 0;
  return { kind: "real", lower: -Infinity, upper: Infinity, text: "ℝ", discrete: false, contains };
}

export const REAL_LINE: Support = /* @__PURE__ */ line();
export const POSITIVE: Support = /* @__PURE__ */ between("positive", 0, Infinity, false, "(0, ∞)", EXP);
export const NONNEGATIVE: Support = /* @__PURE__ */ between("positive", 0, Infinity, true, "[0, ∞)", EXP);
export const UNIT_INTERVAL: Support = /* @__PURE__ */ between(
  "interval",
  0,
  1,
  false,
  "(0, 1)",
  /* @__PURE__ */ betweenEnds(0, 1),
);

/** The support [low, high] of two numbers, of which one or both may be infinite, with its finite ends. */
export function closedInterval(low: number, high: number): Support {
  const [below, above] = [low > -Infinity, high < Infinity];
  const text = `${below ? `[${low}` : "(−∞"}, ${above ? `${high}]` : "∞)"}`;
  if (below && above) return between("interval", low, high, true, text, betweenEnds(low, high));
  if (below)
    return between(low === 0 ? "positive" : "interval", low, high, true, text, low === 0 ? EXP : aboveLow(low));
  return above ? between("interval", low, high, true, text, belowHigh(high)) : REAL_LINE;
}

/** The support between two ends of which one is traced: whether a number lies in it is a condition, and the density of one that is data jumps there. */
export function tracedInterval(low: Real, high: Real): Support {
  const [lower, upper] = [typeof low === "number" ? low : -Infinity, typeof high === "number" ? high : Infinity];
  const shown = (end: Real): string => (typeof end === "number" ? String(end) : "…");
  const transform = high === Infinity ? aboveLow(low) : low === -Infinity ? belowHigh(high) : betweenEnds(low, high);
  return {
    ...between("interval", lower, upper, true, `[${shown(low)}, ${shown(high)}]`, transform),
    ends: [low, high],
    contains: Number.isFinite,
    masked: (x, inside) => where(and(ge(x, low), ge(high, x)), inside, -Infinity),
  };
}

/** The support between two ends, either of which may be traced. */
export function betweenReals(low: Real, high: Real): Support {
  return low instanceof Expr || high instanceof Expr ? tracedInterval(low, high) : closedInterval(low, high);
}

/** The ends of a support on an interval, traced ones included. */
export function endsOf({ ends, lower, upper }: Support): readonly [low: Real, high: Real] {
  return ends ?? [lower, upper];
}

/** Whole numbers from 0 to `last`, which may be infinite. */
function integers(last: number, text: string): Support {
  const contains = (k: number) => Number.isInteger(k) && k >= 0 && k <= last;
  return { kind: "integers", lower: 0, upper: last, text, discrete: true, contains };
}

export const COUNTS: Support = /* @__PURE__ */ integers(Infinity, "{0, 1, 2, …}");

/** All whole numbers. */
export const INTEGERS: Support = /* @__PURE__ */ integersBetween(-Infinity, Infinity);

/** The support {0, …, last}. */
export function upTo(last: number): Support {
  return integers(last, `{0, …, ${last}}`);
}

/** The support {low, …, high} of whole numbers. */
export function integersBetween(low: number, high: number): Support {
  const contains = (k: number) => Number.isInteger(k) && k >= low && k <= high;
  const first = low === -Infinity ? "…" : `${low}, ${low + 1}, …`;
  const text = high === Infinity ? `{${first}}` : `{${low}, …, ${high}}`;
  return { kind: "integers", lower: low, upper: high, text, discrete: true, contains };
}

/** The support of finitely many values, in increasing order. */
export function finiteSet(values: readonly number[]): Support {
  const text = values.length > 5 ? `{${values[0]}, …, ${values.at(-1)}}` : `{${values.join(", ")}}`;
  const contains = (value: number) => values.includes(value);
  return { kind: "finite", lower: values[0]!, upper: values.at(-1)!, text, discrete: true, contains };
}

/** A distribution on an interval. Values outside it must give −∞ or NaN by themselves when they are traced. */
export function continuous(definition: Definition<Real>): Distribution {
  const { support, logDensity, logDensityInside = logDensity } = definition;
  return checked(definition, (x) => {
    if (!(x instanceof Expr || support.contains(x))) return outside(x);
    return support.masked?.(x, logDensityInside(x)) ?? logDensity(x);
  });
}

/** A distribution on whole numbers; its values are data. */
export function discrete(definition: Definition<number>): Distribution {
  const { name, support, logDensity } = definition;
  return checked(definition, (k) => {
    if (typeof k !== "number") refuseKind(name, "data", k, `a number in ${support.text}`);
    return support.contains(k) ? logDensity(k) : outside(k);
  });
}

function outside(value: number): number {
  return Number.isNaN(value) ? NaN : -Infinity;
}

function checked<Value extends Real>(
  definition: Definition<Value>,
  logDensity: Distribution["logDensity"],
): Distribution {
  const { name, parameters, support, logDensityInside, draw, fromNormal, finiteValues, initial } = definition;
  let drawnFrom: readonly number[] | undefined; // found at the first draw, as a simulation makes many
  // Every field is written out: a spread takes longer than all the rest, and models make very many records.
  return {
    name,
    parameters,
    support,
    logDensity,
    logDensityInside,
    fromNormal,
    finiteValues,
    draw: (next) => {
      drawnFrom ??= parameterNumbers(name, "draw", parameters);
      return draw(next, ...drawnFrom);
    },
    initial: () => {
      const values = parameters.map(({ value }) => value as number);
      return values.every((value) => typeof value === "number") ? initial?.(...values) : undefined;
    },
  };
}

/** The number, NaN for what is none: who computes with a parameter before it is checked leaves the error to the check. */
export function numberOrNaN(value: Real): number {
  return typeof value === "number" ? value : Number.NaN;
}

/** The log of a parameter, NaN of what is neither a number nor traced. */
export function logOf(value: Real): Real {
  return log(value instanceof Expr ? value : numberOrNaN(value));
}

/** Parameters as numbers, in their order; throws if one is out of range or traced, with the name of what asks for them. */
export function parameterNumbers(name: string, asking: string, parameters: readonly Parameter[]): number[] {
  checkParameters(name, asking, parameters);
  return parameters.map((parameter) => dataOnly(name, parameter).value as number);
}

/** Throws unless every parameter is traced or a number in its range; `caller: subject` begins the message. */
export function checkParameters(caller: string, subject: string, parameters: readonly Parameter[]): void {
  for (const { name, value, expected, valid } of parameters) {
    if (value instanceof Expr || (typeof value === "number" && valid(value))) continue;
    const Kind = typeof value === "number" ? RangeError : TypeError;
    throw new Kind(`${caller}: ${subject} has an invalid ${name}; got ${describe(value)}, expected ${expected}`);
  }
}

/** The parameter, if it is not traced; TypeError otherwise. */
export function dataOnly(distribution: string, parameter: Parameter): Parameter {
  if (parameter.value instanceof Expr)
    refuseKind(`${distribution}: ${parameter.name}`, "data", parameter.value, "a number");
  return parameter;
}

/** A parameter on the real line. */
export function real(name: string, value: Real): Parameter {
  return { name, value, expected: `finite ${name}`, valid: Number.isFinite };
}

/** A parameter above zero. */
export function positive(name: string, value: Real): Parameter {
  return { name, value, expected: `${name} > 0`, valid: (x) => x > 0 && x < Infinity };
}

/** A parameter at or above zero. */
export function nonnegative(name: string, value: Real): Parameter {
  return { name, value, expected: `${name} ≥ 0`, valid: (x) => x >= 0 && x < Infinity };
}

/** A whole number at or above zero. */
export function wholeNumber(name: string, value: Real): Parameter {
  return { name, value, expected: `${name} a whole number ≥ 0`, valid: COUNTS.contains };
}

/** A probability in [0, 1]. */
export function probability(name: string, value: Real): Parameter {
  return { name, value, expected: `0 ≤ ${name} ≤ 1`, valid: (x) => x >= 0 && x <= 1 };
}

/** A probability in (0, 1]. */
export function positiveProbability(name: string, value: Real): Parameter {
  return { name, value, expected: `0 < ${name} ≤ 1`, valid: (x) => x > 0 && x <= 1 };
}

/** log Γ(x) for x > 0 as log Γ(x + 1) − log x, which is NaN below 0: a negative shape cannot pass unnoticed. */
export function logGamma(x: Real): Real {
  return typeof x === "number" ? lgamma(x) : sub(lgamma(add(x, 1)), log(x));
}
