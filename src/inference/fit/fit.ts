/**
 * The three forms of a fit: `fit` at once, `fitSteps` gradient by gradient, `fitAsync` between other work. Each is either the loop
 * of an optimiser and a number of steps, where one of the two is given, or the search that chooses its steps.
 */
import { finished, type Pieces } from "../../pieces/pieces.ts";
import { makeTurns } from "../../pieces/turns.ts";
import type { Model } from "../../program/model.ts";
import type { Posterior } from "../posterior.ts";
import type { Profile } from "../profile.ts";
import { advance, reportOf, startLoop } from "./loop.ts";
import { type FitOptions, type FitStep, requireFitOptions, throwIfAborted } from "./options.ts";
import { search } from "./search.ts";
import { startSearch } from "./setup.ts";

/** Fits a guide to the posterior; the entries document it. */
export function fit(profile: Profile, model: Model, options: FitOptions = {}): Posterior {
  requireFitOptions(options);
  const found = finished(startSearch(profile, model, options));
  if (found) {
    const steps = search(found);
    for (;;) {
      const next = steps.next();
      if (next.done) return next.value;
    }
  }
  const run = finished(startLoop(profile, model, options));
  for (let step = run.done + 1; step <= run.steps; step++) advance(run, step);
  return run.posterior();
}

/** The gradients of a fit one by one, for event loops: `for (const { step, elbo } of fitSteps(model)) …`; returns the posterior. */
export function* fitSteps(
  profile: Profile,
  model: Model,
  options: FitOptions = {},
): Generator<FitStep, Posterior, void> {
  requireFitOptions(options);
  const found = finished(startSearch(profile, model, options));
  if (found) {
    const steps = search(found);
    for (;;) {
      const next = steps.next();
      if (next.done) return next.value;
      if (next.value) yield next.value;
    }
  }
  const run = finished(startLoop(profile, model, options));
  for (let step = run.done + 1; step <= run.steps; step++) {
    advance(run, step);
    yield reportOf(run, step);
  }
  return run.posterior();
}

// Work between two turns of the event loop: 1.5 to 3 ms. A unit is one lane of one instruction, 3 to 6 ns.
const WORK_PER_TURN = 5e5;
const OVERHEAD = 16; // of an instruction beside its lanes

/**
 * As `fit`, giving way to the event loop every few milliseconds, also while the model is compiled; rejects with the signal's reason when
 * aborted. The program itself runs at once.
 */
export async function fitAsync(profile: Profile, model: Model, options: FitOptions = {}): Promise<Posterior> {
  const turns = makeTurns();
  const turn = async (): Promise<void> => {
    await turns.next();
    throwIfAborted(options);
  };
  const between = async <T>(work: Pieces<T>): Promise<T> => {
    for (;;) {
      const next = work.next();
      if (next.done) return next.value;
      await turn();
    }
  };
  requireFitOptions(options);
  throwIfAborted(options);
  try {
    const found = await between(startSearch(profile, model, options));
    const run = found ?? (await between(startLoop(profile, model, options)));
    const { uniform, lane } = run.size;
    const workOf = (samples: number): number => OVERHEAD * uniform + (OVERHEAD + samples) * lane;
    if (!("steps" in run)) {
      const steps = search(run);
      for (let done = 0, work = 0; ; ) {
        const next = steps.next();
        if (next.done) return next.value;
        if (!next.value) {
          await turn();
          continue;
        }
        const { samples = 0 } = next.value;
        work += workOf(samples - done);
        done = samples;
        if (work < WORK_PER_TURN) continue;
        work = 0;
        await turn();
      }
    }
    const stepsPerTurn = Math.max(1, Math.round(WORK_PER_TURN / workOf(run.samples)));
    for (let step = run.done + 1; step <= run.steps; step++) {
      advance(run, step);
      if (step % stepsPerTurn === 0) await turn();
    }
    return run.posterior();
  } finally {
    turns.end();
  }
}
