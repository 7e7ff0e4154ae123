/**
 * Where weighted draws of a posterior come from: 80 % from the guides that a fit has found, 10 % from where the priors lie, so that no
 * region of posterior mass is out of reach, and 10 % from the best guide with its sds twice and four times as large, as a guide has thin tails. Where the weights of
 * such draws vary too much, the proposal is adapted (`adaptation/population.ts`).
 *
 *     an asymmetric Laplace latent falls as e^(−x/2) to its left, its guide as e^(−x²/2): without wider guides no draw is where it has a sixth of its variance, the
 *     weights of all others are nearly equal, and it has an sd of 1.78 for 2.06
 */
import { type Gaussian, sdOf, widened } from "./gaussian.ts";
import { ofStarts } from "./guide-draws.ts";
import type { Source } from "./source.ts";

/** The share of the guides in the proposal, and that of the priors among the rest. */
const GUIDES_SHARE = 0.8;
const PRIOR_SHARE = 0.1;
/** By which sds are multiplied, with the shares of such guides. */
const WIDER_GUIDES: readonly (readonly [factor: number, share: number])[] = [
  [2, 0.06],
  [4, 0.04],
];
/** Above so many latents no draw of wider guides comes near the posterior: in 20, with sds twice as large, all are at twice the distance of its draws. */
const MOST_WIDER = 16;
/** Guides of an equal share of this much at least. */
const LEAST_SHARE = 0.2;
/** Where a prior does not know where it lies, the guide with its sds times this stands for it. */
const WIDER = 3;

/** The guides with their shares, the weakest proposed often enough to be seen, the best one wider, and the priors, which come last. */
export function proposalOf(source: Source): Gaussian[] {
  const { components, proposals = [] } = source;
  const guides = proposals.length > 1 ? proposals : components;
  const shares = guides.map(({ weight }) => Math.max(weight, LEAST_SHARE / guides.length));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const best = guides[0]!;
  const wide =
    best.means.length > MOST_WIDER
      ? []
      : WIDER_GUIDES.map(([factor, weight]) => ({ ...widened(best, factor), weight }));
  const prior = priorLike(source);
  return [
    ...guides.map((guide, k) => ({ ...guide, weight: (GUIDES_SHARE * shares[k]!) / total })),
    ...wide,
    wide.length > 0 ? prior : { ...prior, weight: 1 - GUIDES_SHARE },
  ];
}

/** Independent normals where the priors of the kept latents lie, on the scale of the guide. */
export function priorLike({ trace: { latents }, components: [first] }: Source): Gaussian {
  const starts = latents.map(({ start }, i) => start?.() ?? { mean: first!.means[i]!, sd: WIDER * sdOf(first!, i) });
  return ofStarts(starts, PRIOR_SHARE);
}
