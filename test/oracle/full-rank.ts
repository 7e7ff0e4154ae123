/** Plain arithmetic of a full-rank guide: for quadratures where its draws lie and the derivatives of its log density, and a closed form. */
import { normalCdf } from "../../src/math/normal.ts";

export interface GuidePoint {
  readonly mu: readonly number[];
  readonly rho: readonly number[];
  /** The entries of C below the diagonal, row by row; none for a mean-field guide. */
  readonly lower?: readonly number[];
}

/** Independent standard normal latents, and a log density that is `yes` where a·z + b > 0 and `no` elsewhere. */
export interface Step {
  readonly a: readonly number[];
  readonly b: number;
  readonly yes: number;
  readonly no: number;
}

/**
 * The ELBO of a step and its gradient [∂μ…, ∂ρ…, ∂lower…] in closed form: a·z is normal under the guide, with mean a·μ and variance
 * s² = Σ_j (aᵀC)_j²·σ_j², so that E of the step is no + (yes − no)·Φ((a·μ + b)/s).
 */
export function stepExact(
  { a, b, yes, no }: Step,
  { mu, rho, lower = [] }: GuidePoint,
): { elbo: number; gradient: number[] } {
  const n = mu.length;
  const sigma = rho.map((value) => Math.log1p(Math.exp(value)));
  const c = sigma.map((_, i) => sigma.map((_, j) => (i === j ? 1 : j < i ? (lower[(i * (i - 1)) / 2 + j] ?? 0) : 0)));
  const along = sigma.map((_, j) => a.reduce((sum, value, i) => sum + value * c[i]![j]!, 0));
  const s = Math.sqrt(along.reduce((sum, value, j) => sum + (value * sigma[j]!) ** 2, 0));
  const x = (a.reduce((sum, value, i) => sum + value * mu[i]!, 0) + b) / s;
  const density = ((yes - no) * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI) / s; // dE/d(a·μ); dE/ds = −x times it
  const variances = c.reduce((sum, row) => sum + row.reduce((part, share, j) => part + (share * sigma[j]!) ** 2, 0), 0);
  const squares = mu.reduce((sum, value) => sum + value * value, 0);
  const entropy = sigma.reduce((sum, value) => sum + Math.log(value), 0);
  const ofSigma = sigma.map((value, j) => {
    const column = c.reduce((sum, row) => sum + row[j]! ** 2, 0);
    return 1 / value - column * value - (density * x * along[j]! ** 2 * value) / s;
  });
  const ofLower = c.flatMap((row, i) =>
    row.slice(0, i).map((share, j) => -share * sigma[j]! ** 2 - (density * x * along[j]! * a[i]! * sigma[j]! ** 2) / s),
  );
  return {
    // log p − log q of the priors: the constants ½ log 2π cancel, and E½ε² = ½ of each latent is left.
    elbo: no + (yes - no) * normalCdf(x) - 0.5 * (squares + variances) + entropy + 0.5 * n,
    gradient: [
      ...mu.map((value, i) => density * a[i]! - value),
      ...ofSigma.map((value, j) => value / (1 + Math.exp(-rho[j]!))),
      ...(lower.length > 0 ? ofLower : []),
    ],
  };
}

export interface DenseGuide {
  readonly parameters: number;
  /** L = C·diag(σ), row-major: z = μ + L·ε. */
  readonly scale: readonly (readonly number[])[];
  readonly logDensity: (epsilon: ArrayLike<number>) => number;
  /** Adds weight·∇ log q at the draw of some noise to [∂μ…, ∂ρ…, ∂lower…]. */
  readonly addScore: (out: Float64Array, epsilon: ArrayLike<number>, weight: number) => void;
}

export function denseGuide({ rho, lower }: GuidePoint): DenseGuide {
  const n = rho.length;
  const sigma = rho.map((value) => Math.log1p(Math.exp(value)));
  const slope = rho.map((value) => 1 / (1 + Math.exp(-value)));
  const c = sigma.map((_, i) =>
    sigma.map((_, j) => (i === j ? 1 : j < i && lower ? lower[(i * (i - 1)) / 2 + j]! : 0)),
  );
  const logScale = sigma.reduce((sum, s) => sum + Math.log(s * Math.sqrt(2 * Math.PI)), 0);
  const x = new Float64Array(n);
  return {
    parameters: 2 * n + (lower?.length ?? 0),
    scale: c.map((row) => row.map((value, j) => value * sigma[j]!)),
    logDensity(epsilon) {
      let sum = -logScale;
      for (let i = 0; i < n; i++) sum -= 0.5 * epsilon[i]! ** 2;
      return sum;
    },
    addScore(out, epsilon, weight) {
      // Cᵀx = ε/σ by back substitution; d = σε is what C mixes.
      for (let i = n - 1; i >= 0; i--) {
        x[i] = epsilon[i]! / sigma[i]!;
        for (let k = i + 1; k < n; k++) x[i]! -= c[k]![i]! * x[k]!;
      }
      let next = 2 * n;
      for (let i = 0; i < n; i++) {
        out[i]! += weight * x[i]!;
        out[n + i]! += (weight * (epsilon[i]! ** 2 - 1) * slope[i]!) / sigma[i]!;
        if (lower) for (let j = 0; j < i; j++) out[next++]! += weight * x[i]! * sigma[j]! * epsilon[j]!;
      }
    },
  };
}
