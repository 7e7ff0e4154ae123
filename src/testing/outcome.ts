/**
 * An outcome says what became of the gradient of one program: right, wrong, or one of three ways to say nothing of it.
 *
 *     outcomeOf(gmm, { estimator: reparam(), params: { mu: [0], rho: [0.54] } }).verdict; // "wrong"
 *
 * An accusation by `verifyGradient` gets a second opinion: if the score gradient, which is right for any program, is accused under
 * the same reference, the reference is at fault and the estimator was accused wrongly.
 */
import { requireMethod, requireNoMore } from "../checks/arguments.ts";
import { score } from "../estimators/index.ts";
import type { Model } from "../program/model.ts";
import { requireGradientOptions } from "../verify/gradient.ts";
import {
  type ComponentCheck,
  type GradientCheck,
  type VerifyGradientOptions,
  verifyGradient,
} from "../verify/index.ts";

/**
 * "right": unbiased at the resolution. "wrong": biased, and the score, which could have seen such a bias, has none. "accused": called biased
 * under a reference that accuses the score too, or refused by a net that watches over gradients. "refused": the program was refused by name.
 * "undecided": the budget ended first, or the score is too noisy to confirm a bias.
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
const SECOND_OPINION = 16;
/** By how many standard errors of the score a bias has to stand out. */
const CONFIRMING = 5;

/** Errors of the nets that watch over gradients: they name what was counted. */
const NET = /jumps where no counted condition changes|is not the program's|cannot be taken apart/;

/** Verifies a gradient and says what came of it; errors that are neither RangeError nor TypeError pass through. */
export function outcomeOf(model: Model, options: VerifyGradientOptions = {}): Outcome {
  requireNoMore("outcomeOf", 2, arguments);
  requireMethod("outcomeOf", "a model", model, "program", "one made by defineModel()"); // no program that is refused
  requireGradientOptions(options); // a misspelt one is no program that is refused
  let check: GradientCheck;
  try {
    check = verifyGradient(model, options);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    return { verdict: NET.test(error.message) ? "accused" : "refused", message: error.message };
  }
  if (check.verdict === "unbiased at this resolution") return { verdict: "right", message: "", check };
  if (check.verdict === "undecided: budget")
    return { verdict: "undecided", message: `${describe(worstOf(check))} after ${check.samples} samples`, check };
  const second = verifyGradient(model, {
    ...options,
    estimator: score(),
    reference: check.reference,
    budget: SECOND_OPINION * (options.budget ?? check.samples),
  });
  const message = describe(worstOf(check));
  if (second.verdict === "biased")
    return { verdict: "accused", message: `${message}; but so is score(): ${describe(worstOf(second))}`, check };
  // Two gradients under one reference: where the score's own error is as large as the bias it cannot confirm the reference.
  const confirmed = check.components.some(
    ({ mean, reference, z }, p) =>
      Math.abs(z) > check.critical && Math.abs(mean - reference) > CONFIRMING * second.components[p]!.standardError,
  );
  return { verdict: confirmed ? "wrong" : "undecided", message, check };
}

const worstOf = ({ components }: GradientCheck): ComponentCheck =>
  components.reduce((worst, each) => (Math.abs(each.z) > Math.abs(worst.z) ? each : worst));

function describe({ name, mean, standardError, reference, z }: ComponentCheck): string {
  return `${name} is ${mean.toPrecision(5)} ± ${standardError.toPrecision(2)} for ${reference.toPrecision(5)}, z = ${z.toFixed(1)}`;
}
