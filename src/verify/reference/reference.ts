/**
 * An ELBO and its gradient that know nothing of boundaries: computed from values of ℓ alone, by the best of four ways that the program
 * leaves open, each with the error that it states.
 */
import type { Guide, GuideParameters } from "../../guides/guide.ts";
import type { Model } from "../../program/model.ts";
import { fillSobolNormals, makeGenerator, noiseRequest } from "../../random/index.ts";
import { byDifferences, byLines, byScores, costOfLine, linesPaidBy } from "./averages.ts";
import { byQuadrature, leastCost, MOST_AXES } from "./quadrature.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** How a reference is made. */
export type ReferenceWay = "quadrature" | "lines" | "differences" | "score";

export interface Reference {
  readonly way: ReferenceWay;
  readonly subject: Subject;
  readonly elbo: number;
  readonly gradient: Float64Array;
  /** Standard errors, the ELBO's last; 0 where nothing is random. */
  readonly errors: Float64Array;
  /** How far off it may be beside that, in absolute terms, the ELBO's last. */
  readonly bounds: Float64Array;
  /** Standard deviation of ℓ. */
  readonly spread: number;
  /** How large a component of the gradient is that has something to say: a tenth of the spread of ℓ times that of the score. */
  readonly unit: number;
  readonly evaluations: number;
}

export interface ReferenceOptions {
  readonly guide?: Guide | undefined;
  readonly params?: GuideParameters | undefined;
  /** Evaluations of ℓ. */
  readonly budget: number;
  readonly seed: number;
  readonly way?: ReferenceWay | undefined;
}

/**
 * The bound of a quadrature: so many times how far two of them are apart in the component in which they are most, and a share that both may
 * cut off. Of one component two coarse ones may agree by chance: at w₀² + w₂² > 0.65 in three noises they were 0.004 apart in one and both off by 0.02, and
 * 0.02 apart in another.
 */
const [APART, TRUNCATED] = [3, 1e-4];

/** A bound above this share of the gradient says too little, where averages say more. */
const COARSE = 0.002;
/** So many standard errors of averages have to be less than the bound. */
const CLEARLY = 4;

/** The part of the budget, as its inverse, for each of two trials. */
const PILOT_SHARE = 16;

/** Draws by which ℓ and the scores are sized up. */
const PILOT = 512;

/** Computes the reference; RangeError where ℓ is not finite at draws of the guide. */
export function referenceOf(
  caller: string,
  model: Model,
  { guide, params, budget, seed, way: chosen }: ReferenceOptions,
): Reference {
  const subject = subjectOf(caller, model, guide, params);
  const { centre, spread, unit } = sizesOf(caller, subject, seed);
  const line = subject.points > 0 ? 0 : costOfLine(subject, centre, seed);
  const points = linesPaidBy(budget, subject, line);
  const isCheap = subject.axes <= MOST_AXES && leastCost(subject, line) <= budget;
  // Parameters without spread have no score.
  const way =
    chosen ??
    (subject.points > 0
      ? "differences"
      : isCheap
        ? "quadrature"
        : surer(subject, centre, line, budget / PILOT_SHARE, seed));
  const sizes = { subject, spread, unit };
  const options = { centre, points, budget, seed };
  if (way !== "quadrature") return byAverages(way, sizes, options);
  const found = byPanels(sizes, options);
  const size = Math.max(unit, ...found.gradient.map(Math.abs));
  const bound = found.bounds[0]!;
  if (chosen || bound <= COARSE * size) return found;
  const other = byAverages(surer(subject, centre, line, budget / PILOT_SHARE, seed), sizes, options);
  const evaluations = found.evaluations + other.evaluations;
  return { ...(CLEARLY * Math.max(...other.errors) < bound ? other : found), evaluations };
}

interface Sizes {
  readonly subject: Subject;
  readonly spread: number;
  readonly unit: number;
}

interface Effort {
  readonly centre: number;
  /** Of lines. */
  readonly points: number;
  readonly budget: number;
  readonly seed: number;
}

function byPanels(sizes: Sizes, { centre, budget }: Effort): Reference {
  const { subject, spread, unit } = sizes;
  const [first, second] = byQuadrature(subject, centre, spread, budget);
  const apart = Math.max(...first.gradient.map((value, p) => Math.abs(value - second.gradient[p]!)));
  return {
    way: "quadrature",
    ...sizes,
    elbo: first.elbo,
    gradient: first.gradient,
    errors: new Float64Array(first.gradient.length + 1),
    bounds: Float64Array.from([
      ...first.gradient.map(() => APART * apart + TRUNCATED * unit),
      APART * Math.abs(first.elbo - second.elbo) + TRUNCATED * spread,
    ]),
    evaluations: first.evaluations + second.evaluations,
  };
}

function byAverages(
  way: Exclude<ReferenceWay, "quadrature">,
  sizes: Sizes,
  { centre, points, budget, seed }: Effort,
): Reference {
  const { subject } = sizes;
  const { elbo, elboError, gradient, errors, bounds, evaluations } =
    way === "lines"
      ? byLines(subject, centre, Math.max(4, points), seed)
      : way === "differences"
        ? byDifferences(subject, budget, seed)
        : byScores(subject, budget, seed);
  return {
    way,
    ...sizes,
    elbo,
    gradient,
    errors: Float64Array.from([...errors, elboError]),
    bounds: Float64Array.from([...bounds, 0]),
    evaluations,
  };
}

// Which of the two says more for so many evaluations. A line integrates the jumps along it exactly, but through many noises there are few
// of them: of `walk`, with 16 latents, its error is 12 times that of the score. Of one noise all lines are the same, so that nothing says how far they are off.
function surer(subject: Subject, centre: number, line: number, budget: number, seed: number): "lines" | "score" {
  const points = linesPaidBy(budget, subject, line);
  if (points < 1 || subject.axes === 1) return "score";
  const [along, scored] = [byLines(subject, centre, points, seed + 1), byScores(subject, budget, seed + 1)];
  return Math.max(...along.errors) < Math.max(...scored.errors) ? "lines" : "score";
}

function sizesOf(
  caller: string,
  { axes, scored, model, axisOf }: Subject,
  seed: number,
): { centre: number; spread: number; unit: number } {
  const out = new Float64Array(axes * PILOT);
  // Of another seed than the draws that the reference is made of.
  const generator = makeGenerator(seed + 1);
  fillSobolNormals(noiseRequest({ out, generator, lanes: PILOT, dimensions: axes, group: PILOT }));
  scored.at(out, PILOT);
  const { rows, width } = scored;
  const values = Float64Array.from({ length: PILOT }, (_, i) => rows[i * width]!);
  const lost = values.find((value) => !Number.isFinite(value));
  if (lost !== undefined)
    throw new RangeError(
      `${caller}: log density of model "${model.name}" is ${lost} at a draw of the guide; expected finite numbers`,
    );
  const sorted = values.toSorted();
  const centre = sorted[PILOT / 2]!;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0) / PILOT);
  const sizes = axisOf.map((_, k) => {
    let squares = 0;
    for (let i = 0; i < PILOT; i++) squares += rows[i * width + k + 1]! * rows[i * width + k + 1]!;
    return Math.sqrt(squares / PILOT);
  });
  return { centre, spread: Math.max(spread, 1e-9), unit: 0.1 * spread * Math.max(...sizes) };
}
