/** Plain arithmetic of a full-rank guide, for quadratures: where its draws lie, and the derivatives of its log density. */

export interface GuidePoint {
  readonly mu: readonly number[];
  readonly rho: readonly number[];
  /** The entries of C below the diagonal, row by row; none for a mean-field guide. */
  readonly lower?: readonly number[];
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
