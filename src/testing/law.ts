/**
 * The law that a gradient is unbiased, for property-based tests of whoever writes models or estimators.
 *
 *     fc.assert(fc.property(parameters(model), (params) => unbiased(model, { params })));
 */
import { refuse, requireMethod, requireNoMore } from "../checks/arguments.ts";
import type { Model } from "../program/model.ts";
import type { VerifyGradientOptions } from "../verify/index.ts";
import { outcomeOf, type Verdict } from "./outcome.ts";

export interface UnbiasedOptions extends VerifyGradientOptions {
  /** Verdicts that do not break the law beside "right" (default "undecided"): "refused" where random programs may be. */
  readonly allow?: readonly Exclude<Verdict, "right">[];
}

/**
 * Throws an Error where the gradient of the ELBO is biased, with the component, its mean and the reference; otherwise nothing.
 *
 * It is a sequential test by `verifyGradient`, with its options and defaults: a gradient that is unbiased, with normal means, is
 * accused with probability at most `alpha` (0.001). Of 100 runs of a property that is a tenth; `alpha: 1e-5` makes it 0.001 again. An accusation
 * is heard again on fresh samples, and dropped as "accused" where the score gradient does not stand under the same reference.
 */
export function unbiased(model: Model, given: UnbiasedOptions = {}): void {
  requireNoMore("unbiased", 2, arguments);
  requireMethod("unbiased", "a model", model, "program", "one made by defineModel()");
  if (Object(given) !== given) refuse("unbiased", "options", given, "{ allow, … }");
  const { allow = ["undecided"], ...options } = given;
  const { verdict, message } = outcomeOf(model, options);
  if (verdict !== "right" && !allow.includes(verdict))
    throw new Error(`unbiased: the gradient of model "${model.name}" is ${verdict}; ${message}`);
}
