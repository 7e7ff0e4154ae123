/** A search returns a posterior of the best of its optima, with a report and warnings. */
import { unpackParameters } from "../../guides/guide.ts";
import { whileWanted } from "../../pieces/in-time.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import { type Gaussian, gaussianOf } from "../posterior/gaussian.ts";
import { posteriorOf } from "../posterior/making.ts";
import type { Posterior } from "../posterior.ts";
import { preparing } from "../sampler/sampler.ts";
import { steepSteps } from "./bias.ts";
import { type Found, thetaOf, weightsOf } from "./optima.ts";
import { warn } from "./options.ts";
import type { FitWarning, StartReport, Unvisited } from "./report.ts";
import type { Search } from "./setup.ts";
import { type Judged, warningsOf } from "./warnings.ts";

const LEAST = 1e-3;

/** The optima of a search from the best on, with what each weighs, and the parts of the result. */
interface Ranked {
  /** Places among what was found, in this order. */
  readonly order: readonly number[];
  readonly optima: Found[];
  readonly weights: readonly number[];
  readonly components: readonly { readonly weight: number; readonly theta: Float64Array }[];
}

function ranked({ ascent }: Search, found: readonly Found[]): Ranked {
  const order = found.map((_, k) => k).sort((p, q) => found[q]!.elbo - found[p]!.elbo);
  const optima = order.map((k) => found[k]!);
  const weights = weightsOf(optima.map(({ elbo }) => elbo));
  // An optimum that weighs less than a thousandth is reported and no part of the result; an ELBO without bound has no parts.
  const parts = optima.filter((_, k) => k === 0 || (weights[k]! > LEAST && optima[0]!.status !== "unbounded"));
  const shares = weightsOf(parts.map(({ elbo }) => elbo));
  return {
    order,
    optima,
    weights,
    components: parts.map(({ x }, k) => ({ weight: shares[k]!, theta: thetaOf(ascent.chart, x) })),
  };
}

/** The posterior of a search that has found these optima, and made these starts. */
export function* resultOf(
  run: Search,
  found: readonly Found[],
  starts: readonly StartReport[],
  unvisited: readonly Unvisited[],
  known?: readonly Gaussian[],
): Pieces<Posterior> {
  const { ascent, sampler, from, tolerance, options, generator } = run;
  const { objective, collapsed, profile } = sampler;
  const { order, optima, weights, components } = ranked(run, found);
  const [first] = optima as [Found];
  const isWanted = (): boolean => !ascent.stopped;
  const weighed =
    first.status === "unbounded" || run.isLate?.()
      ? undefined
      : yield* whileWanted(
          profile.weighing?.(
            objective,
            profile.engine,
            components.map(({ weight, theta }) => gaussianOf(objective.guide.space, theta, weight)),
            generator,
            known,
            first,
            run,
          ),
          isWanted,
        );
  yield;
  const best = weighed?.settled(first) ?? first;
  optima[0] = best;
  const isMixed = profile.otherNumbers !== undefined;
  const judged = {
    ascent,
    objective,
    from,
    best,
    found: optima,
    weights,
    tolerance,
    unvisited,
    weighing: weighed,
    isMixed,
  };
  const told = yield* toldOf(run, judged, isWanted);
  const report = {
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
      params: unpackParameters(objective.guide.space, thetaOf(ascent.chart, x)),
    })),
    guide: objective.guide.space.name,
    importance: weighed?.importance,
  };
  const posteriorWith = (more: readonly FitWarning[]): Posterior => {
    const warnings = [...run.warnings, ...told, ...more];
    return posteriorOf(sampler, {
      theta: thetaOf(ascent.chart, best.x),
      elboTrace: Float64Array.from(ascent.elbos),
      warnings: warnings.map(({ message }) => message),
      status: best.status,
      report: { ...report, warnings },
      components,
      found: components,
      ...(weighed?.proposal && {
        weighing: {
          proposal: weighed.proposal,
          answers: weighed.importance.answers !== "guide",
          particles: weighed.particles,
        },
      }),
    });
  };
  const posterior = posteriorWith([]);
  if (!collapsed || run.isLate?.()) return posterior;
  return profile.withSummedOut?.(posterior, collapsed, options, posteriorWith) ?? posterior;
}

// What contradicts the result, told to who listens. The jumps that are counted are held against the program where the fit has ended, too.
function* toldOf(
  { ascent, sampler, options, warnings }: Search,
  judged: Judged,
  isWanted: () => boolean,
): Pieces<FitWarning[]> {
  const theta = thetaOf(ascent.chart, judged.best.x);
  yield* whileWanted(preparing(sampler, theta), isWanted);
  const isTold = warnings.some(({ code }) => code === "unseen-step");
  const steep = (isTold ? undefined : yield* whileWanted(steepSteps(sampler, theta), isWanted)) ?? [];
  const told = [...steep, ...warningsOf(judged), ...(sampler.profile.furtherWarnings?.(judged) ?? [])];
  for (const { message } of told) warn(options, message);
  return told;
}
