/** Samples that are not independent of each other, to lower the variance of their mean: pairs and low-discrepancy points. */
import {
  fillNormals,
  fillSobolNormals,
  type Mutable,
  type NoiseRequest,
  type NormalFill,
  noiseRequest,
} from "../random/index.ts";
import { beyondCore, type Estimator, type Noise, type NoiseOptions, type Repertoire } from "./estimator.ts";

// Throws RangeError for options that no entry takes.
function requireNoise(caller: string, { points = "random", pairing = "independent" }: NoiseOptions): void {
  if (points !== "random" && points !== "rqmc")
    throw new RangeError(`${caller}: unknown points; got ${String(points)}, expected "random" or "rqmc"`);
  if (pairing !== "independent" && pairing !== "antithetic")
    throw new RangeError(`${caller}: unknown pairing; got ${String(pairing)}, expected "independent" or "antithetic"`);
}

// The noise that the options of an estimator ask for, with `preferred` where they say nothing and the repertoire has it; undefined
// for independent samples. Throws RangeError for what the repertoire lacks.
function noiseUnder(
  { noise }: Repertoire,
  caller: string,
  { points, pairing }: NoiseOptions,
  preferred: Required<NoiseOptions> = INDEPENDENT,
): Noise | undefined {
  const { points: usualPoints, pairing: usualPairing } = noise ? preferred : INDEPENDENT;
  const asked = { points: points ?? usualPoints, pairing: pairing ?? usualPairing };
  if (noise) return noise(asked);
  if (asked.points !== "random") beyondCore(caller, `points: "${asked.points}"`, 'points: "random"');
  if (asked.pairing !== "independent") beyondCore(caller, `pairing: "${asked.pairing}"`, 'pairing: "independent"');
  return undefined;
}

/** An estimator with the noise that its options ask for. */
export function withNoise(estimator: Estimator, options: NoiseOptions, preferred?: Required<NoiseOptions>): Estimator {
  const { name } = estimator;
  requireNoise(name, options);
  return {
    ...estimator,
    build(objective, repertoire, analysis) {
      const noise = noiseUnder(repertoire, name, options, preferred);
      return { ...estimator.build(objective, repertoire, analysis), noise };
    },
  };
}

const INDEPENDENT = { points: "random", pairing: "independent" } as const;

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
