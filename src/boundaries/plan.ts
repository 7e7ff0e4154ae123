/**
 * The plan of a correction: find → move → check → jump, made in this one place for whoever counts boundaries. `corrected` makes
 * the gradient of it and `explain` tells it, so that what is explained is what runs.
 *
 * For gmm, whose observation has the mean 5 where z > 0 and −2 elsewhere, under `corrected({ marginalise: false })`: the boundary
 * z = 0 is found, z is moved onto it, no pass has anything to rewrite, and the jump is the difference of the observation's
 * density between the two arms.
 */

import type { Graph } from "../autodiff/graph/graph.ts";
import { operationCount } from "../autodiff/graph/operation-count.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Block } from "../conditions/affine-blocks.ts";
import { type EntropyWay, type Pathwise, pathwisePieces } from "../objective/entropy.ts";
import { inBases, type Objective } from "../objective/objective.ts";
import type { Pass } from "../objective/pass.ts";
import { remembered } from "../pieces/once.ts";
import { finished, type Pieces } from "../pieces/pieces.ts";
import { analyseBoundaries, type Boundary, type BoundaryAnalysis, type RefusedCondition } from "./find/boundaries.ts";
import type { Families } from "./find/parallel-family.ts";
import { boundaryTerm, neighboursOf } from "./jump/boundary-terms.ts";
import type { ThroughGates } from "./jump/gates.ts";
import type { CountedLines } from "./lines/counted-lines.ts";
import type { Lines } from "./lines/lines.ts";
import type { BoundaryPass } from "./move/boundary-pass.ts";
import { surfaceOf } from "./move/projection.ts";

export interface CorrectionOptions {
  readonly entropy: EntropyWay;
  /** Rewritings of the objective, in their order. */
  readonly passes: readonly Pass[];
  /**
   * Rewrites the program in which boundaries are found: the path is not differentiated through that. Each boundary of the rewritten one
   * is a family of its own, as parallel ones do not know of each other.
   */
  readonly boundaryView?: (seen: Objective) => Objective;
  /** Which blocks a boundary may be moved onto by; others are refused where there are no lines. */
  readonly accepts: (blocks: readonly Block[]) => boolean;
  readonly boundaryPasses: readonly BoundaryPass[];
  /** Counts the jumps of all conditions that are not proven to be boundaries to move onto; without it they are refused. */
  readonly lines?: Lines | undefined;
  /** Finds work that parallel boundaries can share; the values are the same without it. */
  readonly families?: Families | undefined;
  /** Makes the jumps of chains of ifs in fewer operations. */
  readonly gates?: ((graph: Graph) => ThroughGates) | undefined;
}

export interface CorrectionPlan {
  /** The pathwise part, and the objective after each pass. */
  readonly path: Pathwise;
  /** The objective whose boundaries these are. */
  readonly objective: Objective;
  /** In the order in which the model made the conditions. */
  readonly boundaries: readonly Boundary[];
  /** Conditions that cannot be counted exactly; an estimator throws if there is one. */
  readonly refused: readonly RefusedCondition[];
  /** The boundaries as they were found, without refused ones. */
  readonly found: readonly Boundary[];
  /** The boundaries after each boundary pass. */
  readonly checks: readonly BoundaryCheck[];
  /** The jumps that are counted along lines, if there are any. */
  readonly counted: CountedLines | undefined;
  /** Its boundary term, by parameter; made anew on each call, unless the plan is `withTermsKept`. */
  readonly term: (boundary: Boundary) => ReadonlyMap<number, NodeId>;
}

export interface BoundaryCheck {
  readonly pass: BoundaryPass;
  readonly boundaries: readonly Boundary[];
}

/**
 * Plans the correction of an objective; `analyse` finds the boundaries of the objective itself, for callers that know them.
 * Throws RangeError where a check finds what nothing can treat, naming the conditions; refused conditions are listed.
 */
export function planCorrection(
  original: Objective,
  options: CorrectionOptions,
  analyse?: () => BoundaryAnalysis,
): CorrectionPlan {
  return withTermsKept(finished(planning(original, options, analyse)));
}

/** The plan, for who asks for a term more than once. */
export function withTermsKept(plan: CorrectionPlan): CorrectionPlan {
  return { ...plan, term: remembered(plan.term) };
}

/** `planCorrection` in pieces. */
export function* planning(
  original: Objective,
  { entropy, passes, boundaryView, accepts, boundaryPasses, lines, families, gates }: CorrectionOptions,
  analyse: () => BoundaryAnalysis = () => analyseBoundaries(original),
): Pieces<CorrectionPlan> {
  const path = yield* pathwisePieces(original, entropy, passes);
  yield;
  const objective = boundaryView?.(path.seen) ?? path.seen;
  const analysis = objective === original && !boundaryView ? analyse() : analyseBoundaries(objective, !boundaryView);
  const checks: BoundaryCheck[] = [];
  const found = analysis.boundaries.filter(({ blocks }) => accepts(blocks));
  let boundaries: readonly Boundary[] = found;
  for (const pass of boundaryPasses) {
    yield;
    boundaries = pass.run(objective, boundaries);
    checks.push({ pass, boundaries });
  }
  yield;
  const divided = yield* lines?.divided(objective, boundaries) ?? [];
  if (divided) boundaries = divided.boundaries;
  yield;
  let beside: readonly [ReturnType<typeof neighboursOf>, ReturnType<Families> | undefined] | undefined;
  return {
    path,
    objective,
    boundaries,
    counted: lines && divided && divided.decisions.length > 0 ? lines.counted(objective, divided.decisions) : undefined,
    refused: lines
      ? []
      : [
          ...analysis.refused,
          ...analysis.boundaries
            .filter(({ blocks }) => !accepts(blocks))
            .map((boundary) => asRefused(objective, boundary)),
        ],
    found,
    checks,
    term: (boundary) => {
      beside ??= [neighboursOf(objective, boundaries, gates?.(objective.graph)), families?.(objective, boundaries)];
      const [neighbours, family] = beside;
      const others = { ...neighbours(boundary), family: family?.(boundary) };
      return boundaryTerm(objective, boundary, others, surfaceOf(objective, boundary));
    },
  };
}

function asRefused(objective: Objective, { text, affected, blocks, condition }: Boundary): RefusedCondition {
  const under = inBases(objective, [condition])[0] === condition ? "" : " under a guide that correlates latents";
  const reason = blocks[0] ? "slopes that may be 0" : `no variable in which it is affine${under}`;
  return { text, site: affected()[0]!.site, reason };
}

/**
 * Throws RangeError if the plan refuses a condition, with the condition and the site in the message; `elsewhere` says who takes
 * more conditions.
 */
export function requireAccepted(estimator: string, { refused: [first] }: CorrectionPlan, elsewhere = ""): void {
  if (!first) return;
  throw new RangeError(
    `${estimator}: condition \`${first.text()}\` at ${first.site} cannot be handled exactly; got ${first.reason}, ` +
      `expected a·z + b > 0 with a and b free of z; ${elsewhere}score() is unbiased for any condition`,
  );
}

/** Operations per sample, each count without what those before it contain. */
export interface CorrectionCost {
  /** Operations of ℓ. */
  readonly value: number;
  /** Operations of the pathwise gradient that ℓ does not contain. */
  readonly gradient: number;
  /** Operations of each term that neither ℓ, the pathwise gradient nor the terms before it contain. */
  readonly terms: readonly number[];
  /** Their sum. */
  readonly total: number;
}

/** Counts the operations of ℓ, of the pathwise gradient and of terms of a correction, in this order. */
export function costOf(
  { path: { seen, gradient: path } }: CorrectionPlan,
  terms: readonly (readonly NodeId[])[],
): CorrectionCost {
  const count = operationCount(seen.graph);
  const [value, gradient, ...rest] = [[seen.value], path, ...terms].map(count) as [number, number, ...number[]];
  return { value, gradient, terms: rest, total: rest.reduce((sum, each) => sum + each, value + gradient) };
}
