/**
 * Chains whose distribution is the posterior of a model, by values of its density alone: slice sampling (Neal 2003), which does not mind
 * jumps, along single latents and along differences of two other chains, which have the posterior's correlations; discrete latents are
 * drawn from their conditional masses. There are two halves of 64 chains: while one half moves its directions and widths come from
 * the other, so that nothing has to be tuned (Karamanis and Beutler 2021).
 */
import { PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { evaluation } from "../../autodiff/tape/evaluation.ts";
import { exp, log } from "../../math/elementary.ts";
import type { Trace } from "../../program/trace.ts";
import { fillNormals, makeGenerator, noiseRequest, uniformSource } from "../../random/index.ts";

/** Chains of a half. */
const HALF = 64;
export const CHAINS: number = 2 * HALF;
/** Steps by which a slice may grow beyond its width. */
const GROWTH = 8;
/** Points that are tried on a slice before a chain stays where it is. */
const TRIES = 50;
/** Moves along differences of chains in a sweep, and along single latents at most. */
const [DIFFERENCES, SINGLES] = [2, 12];
/** Standard deviations of the first points, in units of the latents' starts; halved where the density is not finite there. */
const [SCATTER, HALVINGS] = [1.5, 12];

/** One half: latents, then discrete ones, each a row of 64 numbers. */
type State = Float64Array;

export class Chains {
  /** Evaluations of the density at one point. */
  evaluations = 0;
  /** By chain, the numbers of the quantities after the last sweep. */
  readonly values: readonly Float64Array[];
  readonly #trace: Trace;
  readonly #states: readonly [State, State];
  readonly #logs: readonly [Float64Array, Float64Array] = [new Float64Array(HALF), new Float64Array(HALF)];
  readonly #uniform: () => number;
  readonly #run: (state: Float64Array, count: boolean) => void;
  readonly #value: (index: number, point: number) => number;
  readonly #trial: Float64Array;
  readonly #quantities: number;

  /** Throws RangeError where no point with a finite density is found. */
  constructor(trace: Trace, quantities: readonly NodeId[], points: ArrayLike<number>, seed: number) {
    this.#trace = trace;
    this.#quantities = quantities.length;
    const { graph, latents, finite } = trace;
    const rows = latents.length + finite.length;
    const { run, value } = evaluation(graph, [logDensity(trace), ...quantities], {
      engine: PLAIN_ENGINE,
      inputs: trace.points.map(({ node }) => node),
      laneInputs: [...latents, ...finite].map(({ node }) => node),
      points: HALF,
    });
    this.#run = (state, count) => {
      if (count) this.evaluations += HALF;
      run(points, state);
    };
    this.#value = value;
    const generator = makeGenerator(seed);
    const noise = new Float64Array(CHAINS * latents.length);
    fillNormals(noiseRequest({ out: noise, generator, stream: 1, lanes: CHAINS, dimensions: latents.length }));
    this.#uniform = uniformSource(makeGenerator(seed), 2);
    this.#trial = new Float64Array(rows * HALF);
    this.#states = [new Float64Array(rows * HALF), new Float64Array(rows * HALF)];
    this.values = quantities.map(() => new Float64Array(CHAINS));
    this.#start(noise);
  }

  /** Moves every chain along several directions. */
  sweep(): void {
    const { latents, finite } = this.#trace;
    for (const half of [0, 1] as const) {
      const n = latents.length;
      for (let k = 0; k < Math.min(n, SINGLES); k++)
        this.#slice(half, n <= SINGLES ? k : Math.floor(this.#uniform() * n));
      if (n > 1) for (let k = 0; k < DIFFERENCES; k++) this.#slice(half, -1);
      for (let k = 0; k < finite.length; k++) this.#redraw(half, k);
      this.#run(this.#states[half], false);
      for (let q = 0; q < this.#quantities; q++)
        for (let c = 0; c < HALF; c++) this.values[q]![half * HALF + c] = this.#value(1 + q, c);
    }
  }

  #start(noise: Float64Array): void {
    const { latents, finite, model } = this.#trace;
    const starts = latents.map(({ start }) => start?.() ?? { mean: 0, sd: 1 });
    for (const half of [0, 1] as const) {
      const [state, logs] = [this.#states[half], this.#logs[half]];
      const scale = new Float64Array(HALF).fill(SCATTER);
      for (let halving = 0; ; halving++) {
        starts.forEach(({ mean, sd }, i) => {
          for (let c = 0; c < HALF; c++)
            state[i * HALF + c] = mean + scale[c]! * sd * noise[i * CHAINS + half * HALF + c]!;
        });
        finite.forEach(({ values }, k) => {
          for (let c = 0; c < HALF; c++)
            state[(latents.length + k) * HALF + c] = values[Math.floor(this.#uniform() * values.length)]!;
        });
        this.#densities(state, logs);
        let isDone = true;
        for (let c = 0; c < HALF; c++)
          if (!(logs[c]! > -Infinity)) {
            scale[c]! *= 0.5;
            isDone = false;
          }
        if (isDone) break;
        if (halving === HALVINGS)
          throw new RangeError(
            `checkPosterior: no point with a finite log density about the priors' starts of model "${model.name}"; got ${logs.find((value) => !(value > -Infinity))}, expected finite numbers`,
          );
      }
    }
  }

  #densities(state: State, into: Float64Array): void {
    this.#run(state, true);
    for (let c = 0; c < HALF; c++) into[c] = this.#value(0, c);
  }

  // One slice for every chain of a half: along a latent, or along the difference of two chains of the other half.
  #slice(half: 0 | 1, latent: number): void {
    const n = this.#trace.latents.length;
    const [state, logs, other, uniform] = [
      this.#states[half],
      this.#logs[half],
      this.#states[1 - half]!,
      this.#uniform,
    ];
    const directions = new Float64Array(n * HALF);
    if (latent >= 0) directions.fill(widthOf(other, latent), latent * HALF, (latent + 1) * HALF);
    else
      for (let c = 0; c < HALF; c++) {
        const p = Math.floor(uniform() * HALF);
        const q = (p + 1 + Math.floor(uniform() * (HALF - 1))) % HALF;
        for (let i = 0; i < n; i++) directions[i * HALF + c] = other[i * HALF + p]! - other[i * HALF + q]!;
      }
    const trial = this.#trial;
    trial.set(state);
    const found = new Float64Array(HALF);
    const look = (steps: Float64Array): void => {
      for (let i = 0; i < n; i++)
        for (let c = 0; c < HALF; c++)
          trial[i * HALF + c] = state[i * HALF + c]! + steps[c]! * directions[i * HALF + c]!;
      this.#densities(trial, found);
    };
    const level = logs.map((value) => value + log(uniform()));
    const [low, high] = [new Float64Array(HALF), new Float64Array(HALF)];
    const [lower, upper] = [new Int32Array(HALF), new Int32Array(HALF)];
    for (let c = 0; c < HALF; c++) {
      low[c] = -uniform();
      high[c] = low[c]! + 1;
      lower[c] = Math.floor(GROWTH * uniform());
      upper[c] = GROWTH - 1 - lower[c]!;
    }
    for (const [end, left, step] of [
      [low, lower, -1],
      [high, upper, 1],
    ] as const)
      for (let grows = true; grows; ) {
        grows = false;
        look(end);
        for (let c = 0; c < HALF; c++)
          if (left[c]! > 0 && found[c]! > level[c]!) {
            end[c]! += step;
            left[c]!--;
            grows = true;
          } else left[c] = 0;
      }
    const steps = new Float64Array(HALF);
    const isDone = new Uint8Array(HALF);
    let open = HALF;
    for (let tries = 0; open > 0 && tries < TRIES; tries++) {
      for (let c = 0; c < HALF; c++) if (isDone[c] === 0) steps[c] = low[c]! + uniform() * (high[c]! - low[c]!);
      look(steps);
      for (let c = 0; c < HALF; c++) {
        if (isDone[c] === 1) continue;
        if (found[c]! > level[c]!) {
          isDone[c] = 1;
          logs[c] = found[c]!;
          open--;
        } else if (steps[c]! < 0) low[c] = steps[c]!;
        else high[c] = steps[c]!;
      }
    }
    for (let c = 0; c < HALF; c++)
      if (isDone[c] === 1) for (let i = 0; i < n; i++) state[i * HALF + c]! += steps[c]! * directions[i * HALF + c]!;
  }

  // A discrete latent of every chain of a half, from its masses given everything else.
  #redraw(half: 0 | 1, k: number): void {
    const { finite, latents } = this.#trace;
    const { values } = finite[k]!;
    const [state, logs, trial] = [this.#states[half], this.#logs[half], this.#trial];
    const row = (latents.length + k) * HALF;
    const masses = values.map((value) => {
      trial.set(state);
      trial.fill(value, row, row + HALF);
      const found = new Float64Array(HALF);
      this.#densities(trial, found);
      return found;
    });
    for (let c = 0; c < HALF; c++) {
      const most = masses.reduce((best, each) => Math.max(best, each[c]!), -Infinity);
      const shares = masses.map((each) => exp(each[c]! - most) || 0);
      let left = this.#uniform() * shares.reduce((sum, share) => sum + share, 0);
      const chosen = shares.findIndex((share) => {
        left -= share;
        return left < 0;
      });
      if (chosen < 0) continue;
      state[row + c] = values[chosen]!;
      logs[c] = masses[chosen]![c]!;
    }
  }
}

// Twice the standard deviation of a latent in a half.
function widthOf(state: State, latent: number): number {
  const row = state.subarray(latent * HALF, (latent + 1) * HALF);
  const mean = row.reduce((sum, value) => sum + value, 0) / HALF;
  return 2 * Math.sqrt(row.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / HALF) + 1e-12;
}

// log p, with the masses of discrete latents; a latent that is not live is standard normal, so that it has a distribution.
function logDensity({ graph, latents, finite, terms, checks }: Trace): NodeId {
  const { algebra: A } = graph;
  const zero = graph.constant(0);
  const idle = latents.map(({ node, live }) => A.where(live, zero, A.mul(graph.constant(-0.5), A.square(node))));
  const masses = finite.map(({ node, live, values, logMasses }) =>
    values.reduceRight(
      (rest, value, k) =>
        A.where(
          A.equal(node, graph.constant(value)),
          k === 0 ? A.where(live, logMasses[0]!, zero) : A.where(live, logMasses[k]!, graph.constant(-Infinity)),
          rest,
        ),
      graph.constant(-Infinity),
    ),
  );
  const total = graph.sum([...terms.map(({ node }) => node), ...idle, ...masses]);
  return A.where(graph.any(checks.map(({ ok }) => A.not(ok))), graph.constant(-Infinity), total);
}
