/** What users write: a model is a name and a program that samples, observes and branches. */
import { describe, type Real, type Truth, type where } from "../autodiff/expr.ts";
import type { GraphOptions } from "../autodiff/graph/graph.ts";
import type { Distribution } from "../distributions/distribution.ts";
import type { Averaging } from "../inference/averaging.ts";
import type { Diagnosis } from "../inference/diagnosis.ts";

/** What a program is given. Destructure what you need: `({ sample, observe }) => …`. */
export interface ProgramContext {
  /** Declares a latent with a prior on ℝ and returns its value. Latents keep the order of their declaration. */
  sample(name: string, prior: Distribution): Real;
  /** Adds the log density of a value, data or traced. `name` is for messages; default y0, y1, … */
  observe(distribution: Distribution, value: Real, name?: string): void;
  /** A random value that is drawn afresh for each sample and not learned; it has no parameters in the guide. */
  frozen(name: string, distribution: Distribution): Real;
  /** Adds any log density term of your own. */
  factor(name: string, logDensity: Real): void;
  /** `x` where the condition holds, `y` elsewhere. */
  where: typeof where;
  /**
   * Runs both arms; `sample` and `observe` inside an arm count only where it is taken. Returns the taken arm's result:
   * a number, an array or plain object of numbers, or nothing.
   */
  branch<T extends BranchResult>(condition: Truth, then: () => T, otherwise?: () => T): T;
}

// biome-ignore lint/suspicious/noConfusingVoidType: arms that return nothing
export type BranchResult = Real | void | undefined | readonly Real[] | { readonly [key: string]: Real };
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
  readonly init?: MeanFieldParameters;
  /** One line about the model and where it comes from. */
  readonly description?: string;
  /** What the graphs of its traces are made with. */
  readonly graphOptions?: GraphOptions;
  /** How mean gradients are made without one for every sample; without it every sample's is made. */
  readonly averaging?: Averaging;
  /** Names the site where a density is not finite; without it the error names the model alone. */
  readonly diagnosis?: Diagnosis;
}

export interface ModelOptions {
  readonly init?: MeanFieldParameters;
  readonly description?: string;
}

/**
 * `defineModel` of `nondiff/core`: a model whose tapes compute one op after the other, whose error for a density that
 * is not finite does not name the site and whose errors about a condition write it as calls of ops.
 */
export function plainModel(name: string, program: Program, options: ModelOptions = {}): Model {
  requireName("defineModel", name);
  if (typeof program !== "function")
    throw new TypeError(`defineModel: "${name}" has no program; got ${typeof program}, expected a function`);
  return { name, program, ...options };
}

/** Throws TypeError unless it is a name. */
export function requireName(caller: string, name: unknown): void {
  if (typeof name !== "string" || name === "")
    throw new TypeError(`${caller}: name is missing; got ${describe(name)}, expected a non-empty string`);
}
