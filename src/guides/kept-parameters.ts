/** Parameters for the latents that are left of a model, from those for all of its latents, as users give them before any is summed out. */
import type { Trace } from "../program/trace.ts";
import type { GuideParameters } from "./guide.ts";

/** Of numbers given for all latents those of the kept ones; the same where there are as many as kept latents. */
export function keptParameters<P extends GuideParameters>(params: P, { latents, original }: Trace): P {
  if (!original) return params;
  const kept = new Set(latents.map(({ name }) => name));
  const keeps = original.latents.map(({ name }) => kept.has(name));
  const pairs = keeps.flatMap((isKept, i) => keeps.slice(0, i).map((other) => isKept && other));
  // A list of another length is left as it is, for whoever checks lengths to say so.
  const those = (values: ArrayLike<number>, which: readonly boolean[]): ArrayLike<number> =>
    values?.length === which.length ? Array.from(values).filter((_, i) => which[i]) : values;
  return {
    ...params,
    mu: those(params.mu, keeps),
    rho: those(params.rho, keeps),
    ...(params.lower && { lower: those(params.lower, pairs) }),
  };
}
