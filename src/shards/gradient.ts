/**
 * A worker does parts of a fit: sums over some chunks of the points of a gradient, and the first phase of a further start, whose gradients the fit then finds
 * known. Neither changes what the fit does.
 */

import type { Estimator } from "../estimators/estimator.ts";
import type { Guide } from "../guides/guide.ts";
import { estimatorOf } from "../inference/estimate-gradient.ts";
import { FURTHER_STEPS, startOf } from "../inference/fit/course.ts";
import type { FitOptions } from "../inference/fit/options.ts";
import { type Search, startSearch } from "../inference/fit/setup.ts";
import type { MeanGradient } from "../inference/sampler/averaging.ts";
import type { GradientSampler } from "../inference/sampler/sampler.ts";
import { type KnownGradients, remembering } from "../inference/saved/search-state.ts";
import { finished } from "../pieces/pieces.ts";
import { FULL } from "../profile.ts";
import type { Model } from "../program/model.ts";
import { makeGenerator } from "../random/index.ts";
import { type GradientWork, type PartialSums, type StartGradients, type StartWork, wholeOf } from "./work.ts";

/** A fit as a worker has it: set up, not begun. */
export interface Standing {
  readonly search: Search;
  readonly known: KnownGradients;
}

/** Sets up the fit that a shard is of. */
export function standingOf(
  model: Model,
  estimator: Estimator,
  guide: Guide,
  { seed, samples, tolerance }: GradientWork["fit"],
  options: Pick<FitOptions, "backend" | "collapse" | "standardise">,
): Standing {
  const known: KnownGradients = new Map();
  const given = { ...options, estimator, guide, seed, samples, tolerance, onWarning: () => undefined };
  const [profile, own] = remembering(FULL, model, given, known);
  return { search: finished(startSearch(profile, model, own))!, known };
}

/** The gradient of a fit that is a mean over all samples; TypeError where there is none. */
export function meansOf(caller: string, { means, nodes, estimator }: GradientSampler): () => MeanGradient {
  if (!means || nodes.adaptive)
    throw new TypeError(
      `${caller}: estimator "${estimatorOf(caller, estimator).name}" needs every sample, or learns on its way; got it with workers, expected one such as corrected()`,
    );
  return means;
}

/** The sums over a shard's chunks. */
export function gradientPart({ search: { sampler } }: Standing, work: GradientWork): PartialSums {
  const { theta, fit, draw, range } = work;
  const { chunkSums } = meansOf("runShard", sampler)();
  const sums = chunkSums(theta, { ...draw, generator: makeGenerator(fit.seed) }, range.from, range.to);
  return { kind: "gradient", of: wholeOf(work), range, together: 1, sums };
}

/** The gradients of the first phase of a further start that knows of no other. */
export function startPart({ search, known }: Standing, { start: k }: StartWork): StartGradients {
  const { ascent, climber, samples } = search;
  known.clear();
  ascent.samples = 0;
  ascent.elbos.length = 0;
  const { x, temperature } = startOf({ ...search, restarts: k }, k); // none of those beyond the restarts
  const phase = climber.phase(ascent, x, { start: k, samples, mostSteps: FURTHER_STEPS, temperature, found: [] });
  while (!phase.next().done);
  const size = ascent.size + 1;
  const gradients = new Float64Array(known.size * size);
  [...known.values()].forEach((numbers, j) => {
    gradients.set(numbers, j * size);
  });
  return { kind: "start", keys: [...known.keys()], gradients };
}
