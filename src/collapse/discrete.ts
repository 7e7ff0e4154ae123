/** A discrete latent becomes a variable with one value for each of its own: `bernoulli(0.3)` with the values 0 and 1. */
import type { Graph } from "../autodiff/graph/graph.ts";
import type { FiniteLatent } from "../program/trace.ts";
import type { Variable } from "./variable.ts";

/** The variable of a discrete latent, read at its input: arithmetic, comparisons and parameters all become those of a number. */
export function valuesOf(graph: Graph, latent: FiniteLatent): Variable {
  const { name, node, values, logMasses, live } = latent;
  return {
    name,
    size: values.length,
    reads: [node],
    readAt: (_read, value) => graph.constant(values[value]!),
    runs: () => values.map((_, value) => value),
    logMasses,
    live,
    meaning: { kind: "values", latent },
  };
}
