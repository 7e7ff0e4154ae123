/**
 * The three forms of a fit: `fit` at once, `fitSteps` gradient by gradient, `fitAsync` between other work. Each is either the loop
 * of an optimiser and a number of steps, where one of the two is given, or the search that chooses its steps.
 */
import { finished, type Pieces } from "../../pieces/pieces.ts";
import { makeTurns, type Turns } from "../../pieces/turns.ts";
import type { Model } from "../../program/model.ts";
import type { Posterior } from "../posterior.ts";
import type { Profile } from "../profile.ts";
import { advance, ending, reportOf, startLoop } from "./loop.ts";
import { type FitOptions, type FitStep, requireFitOptions, throwIfAborted } from "./options.ts";
import { search } from "./search.ts";
import { type Search, startSearch } from "./setup.ts";

/** Fits a guide to the posterior; the entries document it. */
export function fit(profile: Profile, model: Model, options: FitOptions = {}): Posterior {
  requireFitOptions(options);
  const found = finished(startSearch(profile, model, options));
  if (found) return finished(search(found));
  const run = finished(startLoop(profile, model, options));
  for (let step = run.done + 1; step <= run.steps; step++) advance(run, step);
  return finished(ending(run));
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
  return finished(ending(run));
}

// Work between two turns of the event loop: 1.5 to 3 ms. A unit is one lane of one instruction, 3 to 6 ns. The engine takes ten times as long
// before it has compiled what runs, so that the first turns have a thirty-second of it, two, and so on.
const WORK_PER_TURN = 5e5;
const OVERHEAD = 16; // of an instruction beside its lanes

/** Lanes of instructions that so many samples take, beside what every run takes. */
export function workOf({ uniform, lane }: Search["size"], samples: number): number {
  return OVERHEAD * uniform + (OVERHEAD + samples) * lane;
}

/** Turns of the event loop, after each of which a fit looks at its signal. */
export interface FitTurns extends Turns, Pick<Profile, "goesOn"> {
  /** The result of work with a turn between its pieces. */
  readonly between: <T>(work: Pieces<T>) => Promise<T>;
  /** A turn, however little time has passed since the last one. */
  readonly give: () => Promise<void>;
}

// Pieces that are done in less than 6 ms have a turn together: the turn, a message to oneself, takes a page 0.3 ms of its processor, more than many a piece
// does. Where the clock stands still, as while an edge worker computes, so many have.
const TOGETHER = 6;
const PIECES_TOGETHER = 16;

/** Turns between pieces; without a clock, `now`, after each of them. */
export function turnsOf(options: FitOptions, { now, goesOn }: Pick<Profile, "now" | "goesOn">): FitTurns {
  const turns = makeTurns();
  let [began, pieces] = [now?.(), 0];
  const give = async (): Promise<void> => {
    await turns.next();
    [began, pieces] = [now?.(), 0];
    throwIfAborted(options);
  };
  const next = async (): Promise<void> => {
    pieces++;
    if (!now || pieces === PIECES_TOGETHER || !(now() - began! < TOGETHER)) await give();
    else throwIfAborted(options);
  };
  return {
    goesOn,
    next,
    give,
    end: turns.end,
    async between(work) {
      for (;;) {
        goesOn?.();
        const piece = work.next();
        if (piece.done) return piece.value;
        await next();
      }
    },
  };
}

/** The result of a search, with turns between its gradients; before it goes on it waits for what `awaited` gives, as an answer of a worker. */
export async function searched(
  run: Search,
  turns: Turns & Pick<Profile, "goesOn">,
  awaited?: () => Promise<void> | undefined,
): Promise<Posterior> {
  const steps = search(run);
  for (let done = 0, work = 0, most = 0; ; ) {
    turns.goesOn?.();
    const next = steps.next();
    if (next.done) return next.value;
    const answer = awaited?.();
    if (answer) await answer;
    if (next.value) {
      const { samples = 0 } = next.value;
      work += workOf(run.size, samples - done);
      done = samples;
      if (work < most) continue;
      work = 0;
      most = Math.min(most + WORK_PER_TURN / 32, WORK_PER_TURN);
    }
    await turns.next();
  }
}

/**
 * As `fit`, giving way to the event loop every few milliseconds, also while the model is compiled; rejects with the signal's reason when
 * aborted. The program itself runs at once: 10,000 observations with a switch take 0.1 s.
 */
export async function fitAsync(profile: Profile, model: Model, options: FitOptions = {}): Promise<Posterior> {
  const turns = turnsOf(options, profile);
  requireFitOptions(options);
  throwIfAborted(options);
  try {
    if (profile.rehearse) for (const _ of profile.rehearse(model)) await turns.give();
    const found = await turns.between(startSearch(profile, model, options));
    if (found)
      return await searched(
        found,
        turns,
        profile.inChunks?.(found, turns, (samples) => workOf(found.size, samples) / WORK_PER_TURN),
      );
    const run = await turns.between(startLoop(profile, model, options));
    const stepsPerTurn = Math.max(1, Math.round(WORK_PER_TURN / workOf(run.size, run.samples)));
    for (let step = run.done + 1; step <= run.steps; step++) {
      advance(run, step);
      if (step % stepsPerTurn === 0) await turns.next();
    }
    return await turns.between(ending(run));
  } finally {
    turns.end();
  }
}
