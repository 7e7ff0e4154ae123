/** log p(x, z) of the paper's models on plain numbers, written with plain ifs, apart from src on purpose. */
import { lgamma } from "../../src/math/gamma.ts";
import { normalQuantile } from "../../src/math/normal.ts";
import { FLU, TEMPERATURES, TEXTS } from "./paper-data.ts";

/** log N(x; mean, sd) */
function logNormal(x: number, mean: number, sd: number): number {
  const score = (x - mean) / sd;
  return -0.5 * score * score - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
}

/** log Poisson(count; rate) */
function logPoisson(count: number, rate: number): number {
  return count * Math.log(rate) - rate - lgamma(count + 1);
}

/** z = [z] */
export function gmmLogJoint([z]: readonly number[]): number {
  const prior = logNormal(z!, 0, 1);
  if (z! > 0) return prior + logNormal(0, 5, 1);
  return prior + logNormal(0, -2, 1);
}

/** z = [theta0, q1-noise, theta1, …, q20-noise, theta20] */
export function temperatureLogJoint(z: readonly number[]): number {
  let theta = z[0]!;
  let q = 0;
  let total = logNormal(theta, 20, 0.001) + logNormal(TEMPERATURES[0]!, theta, 1);
  for (let i = 1; i <= 20; i++) {
    let objective = q;
    if (18 - theta > 0) objective = 0;
    else if (theta - 22 > 0) objective = 1;
    const noise = z[2 * i - 1]!;
    total += logNormal(noise, objective, 0.001);
    let sigma = 0.2;
    q = 0;
    if (noise - 0.5 > 0) {
      q = 1;
      sigma = 0.22;
    }
    const next = z[2 * i]!;
    total += logNormal(next, theta + (32 - (theta + 1.5 * 14 * q)) / (1.5 * 10), 2 * sigma);
    total += logNormal(TEMPERATURES[i]!, next, 1);
    theta = next;
  }
  return total;
}

/** z = [x0, x1, z] */
export function textmsgLogJoint([x0, x1, z]: readonly number[]): number {
  let sum = 0;
  for (const count of TEXTS) sum += count;
  const variance = Math.log(2);
  const mean = Math.log(sum / 74) - variance / 2;
  let total =
    logNormal(x0!, mean, Math.sqrt(variance)) + logNormal(x1!, mean, Math.sqrt(variance)) + logNormal(z!, 0, 1);
  for (let day = 2; day <= 74; day += 2) {
    if (z! - normalQuantile(day / 75) > 0) total += logPoisson(TEXTS[day - 1]!, Math.exp(x0!));
    else total += logPoisson(TEXTS[day - 1]!, Math.exp(x1!));
  }
  return total;
}

/** z = [f0, v1, w1, f1, …, v12, w12, f12] */
export function influenzaLogJoint(z: readonly number[]): number {
  let f = z[0]!;
  let total = logNormal(f, 0, 1);
  let [a, before, c] = [0, 0, 0];
  for (let i = 0; i < 12; i++) {
    const [v, w, next] = [z[3 * i + 1]!, z[3 * i + 2]!, z[3 * i + 3]!];
    total += logNormal(v, 0, 0.023) + logNormal(w, 0, 0.112);
    [a, before] = [1.406 * a - 0.622 * before + v, a];
    c = -0.312 * c + 0.21 + w;
    if (f > 0) total += logNormal(next, 0.67, 1);
    else total += logNormal(next, -0.67, 1);
    f = next;
    if (f > 0) total += logNormal(FLU[i]!, a, 0.002);
    else total += logNormal(FLU[i]!, a + c, 0.002);
  }
  return total;
}
