/**
 * Parameters for the latents that are left of a model, from those for all of its latents, as users give them before any is summed out: of
 * μ = [1, 2, 3] for a, b and c, [1, 3] where b is summed out.
 */
import { requireList } from "../checks/arguments.ts";
import { shown } from "../checks/shown.ts";
import type { AnyParameters, Trace } from "../program/run.ts";

/** The trace of the fewer latents, which takes parameters for all of them. */
export function keepingParameters(trace: Trace): Trace {
  const { original, latents } = trace;
  if (!original) return trace;
  const names = new Set(latents.map(({ name }) => name));
  const keeps = original.latents.map(({ name }) => names.has(name));
  const pairs = keeps.flatMap((isKept, i) => keeps.slice(0, i).map((other) => isKept && other));
  // A list that is missing or of another length is left as it is, for the guide to say so; numbers of latents that are summed out nobody else looks at.
  const those = (key: string, values: ArrayLike<number>, which: readonly boolean[]): ArrayLike<number> => {
    if (values === undefined) return values;
    requireList("parameters", `a list of ${key}`, values, `${which.length} numbers`);
    if (values.length !== which.length) return values;
    const numbers = Array.from(values);
    const other = numbers.findIndex((value, i) => !which[i] && !Number.isFinite(value));
    if (other >= 0)
      throw new RangeError(
        `parameters: ${key}[${other}] is not a finite number; got ${shown(numbers[other])}, expected one`,
      );
    return numbers.filter((_, i) => which[i]);
  };
  const kept = <P extends AnyParameters>(params: P): P => ({
    ...params,
    mu: those("mu", params.mu, keeps),
    rho: those("rho", params.rho, keeps),
    ...(params.lower && { lower: those("lower", params.lower, pairs) }),
  });
  return { ...trace, kept };
}
