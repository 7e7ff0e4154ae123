/**
 * The time that a fit may take: `fit(model, { timeBudget: 50 })` ends after the gradient that is being taken 50 milliseconds later, with status
 * "budget". Sources here touch no clock: it is the option `now`, or the one that an entry's profile binds.
 */
import { shown } from "../checks/shown.ts";
import { beyondCore } from "../estimators/estimator.ts";
import type { FitOptions } from "./fit/options.ts";
import type { Profile } from "./profile.ts";

// What a clock says, which has to be a number: a Date and a number make a text.
function timeOf(clock: () => number): number {
  const time = clock();
  if (typeof time !== "number")
    throw new TypeError(`fit: now is no clock; got ${shown(time)}, expected one of milliseconds, such as Date.now`);
  return time;
}

/** Tells whether the time is over, which begins now; undefined where there is no end. */
export function deadlineOf(
  profile: Profile,
  { timeBudget, now = profile.now }: FitOptions,
): (() => boolean) | undefined {
  if (timeBudget === undefined) return;
  const clock = now ?? beyondCore("fit", "now", now, "a clock");
  // What is left of a deadline of one's own, `deadline - performance.now()`, is seldom a whole number, and may be 0.
  if (!(timeBudget >= 0)) throw new RangeError(`fit: timeBudget is none; got ${timeBudget}, expected milliseconds ≥ 0`);
  const end = timeOf(clock) + timeBudget;
  if (Number.isNaN(end)) throw new RangeError("fit: timeBudget needs a clock; got none of this platform, expected now");
  // A clock that has stopped to be one ends the fit.
  return () => !(timeOf(clock) < end);
}
