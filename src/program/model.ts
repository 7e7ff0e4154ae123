/** Users write models: a name, and a program that samples, observes and branches. */

import type { NumberArray, Real, Truth } from "../autodiff/expr.ts";
import { refuseKind } from "../autodiff/traced.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import type { Distribution } from "../distributions/distribution.ts";
import type { Entries, MatrixDistribution, VectorDistribution } from "../distributions/vector/vector-distribution.ts";
import type { DataOf, Schema } from "./data/schema.ts";
import type { StandardSchema } from "./data/standard-schema.ts";
import type { TruthOrFlag, where } from "./flags.ts";

/** What a program is given. Destructure what you need: `({ sample, observe }) => …`. */
export interface ProgramContext {
  /**
   * Declares a latent and returns its value, on the scale of its prior: positive under `exponential(1)`, a whole number under `bernoulli(0.3)`,
   * an array of traced numbers under `dirichlet([1, 1, 1])`. Latents keep the order of their declaration.
   */
  sample(name: string, prior: MatrixDistribution): Real[][];
  sample(name: string, prior: VectorDistribution): Real[];
  sample(name: string, prior: Distribution): Real;
  /** Adds the log density of a value, data or traced, an array if the distribution is one of several numbers. `name` is for messages; default y0, y1, … */
  observe(distribution: VectorDistribution, value: Entries, name?: string): void;
  observe(distribution: Distribution, value: Real, name?: string): void;
  /** A random value that is drawn afresh for each sample and not learned; it has no parameters in the guide. */
  frozen(name: string, distribution: Distribution): Real;
  /** Adds any log density term of your own. `name` is for messages; without one f0, f1, … */
  factor(name: string, logDensity: Real): void;
  factor(logDensity: Real): void;
  /**
   * A parameter without spread: a number, or an array of them, that a fit moves to where the ELBO is highest, as maximum likelihood
   * would. It has no prior but the terms that you add, and no entropy. `start` is where the fit begins.
   */
  param(name: string, start: readonly number[] | NumberArray): Real[];
  param(name: string, start: number): Real;
  /** Makes a derived number, or an array of them, part of the posterior: its mean, sd and quantiles. */
  track(name: string, value: Entries | Real): void;
  /** `x` where the condition holds, `y` elsewhere. */
  where: typeof where;
  /**
   * Runs both arms; `sample` and `observe` inside an arm count only where it is taken. Returns the taken arm's result:
   * a number, an array or plain object of numbers or of arrays of them, or nothing. One arm alone has no result.
   */
  branch<A extends Real, B extends Real = A>(condition: TruthOrFlag, then: () => A, otherwise: () => B): Real;
  branch<T extends Reals>(condition: TruthOrFlag, then: () => T, otherwise: () => Selected<T>): Selected<T>;
  branch(condition: TruthOrFlag, then: () => void, otherwise?: () => void): void;
}

/** The same for programs in which what statements return, what they take and conditions have types of their own. */
export interface ContextOf<Value, Operand, Condition>
  extends Omit<ProgramContext, "sample" | "frozen" | "param" | "where"> {
  /** Declares a latent and returns its value, on the scale of its prior. */
  sample(name: string, prior: MatrixDistribution): Value[][];
  sample(name: string, prior: VectorDistribution): Value[];
  sample(name: string, prior: Distribution): Value;
  /** A random value that is drawn afresh for each sample and not learned. */
  frozen(name: string, distribution: Distribution): Value;
  /** A parameter without spread, or an array of them; a fit begins at `start`. */
  param(name: string, start: readonly number[] | NumberArray): Value[];
  param(name: string, start: number): Value;
  /** `x` where the condition holds, `y` elsewhere. */
  where(condition: Condition, x: Operand, y: Operand): Value;
}

/** Several numbers, as the arms of a branch may return them; an array may have arrays, as a matrix has rows. */
export type Reals = readonly (Real | readonly Real[])[] | { readonly [key: string]: Real | readonly Real[] };
/** Numbers of one of two arms: `{ low: Real }` of `{ low: number }`. */
export type Selected<T extends Reals> = { [K in keyof T]: T[K] extends Real ? Real : Row<T[K]> };
type Row<T> = { [K in keyof T]: Real };
/** What an arm may return. */
// biome-ignore lint/suspicious/noConfusingVoidType: arms that return nothing
export type BranchResult = Real | Reals | undefined | void;
/** `branch` as who runs programs has it: whatever the arms return. */
export type Branch = <T extends BranchResult>(condition: Truth, then: () => T, otherwise?: () => T) => T;
export type Program = (context: ProgramContext) => void;

/** Parameters of a mean-field guide, z = mu + softplus(rho)·ε, latents in declaration order. */
export interface MeanFieldParameters {
  readonly mu: ArrayLike<number>;
  readonly rho: ArrayLike<number>;
}

export interface Model {
  readonly name: string;
  readonly program: Program;
  /** Where a fit starts unless told otherwise. */
  readonly init?: MeanFieldParameters | undefined;
  /** One line about the model and where it comes from. */
  readonly description?: string | undefined;
  /** Absent: the program has its data. */
  readonly data?: undefined;
}

/** A model that needs data before it can run: `withData` or `compile` of `nondiff` read what its schema says. */
export interface DataModel<S = Schema | StandardSchema, D = DataOf<S>> extends Omit<Model, "program" | "data"> {
  readonly program: DataProgram<D>;
  readonly data: S;
}

export type DataProgram<D> = (context: ProgramContext, data: D) => void;

export interface ModelOptions {
  readonly init?: MeanFieldParameters | undefined;
  readonly description?: string | undefined;
}

export interface DataModelOptions<S> extends ModelOptions {
  /** What the data are: a schema, or a validator of Standard Schema, such as zod's. */
  readonly data: S;
}

/**
 * Defines a model: a name and a program, nothing of how it will be run, so that both entries, `nondiff` and `nondiff/core`, take it.
 *
 *     const gmm = defineModel("gmm", ({ sample, observe }) => {
 *       const z = sample("z", normal(0, 1));
 *       observe(normal(where(gt(z, 0), 5, -2), 1), 0);
 *     });
 *
 * With the option `data` the program gets data as its second argument, which come later, by `withData` or `compile` of `nondiff`. These read the
 * schema; here it is kept as it is.
 */
export function defineModel(name: string, program: Program, options?: ModelOptions): Model;
export function defineModel<const S extends Schema | StandardSchema>(
  name: string,
  program: DataProgram<DataOf<S>>,
  options: DataModelOptions<S>,
): DataModel<S>;
export function defineModel(
  name: string,
  program: Program | DataProgram<never>,
  options: ModelOptions & { readonly data?: unknown } = {},
): Model | DataModel<unknown, never> {
  requireNoMore("defineModel", 3, arguments);
  requireName("defineModel", name);
  requireOptions("defineModel", options, { init: "object", description: "string", data: "object|function" });
  if (typeof program !== "function") refuseKind(`defineModel "${name}"`, "a program", program, "a function");
  return { name, program, ...options } as Model | DataModel<unknown, never>;
}

/** Throws after the end of a program: a callback of a timer or a promise calls its statement when the gradient is made, and counts for nothing. */
export function requireRunning(
  site: string,
  { isOver, model }: { readonly isOver: boolean; readonly model: Model },
): void {
  if (isOver) throw new TypeError(`${site}: called after the program of model "${model.name}" returned`);
}

/** Throws TypeError unless it is a name. */
export function requireName(caller: string, name: unknown): void {
  if (typeof name !== "string" || name === "") refuseKind(caller, "a name", name, "a non-empty string");
}
