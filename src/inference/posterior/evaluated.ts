/**
 * Numbers of a posterior that are no latent by itself: entries of a simplex, tracked sums, latents that were summed out. Their
 * values are computed at draws of the guide:
 *
 *     track("total", add(a, b)) has the mean of a + b over 8192 points of a scrambled Sobol set
 *
 * A function of one latent is summed over a fine grid of it instead.
 */

import type { NodeId } from "../../autodiff/ops/op.ts";
import type { CompletedLatent } from "../../collapse/completion/completed.ts";
import { exp } from "../../math/elementary.ts";
import { squared } from "../../math/squared.ts";
import type { Quantity } from "../../program/run.ts";
import { fillNormals, fillSobolNormals, makeGenerator, noiseRequest, uniformSource } from "../../random/index.ts";
import { answersBy } from "./answers.ts";
import { type Gaussian, latentValues, sdOf } from "./gaussian.ts";
import type { Marginal, OtherNumbers } from "./marginal.ts";
import { once } from "./once.ts";
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
  const { trace, components, drawing } = source;
  const { graph, quantities, latents, finite } = trace.original ?? trace;
  const kept = new Map(trace.latents.map(({ node }, i) => [node, i]));
  const byName = new Map([...latents, ...finite].map(({ name, node }) => [name, node]));
  const drawn = new Set((drawing?.latents ?? []).map((name) => byName.get(name)!));
  const frozen = trace.frozen.map(({ noise }) => noise);
  const given = new Set(givenNodes(trace));
  const known = new Set([...kept.keys(), ...drawn, ...frozen]);
  const inputsOf = ({ node, live }: Quantity): NodeId[] =>
    graph.reachable([node, live]).filter((below) => graph.inputIndex(below) >= 0 && !given.has(below));

  // Adds draws of the latents that were summed out, and of the noise of frozen sites.
  const completed = (draws: Draws, count: number, seed: number): readonly CompletedLatent[] => {
    const generator = makeGenerator(seed);
    frozen.forEach((node, j) => {
      const out = new Float64Array(count);
      fillNormals(noiseRequest({ out, generator, stream: 1 + j, lanes: count, dimensions: 1 }));
      draws.set(node, out);
    });
    if (!drawing) return [];
    const rows = new Float64Array(kept.size * count);
    for (const [node, i] of kept) rows.set(draws.get(node)!, i * count);
    const found = drawing.draw(rows, count, uniformSource(generator));
    for (const { name, input } of found) draws.set(byName.get(name)!, input);
    return found;
  };

  // Draws of a component; of some of the latents where no others depend on them.
  const drawsOf = (component: Gaussian, needed: readonly number[]): Draws => {
    const noises = [...new Set(needed.flatMap((i) => [...component.scales[i]!.keys()]))].sort((p, q) => p - q);
    const out = new Float64Array(noises.length * DRAWS);
    fillSobolNormals(noiseRequest({ out, generator: makeGenerator(0), lanes: DRAWS, dimensions: noises.length }));
    const place = new Map(noises.map((j, at) => [j, at]));
    return new Map(
      needed.map((i) => {
        const scales = new Map([...component.scales[i]!].map(([j, scale]) => [place.get(j)!, scale]));
        const own = { weight: 1, means: component.means.subarray(i, i + 1), scales: [scales] };
        return [trace.latents[i]!.node, latentValues(own, 0, out, DRAWS)];
      }),
    );
  };
  const all = once(() =>
    components.map((component, c) => {
      const draws = drawsOf(component, [...kept.values()]);
      return { draws, found: completed(draws, DRAWS, c) };
    }),
  );

  const sampled = (quantity: Quantity, inputs: readonly NodeId[]): Marginal => {
    const isAlone = inputs.every((node) => kept.has(node));
    const parts = isAlone
      ? components.map((component) => ({
          draws: drawsOf(
            component,
            inputs.map((node) => kept.get(node)!),
          ),
          found: [],
        }))
      : all();
    const marginal = weighted(
      quantity,
      parts.map(({ draws }) => draws),
      () => 1,
    );
    const own = parts.map(({ found }) =>
      (found as readonly CompletedLatent[]).find(({ name }) => name === quantity.name),
    );
    const mixed = (of: "means" | "squares"): number | undefined =>
      components.reduce<number | undefined>((sum, { weight }, c) => {
        const values = own[c]?.[of];
        return sum === undefined || !values ? undefined : sum + weight * (values.reduce((p, q) => p + q, 0) / DRAWS);
      }, 0);
    const [mean, square] = [mixed("means"), mixed("squares")];
    if (mean === undefined || square === undefined) return marginal;
    return {
      ...marginal,
      mean,
      sd: Number.isFinite(mean) ? Math.sqrt(Math.max(0, square - mean * mean)) : Math.abs(mean),
    };
  };

  // The places of the grid on the scale of the sds, and their densities: those of each latent are the same.
  const grid = once(() => {
    const places = new Float64Array(DRAWS).map((_, d) => (2 * REACH * (d + 0.5)) / DRAWS - REACH);
    return { places, densities: places.map((place) => exp(-0.5 * squared(place))) };
  });
  const onGrid = (quantity: Quantity, node: NodeId): Marginal => {
    const i = kept.get(node)!;
    const { places, densities } = grid();
    const grids = components.map((component): Draws => {
      const [mean, sd] = [component.means[i]!, sdOf(component, i)];
      return new Map([[node, places.map((place) => mean + sd * place)]]);
    });
    return weighted(quantity, grids, (d) => densities[d]!);
  };

  // Of a quantity where it is live, at draws of each component.
  const weighted = ({ node, live }: Quantity, parts: readonly Draws[], weightAt: (d: number) => number): Marginal => {
    const values = new Float64Array(DRAWS * parts.length);
    const weights = new Float64Array(values.length);
    parts.forEach((draws, c) => {
      const [x, alive] = valuesOf(source, [node, live], draws, DRAWS) as [Float64Array, Float64Array];
      values.set(x, c * DRAWS);
      for (let d = 0; d < DRAWS; d++) weights[c * DRAWS + d] = alive[d] === 0 ? 0 : components[c]!.weight * weightAt(d);
    });
    return weightedMarginal(values, weights);
  };

  const byGuide = (quantity: Quantity): Marginal => {
    const inputs = inputsOf(quantity);
    if (inputs.length === 0) return constant(valuesOf(source, [quantity.node], new Map(), 1)[0]![0]!);
    return inputs.length === 1 && kept.has(inputs[0]!) ? onGrid(quantity, inputs[0]!) : sampled(quantity, inputs);
  };

  // Of latents that were summed out the guide tells no number but by draws of them, which large tables make dear.
  const isKnown = (quantity: Quantity): boolean => inputsOf(quantity).every((node) => kept.has(node));

  const answers = once(() => (source.weighing?.answers ? answering(source) : undefined));
  const byAnswers = once(() => answersBy(answers()!));

  return {
    get answers() {
      return answers()?.draws;
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
    quantities: quantities.filter((quantity) => inputsOf(quantity).every((node) => known.has(node))),
    marginal(quantity) {
      const found = answers();
      return found?.draws.names.includes(quantity.name)
        ? byAnswers()(
            quantity.name,
            found.draws.count > DRAWS || isKnown(quantity) ? () => byGuide(quantity) : undefined,
          )
        : byGuide(quantity);
    },
    draws(wanted, values, count, seed) {
      const draws: Draws = new Map(trace.latents.map(({ node }, i) => [node, values[i]!]));
      completed(draws, count, seed);
      const found = valuesOf(
        source,
        wanted.flatMap(({ node, live }) => [node, live]),
        draws,
        count,
      );
      return wanted.map((_, q) => found[2 * q]!.map((x, d) => (found[2 * q + 1]![d] === 0 ? NaN : x)));
    },
  };
}

// A number that is the same in all draws, as a parameter without spread.
function constant(value: number): Marginal {
  return { mean: value, sd: 0, quantile: () => value };
}
