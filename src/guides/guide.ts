/**
 * The contract of a guide q_θ(z), the distribution that a fit moves towards the posterior. Nothing outside this folder knows
 * how the parameters θ are laid out.
 *
 * A guide writes each latent as a mean plus its own scaled noise plus shares of those of latents declared before it,
 *
 *     z_i = mean_i + σ_i·ε_i + Σ_{j<i} C_ij·σ_j·ε_j,   ε ~ N(0, I),   σ_i > 0,
 *
 * and hands out what is not 0 below the diagonal of C as lists. Under mean field they are empty; under full rank the row of the third
 * latent is [{ latent: 0, share: C_20 }, { latent: 1, share: C_21 }]. As C is triangular in the order of declaration, log q is a sum
 * with one term per latent, −½ε_i² − log σ_i − ½ log 2π, and whether a latent in an arm is live is decided without its own noise.
 */

import type { Graph } from "../autodiff/graph/graph.ts";
import type { Replacement } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { HALF_LOG_2PI } from "../math/normal.ts";
import type { MeanFieldParameters } from "../program/model.ts";
import type { Trace } from "../program/trace.ts";
import type { Pair } from "./chart.ts";

/** Parameters by name: `mu` and `rho`, one per latent in declaration order, and under full rank `lower`, one per pair. */
export interface GuideParameters extends MeanFieldParameters {
  readonly lower?: ArrayLike<number>;
  /** Of `param` in the program, in the order of declaration. */
  readonly points?: ArrayLike<number>;
}

/** Parameters as a fit returns them. */
export interface FittedParameters extends GuideParameters {
  readonly mu: Float64Array;
  readonly rho: Float64Array;
  readonly lower?: Float64Array;
  readonly points?: Float64Array;
}

/** An entry of C: which latent, in a row an earlier one that moves it, in a column a later one that it moves, and by which multiple. */
export interface Share<T> {
  readonly latent: number;
  readonly share: T;
}

/** The latents in inputs each of which one noise moves. */
export interface Bases {
  /** For each latent the input that stands for σ·ε, what its own noise adds; the latent itself if no other noise moves it nor it another. */
  readonly inputs: readonly NodeId[];
  /** Substitution that writes each latent in these. */
  readonly written: Replacement;
}

/** A guide as a user chooses it: `meanField()`, `fullRank()`. */
export interface Guide {
  readonly name: string;
  /** The guide of a model's latents; RangeError if it names others. */
  readonly over: (trace: Trace) => GuideSpace;
}

/** The numbers that stand under one name in the parameters, and what each of them belongs to. */
export interface ParameterPart {
  readonly key: keyof GuideParameters;
  /** "latents" or "pairs". */
  readonly of: string;
  readonly names: readonly string[];
}

/** What θ stands for: normals z_i with these means, standard deviations given earlier latents, and rows of C. */
export interface GuideNumbers {
  readonly means: Float64Array;
  readonly sigmas: Float64Array;
  readonly rows: readonly (readonly Share<number>[])[];
  /** Parameters of the program without spread. */
  readonly points?: Float64Array;
}

/** The guide of a model's latents in numbers: a vector θ, and what it stands for. */
export interface GuideSpace {
  /** Of the guide. */
  readonly name: string;
  readonly trace: Trace;
  readonly latents: readonly string[];
  /** What θ holds, one part after the other. */
  readonly parts: readonly ParameterPart[];
  /** Where a fit starts unless told otherwise: the model's own `init`, else each prior's mean and sd where they are numbers, else 0 and 1. */
  readonly initial: () => GuideParameters;
  /**
   * Of a guide whose θ is the μ of all latents, the ρ of all, then free entries of C: where these lie. A fit that chooses its steps
   * needs that (`softplusChart`); other guides are fitted by the loop.
   */
  readonly pairs?: readonly Pair[];
  readonly numbers: (theta: Float64Array) => GuideNumbers;
  /** Adds the guide's nodes to the graph of the trace. */
  readonly place: (graph: Graph) => GuideNodes;
}

/** The guide of a model's latents as nodes of its graph. */
export interface GuideNodes {
  readonly space: GuideSpace;
  /** The inputs that hold θ, in its order. */
  readonly parameters: readonly NodeId[];
  /** Standard normal noise, one input per latent and sample. */
  readonly epsilon: readonly NodeId[];
  readonly sigmas: readonly NodeId[];
  /** The mean of a latent given the noises of the others. */
  readonly given: (latent: number, noise: (latent: number) => NodeId) => NodeId;
  /** The columns of C. */
  readonly columns: readonly (readonly Share<NodeId>[])[];
  /** Absent where the noises of the guide move one latent each. */
  readonly bases?: (latents: readonly NodeId[]) => Bases;
  /**
   * Σ_i s_i·∂z_i/∂θ at fixed noise, by index of the parameter where it is not 0: reverse mode through the guide, from what is
   * known of some of the latents.
   */
  readonly slopes: (byLatent: ReadonlyMap<number, NodeId>, noise: (latent: number) => NodeId) => Map<number, NodeId>;
  /**
   * Σ_i ∂ log q(z_i | z_j, j < i)/∂θ at fixed z, one node per parameter. `count` says what the i-th of these terms counts for, so
   * that what is not live can be left out. A guide of independent latents has none: `scoresOf` makes those of mean field.
   */
  readonly scores?: (count: (latent: number, node: NodeId) => NodeId) => NodeId[];
}

/** A θ at which nothing vanishes or is equal by chance, to look at points of boundaries. */
export function probeOf({ parts, trace: { points } }: GuideSpace): Float64Array {
  const share = (k: number): number => 0.2 + 0.6 * ((0.618034 * k) % 1);
  const values = { mu: () => 0.25, rho: () => 1, lower: share, points: (k: number) => points[k]!.start };
  return Float64Array.from(parts.flatMap(({ key, names }) => names.map((_, k) => values[key](k))));
}

/**
 * Whether latents of a guide are correlated such that steps of the whole covariance stay within its pairs: a row of L that has a column has all columns
 * of that one's row. So it is of `fullRank()`, and of effects that are correlated with their mean and scale and not with each other.
 */
export function isClosed({ pairs = [] }: GuideSpace): boolean {
  const rows = new Map<number, Set<number>>();
  for (const { row, column } of pairs) rows.set(row, (rows.get(row) ?? new Set()).add(column));
  return (
    pairs.length > 0 &&
    pairs.every(({ row, column }) => [...(rows.get(column) ?? [])].every((k) => rows.get(row)!.has(k)))
  );
}

const HALF_LOG_2PI_E = 1.4189385332046727; // ½ log 2πe

/** A latent as the guide draws it from the given noises. */
export function latentAt(
  { algebra: A }: Graph,
  { given, sigmas }: GuideNodes,
  latent: number,
  noise: (latent: number) => NodeId,
): NodeId {
  return A.add(given(latent, noise), A.mul(sigmas[latent]!, noise(latent)));
}

/** −log q of a latent given those before it, as a function of its noise: ½ε² + log σ + ½ log 2π. */
export function negativeLogDensity(graph: Graph, { epsilon, sigmas }: GuideNodes, latent: number): NodeId {
  const { algebra: A } = graph;
  const quadratic = A.mul(A.constant(0.5), A.square(epsilon[latent]!));
  return A.add(quadratic, A.add(A.log(sigmas[latent]!), A.constant(HALF_LOG_2PI)));
}

/** The mean of that, log σ + ½ log 2πe. */
export function entropyOf(graph: Graph, { sigmas }: GuideNodes, latent: number): NodeId {
  const { algebra: A } = graph;
  return A.add(A.log(sigmas[latent]!), A.constant(HALF_LOG_2PI_E));
}

/** θ of parameters by name, as a new array; RangeError if they are another guide's, of a wrong length or not finite. */
export function packParameters(
  caller: string,
  { name, trace: { model }, parts, initial }: GuideSpace,
  params: GuideParameters = initial(),
): Float64Array {
  const known: readonly string[] = parts.map(({ key }) => key);
  const other = Object.keys(params).find((key) => !known.includes(key));
  if (other !== undefined)
    throw new RangeError(
      `${caller}: the ${name} guide has no parameters "${other}"; got ${Object.keys(params).join(", ")}, expected ${known.join(", ")}`,
    );
  return Float64Array.from(
    parts.flatMap(({ key, of, names }) => {
      const values = params[key];
      const given = (typeof values === "object" && values?.length) || 0;
      if (given !== names.length) {
        const shown = names.length > 8 ? [...names.slice(0, 8), "…"] : names;
        const missing = of === "latents" && given < names.length ? ` ("${names[given]}" is under no guide)` : "";
        throw new RangeError(
          `${caller}: ${key} does not fit the ${of} of "${model.name}"; got ${given} values${missing}, expected ${names.length}: ${shown.join(", ")}`,
        );
      }
      return Array.from(values ?? [], (value, i) => {
        if (typeof value === "number" && Number.isFinite(value)) return value;
        throw new RangeError(`${caller}: ${key} of "${names[i]}" is not a finite number; got ${String(value)}`);
      });
    }),
  );
}

/** Of how many latents parameters are, 0 where they are none that say so. */
export function latentsOf({ mu }: { readonly mu?: ArrayLike<number> | undefined }): number {
  return Number(mu?.length ?? 0);
}

/** The parts of θ under their names. */
export function unpackParameters({ parts }: GuideSpace, theta: Float64Array): FittedParameters {
  let at = 0;
  return Object.fromEntries(
    parts.map(({ key, names }) => {
      at += names.length;
      return [key, theta.slice(at - names.length, at)];
    }),
  ) as unknown as FittedParameters;
}

/** The name of each component of θ, such as `mu[z]`. */
export function parameterNames({ parts }: GuideSpace): string[] {
  return parts.flatMap(({ key, names }) => names.map((name) => `${key}[${name}]`));
}
