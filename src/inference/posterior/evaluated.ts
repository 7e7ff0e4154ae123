/**
 * Numbers of a posterior that are no latent by itself: entries of a simplex, tracked sums, latents that were summed out. Their
 * values are computed at draws of the guide:
 *
 *     track("total", add(a, b)) has the mean of a + b over 8192 points of a scrambled Sobol set
 *
 * A function of one latent is summed over a fine grid of it instead, and a latent by itself is read off the normal that its guide is.
 */

import { inputIndex } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { AveragedLatent } from "../../collapse/completion/averaged.ts";
import type { CompletedLatent } from "../../collapse/completion/completed.ts";
import { exp } from "../../math/elementary.ts";
import { squared } from "../../math/squared.ts";
import { once } from "../../pieces/once.ts";
import type { Latent, Quantity } from "../../program/run.ts";
import { fillNormals, fillSobolNormals, makeGenerator, noiseRequest, uniformSource } from "../../random/index.ts";
import { keepPossible } from "./adaptation/replaced-draws.ts";
import { answersBy } from "./answers.ts";
import { type Gaussian, latentValues, mixtureOf, sdOf } from "./gaussian.ts";
import { indexOfLatent, type Marginal, type OtherNumbers, transformedNormal } from "./marginal.ts";
import { answering, reweightedDraws, sampledDraws, unweighted } from "./resampled.ts";
import { givenNodes, type Source, valuesOf } from "./source.ts";
import { weightedMarginal } from "./weighted.ts";

/** Values of inputs at draws, by node. */
type Draws = Map<NodeId, Float64Array>;

/** Points of a Sobol set, per component, and of a grid over one latent. */
const DRAWS = 8192;
/** The grid reaches to ±9 sds. */
const REACH = 9;

/** The numbers of a posterior that are no latent by itself, computed when they are asked for. */
export function otherNumbers(source: Source): OtherNumbers {
  const guided = new GuidedNumbers(source);
  const answers = once(() => (source.weighing?.answers ? answering(source) : undefined));
  const byAnswers = once(() => answersBy(answers()!));
  // Without kept latents every draw has the same cells, unless there are arms in which a latent may not exist.
  const { trace } = source;
  const { graph, latents, finite } = trace.original ?? trace;
  const isSame = trace.latents.length === 0 && [...latents, ...finite].every(({ live }) => graph.isConstant(live));
  const ofCells = once(() => answers()?.draws ?? sampledDraws(source, isSame ? { draws: 1 } : {}));
  return {
    get answers() {
      return answers()?.draws;
    },
    get ofCells() {
      return ofCells();
    },
    resampled(draws, seed) {
      const own = answers()!.draws;
      const found =
        source.weighing?.particles || (draws <= own.count && seed === 0)
          ? own
          : reweightedDraws(source, { draws: Math.max(draws, own.count), seed });
      return unweighted(found, draws, uniformSource(makeGenerator(seed), 2));
    },
    drawn: (options) => sampledDraws(source, options),
    reweighted: (options) => reweightedDraws(source, options),
    quantities: guided.quantities,
    mixture: source.components.length > 1 ? mixtureOf(source.components) : undefined,
    marginal(quantity) {
      const byGuide = (): Marginal => guided.marginal(quantity);
      const found = answers();
      if (!found?.draws.names.includes(quantity.name)) return byGuide();
      // Of latents that were summed out the guide tells no number but by draws of them, which large tables make dear.
      const asksGuide = found.draws.count > DRAWS || guided.isOfKept(quantity);
      return byAnswers()(quantity.name, asksGuide ? byGuide : undefined);
    },
    draws: (wanted, values, count, seed) => guided.draws(wanted, values, count, seed),
  };
}

/** Draws of one component of the guide, with the latents that were completed. */
interface Part {
  readonly draws: Draws;
  readonly found: readonly CompletedLatent[];
}

/** Quantities as the guide has them, a mixture of its components. */
class GuidedNumbers {
  /** Those that can be computed from latents and the noise of frozen sites. */
  readonly quantities: readonly Quantity[];
  readonly #source: Source;
  /** By node, the kept latents. */
  readonly #kept: ReadonlyMap<NodeId, number>;
  /** By name, the inputs of all latents, those that were summed out too. */
  readonly #byName: ReadonlyMap<string, NodeId>;
  readonly #frozen: readonly NodeId[];
  readonly #given: ReadonlySet<NodeId>;
  /** Draws of all components. */
  readonly #all: () => readonly Part[];
  /** Latents that were summed out, as far as they need no draws of their own. */
  readonly #averaged: () => ReadonlyMap<string, AveragedLatent>;
  /** The places of the grid on the scale of the sds, and their densities: those of each latent are the same. */
  readonly #grid: () => { readonly places: Float64Array; readonly densities: Float64Array };

  constructor(source: Source) {
    const { trace, components, drawing } = source;
    const { quantities, latents, finite } = trace.original ?? trace;
    this.#source = source;
    this.#kept = new Map(trace.latents.map(({ node }, i) => [node, i]));
    this.#byName = new Map([...latents, ...finite].map(({ name, node }) => [name, node]));
    this.#frozen = trace.frozen.map(({ noise }) => noise);
    this.#given = new Set(givenNodes(trace));
    const drawn = (drawing?.latents ?? []).map((name) => this.#byName.get(name)!);
    const known = new Set([...this.#kept.keys(), ...drawn, ...this.#frozen]);
    this.quantities = quantities.filter((quantity) => this.#inputsOf(quantity).every((node) => known.has(node)));
    const all = [...this.#kept.values()];
    this.#all = once(() =>
      components.map((component, c) => {
        const draws = this.#drawsOf(component, all);
        return { draws, found: this.#complete(draws, DRAWS, c) };
      }),
    );
    this.#averaged = once(() => {
      // Without kept latents one draw is as good as all.
      const each = all.length > 0 ? DRAWS : 1;
      const parts = components.map((component) => this.#possible(this.#drawsOf(component, all, each), each));
      const rows = new Float64Array(all.length * parts.length * each);
      parts.forEach((part, c) => {
        for (const i of all) rows.set(part.subarray(i * each, (i + 1) * each), (i * parts.length + c) * each);
      });
      const weights = Float64Array.from(
        { length: parts.length * each },
        (_, d) => components[Math.floor(d / each)]!.weight / each,
      );
      return drawing?.averaged(rows, weights.length, weights) ?? new Map();
    });
    this.#grid = once(() => {
      const places = new Float64Array(DRAWS).map((_, d) => (2 * REACH * (d + 0.5)) / DRAWS - REACH);
      return { places, densities: places.map((place) => exp(-0.5 * squared(place))) };
    });
  }

  /** Whether a quantity is computed from kept latents alone. */
  isOfKept(quantity: Quantity): boolean {
    return this.#inputsOf(quantity).every((node) => this.#kept.has(node));
  }

  /** Mean, sd and quantiles of a quantity: by the first row that holds of what it is computed from. */
  marginal(quantity: Quantity): Marginal {
    const inputs = this.#inputsOf(quantity);
    const kept = inputs.flatMap((node) => this.#kept.get(node) ?? []);
    const ofKept = kept.length === inputs.length;
    const { components, trace } = this.#source;
    const { latents } = trace.original ?? trace;
    const own = components.length === 1 ? latents[indexOfLatent(latents, quantity)] : undefined;
    const rows: readonly (readonly [holds: boolean, by: () => Marginal])[] = [
      [inputs.length === 0, () => this.#number(quantity)],
      [ofKept && own !== undefined, () => this.#normal(components[0]!, own!)],
      [ofKept && kept.length === 1, () => this.#onGrid(quantity, kept[0]!)],
      [ofKept, () => this.#byDrawsOf(quantity, kept)],
      [true, () => this.#averaged().get(quantity.name) ?? this.#completed(quantity)],
    ];
    return rows.find(([holds]) => holds)![1]();
  }

  /** Values of quantities at draws of the kept latents, NaN where a quantity is not live. */
  draws(wanted: readonly Quantity[], values: readonly Float64Array[], count: number, seed: number): Float64Array[] {
    const draws: Draws = new Map(this.#source.trace.latents.map(({ node }, i) => [node, values[i]!]));
    this.#complete(draws, count, seed);
    const nodes = wanted.flatMap(({ node, live }) => [node, live]);
    const found = valuesOf(this.#source, nodes, draws, count);
    return wanted.map((_, q) => found[2 * q]!.map((x, d) => (found[2 * q + 1]![d] === 0 ? NaN : x)));
  }

  #inputsOf({ node, live }: Quantity): NodeId[] {
    const { graph } = this.#source.trace.original ?? this.#source.trace;
    return graph.reachable([node, live]).filter((below) => inputIndex(graph, below) >= 0 && !this.#given.has(below));
  }

  // Adds draws of the latents that were summed out, and of the noise of frozen sites.
  #complete(draws: Draws, count: number, seed: number): readonly CompletedLatent[] {
    const { drawing } = this.#source;
    const generator = makeGenerator(seed);
    this.#frozen.forEach((node, j) => {
      const out = new Float64Array(count);
      fillNormals(noiseRequest({ out, generator, stream: 1 + j, lanes: count, dimensions: 1 }));
      draws.set(node, out);
    });
    if (!drawing) return [];
    const rows = this.#possible(draws, count);
    for (const [node, i] of this.#kept) draws.get(node)!.set(rows.subarray(i * count, (i + 1) * count));
    const found = drawing.draw(rows, count, uniformSource(generator));
    for (const { name, input } of found) draws.set(this.#byName.get(name)!, input);
    return found;
  }

  // Those of the kept latents, row by row, of which none is impossible.
  #possible(draws: Draws, count: number): Float64Array {
    const rows = new Float64Array(this.#kept.size * count);
    for (const [node, i] of this.#kept) rows.set(draws.get(node)!, i * count);
    keepPossible(this.#source, rows, count);
    return rows;
  }

  // Draws of a component; of some of the latents where no others depend on them.
  #drawsOf(component: Gaussian, needed: readonly number[], count = DRAWS): Draws {
    const { latents } = this.#source.trace;
    const noises = [...new Set(needed.flatMap((i) => [...component.scales[i]!.keys()]))].sort((p, q) => p - q);
    const out = new Float64Array(noises.length * count);
    fillSobolNormals(noiseRequest({ out, generator: makeGenerator(0), lanes: count, dimensions: noises.length }));
    const place = new Map(noises.map((j, at) => [j, at]));
    return new Map(
      needed.map((i) => {
        const scales = new Map([...component.scales[i]!].map(([j, scale]) => [place.get(j)!, scale]));
        const own = { weight: 1, means: component.means.subarray(i, i + 1), scales: [scales] };
        return [latents[i]!.node, latentValues(own, 0, out, count)];
      }),
    );
  }

  // The same in all draws, as a parameter without spread.
  #number({ node }: Quantity): Marginal {
    const value = valuesOf(this.#source, [node], new Map(), 1)[0]![0]!;
    return { mean: value, sd: 0, quantile: () => value };
  }

  // A latent by itself under one guide, which is normal on the unconstrained scale.
  #normal(component: Gaussian, { node, transform }: Latent): Marginal {
    const i = this.#kept.get(node)!;
    return transformedNormal(component.means[i]!, sdOf(component, i), transform);
  }

  // A function of kept latents, at draws of these alone.
  #byDrawsOf(quantity: Quantity, kept: readonly number[]): Marginal {
    const parts = this.#source.components.map((component) => this.#drawsOf(component, kept));
    return this.#weighted(quantity, parts, () => 1);
  }

  // At draws of all latents. Mean and sd of one that was summed out are those of its moments given the others, where these are known.
  #completed(quantity: Quantity): Marginal {
    const { components } = this.#source;
    const parts = this.#all();
    const marginal = this.#weighted(
      quantity,
      parts.map(({ draws }) => draws),
      () => 1,
    );
    const own = parts.map(({ found }) => found.find(({ name }) => name === quantity.name));
    const alive = once(() => parts.map(({ draws }) => valuesOf(this.#source, [quantity.live], draws, DRAWS)[0]!));
    const mixed = (of: "means" | "squares"): number | undefined => {
      let [sum, total] = [0, 0];
      for (const [c, { weight }] of components.entries()) {
        const values = own[c]?.[of];
        if (!values) return undefined;
        const counted = own[c]!.conditional ? values.filter((_, d) => alive()[c]![d] !== 0) : values;
        sum += weight * counted.reduce((p, q) => p + q, 0);
        total += weight * counted.length;
      }
      return sum / total;
    };
    const [mean, square] = [mixed("means"), mixed("squares")];
    if (mean === undefined || square === undefined) return marginal;
    // Where the mean is infinite or none there is no spread around it.
    const sd = Number.isFinite(mean) ? Math.sqrt(Math.max(0, square - mean * mean)) : Math.abs(mean);
    return { ...marginal, mean, sd };
  }

  // A function of one latent, over the grid.
  #onGrid(quantity: Quantity, i: number): Marginal {
    const { node } = this.#source.trace.latents[i]!;
    const { places, densities } = this.#grid();
    const grids = this.#source.components.map((component): Draws => {
      const [mean, sd] = [component.means[i]!, sdOf(component, i)];
      return new Map([[node, places.map((place) => mean + sd * place)]]);
    });
    return this.#weighted(quantity, grids, (d) => densities[d]!);
  }

  // A quantity where it is live, at draws of each component.
  #weighted({ node, live }: Quantity, parts: readonly Draws[], weightAt: (d: number) => number): Marginal {
    const { components } = this.#source;
    const values = new Float64Array(DRAWS * parts.length);
    const weights = new Float64Array(values.length);
    parts.forEach((draws, c) => {
      const [x, alive] = valuesOf(this.#source, [node, live], draws, DRAWS) as [Float64Array, Float64Array];
      values.set(x, c * DRAWS);
      for (let d = 0; d < DRAWS; d++) weights[c * DRAWS + d] = alive[d] === 0 ? 0 : components[c]!.weight * weightAt(d);
    });
    return weightedMarginal(values, weights);
  }
}
