/** Samples that are not independent of each other, to lower the variance of their mean: pairs and low-discrepancy points. */
import {
  fillNormals,
  fillSobolNormals,
  type Mutable,
  type NoiseRequest,
  type NormalFill,
  noiseRequest,
} from "../random/index.ts";
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
  const fill: NormalFill = points === "rqmc" ? fillSobolNormals : fillNormals;
  if (pairing === "antithetic") return { fill: paired(fill) };
  return points === "rqmc" ? { fill } : undefined;
}

/** An estimator with the noise that the options ask for; independent samples where they say nothing. */
export function withNoise(estimator: Estimator, options: NoiseOptions): Estimator {
  const { points = "random", pairing = "independent" } = options;
  const noise = noiseOf(estimator.name, { points, pairing });
  return noise ? { ...estimator, noise } : estimator;
}

const NOTHING = /* @__PURE__ */ new Float64Array(0);

// Sample 2k is draw k, sample 2k + 1 its reflection: the group of samples 4 … 7 is draws 2 and 3.
function paired(fill: NormalFill): NormalFill {
  let half: Mutable<NoiseRequest> | undefined; // made once, as a step of a fit allocates nothing
  return (request) => {
    const { out, at, stride, firstSample, lanes, dimensions } = request;
    const first = Math.floor(firstSample / 2);
    const odd = firstSample - 2 * first;
    const draws = (lanes + odd + 1) >> 1;
    half ??= noiseRequest(request);
    half.out = out;
    half.at = at;
    half.stride = stride;
    half.generator = request.generator;
    half.stream = request.stream;
    half.firstSample = first;
    half.lanes = draws;
    half.dimensions = dimensions;
    half.group = Math.ceil(request.group / 2);
    half.rowFill = request.rowFill;
    fill(half);
    // An estimator outlives the tapes whose memory it has filled.
    half.out = NOTHING;
    half.rowFill = undefined;
    if (lanes === 1 && odd === 0) return;
    const left = (lanes + odd) & 1; // the last lane begins a pair
    for (let d = 0; d < dimensions; d++) {
      const row = at + d * stride;
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
