/**
 * What became of the gradient of one program: right, wrong, or one of three ways to say nothing of it.
 *
 *     outcomeOf(gmm, { estimator: reparam(), params: { mu: [0], rho: [0.54] } }).verdict; // "wrong"
 *
 * An accusation by `verifyGradient` gets a second opinion: if the score gradient, which is right for any program, is accused under
 * the same reference, the reference is at fault and the estimator was accused wrongly.
 */
import { score } from "../estimators/index.ts";
import type { Model } from "../program/model.ts";
import { type GradientCheck, type VerifyGradientOptions, verifyGradient } from "../verify/index.ts";

/**
 * "right": unbiased at the resolution. "wrong": biased, and the reference is confirmed by the score. "accused": called biased, by a reference that is not, or
 * refused by a check that looks at what the gradient was given and not at the program alone. "refused": the program was refused by
 * name. "undecided": the budget ended first.
 */
export type Verdict = "right" | "wrong" | "accused" | "refused" | "undecided";

export interface Outcome {
  readonly verdict: Verdict;
  /** Why, in a sentence; empty of what is right. */
  readonly message: string;
  /** Absent where the program was refused. */
  readonly check?: GradientCheck;
}

/** Samples of the score under the reference of an accusation, relative to those of the accused. */
const SECOND_OPINION = 4;

/** Errors of the nets that watch over gradients: they name what was counted. */
const NET = /jumps where no counted condition changes|is not the program's|cannot be taken apart/;

/** Verifies a gradient and says what came of it; errors that are neither RangeError nor TypeError pass through. */
export function outcomeOf(model: Model, options: VerifyGradientOptions = {}): Outcome {
  let check: GradientCheck;
  try {
    check = verifyGradient(model, options);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    return { verdict: NET.test(error.message) ? "accused" : "refused", message: error.message };
  }
  if (check.verdict === "unbiased at this resolution") return { verdict: "right", message: "", check };
  if (check.verdict === "undecided: budget")
    return { verdict: "undecided", message: `${worstOf(check)} after ${check.samples} samples`, check };
  const second = verifyGradient(model, {
    ...options,
    estimator: score(),
    reference: check.reference,
    budget: SECOND_OPINION * (options.budget ?? check.samples),
  });
  return second.verdict === "biased"
    ? { verdict: "accused", message: `${worstOf(check)}; but so is score(): ${worstOf(second)}`, check }
    : { verdict: "wrong", message: worstOf(check), check };
}

function worstOf({ components, reference }: GradientCheck): string {
  const {
    name,
    mean,
    standardError,
    reference: expected,
    z,
  } = components.reduce((worst, each) => (Math.abs(each.z) > Math.abs(worst.z) ? each : worst));
  return `${name} is ${mean.toPrecision(5)} ± ${standardError.toPrecision(2)} for ${expected.toPrecision(5)} by ${reference}, z = ${z.toFixed(1)}`;
}
