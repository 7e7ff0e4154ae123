/**
 * The model of the explanation by hand: z ~ N(0, 1), and 0 observed under N(5, 1) if z > 0, else under N(−2, 1); the guide is N(μ, σ²).
 *
 * ELBO(μ) = −½(μ² + σ²) + log σ + ½ − 12.5·Φ(μ/σ) − 2·Φ(−μ/σ) − ½ log 2π. The path of the gradient is −μ, which knows nothing of the if: both of its arms are
 * constants. What is missing is the density of the guide at the boundary times the jump there, −10.5·φ(μ/σ)/σ.
 */

const JUMP = -12.5 + 2;

const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/** Φ(x) by Simpson's rule, to about 1e-8, as the page asks for a few thousand of them at most. */
export function cdf(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  const n = 120;
  const h = x / n;
  let sum = density(0) + density(x);
  for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * density(i * h);
  return 0.5 + (sum * h) / 3;
}

export interface Gradient {
  readonly elbo: number;
  /** What reparameterisation sees. */
  readonly blind: number;
  /** Of the boundary. */
  readonly missing: number;
  /** The sum of the two: the derivative of the ELBO. */
  readonly whole: number;
  /** The density of the guide at the boundary. */
  readonly weight: number;
}

export function gradientAt(mu: number, sd: number): Gradient {
  const above = cdf(mu / sd);
  const elbo =
    -0.5 * (mu * mu + sd * sd) + Math.log(sd) + 0.5 - 12.5 * above - 2 * (1 - above) - 0.5 * Math.log(2 * Math.PI);
  const weight = density(mu / sd) / sd;
  const missing = weight * JUMP;
  return { elbo, blind: -mu, missing, whole: -mu + missing, weight };
}
