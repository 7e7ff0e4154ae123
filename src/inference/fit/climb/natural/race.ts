/**
 * A race from the first start of a fit, where the density jumps: chance decides there on which side of a condition a guide settles.
 *
 * Four walks take twenty steps with a quarter of the samples each, and the one with the highest ELBO goes on. In most models they do not differ, and
 * nothing is lost. A network of steps on four cases ends with all of them right or, 5000 nats worse, with one wrong: where walks differ that much four
 * more join, and the race is longer. The middle one of ten fits ends at −17.7 in place of −21.6.
 */
import type { Ascent, FitStage } from "../ascent.ts";
import { type Climber, finish, type Nearer } from "../climb.ts";
import { correctedEnd } from "../gap.ts";
import { tiltedEnd } from "../tilted.ts";
import { type NaturalPhase, type NaturalPhaseOptions, naturalPhase } from "./natural-phase.ts";
import { withRareSteps } from "./rare-steps.ts";

/** Walks that a race begins with, the steps of each, and the batches of points that are one walk's. */
const RACERS = 4;
const RACE = 20;
const BATCHES = 1000;
/** Batches of a walk that are those of the winner as it goes on. */
const LATER = 500;
/** A race goes on where the third best is so many nats below the best: to so many steps, with so many more walks. */
const DIFFERENT = 10;
const LONG_RACE = 60;
const JOINING = 4;

function* phase(
  ascent: Ascent,
  from: Float64Array,
  options: NaturalPhaseOptions,
): Generator<FitStage, NaturalPhase, void> {
  const { start, samples, mostSteps } = options;
  // A quarter of the samples is an even number, as points are in pairs.
  if (start !== 0 || ascent.smooth || samples % (2 * RACERS) !== 0 || mostSteps <= LONG_RACE)
    return yield* naturalPhase(ascent, from, options);
  const { k, end } = yield* winner(ascent, from, options);
  if (end.ended !== "steps") return end;
  const before = end.elbos!;
  const rest = { ...options, mostSteps: mostSteps - before.length, before, batch: k * BATCHES + LATER };
  return yield* naturalPhase(ascent, end.x, rest);
}

/** Number k of the walks of a race, and where it has come to. */
interface Racer {
  readonly k: number;
  readonly end: NaturalPhase;
}

// One that ends unbounded, or finds nothing finite at the start, tells what the others would.
function* winner(ascent: Ascent, from: Float64Array, options: NaturalPhaseOptions): Generator<FitStage, Racer, void> {
  let racers: Racer[] = [];
  const run = function* (count: number, steps: number): Generator<FitStage, readonly Racer[], void> {
    const further: Racer[] = [];
    for (let k = 0; k < count; k++) {
      const { x, elbos: before = [] } = racers[k]?.end ?? { x: from };
      const samples = options.samples / RACERS;
      const batch = k * BATCHES + before.length;
      const walk = { ...options, samples, mostSteps: steps - before.length, before, batch, leastSteps: Infinity };
      const racer = { k, end: yield* naturalPhase(ascent, x, walk) };
      if (racer.end.ended === "unbounded" || racer.end.elbos!.length === 0) return [racer];
      further.push(racer);
    }
    racers = further;
    return [...racers].sort((p, q) => levelOf(q.end) - levelOf(p.end));
  };
  const [best, , third] = yield* run(RACERS, RACE);
  if (!third || levelOf(best!.end) - levelOf(third.end) < DIFFERENT) return best!;
  return (yield* run(RACERS + JOINING, LONG_RACE))[0]!;
}

function levelOf({ elbo, ended }: NaturalPhase): number {
  return ended === "not finite" ? Number.NEGATIVE_INFINITY : elbo;
}

// The first stage has too few points to trust one step at them.
const nearer: Nearer = (...given) => (given[4].batch === 0 ? tiltedEnd(...given) : correctedEnd(...given));

/** The climb of independent latents that races first, and brings its ends nearer. */
export const RACING: Climber = {
  phase,
  *finish(ascent, from, first, start, tolerance) {
    const climbed = yield* finish(ascent, from, first, start, tolerance, nearer);
    return yield* withRareSteps(ascent, climbed, start, tolerance);
  },
};
