/**
 * This fit decides by itself where it steps and when it ends: a climb from each start (`climb/climb.ts`), optima that differ, the best of
 * them the result, and a report on what is known of it.
 *
 *     fit(textmsg).report.samples; // some thousands, of which the first start took a part
 */
import type { Posterior } from "../posterior.ts";
import type { FitStage } from "./climb/ascent.ts";
import { courseOf } from "./course.ts";
import { type FitStep, tell, throwIfAborted } from "./options.ts";
import type { Search } from "./setup.ts";

/** Runs a search gradient by gradient; where it yields nothing it only gives others their turn. */
export function* search(run: Search): Generator<FitStep | undefined, Posterior, void> {
  const { ascent, options } = run;
  const course = courseOf(run);
  for (;;) {
    throwIfAborted(options);
    const next = course.next();
    if (next.done) return next.value;
    if (run.isLate?.()) ascent.stopped = true;
    const stage = next.value as FitStage | undefined;
    const { elbo, gradient, theta, steps: step, samples, gap } = ascent;
    const told: FitStep | undefined = stage && {
      step,
      steps: Infinity,
      elbo,
      gradient,
      theta,
      stage,
      samples,
      gap,
    };
    if (told) tell(options, told);
    yield told;
  }
}
