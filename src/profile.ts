/** The two profiles: everything, for `nondiff`, and few bytes, for `nondiff/core`. */
import { FAST_ENGINE, PLAIN_ENGINE } from "./autodiff/lanes/interpreter/engines.ts";
import { DISTINCT } from "./boundaries/check/distinct.ts";
import { requireSamePath } from "./boundaries/check/rewritings.ts";
import { withEdges } from "./boundaries/jump/edges.ts";
import { gatesOf } from "./boundaries/jump/gates.ts";
import { sparing } from "./boundaries/jump/unmoved-nodes.ts";
import { LINES } from "./boundaries/lines/lines.ts";
import { CHEAPER_BLOCKS } from "./boundaries/move/cheaper-blocks.ts";
import { CONSTANT_CONDITIONS } from "./conditions/constant-conditions.ts";
import { DOMAINS } from "./conditions/domains.ts";
import { MARGINALISATION } from "./conditions/marginalisation.ts";
import { PEELING } from "./conditions/peeling.ts";
import { SOLVING } from "./conditions/solving.ts";
import { watchedTerms } from "./estimators/draw/watched.ts";
import { everyNoise } from "./estimators/sample-points.ts";
import { listedParameters } from "./guides/named-parameters.ts";
import { guideOf } from "./guides/points.ts";
import { collapseUnder } from "./inference/collapse-option.ts";
import { diagnosis, faultAtStart } from "./inference/diagnosis.ts";
import { steepness, warnOfSteps } from "./inference/fit/bias.ts";
import { BY_VALUES } from "./inference/fit/climb/by-values.ts";
import { CORRELATED } from "./inference/fit/climb/correlated.ts";
import { RACING } from "./inference/fit/climb/natural/race.ts";
import { places } from "./inference/fit/climb/placing.ts";
import { standardising } from "./inference/fit/climb/standardising.ts";
import { furtherWarnings, withSummedOut } from "./inference/fit/further-warnings.ts";
import { weighing } from "./inference/fit/importance.ts";
import { ownLength, withLength } from "./inference/own-length.ts";
import { comparingDensities } from "./inference/plain-density.ts";
import { otherNumbers } from "./inference/posterior/evaluated.ts";
import type { Profile } from "./inference/profile.ts";
import { averaging } from "./inference/sampler/averaging.ts";
import { pilot } from "./inference/sampler/pilot.ts";
import { singlesOf } from "./inference/sampler/single-samples.ts";
import { inChunks } from "./inference/saved/chunked-search.ts";
import type { Saved } from "./inference/saved/envelope.ts";
import { resumedLoop } from "./inference/saved/resuming.ts";
import { type LoadOptions, restored, SaveablePosterior } from "./inference/saved/saved-posterior.ts";
import { OTHER_ENTROPIES } from "./objective/entropy.ts";
import { watched } from "./pieces/in-time.ts";
import type { Model } from "./program/model.ts";
import { coreTrace } from "./program/run.ts";
import { rehearse, trace } from "./program/trace.ts";

/** What a fit of `nondiff` returns: a posterior that can be saved and loaded. */
export class Posterior extends SaveablePosterior {
  /**
   * The posterior of a model that `toJSON` or `JSON.stringify` made JSON of: the object or its text.
   *
   *     const again = Posterior.from(textmsg, JSON.stringify(fit(textmsg)));
   *
   * All its numbers are those of the saved one, bit for bit on one engine. Throws RangeError, each by name, where what was saved is damaged, cut off, of
   * another version, kind or shape, or of a model that is another or has changed; TypeError for what was never saved, and for a guide of
   * your own without the option `guide`.
   */
  static from(model: Model, json: Saved | string, options: LoadOptions = {}): Posterior {
    return restored(FULL, model, json, options) as Posterior;
  }
}

// The one that no change of the date moves, where the platform has it.
interface Clocks {
  readonly performance?: { readonly now: () => number };
}

export const FULL: Profile = {
  listed: listedParameters,
  resumed: resumedLoop,
  now: () => (globalThis as Clocks).performance?.now() ?? Number.NaN,
  posterior: (guided, parts) => new Posterior(guided, withLength(guided.model.name, parts)),
  engine: FAST_ENGINE,
  trace,
  rehearse,
  inChunks,
  averaging,
  pilot,
  singlesOf,
  diagnosis,
  faultAtStart,
  otherNumbers,
  guideOf,
  ownLength,
  checkTrace: comparingDensities,
  collapse: collapseUnder,
  standardising,
  correlations: CORRELATED,
  racing: RACING,
  weighing,
  byValues: BY_VALUES,
  furtherWarnings,
  withSummedOut,
  warnOfSteps,
  steepness,
  watched,
  places,
  repertoire: {
    entropies: OTHER_ENTROPIES,
    conditionPasses: [CONSTANT_CONDITIONS, PEELING, SOLVING, DOMAINS],
    requireSame: requireSamePath,
    marginalisation: MARGINALISATION,
    boundaryPasses: [CHEAPER_BLOCKS],
    lines: LINES,
    families: /* @__PURE__ */ withEdges(sparing),
    gates: gatesOf,
    select: watchedTerms,
    noise: everyNoise,
  },
};

export const CORE: Profile = {
  engine: PLAIN_ENGINE,
  trace: coreTrace,
  repertoire: { conditionPasses: [], boundaryPasses: [DISTINCT] },
};
