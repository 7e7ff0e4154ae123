/** A search tells its user what there is to know, in words and with a code: "not-converged", "unbounded", "diverged", "other-optima". */
import { exp } from "../../math/elementary.ts";
import type { Objective } from "../../objective/objective.ts";
import { type Gaussian, gaussianOf, sdOf } from "../posterior/gaussian.ts";
import type { Ascent } from "./climb/ascent.ts";
import type { WeighedOptima } from "./importance.ts";
import { type Found, thetaOf } from "./optima.ts";
import type { FitWarning, Unvisited } from "./report.ts";

/** A result, and what it is to be judged by. */
export interface Judged {
  readonly ascent: Ascent;
  readonly objective: Objective;
  readonly from: Float64Array;
  readonly best: Found;
  readonly weights: readonly number[];
  readonly found: readonly Found[];
  readonly tolerance: number;
  readonly unvisited: readonly Unvisited[];
  /** What weights of draws say, under profiles that can afford them. */
  readonly weighing: WeighedOptima | undefined;
  /** Whether the posterior is a mixture of all optima; in `nondiff/core` it is the best alone. */
  readonly isMixed: boolean;
}

/** The warnings that contradict a result. */
export function warningsOf(judged: Judged): FitWarning[] {
  return [...statusWarnings(judged), ...otherOptima(judged)];
}

function statusWarnings({ ascent, objective, from, best, tolerance }: Judged): FitWarning[] {
  const { latents: names, model } = namesOf(objective);
  const { status, gap, x } = best;
  const { partsOf } = ascent.chart;
  const left = gap
    ? `the ELBO can still gain about ${gap.gap.toPrecision(2)} ± ${gap.noise.toPrecision(2)} nats`
    : "what is left is unknown";
  if (status === "converged") return [];
  if (status === "unbounded") {
    const [now, before] = [partsOf(x).scales, partsOf(from).scales];
    const growth = [...now].map((scale, i) => scale - before[i]!);
    const most = growth.indexOf(Math.max(...growth));
    return [
      {
        code: "unbounded",
        message: `fit: the scale of "${names[most]}" grows without end on model "${model}", sd ${exp(now[most]!).toPrecision(3)} so far: its density has no finite integral, as under a flat prior that no data bounds`,
        latents: [names[most]!],
      },
    ];
  }
  if (status === "diverged")
    return [
      {
        code: "diverged",
        message: `fit: stopped where a number is not finite: ${best.cause ?? "no more is known"}; the last good parameters are kept`,
        latents: [],
      },
    ];
  const why = ascent.stopped
    ? `stopped after ${ascent.samples} samples`
    : status === "budget"
      ? `after ${ascent.samples} samples, of at most ${ascent.maxSamples} (maxSamples)`
      : "though no step raised it";
  return [
    {
      code: "not-converged",
      message: `fit: not converged on model "${model}": ${left}, ${why}; tolerance ${tolerance}`,
      latents: [],
    },
  ];
}

/** Least weight of an optimum that is told. */
const TOLD = 0.01;

// By the draws that answer; where there are none that are trusted, by the optima of the climbs.
function otherOptima({ ascent, objective, best, found, weights, isMixed, weighing }: Judged): FitWarning[] {
  const { latents: names } = namesOf(objective);
  const placeOf = ({ x }: Found): Gaussian => gaussianOf(objective.guide.space, thetaOf(ascent.chart, x));
  const here = placeOf(best);
  const others =
    weighing?.modes ??
    found.flatMap((other, k) => (other === best ? [] : [{ place: placeOf(other), share: weights[k]! }]));
  return others.flatMap(({ place: there, share }): FitWarning[] => {
    // Where next to nothing is on this side the best optimum is no mode, and what it lacks is not its mode's.
    if (share < TOLD || share > 1 - TOLD) return [];
    const apart = names.map(
      (_, i) => Math.abs(there.means[i]! - here.means[i]!) / Math.min(sdOf(there, i), sdOf(here, i)),
    );
    const most = apart.indexOf(Math.max(...apart));
    const at = (place: Gaussian): string =>
      `${place.means[most]!.toPrecision(3)} ± ${sdOf(place, most).toPrecision(2)}`;
    return [
      {
        code: "other-optima",
        message: `fit: another optimum weighs ${(100 * share).toPrecision(2)} %: there "${names[most]}" is ${at(there)}, here ${at(here)}; the result is ${isMixed ? "a mixture of both" : "the latter alone"}`,
        latents: names.filter((_, i) => apart[i]! > 3),
      },
    ];
  });
}

/** The names of the latents that are fitted, and of the model. */
export function namesOf({ guide, trace }: Objective): { latents: readonly string[]; model: string } {
  return { latents: guide.space.latents, model: trace.model.name };
}
