/**
 * Where the unconstrained numbers of a program lie under its priors, each given where those lie that its prior depends on:
 *
 *     const scale = sample("scale", halfCauchy(1000)); // log 1000, the median
 *     sample("effect", normal(0, scale)); // 0 ± 1000, as the scale starts at 1000
 *
 * A prior whose parameters are traced does not know that by itself. So the program is run once more on numbers: each latent is handed out as
 * the number at which it starts, and the priors further down see that number. A flat prior knows nothing, and takes the scale that it is told:
 * 0 ± 1000 on ℝ, and 1000 times or a fraction of e above 0.
 */
import { Expr } from "../autodiff/expr.ts";
import { FullGraph } from "../autodiff/full-graph.ts";
import { log } from "../math/elementary.ts";
import type { Start } from "../transforms/transform.ts";
import { type Latent, run, type Trace } from "./run.ts";

/** A start, and the number that was handed out for the latent. */
export interface Placed extends Start {
  readonly at: number;
}

/** What places the latents of a trace where their priors do not know it by themselves. */
export interface Placing {
  /** Whether there are flat priors, whose scale is to be chosen. */
  readonly isFlat: boolean;
  /** Each at its start plus so many sds, in the order of the latents; those that are not in the map are where their priors say. */
  readonly place: (noise: ArrayLike<number>, scale: number) => ReadonlyMap<string, Placed>;
}

/** Undefined where no prior is flat on an infinite range, and none depends on another latent. */
export function placingOf(trace: Trace): Placing | undefined {
  const { latents, original = trace } = trace;
  const flat = original.latents.filter(isFlat);
  const depend = original.latents.some(({ prior }) => prior.parameters.some(({ value }) => value instanceof Expr));
  if (flat.length === 0 && !depend) return undefined;
  const indexOf = new Map(latents.map(({ name }, i) => [name, i]));
  return {
    isFlat: flat.length > 0,
    place(noise, scale) {
      const starts = new Map<string, Start>();
      for (const { name, transform } of flat)
        starts.set(name, transform ? { mean: log(scale), sd: 1 } : { mean: 0, sd: scale });
      const noiseOf = (name: string): number => noise[indexOf.get(name) ?? -1] ?? 0;
      if (depend) return placed(original, starts, noiseOf);
      return new Map([...starts].map(([name, { mean, sd }]) => [name, { mean, sd, at: mean + sd * noiseOf(name) }]));
    },
  };
}

// Flat on ℝ or above a number.
function isFlat({ prior: { name, support } }: Latent): boolean {
  return name === "flat" && "kind" in support && support.upper === Infinity;
}

// Runs the program on numbers. What is placed before it fails at these numbers, as where data lie outside of a support there, is placed.
function placed(
  { model, latents, extension }: Trace,
  known: ReadonlyMap<string, Start>,
  noiseOf: (name: string) => number,
): Map<string, Placed> {
  const starts = new Map<string, Placed>();
  const graph = new FullGraph();
  const numberOf = (name: string, start: Latent["start"]): number => {
    const { mean, sd } = known.get(name) ?? start?.() ?? { mean: 0, sd: 0 };
    if (!(Number.isFinite(mean) && sd > 0 && sd < Infinity)) return Number.isFinite(mean) ? mean : 0;
    const at = mean + sd * noiseOf(name);
    starts.set(name, { mean, sd, at });
    return at;
  };
  try {
    run(model, graph, {
      input: (name, isPoint, start) => graph.constant(isPoint ? 0 : numberOf(name, start)),
      extension,
    });
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  }
  // Their noise is 0 ± 1 wherever they are.
  for (const { name, drawn } of latents) if (drawn !== undefined) starts.delete(name);
  return starts;
}
