/** Our side of the comparison with other libraries: the same gradients, points and fits. */

import { ALL_BOUNDARIES, byTape, disagreement, HAND_WRITTEN, pointOf } from "../gradients/gradients.ts";
import {
  adam,
  type Backend,
  compileTape,
  defineModel,
  fillNormals,
  fit,
  gradient,
  gt,
  INFLUENZA_DEATHS,
  JUMPS,
  jit,
  type Model,
  makeGenerator,
  makeSampler,
  meanField,
  meanGradientInto,
  noiseRequest,
  normal,
  normalQuantile,
  packParameters,
  ROOM_TEMPERATURES,
  reparam,
  runLanes,
  runUniform,
  type Truth,
  trace,
  wasm,
  wasmKernels,
  where,
} from "../library.ts";

export { cpuTime, sideBySide, spent } from "../tools/timing.ts";
export { metropolis } from "./metropolis.ts";
export { adam, byTape, disagreement, fillNormals, makeGenerator, noiseRequest };

export const MODELS: readonly Model[] = HAND_WRITTEN.map(({ model }) => model);
export const BACKENDS: readonly (readonly [name: string, backend: Backend | undefined])[] = [
  ["interpreter", undefined],
  ["generated JavaScript", jit()],
  ["WebAssembly kernels", wasmKernels()],
  ["generated WebAssembly", wasm({ after: 0 })],
];

/** Per model, what its density needs of the data. */
export const CONSTANTS = {
  textmsg: textmsgConstants(),
  influenza: { deaths: [...INFLUENZA_DEATHS] },
  temperature: { temperatures: [...ROOM_TEMPERATURES] },
};

function textmsgConstants() {
  const [mean, sd, , ...rest] = HAND_WRITTEN[0]!.hand.constants;
  return { mean, sd, counts: rest.slice(0, rest.length / 2), thresholds: rest.slice(rest.length / 2) };
}

/** Draws of the guide: latent i of point j at [i·points + j]. */
export function pointsOf(model: Model, points: number): Float64Array {
  const theta = pointOf(model);
  const latents = theta.length / 2;
  const z = new Float64Array(latents * points);
  fillNormals(noiseRequest({ out: z, generator: makeGenerator(2), lanes: points, dimensions: latents }));
  return z.map((epsilon, at) => {
    const i = Math.floor(at / points);
    return theta[i]! + Math.log1p(Math.exp(theta[latents + i]!)) * epsilon;
  });
}

/** ∂ log p(x, z) / ∂z at every point, laid out as the points are. */
export function logJointGradient(model: Model, points: number, backend?: Backend): (z: Float64Array) => Float64Array {
  const { graph, latents, terms } = trace(model);
  const nodes = latents.map(({ node }) => node);
  const value = graph.sum(terms.map(({ node }) => node));
  const tape = compileTape(graph, gradient(graph, value, nodes), { laneInputs: nodes, ...(backend && { backend }) });
  const { lanes, stride, slots, noiseOffset, outputs } = tape;
  const out = new Float64Array(nodes.length * points);
  return (z) => {
    runUniform(tape);
    for (let done = 0; done < points; done += lanes) {
      const n = Math.min(lanes, points - done);
      for (let i = 0; i < nodes.length; i++)
        slots.set(z.subarray(i * points + done, i * points + done + n), noiseOffset + i * stride);
      runLanes(tape, n);
      outputs.forEach(({ offset }, i) => {
        out.set(slots.subarray(offset, offset + n), i * points + done);
      });
    }
    return out;
  };
}

export const init = (model: Model): Float64Array => {
  const space = meanField().over(trace(model));
  return packParameters("bench", space);
};

export const LEARNING_RATE = 0.001;
export const SAMPLES = 16;

/** A whole fit: `boundaries` says whether the gradient is corrected or, as the others', pathwise alone. */
export function fitted(model: Model, steps: number, boundaries: boolean, backend?: Backend): Float64Array {
  const { params } = fit(model, {
    estimator: boundaries ? ALL_BOUNDARIES : reparam(),
    optimizer: adam({ learningRate: LEARNING_RATE }),
    samples: SAMPLES,
    seed: 1,
    steps,
    ...(backend && { backend }),
    onWarning: () => {},
  });
  return Float64Array.of(...params.mu, ...params.rho);
}

/** The ELBO at parameters, from 65,536 samples. */
export function elboAt(model: Model, theta: Float64Array): number {
  const sampler = makeSampler(model, reparam());
  const draw = { generator: makeGenerator(3), stream: 0, firstSample: 0, samples: 65_536 };
  return meanGradientInto(new Float64Array(theta.length), sampler, theta, draw);
}

/** What a posterior says of the numbers that have these names. */
export interface Answer {
  readonly mean: ReadonlyMap<string, number>;
  readonly sd: ReadonlyMap<string, number>;
}

/** The models of `posteriordb-jumps` by name, and `hidden_switch` also with continuous noise, for those who have no discrete latents. */
export function problem(name: string): Model {
  const found = JUMPS.find((model) => model.name === name);
  if (!found) throw new Error(`problem: no such model; got "${name}"`);
  return found;
}

/** The hidden switch as a program of continuous latents: it flips where a normal is beyond its quantile of 0.9. */
export function continuousSwitch(ys: readonly number[]): Model {
  const flip = normalQuantile(0.9);
  return defineModel("continuous switch", ({ sample, observe }) => {
    const [up, down] = [sample("up", normal(1, 1)), sample("down", normal(-1, 1))];
    let on: Truth = true;
    ys.forEach((y, t) => {
      on = gt(sample(`e${t}`, normal(0, 1)), where(on, -flip, flip));
      observe(normal(where(on, up, down), 0.8), y);
    });
  });
}

const QUIET = { onWarning: () => {} };

/** The answer of `fit` as it is. */
export function fitAnswer(model: Model, seed: number): Answer {
  const posterior = fit(model, { ...QUIET, seed });
  return answerOf(posterior);
}

/** That of the loop of so many steps, for a mean field over all latents: its own mean and sd, without weights. */
export function loopAnswer(model: Model, steps: number): Answer {
  return answerOf(fit(model, { ...QUIET, seed: 1, steps, collapse: false, guide: meanField() }));
}

function answerOf(posterior: ReturnType<typeof fit>): Answer {
  const rows = posterior.summary();
  return {
    mean: new Map(rows.map(({ name, mean }) => [name, mean])),
    sd: new Map(rows.map(({ name, sd }) => [name, sd])),
  };
}
