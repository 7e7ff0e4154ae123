/** A fit under way on the command line: it lets the event loop turn, shows its progress, and ends early when it is told to. */
import type { FitOptions } from "../../index.ts";
import { advance, ending, type Loop, reportOf, startLoop } from "../../inference/fit/loop.ts";
import type { FitStep } from "../../inference/fit/options.ts";
import { search } from "../../inference/fit/search.ts";
import { startSearch } from "../../inference/fit/setup.ts";
import { posteriorOf } from "../../inference/posterior/making.ts";
import type { Posterior } from "../../inference/posterior.ts";
import type { GuidedModel } from "../../inference/profile.ts";
import type { Saved } from "../../inference/saved/envelope.ts";
import { remembering } from "../../inference/saved/search-state.ts";
import { finished } from "../../pieces/pieces.ts";
import { FULL, type Posterior as Saveable } from "../../profile.ts";
import type { Model } from "../../program/model.ts";
import { UsageError } from "../arguments.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Interruption } from "./interruption.ts";

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
 * Fits the model; `shown` is called after every gradient. Signals are heard once the model is compiled: before that there is nothing to show.
 */
export async function course(
  model: Model,
  options: FitOptions,
  shown: (step: FitStep) => void,
  signals: Pick<Interruption, "asked" | "listen">,
  checkpoint?: Checkpoint,
): Promise<Fitted> {
  const [profile, own] = remembering(FULL, model, options);
  const found = finished(startSearch(profile, model, own));
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
    signals.listen();
    const steps = search(found);
    const { memory } = found.sampler;
    if (checkpoint && !memory)
      throw new UsageError(
        "--checkpoint: the estimator learns on its way or needs each sample; expected one such as corrected",
      );
    for (;;) {
      const next = steps.next();
      if (memory) await checkpoint?.keep(memory.state, next.done);
      if (next.done) return ended(next.value, found.sampler);
      if (next.value) {
        samplesAt.push(next.value.samples ?? 0);
        stageAt.push(next.value.stage ?? "");
        shown(next.value);
      }
      if (await turn()) found.ascent.stopped = true;
    }
  }
  const run = finished(startLoop(FULL, model, options));
  signals.listen();
  let step = run.done;
  for (let earlier = 1; earlier <= step; earlier++) samplesAt.push(earlier * run.samples);
  while (step < run.steps) {
    advance(run, ++step);
    samplesAt.push(step * run.samples);
    shown(reportOf(run, step));
    const isOver = (await turn()) || step === run.steps;
    await checkpoint?.keep(() => stateOf(run, step), isOver);
    if (isOver) break;
  }
  const { sampler, theta, elboTrace } = run;
  if (step === run.steps) return ended(finished(ending(run)), sampler);
  const { warnings } = run.posterior();
  return ended(posteriorOf(sampler, { theta, elboTrace: elboTrace.slice(0, step), warnings }), sampler);
}

// The state of a loop that has come to a step.
function stateOf(run: Loop, steps: number): Saved {
  const { sampler, theta, elboTrace } = run;
  const parts = { theta, elboTrace: elboTrace.slice(0, steps), warnings: [], run: { ...run, steps } };
  return (posteriorOf(sampler, parts) as Saveable).state;
}
