/**
 * Parameters for the latents that are left of a model, from those for all of its latents, as users give them before any is summed out: of
 * μ = [1, 2, 3] for a, b and c, [1, 3] where b is summed out.
 */
import type { AnyParameters, Trace } from "../program/run.ts";

/** The trace of the fewer latents, which takes parameters for all of them. */
export function keepingParameters(trace: Trace): Trace {
  const { original, latents } = trace;
  if (!original) return trace;
  const names = new Set(latents.map(({ name }) => name));
  const keeps = original.latents.map(({ name }) => names.has(name));
  const pairs = keeps.flatMap((isKept, i) => keeps.slice(0, i).map((other) => isKept && other));
  // A list of another length is left as it is, for whoever checks lengths to say so.
  const those = (values: ArrayLike<number>, which: readonly boolean[]): ArrayLike<number> =>
    values?.length === which.length ? Array.from(values).filter((_, i) => which[i]) : values;
  const kept = <P extends AnyParameters>(params: P): P => ({
    ...params,
    mu: those(params.mu, keeps),
    rho: those(params.rho, keeps),
    ...(params.lower && { lower: those(params.lower, pairs) }),
  });
  return { ...trace, kept };
}
