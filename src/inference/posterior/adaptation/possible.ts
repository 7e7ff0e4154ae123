/**
 * Draws at which the density of a program is not 0. Six cut points that are to be in ascending order are so in one of 720 draws of their
 * priors: of thousands of draws those are taken. Where there is none, draws are mended: single latents are drawn anew, and stay where fewer terms of
 * the density are impossible.
 */
import { evaluation } from "../../../autodiff/tape/evaluation.ts";
import { exp, log } from "../../../math/elementary.ts";
import { normalQuantile } from "../../../math/normal.ts";
import { type Generator, uniformSource } from "../../../random/index.ts";
import { type Gaussian, sdOf } from "../gaussian.ts";
import { guideDraws } from "../guide-draws.ts";
import type { Source } from "../source.ts";
import { COUNT as PARTICLES } from "./particles.ts";
import type { Target } from "./target.ts";

/** Draws that are looked at, and at how many times; rounds of mending, and after how many with a mended draw they end. */
const [DRAWS, LOOKS] = [4096, 4];
const [ROUNDS, ENOUGH] = [400, 60];
/** Draws that are mended side by side. */
const MENDED = 512;

/** 2048 draws, some of them the same if there are not so many; undefined where none is found. */
export function possibleDraws(
  source: Pick<Source, "trace" | "engine">,
  target: Target,
  prior: Gaussian,
  generator: Generator,
  stream: number,
): Float64Array | undefined {
  const n = prior.means.length;
  const found: number[][] = [];
  for (let look = 0; look < LOOKS && found.length < PARTICLES; look++) {
    const draws = guideDraws([{ ...prior, weight: 1 }], DRAWS, generator, stream + look);
    target(draws, DRAWS).forEach((density, d) => {
      if (Number.isFinite(density)) found.push(Array.from({ length: n }, (_, i) => draws[i * DRAWS + d]!));
    });
  }
  if (found.length > 0) return repeated(found, n);
  const mended = mendedDraws(source, prior, generator, stream + LOOKS);
  return mended.length > 0 ? repeated(mended, n) : undefined;
}

function repeated(found: readonly (readonly number[])[], n: number): Float64Array {
  const kept = new Float64Array(n * PARTICLES);
  for (let c = 0; c < PARTICLES; c++)
    for (let i = 0; i < n; i++) kept[i * PARTICLES + c] = found[c % found.length]![i]!;
  return kept;
}

function mendedDraws(
  { trace: { graph, latents, terms, checks }, engine }: Pick<Source, "trace" | "engine">,
  prior: Gaussian,
  generator: Generator,
  stream: number,
): number[][] {
  const n = latents.length;
  const next = uniformSource(generator, stream);
  const nodes = [...terms.map(({ node }) => node), ...checks.map(({ ok }) => ok)];
  const { run, value } = evaluation(graph, nodes, {
    engine,
    laneInputs: latents.map(({ node }) => node),
    points: MENDED,
  });
  // Terms that are impossible, and ranges that are left.
  const faultsAt = (kept: Float64Array): Float64Array => {
    run([], kept);
    const faults = new Float64Array(MENDED);
    for (let j = 0; j < nodes.length; j++)
      for (let c = 0; c < MENDED; c++)
        if (j < terms.length ? !Number.isFinite(value(j, c)) : value(j, c) === 0) faults[c]!++;
    return faults;
  };
  const kept = guideDraws([{ ...prior, weight: 1 }], MENDED, generator, stream);
  let faults = faultsAt(kept);
  for (let [round, since] = [0, 0]; round < ROUNDS && since < ENOUGH; round++) {
    const trial = kept.slice();
    for (let c = 0; c < MENDED; c++) {
      if (faults[c] === 0) continue;
      const i = Math.floor(n * next());
      const sd = sdOf(prior, i);
      // Anew from the prior, or near to where it is.
      const moved = normalQuantile(next()) * sd;
      trial[i * MENDED + c] =
        next() < 0.5 ? prior.means[i]! + 1.5 * moved : kept[i * MENDED + c]! + moved * exp(-log(10) * 2 * next());
    }
    const tried = faultsAt(trial);
    for (let c = 0; c < MENDED; c++)
      if (tried[c]! <= faults[c]!) for (let i = 0; i < n; i++) kept[i * MENDED + c] = trial[i * MENDED + c]!;
    faults = faults.map((count, c) => Math.min(count, tried[c]!));
    if (faults.includes(0)) since++;
  }
  return Array.from(faults.keys())
    .filter((c) => faults[c] === 0)
    .map((c) => Array.from({ length: n }, (_, i) => kept[i * MENDED + c]!));
}
