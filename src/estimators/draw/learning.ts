/**
 * Boundaries that are drawn have probabilities, which are learned from the samples in which they were drawn: one whose jump is large comes
 * to be drawn more often.
 */

import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Place } from "../../autodiff/tape/executable.ts";
import { valueAt } from "../../autodiff/tape/executable.ts";
import type { Tape } from "../../autodiff/tape/tape.ts";
import type { Probabilities } from "./probabilities.ts";

/** How an estimator learns from its samples for those of later gradients. */
export interface Adaptive {
  /** The state. */
  readonly probabilities: Probabilities;
  /** Per-sample values that it learns from. */
  readonly reads: readonly NodeId[];
  /** Called for one pass after the other, with where the values of its lanes lie. */
  readonly learn: (slots: Float64Array, reads: readonly Place[], lanes: number) => void;
  /** Called between gradients: what was learned takes effect. */
  readonly update: () => void;
  /** Called before the first gradient: runs samples first … first + n − 1 of a group of so many, and learns from them. */
  readonly pilot: (
    tape: Tape,
    reads: readonly Place[],
    run: (stream: number, samples: number, first: number, n: number) => void,
  ) => void;
}

/** Samples before the first gradient: rounds, each drawn by those before. */
const PILOT_ROUNDS = 4;
const PILOT_SAMPLES = 256;
const PILOT_STREAM = 0x7069; // of its own

/** `reads` are in pairs: a boundary drawn, and |g_k|² of its contribution. */
export function adapting(probabilities: Probabilities, reads: readonly NodeId[]): Adaptive {
  const adaptive: Adaptive = {
    probabilities,
    reads,
    learn(slots, places, lanes) {
      // In the order of the samples, so that the number of lanes makes no difference.
      for (let i = 0; i < lanes; i++)
        for (let j = 0; j < places.length; j += 2)
          probabilities.learn(valueAt(slots, places[j]!, i), valueAt(slots, places[j + 1]!, i));
    },
    update: () => probabilities.update(),
    pilot({ lanes, slots }, places, run) {
      for (let round = 0; round < PILOT_ROUNDS; round++) {
        for (let done = 0; done < PILOT_SAMPLES; done += lanes) {
          const n = Math.min(lanes, PILOT_SAMPLES - done);
          run(PILOT_STREAM, PILOT_SAMPLES, round * PILOT_SAMPLES + done, n);
          adaptive.learn(slots, places, n);
        }
        adaptive.update();
      }
    },
  };
  return adaptive;
}
