/**
 * Draws of everything that a posterior reports: of the kept latents from the guide, of summed-out ones given these, and of what the
 * program computes from them. With weights they are draws of the posterior itself, as far as the weights can be trusted.
 */
import type { AveragedLatent } from "../../collapse/completion/averaged.ts";
import type { CompletedLatent } from "../../collapse/completion/completed.ts";
import { once } from "../../pieces/once.ts";
import { ascending, placesWhere } from "../order.ts";

export interface DrawOptions {
  /** How many draws. */
  readonly draws?: number | undefined;
  /** Same seed, same draws (default 0). */
  readonly seed?: number | undefined;
}

/** An interval of a latent between thresholds, and the probability that it lies there. */
export interface Cell {
  /** Where a threshold depends on other latents its mean over the posterior where the latent lies in the cell. */
  readonly from: number;
  readonly to: number;
  readonly probability: number;
}

/** A value of a discrete latent and its probability. */
export interface ValueProbability {
  readonly value: number;
  readonly probability: number;
}

/** The parts that joint draws are made of. Latents that were summed out are drawn when something asks for one, or for what is computed from it. */
export interface JointDrawsParts {
  readonly count: number;
  /** The quantities. */
  readonly names: readonly string[];
  /** Numbers of a quantity by draw. */
  readonly values: (name: string) => Float64Array | undefined;
  /** Numbers of every input of the program by draw: latents on the guide's scale, values of discrete ones, parameters, noise of frozen sites. */
  readonly inputs: () => ReadonlyMap<string, Float64Array>;
  /** The names of the latents that were summed out, and these by name. */
  readonly summedOut: readonly string[];
  readonly completed: () => ReadonlyMap<string, CompletedLatent>;
  /** Those of them by name of which averages under given weights take no draw. */
  readonly averaged: (weights: Float64Array) => ReadonlyMap<string, AveragedLatent>;
  /** The values of discrete latents. */
  readonly discrete: ReadonlyMap<string, readonly number[]>;
  /** Weights that sum to 1; all equal without. */
  readonly weights?: Float64Array;
  readonly kHat?: number;
  readonly effectiveDraws?: number;
  /** Computed when it is asked for. */
  readonly evidence?: () => Evidence;
}

/** The log of the mean weight, and its standard error. */
export interface Evidence {
  readonly logEvidence: number;
  readonly logEvidenceError: number;
}

export class JointDraws {
  readonly count: number;
  /** The names of the numbers that are drawn: latents on their own scale, and tracked quantities, in declaration order. */
  readonly names: readonly string[];
  /** Weights of the draws, which sum to 1. */
  readonly weights: Float64Array;
  /** The shape of the weights' tail; above 0.7 few draws carry much of what they say. NaN for draws without weights. */
  readonly kHat: number;
  /** As many draws with equal weights are worth as much. */
  readonly effectiveDraws: number;
  readonly #evidence: JointDrawsParts["evidence"];
  readonly #values: JointDrawsParts["values"];
  readonly #inputs: JointDrawsParts["inputs"];
  readonly #summedOut: ReadonlySet<string>;
  readonly #completed: JointDrawsParts["completed"];
  readonly #averaged: () => ReadonlyMap<string, AveragedLatent>;
  readonly #discrete: ReadonlyMap<string, readonly number[]>;

  constructor(parts: JointDrawsParts) {
    const { count, names, values, inputs, summedOut, completed, averaged, discrete, weights, kHat, effectiveDraws } =
      parts;
    this.count = count;
    this.names = names;
    this.weights = weights ?? new Float64Array(count).fill(1 / count);
    this.kHat = kHat ?? Number.NaN;
    this.effectiveDraws = effectiveDraws ?? count;
    this.#evidence = parts.evidence;
    this.#values = values;
    this.#inputs = inputs;
    this.#summedOut = new Set(summedOut);
    this.#completed = completed;
    this.#averaged = once(() => averaged(this.weights));
    this.#discrete = discrete;
  }

  /** The log of the mean weight, an estimate of log p(data); NaN for draws without weights. */
  get logEvidence(): number {
    return this.#evidence?.().logEvidence ?? Number.NaN;
  }

  /** Its standard error, from the spread of the weights; NaN for draws without weights. */
  get logEvidenceError(): number {
    return this.#evidence?.().logEvidenceError ?? Number.NaN;
  }

  /** The draws of a quantity; draw d of all of them is one joint draw, of weight `weights[d]`. */
  values(name: string): Float64Array {
    const values = this.#values(name);
    if (values) return values;
    throw new RangeError(`draws: no such latent; got "${String(name)}", expected one of ${this.#shown(this.names)}`);
  }

  /**
   * The draws of the number that stands for a latent, log x of a positive x; the latent itself on ℝ and of discrete ones; of a parameter
   * without spread its value, of a frozen site its noise. Undefined under other names.
   */
  input(name: string): Float64Array | undefined {
    return this.#inputs().get(name);
  }

  /** Numbers of a latent that was summed out by itself, where they need no draw of it. */
  averaged(name: string): AveragedLatent | undefined {
    return this.#summedOut.has(name) ? this.#averaged().get(name) : undefined;
  }

  /** The mean; of summed-out latents by exact means within their cells, where their prior has them. */
  mean(name: string): number {
    const alone = this.averaged(name);
    if (alone) return alone.mean;
    const means = this.#completedLatent(name)?.means;
    return means ? this.#sum(name, means) : this.#average(this.values(name));
  }

  sd(name: string): number {
    const alone = this.averaged(name);
    if (alone) return alone.sd;
    const values = this.values(name);
    const mean = this.mean(name);
    const { means, squares } = this.#completedLatent(name) ?? {};
    if (!means || !squares) return Math.sqrt(Math.max(0, this.#average(values.map((x) => (x - mean) * (x - mean)))));
    // Where the mean is infinite or none there is no spread around it.
    if (!Number.isFinite(mean)) return Math.abs(mean);
    // Around the mean, as differences of large squares would lose it.
    return Math.sqrt(
      Math.max(
        0,
        this.#sum(
          name,
          squares.map((s, d) => s - mean * (2 * means[d]! - mean)),
        ),
      ),
    );
  }

  /** The value below which a share p of the draws lies, 0 < p < 1. */
  quantile(name: string, p: number): number {
    if (!(p === +p && p > 0 && p < 1))
      // nor a text such as "0.5"
      throw new RangeError(`quantile: probability out of range; got ${String(p)}, expected 0 < p < 1`);
    const values = this.values(name);
    const counts = (d: number): boolean => this.weights[d]! > 0 && !Number.isNaN(values[d]!);
    const order = ascending(values, placesWhere(values.length, counts));
    const total = order.reduce((sum, d) => sum + this.weights[d]!, 0);
    let below = 0;
    for (const d of order) {
      below += this.weights[d]!;
      if (below >= p * total) return values[d]!;
    }
    return values[order[order.length - 1]!] ?? Number.NaN;
  }

  /** The cells of a latent that was summed out with their probabilities, in ascending order where their order is known. */
  cells(name: string): Cell[] {
    const alone = this.#discrete.has(name) ? undefined : this.averaged(name);
    const cells = alone
      ? Array.from(alone.probabilities, (probability, j) => ({
          from: alone.lows[j]!,
          to: alone.highs[j]!,
          probability,
        }))
      : this.#drawnCells(name);
    // Of x ~ exponential(1) with a threshold at −1 the cell below it is none.
    return cells.filter(({ from, to, probability }) => from < to || probability > 0);
  }

  #drawnCells(name: string): Cell[] {
    const found = this.#completedLatent(name);
    if (!found || this.#discrete.has(name))
      throw new RangeError(
        `cells: no such latent with cells; got "${String(name)}", expected one of ${this.#shown([...this.#summedOut].filter((other) => !this.#discrete.has(other)))}`,
      );
    const { size, lows, highs, probabilities, support } = found;
    return Array.from({ length: size }, (_, j) => ({
      from: Math.max(support[0], this.#end(lows, probabilities, j)),
      to: Math.min(support[1], this.#end(highs, probabilities, j)),
      probability: this.#probability(found, j),
    }));
  }

  /** The values of a discrete latent with their probabilities. */
  probabilities(name: string): ValueProbability[] {
    const values = this.#discrete.get(name);
    const alone = values && this.averaged(name);
    if (alone) return values.map((value, j) => ({ value, probability: alone.probabilities[j]! }));
    const found = this.#completedLatent(name);
    if (!values || !found)
      throw new RangeError(
        `probabilities: no such discrete latent; got "${String(name)}", expected one of ${this.#shown([...this.#discrete.keys()])}`,
      );
    return values.map((value, j) => ({ value, probability: this.#probability(found, j) }));
  }

  #completedLatent(name: string): CompletedLatent | undefined {
    return this.#summedOut.has(name) ? this.#completed().get(name) : undefined;
  }

  // The probability of cell or value j.
  #probability({ name, probabilities }: CompletedLatent, j: number): number {
    return this.#sum(name, probabilities.subarray(j * this.count, (j + 1) * this.count));
  }

  // An end of cell j: where it varies its mean over the draws, as they lie in the cell.
  #end(ends: Float64Array, probabilities: Float64Array, j: number): number {
    const own = ends.subarray(j * this.count, (j + 1) * this.count);
    if (own.every((end) => end === own[0])) return own[0]!;
    let [sum, total] = [0, 0];
    own.forEach((end, d) => {
      const weight = this.weights[d]! * probabilities[j * this.count + d]!;
      if (!(weight > 0)) return;
      sum += weight * end;
      total += weight;
    });
    return total > 0 ? sum / total : this.#average(own);
  }

  // Over all draws at which the latent exists, of which one without a moment leaves none.
  #sum(name: string, values: Float64Array): number {
    const own = this.#completedLatent(name)?.conditional ? this.values(name) : undefined;
    let [sum, total] = [0, 0];
    for (let d = 0; d < this.count; d++) {
      const weight = this.weights[d]!;
      if (!(weight > 0) || (own && Number.isNaN(own[d]!))) continue;
      sum += weight * values[d]!;
      total += weight;
    }
    return own ? sum / total : sum;
  }

  // Over the draws at which the number is one: what is tracked in an arm is not everywhere.
  #average(values: Float64Array): number {
    let [sum, total] = [0, 0];
    for (let d = 0; d < this.count; d++) {
      const [weight, value] = [this.weights[d]!, values[d]!];
      if (!(weight > 0) || Number.isNaN(value)) continue;
      sum += weight * value;
      total += weight;
    }
    return sum / total;
  }

  #shown(names: readonly string[]): string {
    return names.length > 0 ? names.slice(0, 12).join(", ") : "none";
  }
}
