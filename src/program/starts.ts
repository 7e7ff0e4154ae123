/**
 * Where the unconstrained numbers of a program lie under its priors, each given where those lie that its prior depends on:
 *
 *     const scale = sample("scale", halfCauchy(1000)); // log 1000, the median
 *     sample("effect", normal(0, scale)); // 0 ± 1000, as the scale starts at 1000
 *
 * A prior whose parameters are traced does not know that by itself. So the program is run once more on numbers: each latent is handed out as
 * the number at which it starts, and the priors further down see that number. A flat prior knows nothing, and takes the scale that it is told:
 * 0 ± 1000 on ℝ, and 1000 times or a fraction of e above 0. So does a prior that is nearly flat over powers of ten: the precisions of BUGS,
 * gamma(0.001, 0.001), have a median of 10⁻²⁹⁹.
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

/** Priors that leave a scale open: those that are flat, and positive ones that spread over many powers of ten. Each kind has a scale of its own. */
export type OpenKind = "flat" | "spread";

/** The scale that is chosen for each kind; default 1. */
export type OpenScales = Readonly<Partial<Record<OpenKind, number>>>;

/** A value of a discrete latent that priors of others depend on, as the day t of `sample("kick3", normal(0, where(eq(t, 3), 2, 0.1)))`. */
export interface Case {
  readonly name: string;
  readonly value: number;
}

/** What places the latents of a trace where their priors do not know it by themselves. */
export interface Placing {
  readonly cases: readonly Case[];
  /** The kinds of priors whose scale is to be chosen. */
  readonly open: readonly OpenKind[];
  /** Each at its start plus so many sds, in the order of the latents; those that are not in the map are where their priors say. */
  readonly place: (noise: ArrayLike<number>, scales: OpenScales, given?: Case) => ReadonlyMap<string, Placed>;
}

/** Undefined where no prior leaves its scale open, and none depends on another latent. */
export function placingOf(trace: Trace): Placing | undefined {
  const { latents, original = trace } = trace;
  const kinds = original.latents.flatMap((latent): [Latent, OpenKind][] => {
    const kind = openKind(latent);
    return kind ? [[latent, kind]] : [];
  });
  const depend = original.latents.some(({ prior }) => prior.parameters.some(({ value }) => value instanceof Expr));
  if (kinds.length === 0 && !depend) return undefined;
  const indexOf = new Map(latents.map(({ name }, i) => [name, i]));
  return {
    open: [...new Set(kinds.map(([, kind]) => kind))],
    cases: casesOf(original),
    place(noise, scales, given) {
      const starts = new Map<string, Start>();
      for (const [{ name, transform }, kind] of kinds) {
        const scale = scales[kind] ?? 1;
        starts.set(name, transform ? { mean: log(scale), sd: 1 } : { mean: 0, sd: scale });
      }
      const noiseOf = (name: string): number => noise[indexOf.get(name) ?? -1] ?? 0;
      if (depend) return placed(original, starts, noiseOf, given);
      return new Map([...starts].map(([name, { mean, sd }]) => [name, { mean, sd, at: mean + sd * noiseOf(name) }]));
    },
  };
}

// Flat on ℝ or above a number; spread where the quantiles of a positive number tell no start.
function openKind({ prior, start }: Latent): OpenKind | undefined {
  const { support } = prior;
  if (!("kind" in support && support.upper === Infinity)) return undefined;
  if (prior.name === "flat") return "flat";
  const isKnown =
    "quantile" in prior && prior.quantile && prior.parameters.every(({ value }) => typeof value === "number");
  return isKnown && support.lower === 0 && start && !start() ? "spread" : undefined;
}

// The values of discrete latents that priors of numbers depend on.
function casesOf({ graph, latents, finite }: Trace): Case[] {
  const traced = latents
    .flatMap(({ prior }) => prior.parameters.map(({ value }) => value))
    .filter((value) => value instanceof Expr);
  const read = new Set(graph.reachable(traced.map(({ node }) => node)));
  return finite
    .filter(({ node }) => read.has(node))
    .flatMap(({ name, values }) => values.map((value) => ({ name, value })));
}

// Runs the program on numbers. What is placed before it fails at these numbers, as where data lie outside of a support there, is placed.
function placed(
  { model, latents, extension }: Trace,
  known: ReadonlyMap<string, Start>,
  noiseOf: (name: string) => number,
  given?: Case,
): Map<string, Placed> {
  const starts = new Map<string, Placed>();
  const graph = new FullGraph();
  const numberOf = (name: string, start: Latent["start"]): number => {
    if (name === given?.name) return given.value;
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
