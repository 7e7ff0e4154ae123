/**
 * A fit without a learning rate climbs the ELBO by its gradient, in the coordinates of `chart.ts`, at points that are named.
 * The same kind, start, batch and count name the same points, so that a stage can look at its points again and a check of a stage
 * can draw others.
 */
import type { Chart } from "../../../guides/chart.ts";

/** The purpose of a gradient. "search": the natural-gradient phase; "polish": steps on fixed points; "gap": fresh points, to see how much is left. */
export type FitStage = "search" | "polish" | "gap";
/** The reason for which a course stops: a gradient of a stage, or a turn of others. */
// biome-ignore lint/suspicious/noConfusingVoidType: pieces yield nothing
export type Stop = FitStage | void;

/** Points: `count` samples, those of one batch of one of the streams of a start. */
export interface Points {
  readonly kind: (typeof KINDS)[number];
  readonly start: number;
  readonly batch: number;
  readonly count: number;
}

/** The purposes of points: each has a stream of random numbers of its own in a start. */
export const KINDS = ["search", "stage", "gap", "screen"] as const;

/** The stream that points are drawn from. */
export function streamOf({ kind, start }: Points): number {
  return KINDS.length * start + KINDS.indexOf(kind);
}

/** Makes the covariance of a batch of points, rows of `group` numbers for each dimension, that of standard normals. */
export type Whiten = (rows: Float64Array, group: number, dimensions: number) => void;

export interface Ascent {
  readonly chart: Chart;
  /** The number of coordinates. */
  readonly size: number;
  /** Whether the ELBO of fixed points is a smooth function and its gradient that which is computed: no boundary is left. */
  readonly smooth: boolean;
  /** Gradients so far, and samples that they were taken at. */
  steps: number;
  samples: number;
  readonly maxSamples: number;
  /** How many samples there may be when the present start ends. */
  allowance: number;
  /** Set from outside to end the fit soon, with what it has: no more samples are granted then. */
  stopped: boolean;
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
  /** Why the last gradient could not be made, where that is no error. */
  refusal?: Error | undefined;
  /** Where others compute gradients: waits for those at these points, so that `gradientInto` need not compute them. */
  ahead?: (x: Float64Array, points: readonly Points[]) => Generator<FitStage, void, void>;
  /** Why the last gradient was not finite. */
  readonly failure: () => string;
  /** Whether so many more samples may be taken. */
  readonly affords: (samples: number) => boolean;
}
