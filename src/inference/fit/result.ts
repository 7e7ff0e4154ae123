/** A search returns a posterior of the best of its optima, with a report and warnings. */
import { unpackParameters } from "../../guides/guide.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import { type Gaussian, gaussianOf } from "../posterior/gaussian.ts";
import { posteriorOf } from "../posterior/making.ts";
import type { Posterior } from "../posterior.ts";
import { preparing } from "../sampler/sampler.ts";
import { steepSteps } from "./bias.ts";
import { type Found, weightsOf } from "./optima.ts";
import { warn } from "./options.ts";
import type { FitWarning, StartReport, Unvisited } from "./report.ts";
import type { Search } from "./setup.ts";
import { warningsOf } from "./warnings.ts";

const LEAST = 1e-3;

/** The posterior of a search that has found these optima, and made these starts. */
export function* resultOf(
  run: Search,
  found: readonly Found[],
  starts: readonly StartReport[],
  unvisited: readonly Unvisited[],
  known?: readonly Gaussian[],
): Pieces<Posterior> {
  const { ascent, sampler, from, tolerance, options, generator } = run;
  const { space } = sampler.objective.guide;
  const order = found.map((_, k) => k).sort((p, q) => found[q]!.elbo - found[p]!.elbo);
  const optima = order.map((k) => found[k]!);
  const [first] = optima as [Found];
  const weights = weightsOf(optima.map(({ elbo }) => elbo));
  const thetaOf = (x: Float64Array): Float64Array => {
    const theta = new Float64Array(x.length);
    ascent.chart.thetaInto(theta, x);
    return theta;
  };
  // An optimum that weighs less than a thousandth is reported and no part of the result; an ELBO without bound has no parts.
  const parts = optima.filter((_, k) => k === 0 || (weights[k]! > LEAST && first.status !== "unbounded"));
  const shares = weightsOf(parts.map(({ elbo }) => elbo));
  const components = parts.map(({ x }, k) => ({ weight: shares[k]!, theta: thetaOf(x) }));
  const weighed =
    first.status === "unbounded" || run.isLate?.()
      ? undefined
      : yield* unlessStopped(
          ascent,
          sampler.profile.weighing?.(
            sampler.objective,
            sampler.profile.engine,
            components.map(({ weight, theta }) => gaussianOf(space, theta, weight)),
            generator,
            known,
            first,
          ),
        );
  yield;
  const importance = weighed?.importance;
  const best = weighed?.settled(first) ?? first;
  optima[0] = best;
  const judged = {
    ascent,
    objective: sampler.objective,
    from,
    best,
    found: optima,
    weights,
    tolerance,
    unvisited,
    importance,
    isMixed: sampler.profile.otherNumbers !== undefined,
  };
  // The jumps that are counted are held against the program where the fit has ended, too.
  yield* preparing(sampler, thetaOf(best.x));
  const isTold = run.warnings.some(({ code }) => code === "unseen-step");
  const steep = isTold ? [] : yield* steepSteps(sampler, thetaOf(best.x));
  const told = [...steep, ...warningsOf(judged), ...(sampler.profile.furtherWarnings?.(judged) ?? [])];
  for (const { message } of told) warn(options, message);
  const posteriorWith = (warnings: readonly FitWarning[]): Posterior =>
    posteriorOf(sampler, {
      theta: thetaOf(best.x),
      elboTrace: Float64Array.from(ascent.elbos),
      warnings: warnings.map(({ message }) => message),
      status: best.status,
      report: {
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
        importance,
        warnings,
      },
      components,
      found: components,
      ...(weighed?.proposal && {
        weighing: {
          proposal: weighed.proposal,
          answers: importance?.answers !== "guide",
          particles: weighed.particles,
        },
      }),
    });
  const warnings = [...run.warnings, ...told];
  const posterior = posteriorWith(warnings);
  const madeWith = (more: readonly FitWarning[]): Posterior => posteriorWith([...warnings, ...more]);
  const { collapsed, profile } = sampler;
  if (!collapsed || run.isLate?.()) return posterior;
  return profile.withSummedOut?.(posterior, collapsed, options, madeWith) ?? posterior;
}

// Work that is given up where the fit is stopped, before or meanwhile: weights of draws may take as long as the climb.
function* unlessStopped<T>(ascent: { readonly stopped: boolean }, work: Pieces<T> | undefined): Pieces<T | undefined> {
  while (work && !ascent.stopped) {
    const next = work.next();
    if (next.done) return next.value;
    yield;
  }
  return undefined;
}
