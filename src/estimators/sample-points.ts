/** Samples that are not independent of each other, to lower the variance of their mean: pairs and low-discrepancy points. */

import { oneOf } from "../objective/one-of.ts";
import { piecesOf, piecewise } from "../pieces/pieces.ts";
import {
  fillNormals,
  fillSobolNormals,
  type Mutable,
  type NoiseRequest,
  type NormalFill,
  noiseRequest,
} from "../random/index.ts";
import { beyondCore, type Estimator, type Noise, type NoiseOptions } from "./estimator.ts";

/**
 * An estimator with the noise that its options ask for; where they say nothing, with the `preferred` one if the repertoire that
 * builds it has any, else with independent samples.
 */
export function withNoise(estimator: Estimator, options: NoiseOptions, preferred?: Required<NoiseOptions>): Estimator {
  const { name } = estimator;
  const points = oneOf(name, "points", options.points, ["random", "rqmc"]);
  const pairing = oneOf(name, "pairing", options.pairing, ["independent", "antithetic"]);
  const build = piecewise(function* (...given: Parameters<Estimator["build"]>) {
    const { noise } = given[1];
    if (!noise && points !== "random") beyondCore(name, "points", points, "random");
    if (!noise && pairing !== "independent") beyondCore(name, "pairing", pairing, "independent");
    const made = noise?.({
      points: options.points ?? preferred?.points ?? points,
      pairing: options.pairing ?? preferred?.pairing ?? pairing,
    });
    return { ...(yield* piecesOf(estimator.build, ...given)), noise: made };
  });
  return { ...estimator, build };
}

/** All the noise there is; undefined for independent samples. */
export function everyNoise({ points, pairing }: Required<NoiseOptions>): Noise | undefined {
  const fill: NormalFill = points === "rqmc" ? fillSobolNormals : fillNormals;
  if (pairing === "antithetic") return { fill: paired(fill) };
  return points === "rqmc" ? { fill } : undefined;
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
