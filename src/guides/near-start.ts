/**
 * Parameters near those from which a fit starts, as a test draws them: for a latent with the prior N(2, 3²) the mean 2 + 3·m and the sd 3·s with
 * numbers m and s of the caller's choice.
 */
import { type GuideParameters, type GuideSpace, packParameters } from "./guide.ts";
import { rhoOfSd } from "./mean-field.ts";

/** Numbers, asked for one after the other: of each latent by how many sds its mean moves, then what its sd is multiplied by; then shares in sds. */
export interface Moves {
  readonly mean: () => number;
  readonly sd: () => number;
  readonly share: () => number;
}

export function nearStart(space: GuideSpace, { mean, sd, share }: Moves): GuideParameters {
  const initial = space.initial();
  const { sigmas } = space.numbers(packParameters("nearStart", space, initial));
  const mu = Array.from(initial.mu, (start, i) => start + sigmas[i]! * mean());
  const sds = Array.from(initial.rho, (_, i) => sigmas[i]! * sd());
  const moved = { ...initial, mu, rho: sds.map(rhoOfSd) };
  if (!space.parts.some(({ key }) => key === "lower")) return moved;
  const pairs = space.pairs ?? [];
  return { ...moved, lower: pairs.map(({ row, column }) => (sds[row]! / sds[column]!) * share()) };
}
