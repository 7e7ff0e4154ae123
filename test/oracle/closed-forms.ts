/**
 * Closed forms of the ELBO and its gradient for the paper's models under the mean-field guide.
 *
 * They share no code with src but normalCdf; data and constants are written out again from the models' definitions.
 * Every model here is, given the truth of its conditions, quadratic (or exponential) in independent normals, so that
 * expectations are moments weighted by normal probabilities.
 */
import { normalCdf, normalQuantile } from "../../src/math/normal.ts";
import { FLU, TEMPERATURES, TEXTS } from "./paper-data.ts";

const LOG_2PI = Math.log(2 * Math.PI);
const phi = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

export interface Exact {
  readonly elbo: number;
  /** [∂μ…, ∂ρ…] */
  readonly gradient: Float64Array;
}
export type ClosedForm = (mu: readonly number[], rho: readonly number[]) => Exact;

/** Sums an ELBO and its derivatives with respect to μ and σ. */
class Accumulator {
  elbo = 0;
  readonly mu: readonly number[];
  readonly sigma: readonly number[];
  readonly dMu: Float64Array;
  readonly dSigma: Float64Array;
  readonly #rho: readonly number[];

  constructor(mu: readonly number[], rho: readonly number[]) {
    this.mu = mu;
    this.sigma = rho.map((value) => Math.log1p(Math.exp(value)));
    this.#rho = rho;
    this.dMu = new Float64Array(mu.length);
    this.dSigma = new Float64Array(mu.length);
    // Entropy ½ log 2πe + log σ of each latent.
    this.sigma.forEach((sd, i) => {
      this.elbo += 0.5 * LOG_2PI + 0.5 + Math.log(sd);
      this.dSigma[i]! += 1 / sd;
    });
  }

  /** E log N(z_i; mean, sd) for a constant mean. */
  normal(i: number, mean: number, sd: number): void {
    const [difference, precision] = [this.mu[i]! - mean, 1 / (sd * sd)];
    this.elbo += -0.5 * LOG_2PI - Math.log(sd) - 0.5 * precision * (difference ** 2 + this.sigma[i]! ** 2);
    this.dMu[i]! -= precision * difference;
    this.dSigma[i]! -= precision * this.sigma[i]!;
  }

  /** P(z_i > t), and a function that adds the derivatives of a quantity with derivative d in it. */
  above(i: number, t: number): [probability: number, back: (d: number) => void] {
    const sd = this.sigma[i]!;
    const x = (this.mu[i]! - t) / sd;
    return [
      normalCdf(x),
      (d) => {
        this.dMu[i]! += (d * phi(x)) / sd;
        this.dSigma[i]! -= (d * phi(x) * x) / sd;
      },
    ];
  }

  result(): Exact {
    const n = this.mu.length;
    const gradient = new Float64Array(2 * n);
    gradient.set(this.dMu);
    this.dSigma.forEach((value, i) => {
      gradient[n + i] = value / (1 + Math.exp(-this.#rho[i]!));
    });
    return { elbo: this.elbo, gradient };
  }
}

export const gmmExact: ClosedForm = (mu, rho) => {
  const sum = new Accumulator(mu, rho);
  sum.normal(0, 0, 1);
  const [first, second] = [-0.5 * LOG_2PI - 12.5, -0.5 * LOG_2PI - 2];
  const [p, back] = sum.above(0, 0);
  sum.elbo += p * first + (1 - p) * second;
  back(first - second);
  return sum.result();
};

export const textmsgExact: ClosedForm = (mu, rho) => {
  const sum = new Accumulator(mu, rho);
  const mean = TEXTS.reduce((total, count) => total + count, 0) / TEXTS.length;
  const variance = Math.log(2);
  const centre = Math.log(mean) - variance / 2;
  sum.normal(0, centre, Math.sqrt(variance));
  sum.normal(1, centre, Math.sqrt(variance));
  sum.normal(2, 0, 1);
  const rates = [0, 1].map((i) => Math.exp(mu[i]! + sum.sigma[i]! ** 2 / 2));
  for (let day = 2; day <= 74; day += 2) {
    const count = TEXTS[day - 1]!;
    let logFactorial = 0;
    for (let k = 2; k <= count; k++) logFactorial += Math.log(k);
    const [p, back] = sum.above(2, normalQuantile(day / 75));
    const arms = [0, 1].map((i) => count * mu[i]! - rates[i]!);
    sum.elbo += p * arms[0]! + (1 - p) * arms[1]! - logFactorial;
    back(arms[0]! - arms[1]!);
    [p, 1 - p].forEach((weight, i) => {
      sum.dMu[i]! += weight * (count - rates[i]!);
      sum.dSigma[i]! -= weight * rates[i]! * sum.sigma[i]!;
    });
  }
  return sum.result();
};

export const influenzaExact: ClosedForm = (mu, rho) => {
  const sum = new Accumulator(mu, rho);
  const months = FLU.length;
  const [v, w, f] = [(i: number): number => 3 * i - 2, (i: number): number => 3 * i - 1, (i: number): number => 3 * i];
  sum.normal(0, 0, 1);
  // a_i = Σ_j response[i − j] v_j and c_i = Σ_j (−0.312)^{i − j} (0.21 + w_j).
  const response = [1, 1.406];
  for (let k = 2; k < months; k++) response.push(1.406 * response[k - 1]! - 0.622 * response[k - 2]!);
  const precision = 1 / 0.002 ** 2;
  for (let i = 1; i <= months; i++) {
    sum.normal(v(i), 0, 0.023);
    sum.normal(w(i), 0, 0.112);
    // f_i ~ N(±0.67, 1) by the sign of f_{i−1}, independent of it under the guide.
    const [previous, backPrevious] = sum.above(f(i - 1), 0);
    const mean = 0.67 * (2 * previous - 1);
    const own = mu[f(i)]!;
    sum.elbo += -0.5 * LOG_2PI - 0.5 * (own ** 2 + sum.sigma[f(i)]! ** 2 - 2 * own * mean + 0.67 ** 2);
    sum.dMu[f(i)]! -= own - mean;
    sum.dSigma[f(i)]! -= sum.sigma[f(i)]!;
    backPrevious(2 * 0.67 * own);

    let [meanA, varianceA, meanC, varianceC] = [0, 0, 0, 0];
    for (let j = 1; j <= i; j++) {
      meanA += response[i - j]! * mu[v(j)]!;
      varianceA += (response[i - j]! * sum.sigma[v(j)]!) ** 2;
      meanC += (-0.312) ** (i - j) * (0.21 + mu[w(j)]!);
      varianceC += ((-0.312) ** (i - j) * sum.sigma[w(j)]!) ** 2;
    }
    const [p, back] = sum.above(f(i), 0);
    const [ordinary, epidemic] = [FLU[i - 1]! - meanA, FLU[i - 1]! - meanA - meanC];
    const squares = [ordinary ** 2 + varianceA, epidemic ** 2 + varianceA + varianceC] as const;
    sum.elbo += -0.5 * LOG_2PI - Math.log(0.002) - 0.5 * precision * (p * squares[0] + (1 - p) * squares[1]);
    back(-0.5 * precision * (squares[0] - squares[1]));
    for (let j = 1; j <= i; j++) {
      const [h, k] = [response[i - j]!, (-0.312) ** (i - j)];
      sum.dMu[v(j)]! += precision * h * (p * ordinary + (1 - p) * epidemic);
      sum.dSigma[v(j)]! -= precision * h * h * sum.sigma[v(j)]!;
      sum.dMu[w(j)]! += precision * k * (1 - p) * epidemic;
      sum.dSigma[w(j)]! -= precision * k * k * (1 - p) * sum.sigma[w(j)]!;
    }
  }
  return sum.result();
};

export const temperatureExact: ClosedForm = (mu, rho) => {
  const sum = new Accumulator(mu, rho);
  const [theta, q] = [(i: number): number => 2 * i, (i: number): number => 2 * i - 1];
  sum.normal(0, 20, 0.001);
  for (let i = 0; i <= 20; i++) sum.normal(theta(i), TEMPERATURES[i]!, 1); // the observation, seen from theta
  let cooling = 0;
  let backCooling: (d: number) => void = () => undefined;
  for (let i = 1; i <= 20; i++) {
    // q_noise_i ~ N(objective, 0.001), objective = 1 with probability t and 0 otherwise, independent of q_noise_i.
    const [hot, backHot] = sum.above(theta(i - 1), 22);
    const [notCold, backNotCold] = sum.above(theta(i - 1), 18);
    const t = hot + (notCold - hot) * cooling;
    const own = mu[q(i)]!;
    sum.elbo += -0.5 * LOG_2PI - Math.log(0.001) - 0.5e6 * (own ** 2 + sum.sigma[q(i)]! ** 2 - 2 * own * t + t);
    sum.dMu[q(i)]! -= 1e6 * (own - t);
    sum.dSigma[q(i)]! -= 1e6 * sum.sigma[q(i)]!;
    const dT = -0.5e6 * (1 - 2 * own);
    backHot(dT * (1 - cooling));
    backNotCold(dT * cooling);
    backCooling(dT * (notCold - hot));

    // theta_i ~ N((14 theta_{i−1} + 32 − 21 q_i)/15, 0.4 or 0.44 if it cools).
    [cooling, backCooling] = sum.above(q(i), 0.5);
    const keep = 14 / 15;
    const arms = [0, 1].map((on) => {
      const sd = on ? 0.44 : 0.4;
      const weight = on ? cooling : 1 - cooling;
      const residual = mu[theta(i)]! - keep * mu[theta(i - 1)]! - (32 - 21 * on) / 15;
      const square = residual ** 2 + sum.sigma[theta(i)]! ** 2 + (keep * sum.sigma[theta(i - 1)]!) ** 2;
      const scale = weight / (sd * sd);
      sum.dMu[theta(i)]! -= scale * residual;
      sum.dMu[theta(i - 1)]! += scale * keep * residual;
      sum.dSigma[theta(i)]! -= scale * sum.sigma[theta(i)]!;
      sum.dSigma[theta(i - 1)]! -= scale * keep * keep * sum.sigma[theta(i - 1)]!;
      const logDensity = -0.5 * LOG_2PI - Math.log(sd) - square / (2 * sd * sd);
      sum.elbo += weight * logDensity;
      return logDensity;
    });
    backCooling(arms[1]! - arms[0]!);
  }
  return sum.result();
};
