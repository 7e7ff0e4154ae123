/** The log likelihood of every observation at draws of a posterior: of 37 counts at 4096 draws 37 columns of 4096 numbers. */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import type { Model } from "../../program/model.ts";
import type { Trace } from "../../program/run.ts";
import type { Gaussian } from "../posterior/gaussian.ts";
import type { InputDraws } from "../posterior/source.ts";
import { valuesOf } from "../posterior/source.ts";
import { type Observation, type ObservedModel, observedModel } from "./observed-model.ts";
import { requireLatents } from "./posterior-draws.ts";

/** Columns that are computed together: 64 of 8192 numbers are 4 MB. */
const TOGETHER = 64;

export interface LogLikelihood {
  readonly observed: ObservedModel;
  /** Gives the log likelihood of each observation at all draws, one after the other; 0 at draws in whose arm it is not observed. */
  readonly each: (tell: (observation: Observation, values: Float64Array) => void) => void;
}

/** Draws of the numbers that stand for latents and parameters, by name. */
export interface DrawnInputs {
  readonly count: number;
  readonly names: readonly string[];
  readonly input: (name: string) => Float64Array | undefined;
}

/** The draws of a trace's latents by node. */
export function inputsOf({ latents, finite }: Trace, draws: DrawnInputs): InputDraws {
  return new Map([...latents, ...finite].map(({ name, node }) => [node, draws.input(name)!]));
}

/** The trace's parameters without spread, which are the same in all draws, as evaluation reads them of a component. */
export function parametersOf({ points }: Trace, draws: DrawnInputs): Gaussian {
  return { points: Float64Array.from(points, ({ name }) => draws.input(name)![0]!) } as Gaussian;
}

/** The log likelihood of a model's data at draws of its posterior; TypeError where it is random. */
export function logLikelihood(caller: string, engine: Engine, model: Model, draws: DrawnInputs): LogLikelihood {
  const observed = observedModel(caller, model);
  const { trace, observations } = observed;
  const { graph, latents, finite, points, frozen, terms } = trace;
  if (frozen[0])
    throw new TypeError(
      `${caller}: the density of "${model.name}" is random; got frozen site "${frozen[0].name}", expected none`,
    );
  requireLatents(caller, draws, [...latents, ...finite, ...points], model.name);
  const inputs = inputsOf(trace, draws);
  const parameters = parametersOf(trace, draws);
  return {
    observed,
    each(tell) {
      for (let first = 0; first < observations.length; first += TOGETHER) {
        const some = observations.slice(first, first + TOGETHER);
        const nodes = some.map((observation): NodeId => graph.sum(observation.terms.map((term) => terms[term]!.node)));
        const columns = valuesOf({ trace, engine, components: [parameters] }, nodes, inputs, draws.count);
        some.forEach((observation, j) => {
          tell(observation, columns[j]!);
        });
      }
    },
  };
}
