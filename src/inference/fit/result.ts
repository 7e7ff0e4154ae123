/** What a search returns: the best of its optima, with a report and warnings. */
import { unpackParameters } from "../../guides/guide.ts";
import { othersOf } from "../posterior/others.ts";
import { Posterior } from "../posterior.ts";
import { type Found, weightsOf } from "./optima.ts";
import { warn } from "./options.ts";
import type { FitReport, StartReport } from "./report.ts";
import type { Search } from "./setup.ts";
import { warningsOf } from "./warnings.ts";

/** The posterior of a search that has found these optima, and made these starts. */
export function resultOf(run: Search, found: readonly Found[], starts: readonly StartReport[]): Posterior {
  const { ascent, sampler, from, tolerance, options } = run;
  const { space } = sampler.objective.guide;
  const order = found.map((_, k) => k).sort((p, q) => found[q]!.elbo - found[p]!.elbo);
  const optima = order.map((k) => found[k]!);
  const [best] = optima as [Found];
  const weights = weightsOf(optima.map(({ elbo }) => elbo));
  const judged = warningsOf({ ascent, sampler, from, best, found: optima, weights, tolerance });
  for (const { message } of judged) warn(options, message);
  const warnings = [...run.warnings, ...judged];
  const thetaOf = (x: Float64Array): Float64Array => {
    const theta = new Float64Array(x.length);
    ascent.chart.thetaInto(theta, x);
    return theta;
  };
  const report: FitReport = {
    elbo: best.elbo,
    elboError: best.gap?.error ?? NaN,
    gap: best.gap?.gap ?? NaN,
    gapError: best.gap?.noise ?? NaN,
    tolerance,
    samples: ascent.samples,
    gradients: ascent.steps,
    stages: best.stages,
    starts: starts.map((start) => ({
      ...start,
      optimum: start.optimum === undefined ? undefined : order.indexOf(start.optimum),
    })),
    optima: optima.map(({ elbo, gap, status, x }, k) => ({
      elbo,
      elboError: gap?.error ?? NaN,
      weight: weights[k]!,
      status,
      params: unpackParameters(space, thetaOf(x)),
    })),
    guide: space.name,
    warnings,
  };
  const texts = warnings.map(({ message }) => message);
  return new Posterior(space, thetaOf(best.x), Float64Array.from(ascent.elbos), texts, {
    status: best.status,
    report,
    others: othersOf(
      sampler,
      optima.map(({ x }, k) => ({ weight: weights[k]!, theta: thetaOf(x) })),
    ),
  });
}
