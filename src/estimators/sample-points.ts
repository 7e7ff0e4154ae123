/** Samples that are not independent of each other, to lower the variance of their mean: pairs and low-discrepancy points. */
import { fillNormalsWithHelp } from "../random/row-fill.ts";
import { fillSobolNormals } from "../random/sobol.ts";
import type { Estimator, Noise } from "./estimator.ts";

export interface NoiseOptions {
  /** "random": independent points. "rqmc": the samples of a gradient are one scrambled Sobol point set (default of `corrected`). */
  readonly points?: "random" | "rqmc";
  /** "antithetic": samples come in pairs ε, −ε (default of `corrected`). */
  readonly pairing?: "independent" | "antithetic";
}

/** The noise that the options ask for; undefined for independent samples. */
export function noiseOf(caller: string, { points = "rqmc", pairing = "antithetic" }: NoiseOptions): Noise | undefined {
  if (points !== "random" && points !== "rqmc")
    throw new RangeError(`${caller}: unknown points; got ${String(points)}, expected "random" or "rqmc"`);
  if (pairing !== "independent" && pairing !== "antithetic")
    throw new RangeError(`${caller}: unknown pairing; got ${String(pairing)}, expected "independent" or "antithetic"`);
  const fill: Noise["fill"] | undefined = points === "rqmc" ? fillSobolNormals : undefined;
  if (pairing === "antithetic") return { fill: paired(fill ?? fillNormalsWithHelp) };
  return fill && { fill };
}

/** An estimator with the noise that the options ask for; independent samples where they say nothing. */
export function withNoise(estimator: Estimator, options: NoiseOptions): Estimator {
  const { points = "random", pairing = "independent" } = options;
  const noise = noiseOf(estimator.name, { points, pairing });
  return noise ? { ...estimator, noise } : estimator;
}

// Sample 2k is draw k, sample 2k + 1 its reflection.
function paired(fill: Noise["fill"]): Noise["fill"] {
  return (out, offset, stride, generator, stream, firstSample, lanes, dimensions, group, rowFill) => {
    const first = Math.floor(firstSample / 2);
    const odd = firstSample - 2 * first;
    const draws = (lanes + odd + 1) >> 1;
    fill(out, offset, stride, generator, stream, first, draws, dimensions, Math.ceil(group / 2), rowFill);
    if (lanes === 1 && odd === 0) return;
    const left = (lanes + odd) & 1; // the last lane begins a pair
    for (let d = 0; d < dimensions; d++) {
      const row = offset + d * stride;
      // From the end, so that a draw is read before its place is written.
      if (left === 1) out[row + lanes - 1] = out[row + draws - 1]!;
      for (let k = draws - 1 - left; k >= odd; k--) {
        const draw = out[row + k]!;
        const i = row + 2 * k - odd;
        out[i + 1] = -draw;
        out[i] = draw;
      }
      if (odd === 1) out[row] = -out[row]!;
    }
  };
}
