/**
 * A distribution of several numbers is a record like that of one number, whose values are arrays, matrices as arrays of rows.
 * `sample("w", dirichlet([1, 1, 1]))` returns three traced numbers, which a posterior reports as w[0], w[1] and w[2].
 */
import { add, describe, Expr, type Real, type RealList } from "../../autodiff/expr.ts";
import { makeGenerator, uniformSource } from "../../random/index.ts";
import type { Start } from "../../transforms/transform.ts";
import type { VectorTransform } from "../../transforms/vector/vector-transform.ts";
import { checkParameters, type Distribution, dataOnly, type Parameter, type Support } from "../distribution.ts";

/** An array of numbers, or of rows of them. */
export type Entries = RealList | readonly RealList[];

/** The set of values with positive density. */
export interface VectorSupport {
  /** For messages: "the simplex". */
  readonly text: string;
  readonly discrete: boolean;
  /** What is wrong with entries that are numbers, as "a sum of 1.2, expected 1"; undefined for values inside. */
  readonly fault: (entries: readonly number[]) => string | undefined;
  /** Absent for what is data only. */
  readonly transform?: VectorTransform;
  /** The set of values of an entry by itself, where the others take nothing from it. */
  readonly entry?: Support;
}

/** What `sample` and `observe` do for a distribution of several numbers, one entry or term at a time. */
export interface VectorSite {
  /** `sample "w"`. */
  readonly site: string;
  readonly name: string;
  /** As in the program, for entries that are independent of one another. */
  readonly sample: (name: string, prior: Distribution) => Real;
  readonly observe: (distribution: Distribution, value: Real, name: string) => void;
  /** An unconstrained number for the guide, without a term. */
  readonly unconstrained: (name: string, start: () => Start | undefined) => Real;
  /** An entry for the posterior to report. */
  readonly report: (name: string, value: Real) => void;
  /** A term of the log joint density. */
  readonly term: (logDensity: Real) => void;
}

export interface VectorDistribution {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** The number of entries; those of a matrix count row by row. */
  readonly length: number;
  /** Rows and columns of a matrix; absent for a vector. */
  readonly shape?: readonly [rows: number, columns: number];
  readonly support: VectorSupport;
  /** log density of as many entries, with respect to those that are free: of a simplex all but the last. */
  readonly logDensity: (entries: readonly Real[]) => Real;
  /** A draw, entry by entry; throws unless the parameters are valid numbers. */
  readonly draw: (next: () => number) => number[];
  /** What `sample` does with it: the entries. */
  readonly sampled: (at: VectorSite) => readonly Real[];
  /** What the entries are drawn from before they are put in order, where that is how the distribution is made. */
  readonly inOrder?: Distribution;
  /** What `observe` does with it. */
  readonly observed: (at: VectorSite, entries: readonly Real[]) => void;
  /** Fields of distributions of one number that it has not. */
  readonly cdf?: undefined;
  readonly quantile?: undefined;
  readonly logDensityInside?: undefined;
  readonly finiteValues?: undefined;
  readonly initial?: undefined;
}

/** A distribution of matrices, whose values are arrays of rows. */
export type MatrixDistribution = VectorDistribution & { readonly shape: readonly [rows: number, columns: number] };

/** A vector distribution before its checks: the density inside the support only, draws from numbers. */
export type VectorDefinition = Pick<
  VectorDistribution,
  "name" | "parameters" | "length" | "shape" | "support" | "logDensity" | "draw" | "inOrder"
>;

/** A distribution whose entries depend on one another: one term, and unconstrained numbers by the transform of its support. */
export function vector(definition: VectorDefinition): VectorDistribution {
  const { name, parameters, support, length, shape } = definition;
  const draw = (next: () => number): number[] => {
    checkParameters(name, "draw", parameters);
    for (const parameter of parameters) dataOnly(name, parameter);
    return definition.draw(next);
  };
  const logDensity = (entries: readonly Real[]): Real =>
    isData(entries) && support.fault(entries) !== undefined ? -Infinity : definition.logDensity(entries);
  return {
    ...definition,
    draw,
    logDensity,
    sampled(at) {
      const { transform } = support;
      if (!transform)
        throw new TypeError(`${at.site}: a latent cannot have this prior; got ${name}, expected a continuous one`);
      const starts = startsOf(parameters, transform, draw);
      const { free, places } = transform;
      const u = Array.from({ length: free }, (_, i) =>
        at.unconstrained(`${at.name}${label(places?.[i] ?? i, shape)}`, () => starts()[i]),
      );
      const entries = transform.forward(u);
      entries.forEach((entry, i) => {
        if (entry instanceof Expr) at.report(`${at.name}${label(i, shape)}`, entry);
      });
      const logJacobian = transform.logJacobian(u);
      at.term(add(definition.logDensity(entries), logJacobian));
      return entries;
    },
    observed(at, entries) {
      requireLength(at.site, name, entries, length);
      const traced = entries.some((entry) => entry instanceof Expr);
      if (traced && support.discrete)
        throw new TypeError(`${at.site}: a traced value under a discrete distribution; got ${name}, expected data`);
      const fault = isData(entries) ? support.fault(entries) : undefined;
      if (fault !== undefined)
        throw new RangeError(`${at.site}: value is outside of ${support.text}, the support of ${name}; got ${fault}`);
      at.term(definition.logDensity(entries));
    },
  };
}

function isData(entries: readonly Real[]): entries is readonly number[] {
  return entries.every((entry) => typeof entry === "number");
}

/** Throws unless there are `length` numbers, known or traced. */
export function requireLength(site: string, name: string, entries: readonly Real[], length: number): void {
  if (!Array.isArray(entries))
    throw new TypeError(`${site}: not an array; got ${describe(entries)}, expected the ${length} entries of ${name}`);
  const wrong = entries.find((entry) => typeof entry !== "number" && !(entry instanceof Expr));
  if (wrong !== undefined) throw new TypeError(`${site}: an entry is not a number; got ${describe(wrong)}`);
  if (entries.length !== length)
    throw new RangeError(`${site}: value does not fit ${name}; got ${entries.length} entries, expected ${length}`);
}

/** The name of an entry after that of its vector: [2], of a matrix [1][0]. */
export function label(at: number, shape: VectorDistribution["shape"]): string {
  return shape ? `[${Math.floor(at / shape[1])}][${at % shape[1]}]` : `[${at}]`;
}

const DRAWS = 257;

// Where the unconstrained numbers lie under the prior: median and spread of draws, which suffices for a start.
function startsOf(
  parameters: readonly Parameter[],
  { free, inverse }: VectorTransform,
  draw: (next: () => number) => number[],
): () => readonly (Start | undefined)[] {
  let found: readonly (Start | undefined)[] | undefined;
  return () => {
    if (parameters.some(({ value }) => typeof value !== "number")) return [];
    if (!found) {
      const next = uniformSource(makeGenerator(0));
      let draws: number[][];
      try {
        draws = Array.from({ length: DRAWS }, () => inverse(draw(next)) as number[]);
      } catch (error) {
        if (error instanceof TypeError) return []; // an improper density has none
        throw error;
      }
      found = Array.from({ length: free }, (_, i): Start | undefined => {
        const sorted = Float64Array.from(draws, (u) => u[i]!).sort();
        const at = (share: number): number => sorted[Math.round(share * (DRAWS - 1))]!;
        const [mean, sd] = [at(0.5), 0.5 * (at(0.841) - at(0.159))];
        return Number.isFinite(mean) && sd > 0 && sd < Infinity ? { mean, sd } : undefined;
      });
    }
    return found;
  };
}
