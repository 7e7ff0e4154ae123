/** A fit under way on the command line: it lets the event loop turn, shows its progress, and ends early when it is told to. */
import type { FitOptions } from "../../index.ts";
import { advance, reportOf, startLoop } from "../../inference/fit/loop.ts";
import type { FitStep } from "../../inference/fit/options.ts";
import { search } from "../../inference/fit/search.ts";
import { startSearch } from "../../inference/fit/setup.ts";
import { posteriorOf } from "../../inference/posterior/making.ts";
import type { Posterior } from "../../inference/posterior.ts";
import type { GuidedModel } from "../../inference/profile.ts";
import { finished } from "../../pieces/pieces.ts";
import { FULL } from "../../profile.ts";
import type { Model } from "../../program/model.ts";
import type { Interruption } from "../interruption.ts";

/** What a course has come to. */
export interface Fitted {
  readonly posterior: Posterior;
  readonly guided: GuidedModel;
  /** Samples of the guide that gradients were taken at, as many as `elboTrace` has steps. */
  readonly samplesAt: Float64Array;
  readonly stageAt: readonly string[];
  /** Whether a signal has ended it. */
  readonly interrupted: boolean;
}

/** Milliseconds between two turns of the event loop. */
const TURN = 20;

/**
 * Fits the model; `shown` is called after every gradient. A signal that comes while the model is compiled is seen after the first
 * gradient.
 */
export async function course(
  model: Model,
  options: FitOptions,
  shown: (step: FitStep) => void,
  signals: Pick<Interruption, "asked">,
): Promise<Fitted> {
  const found = finished(startSearch(FULL, model, options));
  const samplesAt: number[] = [];
  const stageAt: string[] = [];
  let turned = performance.now();
  // Whether it is time to end.
  const turn = async (): Promise<boolean> => {
    if (performance.now() - turned < TURN) return false;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    turned = performance.now();
    return signals.asked;
  };
  const ended = (posterior: Posterior, guided: GuidedModel): Fitted => ({
    posterior,
    guided,
    samplesAt: Float64Array.from(samplesAt),
    stageAt,
    interrupted: signals.asked,
  });
  if (found) {
    const steps = search(found);
    for (;;) {
      const next = steps.next();
      if (next.done) return ended(next.value, found.sampler);
      samplesAt.push(next.value.samples ?? 0);
      stageAt.push(next.value.stage ?? "");
      shown(next.value);
      if (await turn()) found.ascent.stopped = true;
    }
  }
  const run = finished(startLoop(FULL, model, options));
  let step = 0;
  while (step < run.steps) {
    advance(run, ++step);
    samplesAt.push(step * run.samples);
    shown(reportOf(run, step));
    if (await turn()) break;
  }
  const { sampler, theta, elboTrace } = run;
  if (step === run.steps) return ended(run.posterior(), sampler);
  const { warnings } = run.posterior();
  return ended(posteriorOf(sampler, { theta, elboTrace: elboTrace.slice(0, step), warnings }), sampler);
}
