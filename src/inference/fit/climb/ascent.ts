/**
 * What a fit without a learning rate climbs: the ELBO and its gradient in the coordinates of `chart.ts`, at points that are named.
 * The same kind, start, batch and count name the same points, so that a stage can look at its points again and a check of a stage
 * can draw others.
 */
import type { Estimator } from "../../../estimators/estimator.ts";
import type { Chart } from "../../../guides/chart.ts";
import { fillNormals, type Generator } from "../../../random/index.ts";
import { tryMeansInto } from "../../sampler/means.ts";
import { nonFiniteError } from "../../sampler/non-finite.ts";
import type { GradientSampler } from "../../sampler/sampler.ts";
import { matchedFill } from "./matched-points.ts";

/** Points: `count` samples, those of one batch of one of the streams of a start. */
export interface Points {
  readonly kind: PointKind;
  readonly start: number;
  readonly batch: number;
  readonly count: number;
}

/** A stream of its own for each purpose. */
export type PointKind = "search" | "stage" | "gap" | "screen";

const KINDS = ["search", "stage", "gap", "screen"] as const;

/** The estimator with points that are matched where they are climbed on, and in pairs where it has no points of its own. */
export function withMatchedPoints(estimator: Estimator): Estimator {
  const matched = (stream: number): boolean => stream % KINDS.length < KINDS.indexOf("gap");
  return {
    ...estimator,
    build(objective, repertoire, analysis) {
      const nodes = estimator.build(objective, repertoire, analysis);
      return { ...nodes, noise: { fill: matchedFill(nodes.noise?.fill ?? fillNormals, !nodes.noise, matched) } };
    },
  };
}

export interface Ascent {
  readonly sampler: GradientSampler;
  readonly chart: Chart;
  /** Of coordinates. */
  readonly size: number;
  /** Whether the ELBO of fixed points is a smooth function and its gradient that which is computed: no boundary is left. */
  readonly smooth: boolean;
  /** Gradients so far, and samples that they were taken at. */
  steps: number;
  samples: number;
  readonly maxSamples: number;
  /** Of the last gradient: its ELBO, NaN where anything was not finite; the gradient in θ's coordinates, and θ. */
  elbo: number;
  readonly gradient: Float64Array;
  readonly theta: Float64Array;
  /** The last estimate of how many nats are left nearby. */
  gap: number | undefined;
  /** The ELBO of every gradient so far. */
  readonly elbos: number[];
  /** The ELBO at x, and its gradient in x into g; NaN, and not an error, where anything is not finite. */
  readonly gradientInto: (g: Float64Array, x: Float64Array, points: Points) => number;
  /** Why the last gradient was not finite. */
  readonly failure: () => string;
  /** Whether so many more samples may be taken. */
  readonly affords: (samples: number) => boolean;
}

/** The ascent of a sampler whose guide has a chart. */
export function makeAscent(sampler: GradientSampler, chart: Chart, generator: Generator, maxSamples: number): Ascent {
  const { size } = sampler;
  const elbo = new Float64Array(1);
  const draw = { generator, stream: 0, firstSample: 0, samples: 0, group: 1, step: 0, adapt: false };
  const ascent: Ascent = {
    sampler,
    chart,
    size,
    smooth: sampler.nodes.smooth === true,
    steps: 0,
    samples: 0,
    maxSamples,
    elbo: NaN,
    gap: undefined,
    gradient: new Float64Array(size),
    theta: new Float64Array(size),
    elbos: [],
    gradientInto(g, x, { kind, start, batch, count }) {
      const { theta, gradient } = ascent;
      chart.thetaInto(theta, x);
      draw.stream = KINDS.length * start + KINDS.indexOf(kind);
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
    affords: (samples) => ascent.samples + samples <= maxSamples,
  };
  return ascent;
}
