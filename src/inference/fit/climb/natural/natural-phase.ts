/**
 * The first phase of a fit: natural-gradient steps at fresh points, from wherever the start is to where the ELBO no longer rises.
 *
 * P = 1/σ² of a latent goes β of the way to Q = P·(1 − g_τ), the mean curvature of −log p under the guide, and at most to half; then
 * μ moves by β·g_μ/P, at most by R sds. R begins at 1, grows by half while g_μ keeps its sign and halves when it turns. From N(0, 1000²)
 * with ten readings near 500 of sd 1, Q is 1e7 times P: σ is right after three steps, and μ after a few dozen.
 *
 * Source: Khan and Rue, "The Bayesian learning rule", JMLR 2023, section 4 (variational online Newton), with the radius added.
 */
import type { Chart } from "../../../../guides/chart.ts";
import { exp, log } from "../../../../math/elementary.ts";
import type { Ascent, FitStage } from "../ascent.ts";
import type { Step } from "./last-steps.ts";

export interface NaturalPhase {
  readonly x: Float64Array;
  /** Mean of the last ELBO estimates. */
  readonly elbo: number;
  /** The ELBOs of its steps, and of those before. */
  readonly elbos?: readonly number[];
  readonly ended: "level" | "known" | "steps" | "budget" | "unbounded" | "not finite";
  /** The number that was not finite, in words, where that ended it. */
  readonly cause?: string;
  /** The last steps, of a climb that goes by them. */
  readonly last?: readonly Step[];
  /** The samples of each. */
  readonly count?: number;
}

export interface NaturalPhaseOptions {
  /** Number of the start, which decides the points. */
  readonly start: number;
  /** Samples per step. */
  readonly samples: number;
  readonly mostSteps: number;
  /** Where above 1 the entropy counts so many times at first, and once from step `COOL` on: the guide is wide before it settles. */
  readonly temperature: number;
  /** Latents that stay where they are during the first steps, and how many these are. */
  readonly held?: readonly number[];
  readonly heldSteps?: number;
  /** Of a race: the first batch of the points, the ELBOs of the steps before, and steps, with these, before the ELBO may be level. */
  readonly batch?: number;
  readonly before?: readonly number[];
  readonly leastSteps?: number;
  /** Optima that are known: a climb of correlated normals that has come to one of them ends. */
  readonly found?: readonly { readonly x: Float64Array }[];
}

const BETA = 0.3;
const LEAST_STEPS = 30;
const WINDOW = 10;
/** Steps in which a tempered entropy comes to count once. */
export const COOL = 30;
const SHORTEST = 0.3;
const LONGEST = 1e4;
/** Growth of a scale, as a difference of logarithms, that no posterior with a proper prior shows. */
const UNBOUNDED = /* @__PURE__ */ log(1e9);
/** Tries of a step that leads where something is not finite, each half as far as the one before. */
const TRIES = 8;

export function* naturalPhase(
  ascent: Ascent,
  from: Float64Array,
  {
    start,
    samples,
    mostSteps,
    temperature,
    held = [],
    heldSteps = 0,
    batch = 0,
    before: former = [],
    leastSteps = LEAST_STEPS,
  }: NaturalPhaseOptions,
): Generator<FitStage, NaturalPhase, void> {
  const { chart, size } = ascent;
  const n = chart.latents;
  const x = from.slice();
  const good = from.slice();
  const g = new Float64Array(size);
  const before = new Float64Array(n);
  const radius = new Float64Array(n).fill(1);
  const cool = temperature > 1 ? COOL : 0;
  const elbos = [...former];
  const found = (ended: NaturalPhase["ended"], cause?: string): NaturalPhase => ({
    ...endOf(good, meanOfLast(elbos), ended, cause),
    elbos,
  });
  let failures = 0;
  for (let t = 0; t < mostSteps; t++) {
    if (!ascent.affords(samples)) return found("budget");
    const elbo = ascent.gradientInto(g, x, { kind: "search", start, batch: batch + t, count: samples });
    yield "search";
    if (Number.isNaN(elbo)) {
      if (grown(x, from, chart) || rising(elbos)) return found("unbounded");
      if (++failures > TRIES) return found("not finite", ascent.failure());
      for (let p = 0; p < size; p++) x[p] = (x[p]! + good[p]!) / 2;
      for (let i = 0; i < n; i++) radius[i] = Math.max(SHORTEST, radius[i]! / 2);
      continue;
    }
    failures = 0;
    good.set(x);
    elbos.push(elbo);
    if (grown(x, from, chart)) return found("unbounded");
    if (elbos.length >= leastSteps + cool && elbos.length % WINDOW === 0 && isLevel(elbos)) return found("level");
    const heat = elbos.length < cool ? exp(log(temperature) * (1 - elbos.length / cool)) : 1;
    if (heat > 1) temper(g, chart, heat);
    step(x, g, before, radius, chart);
    if (elbos.length <= heldSteps) hold(x, from, held, chart);
  }
  return found("steps");
}

// The entropy, whose derivative in τ is 1, counts `heat` times; all is divided by that.
function temper(g: Float64Array, { partsOf }: Chart, heat: number): void {
  for (let p = 0; p < g.length; p++) g[p]! /= heat;
  const { scales } = partsOf(g);
  for (let i = 0; i < scales.length; i++) scales[i]! += 1 - 1 / heat;
}

function step(x: Float64Array, g: Float64Array, before: Float64Array, radius: Float64Array, chart: Chart): void {
  const { means, scales, shares } = chart.partsOf(x);
  const slopes = chart.partsOf(g);
  chart.pairs.forEach(({ row, column }, k) => {
    const unit = exp(scales[row]! - scales[column]!);
    shares[k]! += clipped(BETA * unit * slopes.shares[k]!, 0.5) * unit;
  });
  for (let i = 0; i < means.length; i++) {
    const slope = slopes.means[i]!;
    const ratio = Math.min(1e8, 1 - slopes.scales[i]!); // Q / P
    const sd = exp(scales[i]!);
    scales[i]! -= 0.5 * log(Math.max(0.5, 1 - BETA + BETA * ratio));
    const next = exp(scales[i]!);
    const turn = slope * before[i]!;
    if (turn > 0) radius[i] = Math.min(radius[i]! * 1.5, LONGEST);
    if (turn < 0) radius[i] = Math.max(radius[i]! / 2, SHORTEST);
    before[i] = slope;
    means[i]! += clipped(BETA * slope * next * next, radius[i]! * Math.min(sd, next));
  }
}

function hold(x: Float64Array, from: Float64Array, held: readonly number[], { partsOf }: Chart): void {
  const [to, back] = [partsOf(x), partsOf(from)];
  for (const i of held) {
    to.means[i] = back.means[i]!;
    to.scales[i] = back.scales[i]!;
  }
}

function clipped(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

/** Whether a scale has grown beyond any posterior's. */
export function grown(x: Float64Array, from: Float64Array, { partsOf }: Chart): boolean {
  const before = partsOf(from).scales;
  return partsOf(x).scales.some((scale, i) => scale - before[i]! > UNBOUNDED);
}

// An ELBO that has no upper bound overflows while it rises: E[exp(z)] doubles and doubles before it is Infinity.
function rising(elbos: readonly number[]): boolean {
  const [last, previous] = [elbos.at(-1) ?? 0, elbos.at(-2) ?? 0];
  return last > 1e6 && last > 2 * previous;
}

/** The end of a phase. */
export function endOf(x: Float64Array, elbo: number, ended: NaturalPhase["ended"], cause?: string): NaturalPhase {
  return { x, elbo, ended, ...(cause !== undefined && { cause }) };
}

/** Mean of the last estimates of the ELBO. */
export function meanOfLast(elbos: readonly number[]): number {
  return meanOf(elbos.slice(-WINDOW));
}

/** Whether the mean of the last estimates is not above that of those before by two standard errors and a little. */
export function isLevel(elbos: readonly number[]): boolean {
  const last = elbos.slice(-WINDOW);
  const previous = elbos.slice(-2 * WINDOW, -WINDOW);
  const error = Math.sqrt((varianceOf(last) + varianceOf(previous)) / WINDOW);
  return meanOf(last) - meanOf(previous) < 2 * error + 0.05;
}

/** Mean. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Variance of a sample. */
export function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (values.length - 1);
}
