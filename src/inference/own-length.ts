/**
 * A loop whose length nobody has given, as that of a model with `param("m", 0)` whose data lie about 80, ends after 2000 steps of a hundredth each at 20. So it goes on
 * while its ELBO rises, and where that is too long its user is told.
 */
import { squared } from "../math/squared.ts";
import { type FitOptions, warn } from "./fit/options.ts";

/** Steps after which a loop ends or goes on, and at most. */
const EACH = 2000;
const LONGEST = 12_000;
/** How much the ELBO rises, in nats and in standard errors of that, from one quarter of those steps to the next if it is said to rise. */
const [RISE, ERRORS] = [0.05, 2];

/** How many more steps a loop takes that has had the first ELBOs of these. */
function furtherSteps(elbos: Float64Array, steps: number): number {
  return steps < LONGEST && riseOf(elbos.subarray(0, steps)) > 0 ? EACH : 0;
}

/** What is known of a loop that has ended, if a posterior is that of one. */
interface Ended {
  readonly elboTrace: Float64Array;
  readonly warnings: readonly string[];
  readonly run?: { readonly own?: unknown; readonly options: Pick<FitOptions, "onWarning"> } | undefined;
}

/** What a loop has found; where its ELBO rises still it is told, and the status is "budget". */
export function withLength<P extends Ended>(model: string, parts: P): P {
  const { elboTrace, run, warnings } = parts;
  const rise = run?.own ? riseOf(elboTrace) : 0;
  if (!run || rise === 0) return parts;
  const message = `fit: not converged on model "${model}": in the last ${EACH / 4} of ${elboTrace.length} steps the ELBO has risen by ${rise.toPrecision(2)} nats; a start that is nearer, or more steps (optimizer, steps), may help`;
  warn(run.options, message);
  return { ...parts, warnings: [...warnings, message], status: "budget" };
}

// By how much the last quarter of the last steps is above the one before; 0 where that may be noise.
function riseOf(elbos: Float64Array): number {
  const quarter = EACH / 4;
  const [before, last] = [elbos.subarray(-2 * quarter, -quarter), elbos.subarray(-quarter)].map((own) => {
    const mean = own.reduce((sum, elbo) => sum + elbo, 0) / quarter;
    return { mean, variance: own.reduce((sum, elbo) => sum + squared(elbo - mean), 0) / squared(quarter) };
  }) as [{ mean: number; variance: number }, { mean: number; variance: number }];
  const rise = last.mean - before.mean;
  return rise > RISE + ERRORS * Math.sqrt(before.variance + last.variance) ? rise : 0;
}

/** What a loop asks for; ELBOs are those of all of its steps. */
export interface OwnLength {
  readonly most: number;
  readonly more: (elbos: Float64Array, steps: number) => number;
}

const OWN: OwnLength = { most: LONGEST, more: furtherSteps };

/** The length of a loop to which neither it nor an optimiser is given, and which goes on from no other. */
export const ownLength = ({ optimizer, steps, resume }: FitOptions): OwnLength | undefined =>
  optimizer || steps || resume ? undefined : OWN;
