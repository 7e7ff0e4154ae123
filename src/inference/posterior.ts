import { sdOfRho } from "../guides/mean-field.ts";
import { normalQuantile } from "../math/normal.ts";
import { fillNormals, makeGenerator } from "../random/index.ts";
import { count } from "./options.ts";

export interface LatentSummary {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly q05: number;
  readonly median: number;
  readonly q95: number;
}

/** A fitted mean-field guide: latent i is N(mean, sd), independent of the others. */
export class Posterior {
  /** Names of the latents, in declaration order. */
  readonly latents: readonly string[];
  readonly params: { readonly mu: Float64Array; readonly rho: Float64Array };
  /** ELBO estimate of each step, from that step's samples. */
  readonly elboTrace: Float64Array;
  /** What the user should know about this fit, also passed to `onWarning`. */
  readonly warnings: readonly string[];

  constructor(
    latents: readonly string[],
    theta: Float64Array,
    elboTrace: Float64Array,
    warnings: readonly string[] = [],
  ) {
    const n = latents.length;
    this.latents = latents;
    this.params = { mu: theta.slice(0, n), rho: theta.slice(n, 2 * n) };
    this.elboTrace = elboTrace;
    this.warnings = warnings;
  }

  mean(name: string): number {
    return this.params.mu[this.#index("mean", name)]!;
  }

  /** Standard deviation, softplus(ρ). */
  sd(name: string): number {
    return sdOfRho(this.params.rho[this.#index("sd", name)]!);
  }

  /** The value below which the latent lies with the given probability, 0 < p < 1. */
  quantile(name: string, p: number): number {
    if (!(p > 0 && p < 1))
      throw new RangeError(`quantile: probability out of range; got ${String(p)}, expected 0 < p < 1`);
    return this.mean(name) + this.sd(name) * normalQuantile(p);
  }

  /** Draws from the guide: for each latent a Float64Array(draws). */
  sample(draws: number, { seed = 0 }: { readonly seed?: number } = {}): Record<string, Float64Array> {
    count("sample", "draws", draws);
    const generator = makeGenerator(seed);
    const n = this.latents.length;
    const noise = new Float64Array(n * draws);
    fillNormals(noise, 0, draws, generator, 0, 0, draws, n);
    return Object.fromEntries(
      this.latents.map((name, i) => {
        const [mean, sd] = [this.mean(name), this.sd(name)];
        return [name, noise.slice(i * draws, (i + 1) * draws).map((epsilon) => mean + sd * epsilon)];
      }),
    );
  }

  /** Mean, standard deviation, 5 %, 50 % and 95 % quantiles of every latent. */
  summary(): LatentSummary[] {
    return this.latents.map((name) => ({
      name,
      mean: this.mean(name),
      sd: this.sd(name),
      q05: this.quantile(name, 0.05),
      median: this.mean(name),
      q95: this.quantile(name, 0.95),
    }));
  }

  #index(caller: string, name: string): number {
    const index = this.latents.indexOf(name);
    if (index < 0)
      throw new RangeError(
        `${caller}: no such latent; got "${String(name)}", expected one of ${this.latents.slice(0, 12).join(", ")}`,
      );
    return index;
  }
}
