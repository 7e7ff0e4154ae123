/**
 * Mean-field Gaussian guide: z_i = μ_i + softplus(ρ_i)·ε_i with ε ~ N(0, I), one μ and one ρ per latent.
 * Parameters are ordered [μ…, ρ…].
 */
import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { softplus, softplusInverse } from "../math/logistic.ts";
import type { MeanFieldParameters } from "../program/model.ts";
import type { Latent, Trace } from "../program/trace.ts";

const HALF_LOG_2PI = 0.9189385332046728; // ½ log 2π

export interface MeanField {
  readonly mu: readonly NodeId[];
  readonly rho: readonly NodeId[];
  /** softplus(ρ), the standard deviations. */
  readonly sigma: readonly NodeId[];
  /** Standard normal noise, one per latent and sample. */
  readonly epsilon: readonly NodeId[];
  readonly z: readonly NodeId[];
}

/** Adds the guide's nodes to the graph of a trace. */
export function meanField(graph: Graph, latents: readonly Latent[]): MeanField {
  const { algebra: A } = graph;
  const mu = latents.map(({ name }) => graph.input(`mu[${name}]`, false));
  const rho = latents.map(({ name }) => graph.input(`rho[${name}]`, false));
  const sigma = rho.map((node) => A.softplus(node));
  const epsilon = latents.map(({ name }) => graph.input(`epsilon[${name}]`, true));
  const z = latents.map((_, i) => A.add(mu[i]!, A.mul(sigma[i]!, epsilon[i]!)));
  return { mu, rho, sigma, epsilon, z };
}

/** −log q of latent i as a function of its noise: ½ε² + log σ + ½ log 2π. */
export function negativeLogDensity(graph: Graph, guide: MeanField, i: number): NodeId {
  const { algebra: A } = graph;
  const quadratic = A.mul(A.constant(0.5), A.square(guide.epsilon[i]!));
  return A.add(quadratic, A.add(A.log(guide.sigma[i]!), A.constant(HALF_LOG_2PI)));
}

/** ∂ log q/∂μ = ε/σ of every latent, then ∂ log q/∂ρ = (ε² − 1)/σ · sigmoid(ρ), at fixed z. */
export function scores(graph: Graph, { rho, sigma, epsilon }: MeanField): NodeId[] {
  const { algebra: A } = graph;
  return [
    ...epsilon.map((node, i) => A.div(node, sigma[i]!)),
    ...epsilon.map((node, i) => A.mul(A.add(A.square(node), A.constant(-1)), A.div(A.sigmoid(rho[i]!), sigma[i]!))),
  ];
}

/** The standard deviation that belongs to a ρ. */
export function sdOfRho(rho: number): number {
  return softplus(rho);
}

/** The ρ that gives a standard deviation; sd > 0. */
export function rhoOfSd(sd: number): number {
  return softplusInverse(sd);
}

/** Where a fit starts unless told otherwise: the model's own `init`, else each prior's mean and sd where they are numbers, else 0 and 1. */
export function initialParameters(trace: Trace): MeanFieldParameters {
  const { init } = trace.model;
  if (init) return init;
  const start = trace.latents.map(({ prior }) => prior.initial?.() ?? { mean: 0, sd: 1 });
  return { mu: start.map(({ mean }) => mean), rho: start.map(({ sd }) => rhoOfSd(sd)) };
}

/** Both halves as one new array [μ…, ρ…]; throws if a length is not the number of latents or a value is not finite. */
export function packParameters(caller: string, trace: Trace, params: MeanFieldParameters): Float64Array {
  const n = trace.latents.length;
  const theta = new Float64Array(2 * n);
  for (const [half, key] of (["mu", "rho"] as const).entries()) {
    const values = params?.[key];
    if (typeof values !== "object" || values?.length !== n) {
      const given = values?.length ?? 0;
      const names = trace.latents.map(({ name }) => name);
      if (n > 8) names.splice(8, n, "…");
      const missing = given < n ? ` ("${trace.latents[given]!.name}" is under no guide)` : "";
      throw new RangeError(
        `${caller}: ${key} does not fit the latents of "${trace.model.name}"; got ${given} values${missing}, expected ${n}: ${names.join(", ")}`,
      );
    }
    for (let i = 0; i < n; i++) {
      const value = values[i]!;
      if (typeof value !== "number" || !Number.isFinite(value))
        throw new RangeError(
          `${caller}: ${key} of "${trace.latents[i]!.name}" is not a finite number; got ${String(value)}`,
        );
      theta[half * n + i] = value;
    }
  }
  return theta;
}
