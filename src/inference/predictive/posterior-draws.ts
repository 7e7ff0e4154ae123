/**
 * Draws of a posterior that count the same, by what stands for each latent in the program: weighted draws are drawn again in proportion
 * to their weights, 1000 of 16,384, where the weights can be trusted, or answer all the same; elsewhere the guide is drawn from, or particles where they answer.
 */
import { requireMethod } from "../../checks/arguments.ts";
import { makeGenerator, uniformSource } from "../../random/index.ts";
import { inProportion } from "../posterior/guide-draws.ts";
import type { JointDraws } from "../posterior/joint-draws.ts";
import { TRUSTED } from "../posterior/pareto-tail.ts";
import type { Posterior } from "../posterior.ts";

/** Weighted draws at least, from which some are drawn. */
const PROPOSED = 16_384;

/** Weighted draws where the weights can be trusted, else particles or draws of the guide, which all weigh the same. */
export function trustedDraws(
  caller: string,
  posterior: Posterior,
  draws: number,
  seed: number,
  least: number = PROPOSED,
): JointDraws {
  requireMethod(caller, "a posterior", posterior, "reweighted", "what fit() returns");
  const guide = (): JointDraws => posterior.drawn({ draws, seed });
  if (posterior.isRandom) return guide();
  const weighted = posterior.reweighted({ draws: Math.max(draws, least), seed });
  // A fit has judged by a proposal's own draws; else, where all weights are equal, there is no shape, or that of a tail without length.
  const judged = posterior.report?.importance;
  const isTrusted = judged?.weighted?.isTrusted ?? !(weighted.kHat > TRUSTED);
  return isTrusted || judged?.answers === "weights" ? weighted : guide();
}

/** Draws of latents, by name. */
export interface EqualDraws {
  readonly count: number;
  /** The numbers that the posterior reports. */
  readonly names: readonly string[];
  /** The number that stands for a latent or a parameter: log x of a positive x. */
  readonly input: (name: string) => Float64Array | undefined;
  /** A number that the posterior reports, on its own scale. */
  readonly values: (name: string) => Float64Array;
}

/** So many draws of a posterior of the model whose latents are named; RangeError if it is one of another model. */
export function equalDraws(
  caller: string,
  posterior: Posterior,
  { draws, seed }: { readonly draws: number; readonly seed: number },
  latents: readonly { readonly name: string }[],
  model: string,
): EqualDraws {
  const found = trustedDraws(caller, posterior, draws, seed);
  requireLatents(caller, found, latents, model);
  const order = inProportion(found.weights, draws, uniformSource(makeGenerator(seed), 2));
  const columns = new Map<string, Float64Array>();
  const picked = (key: string, values: () => Float64Array): Float64Array => {
    let column = columns.get(key);
    if (!column) {
      const all = values();
      column = Float64Array.from(order, (d) => all[d]!);
      columns.set(key, column);
    }
    return column;
  };
  return {
    count: draws,
    names: found.names,
    input: (name) => found.input(name) && picked(`input ${name}`, () => found.input(name)!),
    values: (name) => picked(`value ${name}`, () => found.values(name)),
  };
}

/** Throws unless the draws have a number for each of the latents, and no more of them. */
export function requireLatents(
  caller: string,
  draws: Pick<JointDraws, "names" | "input">,
  latents: readonly { readonly name: string }[],
  model: string,
): void {
  const missing = latents.find(({ name }) => draws.input(name) === undefined);
  if (missing)
    throw new RangeError(
      `${caller}: posterior has no draws of "${missing.name}"; got ${draws.names.slice(0, 12).join(", ")}, expected one of model "${model}" (whose latents beside a param() are not summed out)`,
    );
}
