/** A guide in numbers is jointly normal in the unconstrained latents, u_i = mean_i + Σ_j scale_ij·ε_j. */
import type { GuideSpace } from "../../guides/guide.ts";
import type { Mixture } from "./marginal.ts";

/** A normal distribution of all latents, and how much it counts among others. */
export interface Gaussian {
  readonly weight: number;
  readonly means: Float64Array;
  /** By latent, how far each noise moves it: its row of a matrix L whose covariance is L·Lᵀ. */
  readonly scales: readonly ReadonlyMap<number, number>[];
  /** Parameters of the program without spread. */
  readonly points?: Float64Array | undefined;
}

/** What θ stands for. */
export function gaussianOf(space: GuideSpace, theta: Float64Array, weight: number = 1): Gaussian {
  const { means, sigmas, rows, points } = space.numbers(theta);
  const scales = rows.map((row, i) => {
    const shares = row.map(({ latent, share }) => [latent, share * sigmas[latent]!] as const);
    return new Map([[i, sigmas[i]!], ...shares]);
  });
  return { weight, means, scales, points };
}

/** The same normals with a share of their weights. */
export function scaled(parts: readonly Gaussian[], share: number): Gaussian[] {
  return parts.map((part) => ({ ...part, weight: share * part.weight }));
}

/** A normal about the same means with sds so many times as large. */
export function widened(part: Gaussian, factor: number): Gaussian {
  return { ...part, scales: part.scales.map((row) => new Map([...row].map(([j, scale]) => [j, factor * scale]))) };
}

export function covarianceOf({ scales }: Gaussian, i: number, k: number): number {
  let sum = 0;
  for (const [j, scale] of scales[i]!) sum += scale * (scales[k]!.get(j) ?? 0);
  return sum;
}

export function sdOf(gaussian: Gaussian, i: number): number {
  const own = gaussian.scales[i]!;
  return own.size === 1 ? own.get(i)! : Math.sqrt(covarianceOf(gaussian, i, i));
}

/** Values of latent i for noise in rows of `draws`, row j that of latent j. */
export function latentValues({ means, scales }: Gaussian, i: number, noise: Float64Array, draws: number): Float64Array {
  const values = new Float64Array(draws).fill(means[i]!);
  for (const [j, scale] of scales[i]!) for (let d = 0; d < draws; d++) values[d]! += scale * noise[j * draws + d]!;
  return values;
}

/** The mixture of several. */
export function mixtureOf(parts: readonly Gaussian[]): Mixture {
  return {
    covariance(i, k) {
      let [x, y, xy] = [0, 0, 0];
      for (const part of parts) {
        const { weight, means } = part;
        x += weight * means[i]!;
        y += weight * means[k]!;
        xy += weight * (covarianceOf(part, i, k) + means[i]! * means[k]!);
      }
      return xy - x * y;
    },
    mixInto(values, noise, next) {
      const draws = values[0]!.length;
      const [{ weight }, ...more] = parts as [Gaussian, ...Gaussian[]];
      const others = more.map((part) => values.map((_, i) => latentValues(part, i, noise, draws)));
      for (let d = 0; d < draws; d++) {
        let left = next() - weight;
        for (let c = 0; left > 0 && c < more.length; c++) {
          for (let i = 0; i < values.length; i++) values[i]![d] = others[c]![i]![d]!;
          left -= more[c]!.weight;
        }
      }
    },
  };
}
