/** The entropy of the guide, E[−log q], is counted in one of three ways. All have the same mean; they differ in variance. */
import { gradientPieces } from "../autodiff/graph/gradient.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { entropyOf } from "../guides/guide.ts";
import { scoresOf } from "../guides/scores.ts";
import { finished, type Pieces } from "../pieces/pieces.ts";
import { guideTermsOf, type Objective, type ObjectiveTerm, withTerms } from "./objective.ts";
import { oneOf } from "./one-of.ts";
import { type Pass, rewriting, rewritten, type Stage } from "./pass.ts";

/**
 * "sampled": −log q at the draw. "analytic": log σ + ½ log 2πe for each latent that is live. "sticking-the-landing":
 * as sampled, but without the derivative of log q in its parameters, whose mean is 0 (Roeder, Wu, Duvenaud, NeurIPS 2017).
 */
export type Entropy = "sampled" | "analytic" | "sticking-the-landing";

const ENTROPIES: readonly Entropy[] = ["sampled", "analytic", "sticking-the-landing"];

/** The entropy an option asks for, "sampled" if it says nothing; throws RangeError if it is none. */
export function requireEntropy(caller: string, entropy: Entropy | undefined): Entropy {
  return oneOf(caller, "entropy", entropy, ENTROPIES);
}

export interface Pathwise {
  /** The objective whose value is taken. */
  readonly objective: Objective;
  /** The objective that is differentiated: the same one after the passes. */
  readonly seen: Objective;
  /** Pathwise derivatives of the value of `seen`, or what has their mean. */
  readonly gradient: readonly NodeId[];
  /** The objective after each pass, that of the entropy included. */
  readonly stages: readonly Stage[];
}

/** A way to count the entropy: by which passes, and what it does to the pathwise gradient of the objective that they make. */
export interface EntropyWay {
  readonly passes: readonly Pass[];
  readonly adjusted?: (original: Objective, path: readonly NodeId[], passes: readonly Pass[]) => NodeId[];
}

/** At the draw: as the objective has it. */
export const SAMPLED: EntropyWay = { passes: [] };

/** The other ways, for entries that bring them. */
export type OtherEntropies = { readonly [E in Exclude<Entropy, "sampled">]: EntropyWay };

/**
 * The pathwise term under a way to count the entropy, of the objective as the estimator sees it: the passes rewrite its terms, one by
 * one, to others with the same mean or to those of another density.
 */
export function pathwise(original: Objective, entropy: EntropyWay, passes: readonly Pass[] = []): Pathwise {
  return finished(pathwisePieces(original, entropy, passes));
}

/** `pathwise` in pieces. */
export function* pathwisePieces(
  original: Objective,
  entropy: EntropyWay,
  passes: readonly Pass[] = [],
): Pieces<Pathwise> {
  const stages = yield* rewriting([...entropy.passes, ...passes], original);
  const after = (count: number): Objective => stages[count - 1]?.objective ?? original;
  const [objective, seen] = [after(entropy.passes.length), after(stages.length)];
  yield;
  const path = yield* gradientPieces(objective.graph, seen.value, objective.parameters);
  return { objective, seen, gradient: entropy.adjusted?.(original, path, passes) ?? path, stages };
}

export const ANALYTIC_ENTROPY: Pass = {
  name: "analytic-entropy",
  sentence: "The guide's −log q at the draw becomes its mean, log σ + ½ log 2πe for each latent that is live.",
  run(objective) {
    const { graph, guide, terms } = objective;
    return withTerms(objective, [
      ...terms.slice(0, terms.length - guideTermsOf(objective).length),
      ...guideTerms(objective, (i) => entropyOf(graph, guide, i)),
    ]);
  },
};

// The derivative of −log q at fixed z is −∇θ log q(z), whose mean is 0. So is the mean of the part of one latent times the share of it
// that is live, as that is decided without the latent's noise. Added, ∇θ log q(z) takes it away.
function withoutScore(objective: Objective, path: readonly NodeId[], passes: readonly Pass[]): NodeId[] {
  const { graph, guide, guided } = objective;
  const { algebra: A } = graph;
  const alive = rewritten(
    passes,
    withTerms(
      objective,
      guideTerms(objective, () => graph.constant(1)),
    ),
  ).terms;
  const shares = substitute(
    graph,
    alive.map(({ node }) => node),
    guided,
  );
  return scoresOf(graph, guide)((i, node) => A.mul(shares[i]!, node)).map((score, p) => A.add(path[p]!, score));
}

export const OTHER_ENTROPIES: OtherEntropies = {
  analytic: { passes: [ANALYTIC_ENTROPY] },
  "sticking-the-landing": { passes: [], adjusted: withoutScore },
};

// One term per latent, the last of the terms, which counts where that is live.
function guideTerms(objective: Objective, termOf: (latent: number) => NodeId): ObjectiveTerm[] {
  const { graph, trace } = objective;
  return guideTermsOf(objective).map(({ site }, i) => ({
    site,
    node: graph.algebra.where(trace.latents[i]!.live, termOf(i), graph.constant(0)),
  }));
}
