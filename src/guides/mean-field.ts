/**
 * The mean-field Gaussian guide: z_i = μ_i + σ_i·ε_i with σ_i = softplus(ρ_i) and ε ~ N(0, I), the latents independent of one
 * another. θ holds the μ of all latents, then the ρ of all. With mu = [0, 2] and rho = [0.54, −1], z_0 ~ N(0, 1) and z_1 ~ N(2, 0.31).
 */

import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { softplus, softplusInverse } from "../math/logistic.ts";
import type { MeanFieldParameters } from "../program/model.ts";
import type { Trace } from "../program/trace.ts";
import type { Guide, GuideNodes, GuideSpace, ParameterPart } from "./guide.ts";

/** The guide under which latents are independent normals: the default of a fit. */
export function meanField(): Guide {
  return { name: "mean-field", over: meanFieldOver };
}

/** The standard deviation that belongs to a ρ. */
export function sdOfRho(rho: number): number {
  if (!Number.isFinite(rho)) throw new RangeError(`sdOfRho: got ${String(rho)}, expected a finite number`);
  return softplus(rho);
}

/** The ρ that gives a standard deviation; sd > 0. */
export function rhoOfSd(sd: number): number {
  if (!(Number.isFinite(sd) && sd > 0))
    throw new RangeError(`rhoOfSd: got ${String(sd)}, expected a finite number > 0`);
  return softplusInverse(sd);
}

function meanFieldOver(trace: Trace): GuideSpace {
  const parts = meanFieldParts(trace);
  const n = trace.latents.length;
  const space: GuideSpace = {
    name: "mean-field",
    trace,
    latents: parts[0]!.names,
    parts,
    initial: () => initialMeanField(trace),
    pairs: [],
    numbers: (theta) => ({
      means: theta.slice(0, n),
      sigmas: theta.slice(n).map(sdOfRho),
      rows: trace.latents.map(() => []),
    }),
    place: (graph) => meanFieldNodes(graph, space),
  };
  return space;
}

/** μ and ρ, one each per latent. */
export function meanFieldParts({ latents }: Trace): ParameterPart[] {
  const names = latents.map(({ name }) => name);
  return [
    { key: "mu", of: "latents", names },
    { key: "rho", of: "latents", names },
  ];
}

/** The model's own `init`, else where each prior lies, on the unconstrained scale, where its parameters are numbers, else 0 and 1. */
export function initialMeanField(trace: Trace): MeanFieldParameters {
  const { model, latents } = trace;
  if (model.init) return trace.kept?.(model.init) ?? model.init;
  const starts = latents.map(({ start }) => start?.() ?? { mean: 0, sd: 1 });
  return { mu: starts.map(({ mean }) => mean), rho: starts.map(({ sd }) => rhoOfSd(sd)) };
}

/** Inputs for μ, ρ and ε of each latent, and σ. */
export function meanFieldInputs(
  graph: Graph,
  latents: readonly string[],
): Record<"mu" | "rho" | "sigma" | "epsilon", NodeId[]> {
  const mu = latents.map((name) => graph.input(`mu[${name}]`, false));
  const rho = latents.map((name) => graph.input(`rho[${name}]`, false));
  const sigma = rho.map((node) => graph.algebra.softplus(node));
  const epsilon = latents.map((name) => graph.input(`epsilon[${name}]`, true));
  return { mu, rho, sigma, epsilon };
}

function meanFieldNodes(graph: Graph, space: GuideSpace): GuideNodes {
  const { algebra: A } = graph;
  const { mu, rho, sigma, epsilon } = meanFieldInputs(graph, space.latents);
  const n = mu.length;
  return {
    space,
    parameters: [...mu, ...rho],
    epsilon,
    sigmas: sigma,
    given: (latent) => mu[latent]!,
    columns: mu.map(() => []),
    slopes(byLatent, noise) {
      const slopes = new Map<number, NodeId>();
      for (const [i, slope] of byLatent) {
        slopes.set(i, slope);
        slopes.set(n + i, A.mul(A.mul(slope, noise(i)), A.sigmoid(rho[i]!)));
      }
      return slopes;
    },
  };
}
