/** What a distribution is: a record from which densities, checks, samplers and documentation are made. */
import { add, Expr, lgamma, log, type Real, sub } from "../autodiff/expr.ts";

/** One parameter, with the range in which it makes sense. */
export interface Parameter {
  readonly name: string;
  readonly value: Real;
  /** The range, for messages: "sd > 0". */
  readonly expected: string;
  readonly valid: (value: number) => boolean;
}

/** The set of values with positive density. */
export interface Support {
  /** For messages: "(0, ∞)". */
  readonly text: string;
  readonly discrete: boolean;
  readonly contains: (value: number) => boolean;
}

export interface Distribution {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly support: Support;
  /** log density (or log probability) at a value, as an expression; −∞ outside the support where that is cheap to say. */
  readonly logDensity: (value: Real) => Real;
  /** A draw, for simulation; `next` gives uniforms in (0, 1). Needs parameters that are plain numbers. */
  readonly draw: (next: () => number) => number;
  /** A draw as a function of one standard normal, for sites that are drawn and not learned; absent where none is known. */
  readonly fromNormal?: (noise: Real) => Real;
  /** Where a guide may start: mean (or centre) and standard deviation (or scale), for parameters that are numbers. */
  readonly initial?: () => { readonly mean: number; readonly sd: number } | undefined;
}

export const REAL_LINE: Support = { text: "ℝ", discrete: false, contains: Number.isFinite };
export const POSITIVE: Support = { text: "(0, ∞)", discrete: false, contains: (x) => x > 0 && x < Infinity };
export const NONNEGATIVE: Support = { text: "[0, ∞)", discrete: false, contains: (x) => x >= 0 && x < Infinity };
export const UNIT_INTERVAL: Support = { text: "(0, 1)", discrete: false, contains: (x) => x > 0 && x < 1 };
export const COUNTS: Support = { text: "{0, 1, 2, …}", discrete: true, contains: (x) => Number.isInteger(x) && x >= 0 };

/** A parameter; TypeError if it is neither a number nor traced. */
function parameter(name: string, value: Real, expected: string, valid: (value: number) => boolean): Parameter {
  if (typeof value !== "number" && !(value instanceof Expr))
    throw new TypeError(
      `distribution: ${name} is not a number; got ${describe(value)}, expected a number or a traced value`,
    );
  return { name, value, expected, valid };
}

function describe(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : Array.isArray(value) ? "an array" : String(value);
}

/** A parameter on the real line. */
export function real(name: string, value: Real): Parameter {
  return parameter(name, value, `finite ${name}`, Number.isFinite);
}

/** A parameter above zero. */
export function positive(name: string, value: Real): Parameter {
  return parameter(name, value, `${name} > 0`, (x) => x > 0 && x < Infinity);
}

/** A parameter at or above zero. */
export function nonnegative(name: string, value: Real): Parameter {
  return parameter(name, value, `${name} ≥ 0`, (x) => x >= 0 && x < Infinity);
}

/** A whole number at or above zero; data only. */
export function wholeNumber(name: string, value: Real): Parameter {
  return parameter(name, value, `${name} a whole number ≥ 0`, (x) => Number.isInteger(x) && x >= 0);
}

/** A probability in [0, 1]. */
export function probability(name: string, value: Real): Parameter {
  return parameter(name, value, `0 ≤ ${name} ≤ 1`, (x) => x >= 0 && x <= 1);
}

/** A probability in (0, 1]. */
export function positiveProbability(name: string, value: Real): Parameter {
  return parameter(name, value, `0 < ${name} ≤ 1`, (x) => x > 0 && x <= 1);
}

/** The parameter's value as a number; TypeError if it is traced, as in a draw from a distribution of traced parameters. */
export function plain(distribution: string, parameter: string, value: Real): number {
  if (typeof value !== "number")
    throw new TypeError(`${distribution}: a plain number is needed here; got a traced ${parameter}, expected a number`);
  return value;
}

/** The log density inside the support, −∞ for plain numbers outside it. */
export function within(support: Support, logDensity: (value: Real) => Real): (value: Real) => Real {
  return (value) => (typeof value === "number" && !support.contains(value) ? -Infinity : logDensity(value));
}

/** log Γ(x) for x > 0 as log Γ(x + 1) − log x, which is NaN below 0: a negative shape cannot pass unnoticed. */
export function logGamma(x: Real): Real {
  return typeof x === "number" ? lgamma(x) : sub(lgamma(add(x, 1)), log(x));
}
