/** One line above every result says in words how the fit went. */
import type { LatentSummary } from "../../index.ts";
import type { RunResult } from "./result.ts";

/** Whether the result can be trusted, and why not. */
export function verdictOf({ status, interrupted, report, loop, warnings }: RunResult): string {
  if (interrupted) return "interrupted: what there was is shown, and it is not the end of the fit";
  if (loop || !report)
    return `${loop?.steps ?? "all"} steps made; whether that is enough a loop of ${loop?.optimizer ?? "steps"} does not know`;
  const { tolerance, samples } = report;
  switch (status) {
    case "converged":
      return `converged: near the result the ELBO can gain less than ${tolerance} nats${warnings.length > 0 ? "; see the warnings" : ""}`;
    case "budget":
      return `not converged: ${count(samples)} samples are used up, and the ELBO can still gain more; --max-samples allows more`;
    case "stalled":
      return "not converged: no step raised the ELBO further, and yet it could gain more";
    case "unbounded":
      return "no answer: a scale grew without end, so the density has no finite integral";
    case "diverged":
      return "stopped where a number was not finite: the last good state is shown";
    default:
      return String(status);
  }
}

/** A warning in words, without the name of the function that gave it. */
export function warningText(message: string): string {
  return message.replace(/^fit: /, "");
}

/** 12,345 for 12345. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** What was done, as in "corrected, full-rank guide, 6,016 samples in 190 gradients, seed 0". */
export function methodOf({ estimator, guide, report, loop, seed, elboTrace }: RunResult): string {
  const work = loop
    ? `${elboTrace.length} steps of ${loop.samples} samples, ${loop.optimizer} ${loop.learningRate}`
    : `${count(report?.samples ?? 0)} samples in ${count(report?.gradients ?? 0)} gradients`;
  return `${estimator}, ${guide} guide, ${work}, seed ${seed}`;
}

/** What the numbers of a result are those of, in words. */
export const ANSWERED: Readonly<Record<LatentSummary["by"], string>> = {
  guide: "numbers are those of the guide",
  weights: "numbers are those of weighted draws of the posterior",
  particles: "numbers are those of particles, draws of the posterior without weights",
  cells: "numbers are those of exact cells and of draws within them, as every latent is summed out",
};
