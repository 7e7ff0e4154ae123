/** While a fit runs, it shows its stage and how the gap falls towards the tolerance. */
import type { FitStep } from "../../inference/fit/options.ts";
import { number, type Progress } from "../terminal.ts";

/** What the stages of a fit are called. */
export const STAGES: Readonly<Record<string, string>> = {
  search: "searching",
  polish: "polishing",
  gap: "measuring the gap",
};

/** Shows the steps of a fit. The bar of one that decides its steps itself is full where the gap has fallen to the tolerance. */
export function fitProgress(bar: Progress, tolerance: number): (step: FitStep) => void {
  // Each start has gaps of its own: what stands there while it is searching is that of the one before.
  let stale: number | undefined;
  let first: number | undefined;
  return ({ step, steps, elbo, stage, samples = 0, gap }) => {
    if (stage === undefined) return bar.update(step / steps, `step ${step}  ELBO ${number(elbo)}`);
    if (stage === "search") [stale, first] = [gap, undefined];
    const known = gap === stale || !Number.isFinite(gap) ? undefined : gap;
    if (known !== undefined) first ??= Math.max(known, tolerance);
    const told = known === undefined ? "" : `  gap ${number(Math.max(0, known))} of ${tolerance}`;
    const text = `${STAGES[stage]}  ${samples.toLocaleString("en")} samples  ELBO ${number(elbo)}${told}`;
    bar.update(known === undefined ? undefined : nearness(known, first, tolerance), text);
  };
}

// On the scale of logarithms: from 50 nats to 0.05 a gap of 1.6 is half of the way.
function nearness(gap: number, first: number | undefined, tolerance: number): number {
  if (!(gap > tolerance) || first === undefined) return 1;
  return Math.max(0, Math.min(1, Math.log(first / gap) / Math.log(first / tolerance)));
}
