/** Which distributions may have no mean or sd: a Cauchy has neither, a Student t whose degrees of freedom are traced may have none. */
import type { Distribution } from "./distribution.ts";
import { withTails } from "./known-tails.ts";

/** A number that traced parameters are taken for where a prior is asked whether it may lack moments: those that do lack them at small shapes. */
const SMALL = 1e-3;

/** Whether its mean or sd is not finite, for some parameters if these are traced; of a truncated one whether that of the whole is not. */
export function mayLackMoments(prior: Distribution): boolean {
  const { parameters, truncation, moments, momentsAt } = withTails(prior);
  if (truncation) return mayLackMoments(truncation.whole);
  const at = parameters.map(({ value }) => (typeof value === "number" ? value : SMALL));
  const isNumber = parameters.every(({ value }) => typeof value === "number");
  const found = momentsAt?.(...at) ?? (isNumber ? moments?.() : undefined);
  return found !== undefined && !Number.isFinite(found.sd);
}
