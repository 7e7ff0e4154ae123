/** An ascent whose gradients a sampler draws, each kind of point from streams of its own. */
import type { Estimator } from "../../../estimators/estimator.ts";
import type { Chart } from "../../../guides/chart.ts";
import type { InTime } from "../../../pieces/in-time.ts";
import { piecesOf, piecewise } from "../../../pieces/pieces.ts";
import { fillNormals, type Generator } from "../../../random/index.ts";
import { tryMeansInto } from "../../sampler/means.ts";
import { nonFiniteError } from "../../sampler/non-finite.ts";
import type { GradientSampler } from "../../sampler/sampler.ts";
import { type Ascent, KINDS, streamOf, type Whiten } from "./ascent.ts";
import { matchedFill } from "./matched-points.ts";

/**
 * The estimator with points that are matched where they are climbed on, and in pairs where it has no points of its own. Where there is no time for its
 * gradient it has none: the fit has ended.
 */
export function withMatchedPoints(estimator: Estimator, whiten: Whiten | undefined, inTime: InTime): Estimator {
  const matched = (stream: number): boolean => stream % KINDS.length < KINDS.indexOf("gap");
  const build = piecewise(function* (...given: Parameters<Estimator["build"]>) {
    const nodes = (yield* inTime(piecesOf(estimator.build, ...given))) ?? {
      gradient: given[0].parameters,
      normals: [],
    };
    return {
      ...nodes,
      noise: { fill: matchedFill(nodes.noise?.fill ?? fillNormals, !nodes.noise, matched, whiten) },
    };
  });
  return { ...estimator, build };
}

/** The ascent of a sampler whose guide has a chart. */
export function makeAscent(sampler: GradientSampler, chart: Chart, generator: Generator, maxSamples: number): Ascent {
  const { size } = sampler;
  const elbo = new Float64Array(1);
  const draw = { generator, stream: 0, firstSample: 0, samples: 0, group: 1, step: 0, adapt: false };
  const ascent: Ascent = {
    chart,
    size,
    smooth: sampler.nodes.smooth === true,
    steps: 0,
    samples: 0,
    maxSamples,
    allowance: maxSamples,
    stopped: false,
    elbo: NaN,
    gap: undefined,
    gradient: new Float64Array(size),
    theta: new Float64Array(size),
    elbos: [],
    gradientInto(g, x, points) {
      const { kind, batch, count } = points;
      const { theta, gradient } = ascent;
      chart.thetaInto(theta, x);
      draw.stream = streamOf(points);
      draw.firstSample = batch * count;
      draw.samples = count;
      draw.group = count;
      draw.step = ascent.steps;
      draw.adapt = kind === "search";
      const finite = tryMeansInto(gradient, elbo, 0, sampler, theta, draw);
      ascent.steps++;
      ascent.samples += count;
      ascent.elbo = finite ? elbo[0]! : NaN;
      ascent.elbos.push(ascent.elbo);
      g.set(gradient);
      chart.gradientInto(g, x);
      return ascent.elbo;
    },
    failure: () => nonFiniteError(sampler, ascent.theta, draw).message,
    affords: (samples) => !ascent.stopped && ascent.samples + samples <= Math.min(maxSamples, ascent.allowance),
  };
  return ascent;
}
