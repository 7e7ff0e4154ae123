/** A mixture of normals that follows weighted draws: a step of EM, in which each normal moves to the draws that it accounts for. */
import { choleskyInto } from "../../../linalg/cholesky.ts";
import { exp, log } from "../../../math/elementary.ts";
import { logSumExp } from "../../../math/log-sum-exp.ts";
import { covarianceOf, type Gaussian } from "../gaussian.ts";
import { jointLogs } from "../guide-draws.ts";

/** Least share of a normal. */
const LEAST = 0.005;
/** Variances are those of the draws times this: a tail that is too long costs less than one that is too short. */
const LONGER = 1.2;

/** All parts but the last, the prior, moved. Draws lie by latent, draw d of latent i at i · count + d, and weigh `weights`. */
export function moved(parts: readonly Gaussian[], kept: Float64Array, weights: Float64Array): Gaussian[] {
  const logs = parts.map((part) => jointLogs(part, kept, weights.length).map((value) => value + log(part.weight)));
  const all = Float64Array.from(weights, (_, d) => logSumExp(logs.map((own) => own[d]!)));
  const last = parts.length - 1;
  const next = parts.slice(0, last).map((part, k) =>
    fitted(
      part,
      kept,
      weights.map((weight, d) => weight * exp(logs[k]![d]! - all[d]!)),
    ),
  );
  const sum = next.reduce((share, { weight }) => share + weight, 0);
  const prior = parts[last]!;
  return [...next.map((part) => ({ ...part, weight: (part.weight * (1 - prior.weight)) / sum })), prior];
}

/** The normal with the moments of weighted draws, as far as there are enough of them: of fewer than n much of what `part` was stays. */
export function fitted(part: Gaussian, kept: Float64Array, weights: Float64Array): Gaussian {
  const n = part.means.length;
  const total = weights.length;
  let [mass, squares] = [0, 0];
  for (const weight of weights) {
    mass += weight;
    squares += weight * weight;
  }
  const weight = Math.max(mass, LEAST);
  if (!(squares > 0)) return { ...part, weight };
  const count = (mass * mass) / squares;
  const means = new Float64Array(n);
  const found = Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let d = 0; d < total; d++) sum += weights[d]! * kept[i * total + d]!;
    const mean = sum / mass;
    means[i] = (count * mean + part.means[i]!) / (count + 1);
    return mean;
  });
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k <= i; k++) {
      let sum = 0;
      for (let d = 0; d < total; d++)
        sum += weights[d]! * (kept[i * total + d]! - found[i]!) * (kept[k * total + d]! - found[k]!);
      covariance[i * n + k] = (LONGER * count * (sum / mass) + (n + 2) * covarianceOf(part, i, k)) / (count + n + 2);
    }
  const scales = rootOf(covariance, n);
  return scales ? { ...part, weight, means, scales } : { ...part, weight };
}

/** The rows of a lower triangular root; undefined where the matrix has none. */
export function rootOf(covariance: Float64Array, n: number): Map<number, number>[] | undefined {
  const root = new Float64Array(n * n);
  try {
    choleskyInto(root, covariance, n);
  } catch {
    return undefined;
  }
  return Array.from({ length: n }, (_, i) => {
    const row = new Map<number, number>();
    for (let k = 0; k <= i; k++) row.set(k, root[i * n + k]!);
    return row;
  });
}
