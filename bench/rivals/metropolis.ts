/** A plain Metropolis sampler: chains side by side in the lanes of a tape, each proposal moves one latent. */
import {
  compileTape,
  fillNormals,
  fillUniforms,
  type Model,
  makeGenerator,
  noiseRequest,
  runLanes,
  runUniform,
  trace,
  wasmKernels,
} from "../library.ts";

/** Sums over the second half of the sweeps, of all chains. */
export interface Moments {
  readonly mean: ReadonlyMap<string, number>;
  readonly sd: ReadonlyMap<string, number>;
}

const CHAINS = 64;
/** The share of proposals that one latent at a time should have accepted. */
const ACCEPTED = 0.44;

/** Runs so many sweeps over all latents, from the start; gives the moments of the second half. */
export function metropolis(model: Model): (sweeps: number) => Moments {
  const { graph, latents, terms, quantities } = trace(model);
  const nodes = latents.map(({ node }) => node);
  const density = graph.sum(terms.map(({ node }) => node));
  const tape = compileTape(graph, [density, ...quantities.map(({ node }) => node)], {
    laneInputs: nodes,
    lanes: CHAINS,
    backend: wasmKernels(),
  });
  const { stride, slots, noiseOffset, outputs } = tape;
  return (sweeps) => {
    const generator = makeGenerator(1);
    const [steps, coins] = [new Float64Array(CHAINS * nodes.length), new Float64Array(CHAINS * nodes.length)];
    const draw = (sweep: number): void => {
      const of = { generator, firstSample: sweep * CHAINS, lanes: CHAINS, dimensions: nodes.length };
      fillNormals(noiseRequest({ ...of, out: steps }));
      fillUniforms(noiseRequest({ ...of, out: coins }));
    };
    draw(0);
    const at = nodes.map((_, i) => noiseOffset + i * stride);
    const scales = latents.map(({ start }) => start?.()?.sd || 1);
    latents.forEach(({ start }, i) => {
      for (let k = 0; k < CHAINS; k++) slots[at[i]! + k] = (start?.()?.mean ?? 0) + scales[i]! * steps[i * CHAINS + k]!;
    });
    runUniform(tape);
    runLanes(tape, CHAINS);
    const read = (j: number, k: number): number => slots[outputs[j]!.offset + k]!;
    const current = Float64Array.from({ length: CHAINS }, (_, k) => read(0, k));
    const values = quantities.map((_, j) => Float64Array.from({ length: CHAINS }, (_, k) => read(j + 1, k)));
    const sums = quantities.map(() => [0, 0] as [number, number]);
    const before = new Float64Array(CHAINS);
    for (let sweep = 0; sweep < sweeps; sweep++) {
      draw(sweep + 1);
      at.forEach((offset, i) => {
        before.set(slots.subarray(offset, offset + CHAINS));
        for (let k = 0; k < CHAINS; k++) slots[offset + k] = before[k]! + scales[i]! * steps[i * CHAINS + k]!;
        runLanes(tape, CHAINS);
        let accepted = 0;
        for (let k = 0; k < CHAINS; k++) {
          const proposed = read(0, k);
          // A chain whose start has density 0 takes any proposal that has more.
          if (Math.log(coins[i * CHAINS + k]!) < proposed - current[k]! || !(current[k]! > -Infinity)) {
            accepted++;
            current[k] = proposed;
            values.forEach((value, j) => {
              value[k] = read(j + 1, k);
            });
          } else slots[offset + k] = before[k]!;
        }
        if (sweep < sweeps / 2) scales[i]! *= Math.exp((accepted / CHAINS - ACCEPTED) / Math.sqrt(1 + sweep / 8));
      });
      if (sweep < sweeps / 2) continue;
      values.forEach((value, j) => {
        for (const x of value) {
          sums[j]![0] += x;
          sums[j]![1] += x * x;
        }
      });
    }
    const count = CHAINS * (sweeps - Math.ceil(sweeps / 2));
    const mean = new Map(quantities.map(({ name }, j) => [name, sums[j]![0] / count]));
    const sd = new Map(
      quantities.map(({ name }, j) => [name, Math.sqrt(sums[j]![1] / count - (sums[j]![0] / count) ** 2)]),
    );
    return { mean, sd };
  };
}
