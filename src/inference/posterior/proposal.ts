/**
 * Where weighted draws of a posterior come from: 80 % from the guides that a fit has found, 20 % from where the priors lie, so that no
 * region of posterior mass is out of reach where a guide has thin tails. Where the weights of such draws vary too much, the proposal is
 * adapted (`adaptation/population.ts`).
 */
import { type Gaussian, sdOf } from "./gaussian.ts";
import { ofStarts } from "./guide-draws.ts";
import type { Source } from "./source.ts";

/** The share of the priors in the proposal. */
const PRIOR_SHARE = 0.2;
/** Guides of an equal share of this much at least. */
const LEAST_SHARE = 0.2;
/** Where a prior does not know where it lies, the guide with its sds times this stands for it. */
const WIDER = 3;

/** The guides with their shares, the weakest proposed often enough to be seen, and the priors, which come last. */
export function proposalOf(source: Source): Gaussian[] {
  const { components, proposals = [] } = source;
  const guides = proposals.length > 1 ? proposals : components;
  const shares = guides.map(({ weight }) => Math.max(weight, LEAST_SHARE / guides.length));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return [
    ...guides.map((guide, k) => ({ ...guide, weight: ((1 - PRIOR_SHARE) * shares[k]!) / total })),
    priorLike(source),
  ];
}

/** Independent normals where the priors of the kept latents lie, on the scale of the guide. */
export function priorLike({ trace: { latents }, components: [first] }: Source): Gaussian {
  const starts = latents.map(({ start }, i) => start?.() ?? { mean: first!.means[i]!, sd: WIDER * sdOf(first!, i) });
  return ofStarts(starts, PRIOR_SHARE);
}
