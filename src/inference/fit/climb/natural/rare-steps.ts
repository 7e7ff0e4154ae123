/**
 * The ELBO of a guide of which a rare draw costs thousands of nats. In a network of steps one draw of 7,000 crosses a step of 5,000 nats: that is 0.7 nats, and of a
 * hundred fresh points none meets it. The gradient knows of it, as every point is moved onto every boundary. So the ELBO is taken of a guide
 * that is narrower, where next to none crosses, and its slope is integrated from there, along guides that are t times as wide:
 *
 *     ELBO(1) = ELBO(0.7) + ∫ Σ_i ∂ELBO(t)/∂τ_i d log t, from 0.7 to 1
 *
 * At common points all that is smooth is what it is at t = 1, and of crossings their expectation stands in place of those that happen.
 *
 * Source: Gelman and Meng, "Simulating normalizing constants", Statistical Science 13 (1998), section 4, path sampling.
 */
import { log } from "../../../../math/elementary.ts";
import type { Ascent, FitStage, Points } from "../ascent.ts";
import type { Climbed } from "../climb.ts";
import { BATCHES, SECOND } from "../gap.ts";
import { meanOf, varianceOf } from "./natural-phase.ts";

/** The narrower guide: a boundary that one of 160 draws crosses, 2.5 sds away, one of 5,600 crosses there. */
const NARROWER = 0.7;
/** Gauss–Legendre with four nodes is right to 0.6 % for boundaries up to 5.5 sds away, which one of 10⁷ draws crosses. */
const NODES = [
  [0.0694318442, 0.1739274226],
  [0.3300094782, 0.3260725774],
  [0.6699905218, 0.3260725774],
  [0.9305681558, 0.1739274226],
] as const;
/** Two nodes suffice for a glance: they are right to 5 % up to 3.6 sds. */
const ROUGH_NODES = [
  [0.2113248654, 0.5],
  [0.7886751346, 0.5],
] as const;
/** Points of a glance, and glances. */
const [GLANCE, GLANCES] = [4, 3];
/** What glances say of rare steps is the same within this factor; of jumps that are met often it has either sign. */
const ALIKE = 2;
/** Of a guide that is so many times as wide most draws cross steps that are as many sds away. */
const WIDER = 3;
/** Points of each of the batches that tell the ELBO where glances say that samples do not. */
const POINTS = 16;
/** An ELBO with a standard error of so many tolerances is one that a rare draw has met. */
const MET = 20;

/** The ELBO at x by its slopes from the narrower guide on; at points at which next to none crosses. */
function* byPath(
  ascent: Ascent,
  x: Float64Array,
  points: Points,
  nodes: readonly (readonly [place: number, weight: number])[] = NODES,
): Generator<FitStage, number, void> {
  const g = new Float64Array(ascent.size);
  const far = log(NARROWER);
  let elbo = yield* atWidth(ascent, g, x, far, points);
  for (const [place, weight] of nodes) {
    yield* atWidth(ascent, g, x, far * place, points);
    elbo -= far * weight * ascent.chart.partsOf(g).scales.reduce((sum, slope) => sum + slope, 0);
  }
  return elbo;
}

// The ELBO and its gradient where the logarithms of all sds are so much larger.
function* atWidth(
  ascent: Ascent,
  g: Float64Array,
  x: Float64Array,
  wider: number,
  points: Points,
): Generator<FitStage, number, void> {
  const y = x.slice();
  const { scales } = ascent.chart.partsOf(y);
  for (let i = 0; i < scales.length; i++) scales[i]! += wider;
  const elbo = ascent.gradientInto(g, y, points);
  yield "gap";
  return elbo;
}

/**
 * The end of a climb with the ELBO that it has, rare steps counted, where a glance shows that this is less than fresh points say by more than their
 * error, or where one of these has met such a step. Where nothing jumps, or jumps are met often, fresh points tell the ELBO.
 */
export function* withRareSteps(
  ascent: Ascent,
  climbed: Climbed,
  start: number,
  tolerance: number,
): Generator<FitStage, Climbed, void> {
  const { gap, x } = climbed;
  if (ascent.smooth || !gap?.finite) return climbed;
  const points = (batch: number, count: number): Points => ({ kind: "screen", start, batch, count });
  const g = new Float64Array(ascent.size);
  let [least, most] = [Infinity, Math.max(gap.error, tolerance)];
  if (gap.error < MET * tolerance) {
    for (let glance = 1; glance <= GLANCES; glance++) {
      if (!ascent.affords((ROUGH_NODES.length + 2) * GLANCE)) return climbed;
      const at = points(SECOND + glance, GLANCE);
      const sampled = yield* atWidth(ascent, g, x, 0, at);
      const missed = sampled - (yield* byPath(ascent, x, at, ROUGH_NODES));
      [least, most] = [Math.min(least, missed), Math.max(most, missed)];
      if (!(least > Math.max(gap.error, tolerance, most / ALIKE))) return climbed;
    }
    // A step that costs more than the fresh points would lose together by what is missed is crossed by less than one of them.
    const wide = yield* atWidth(ascent, g, x, log(WIDER), points(SECOND, 2 * GLANCE));
    if (gap.elbo - wide < least * gap.points) return climbed;
  }
  if (!ascent.affords((NODES.length + 1) * BATCHES * POINTS)) return climbed;
  const elbos: number[] = [];
  for (let r = 0; r < BATCHES; r++) elbos.push(yield* byPath(ascent, x, points(2 * SECOND + r, POINTS)));
  const elbo = meanOf(elbos);
  const error = Math.sqrt(varianceOf(elbos) / BATCHES);
  return Number.isFinite(error) ? { ...climbed, gap: { ...gap, elbo, error, sampled: gap.elbo } } : climbed;
}
