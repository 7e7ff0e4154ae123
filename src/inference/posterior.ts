import { type FittedParameters, type GuideSpace, parameterNames, unpackParameters } from "../guides/guide.ts";
import { normalQuantile } from "../math/normal.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../random/index.ts";
import type { FitReport, FitStatus } from "./fit/report.ts";
import { count } from "./options.ts";

export interface LatentSummary {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly q05: number;
  readonly median: number;
  readonly q95: number;
}

/** A fitted guide: latent i is N(mean, sd); under mean field independent of the others, under full rank jointly normal with them. */
export class Posterior {
  /** Names of the latents, in declaration order. */
  readonly latents: readonly string[];
  readonly params: FittedParameters;
  /** The guide's parameters by name, such as `mu[z]`, in the order of gradients and of `FitStep.theta`. */
  readonly parameterNames: readonly string[];
  /** ELBO estimate of each step, from that step's samples. */
  readonly elboTrace: Float64Array;
  /** What the user should know about this fit, also passed to `onWarning`. */
  readonly warnings: readonly string[];
  /** How the fit ended; undefined after a loop of so many steps, which does not know. */
  readonly status: FitStatus | undefined;
  /** The numbers behind the status. */
  readonly report: FitReport | undefined;
  readonly #means: Float64Array;
  /** By latent, how far each noise moves it: its row of a matrix L whose covariance is L·Lᵀ. */
  readonly #scales: readonly ReadonlyMap<number, number>[];

  constructor(
    space: GuideSpace,
    theta: Float64Array,
    elboTrace: Float64Array,
    warnings: readonly string[] = [],
    { status, report }: { readonly status?: FitStatus; readonly report?: FitReport } = {},
  ) {
    this.latents = space.latents;
    this.params = unpackParameters(space, theta);
    this.parameterNames = parameterNames(space);
    this.elboTrace = elboTrace;
    this.warnings = warnings;
    this.status = status;
    this.report = report;
    const { means, sigmas, rows } = space.numbers(theta);
    this.#means = means;
    this.#scales = rows.map((row, i) => {
      const shares = row.map(({ latent, share }) => [latent, share * sigmas[latent]!] as const);
      return new Map([[i, sigmas[i]!], ...shares]);
    });
  }

  mean(name: string): number {
    return this.#means[this.#index("mean", name)]!;
  }

  /** Standard deviation: under mean field softplus(ρ). */
  sd(name: string): number {
    return this.#sd(this.#index("sd", name));
  }

  /** The correlation of two latents: 0 under mean field. */
  correlation(a: string, b: string): number {
    const [i, k] = [this.#index("correlation", a), this.#index("correlation", b)];
    return i === k ? 1 : this.#covariance(i, k) / (this.#sd(i) * this.#sd(k));
  }

  /** The covariance matrix of the latents in declaration order, row-major. */
  covariance(): Float64Array {
    const n = this.latents.length;
    return Float64Array.from({ length: n * n }, (_, at) => this.#covariance(Math.floor(at / n), at % n));
  }

  /** The value below which the latent lies with the given probability, 0 < p < 1. */
  quantile(name: string, p: number): number {
    if (!(p > 0 && p < 1))
      throw new RangeError(`quantile: probability out of range; got ${String(p)}, expected 0 < p < 1`);
    return this.mean(name) + this.sd(name) * normalQuantile(p);
  }

  /** Draws from the guide, for each latent a Float64Array(draws): the d-th numbers of all latents are one joint draw. */
  sample(draws: number, { seed = 0 }: { readonly seed?: number } = {}): Record<string, Float64Array> {
    count("sample", "draws", draws);
    const generator = makeGenerator(seed);
    const n = this.latents.length;
    const noise = new Float64Array(n * draws);
    fillNormals(noiseRequest({ out: noise, generator, lanes: draws, dimensions: n }));
    return Object.fromEntries(
      this.latents.map((name, i) => {
        const values = new Float64Array(draws).fill(this.#means[i]!);
        for (const [j, scale] of this.#scales[i]!)
          for (let d = 0; d < draws; d++) values[d]! += scale * noise[j * draws + d]!;
        return [name, values];
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

  #sd(i: number): number {
    const own = this.#scales[i]!;
    return own.size === 1 ? own.get(i)! : Math.sqrt(this.#covariance(i, i));
  }

  #covariance(i: number, k: number): number {
    let sum = 0;
    for (const [j, scale] of this.#scales[i]!) sum += scale * (this.#scales[k]!.get(j) ?? 0);
    return sum;
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
