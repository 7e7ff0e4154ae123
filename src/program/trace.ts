/** Running a program with all statements that `nondiff` has: see `run.ts` for the run itself and `statements.ts` for what is added. */
import type { GraphOptions } from "../autodiff/graph/graph.ts";
import { bounded } from "./bounds.ts";
import { requireNoEscapes } from "./escapes.ts";
import type { Model } from "./model.ts";
import { coreTrace, type Trace } from "./run.ts";
import { withStatements } from "./statements.ts";

export type { FiniteLatent, Latent, Term, Trace } from "./run.ts";

/** Runs the program of a model, its latents bounded by their data; throws with the model's own words if it is not a valid one. */
export function trace(model: Model, options?: GraphOptions): Trace {
  const traced = traceAsWritten(model, options);
  const within = bounded(traced);
  return within === model ? traced : coreTrace(within, options, withStatements);
}

/** The same over the supports that the priors have. */
export function traceAsWritten(model: Model, options?: GraphOptions): Trace {
  try {
    const traced = coreTrace(model, options, withStatements);
    requireNoEscapes(traced);
    return traced;
  } catch (error) {
    if (!(error instanceof RangeError && /call stack/.test(error.message))) throw error;
    throw new RangeError(
      `model "${model.name}": its branches are nested too deeply; got ${error.message.toLowerCase()}, expected some hundreds inside each other at most`,
    );
  }
}

/** The trace itself, whose density is one of continuous latents alone: TypeError if a discrete one is left. */
export function continuous(traced: Trace): Trace {
  const [first] = traced.finite;
  if (first)
    throw new TypeError(
      `model "${traced.model.name}": discrete latent "${first.name}" is summed out by nothing; got ${first.prior.name}, expected a fit that collapses`,
    );
  return traced;
}
