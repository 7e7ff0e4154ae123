/** One climb of a fit by mean field, without what comes after it: weights of draws, further starts, warnings. */

import { type Model, meanField } from "../../src/index.ts";
import type { Climbed, Climber } from "../../src/inference/fit/climb/climb.ts";
import { startSearch } from "../../src/inference/fit/setup.ts";
import { finished } from "../../src/pieces/pieces.ts";
import { FULL } from "../../src/profile.ts";

/** Where the first climb of `seed` ends, by the climber of a fit unless another is given, and how many samples it takes. */
export function climbOf(model: Model, seed: number, by?: Climber): Climbed & { readonly samples: number } {
  const options = { collapse: false, guide: meanField(), seed, onWarning() {} } as const;
  const { ascent, climber: usual, from } = finished(startSearch(FULL, model, options))!;
  const climber = by ?? usual;
  const first = { start: 0, samples: 32, mostSteps: 300, temperature: 1 };
  const climbed = climber.finish(ascent, from, finished(climber.phase(ascent, from, first)), 0, 0.05);
  return { ...finished(climbed), samples: ascent.samples };
}
