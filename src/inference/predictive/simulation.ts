/**
 * Draws of data: from the prior, latents and observations as the program makes them, and from a posterior, what would be observed if all
 * were observed again.
 */
import { requireNoMore } from "../../checks/arguments.ts";
import { requireOptions } from "../../checks/options.ts";
import type { Model } from "../../program/model.ts";
import { makeGenerator, uniformSource } from "../../random/index.ts";
import { count } from "../options.ts";
import type { Posterior } from "../posterior.ts";
import { type ObservedModel, observedModel } from "./observed-model.ts";
import { type PlainRun, runPlainly } from "./plain-run.ts";
import { equalDraws } from "./posterior-draws.ts";

export interface SimulationOptions {
  /** How many draws (default 1000). */
  readonly draws?: number | undefined;
  /** Same seed, same draws (default 0). */
  readonly seed?: number | undefined;
}

/** Draws of latents and of data. Draw d of all numbers is one run of the program. */
export interface Simulation {
  readonly draws: number;
  /** Everything that a posterior of the model reports, on its own scale; NaN where it is in an arm that was not taken. */
  readonly quantities: Readonly<Record<string, Float64Array>>;
  /** Every observed number, by what it is called: y0, y1, … unless it is named; NaN in an arm that was not taken. */
  readonly observations: Readonly<Record<string, Float64Array>>;
  /** The data of the model, by the same names. */
  readonly data: Readonly<Record<string, number>>;
  /** Sites that restrict latents and cannot be drawn from: factors, and observations of traced numbers. Draws of the prior know nothing of them. */
  readonly conditions: readonly string[];
}

/**
 * Draws from the prior: the program is run on plain numbers, each latent drawn from its prior and each observation from its distribution.
 *
 *     const { quantities, observations } = simulate(textmsg, { draws: 100, seed: 1 });
 *     quantities.z[0]; observations.y0[0];
 *
 * Parameters without spread are where a fit starts. Throws RangeError for bad options and for parameters out of their range, TypeError
 * where a distribution has no draws, as `flat` has none.
 */
export function simulate(model: Model, options: SimulationOptions = {}): Simulation {
  requireNoMore("simulate", 2, arguments);
  const { draws, seed } = checked("simulate", options);
  const next = uniformSource(makeGenerator(seed));
  return simulated(model, observedModel("simulate", model), draws, () => ({
    caller: "simulate",
    next,
    param: (_, start) => start,
  }));
}

/**
 * Draws from the posterior predictive distribution: what each observation would be, made again with latents drawn from the posterior. They
 * are weighted draws of the posterior where its weights can be trusted (`kHat` at most 0.7), else draws of the guide.
 *
 *     predict(textmsg, fit(textmsg), { draws: 1000 }).observations.y0;
 *
 * Throws RangeError if the posterior is that of another model; else as `simulate`.
 */
export function predict(model: Model, posterior: Posterior, options: SimulationOptions = {}): Simulation {
  requireNoMore("predict", 3, arguments);
  return predictedBy("predict", model, posterior, options);
}

/** The same for a caller whose name errors tell. */
export function predictedBy(
  caller: string,
  model: Model,
  posterior: Posterior,
  options: SimulationOptions,
): Simulation {
  const { draws, seed } = checked(caller, options);
  const observed = observedModel(caller, model);
  const { latents, finite, points } = observed.trace;
  const joint = equalDraws(caller, posterior, { draws, seed }, [...latents, ...finite, ...points], model.name);
  const next = uniformSource(makeGenerator(seed), 3);
  return simulated(model, observed, draws, (d) => ({
    caller,
    next,
    given: (name) => joint.input(name)![d]!,
    param: (name) => joint.input(name)![d]!,
  }));
}

function checked(caller: string, options: SimulationOptions): Record<keyof SimulationOptions, number> {
  const { draws = 1000, seed = 0 } = requireOptions(caller, options, { draws: "number", seed: "number" });
  count(caller, "draws", draws);
  return { draws, seed };
}

type Given = Omit<PlainRun, "onQuantity" | "onObservation">;

function simulated(model: Model, observed: ObservedModel, draws: number, at: (d: number) => Given): Simulation {
  const columns = (names: readonly string[]): Map<string, Float64Array> =>
    new Map(names.map((name) => [name, new Float64Array(draws).fill(Number.NaN)]));
  const { trace, observations, conditions } = observed;
  const quantities = columns(trace.quantities.map(({ name }) => name));
  const data = columns(observations.flatMap(({ labels }) => labels));
  for (let d = 0; d < draws; d++)
    runPlainly(model, observed, {
      ...at(d),
      onQuantity(name, value) {
        const column = quantities.get(name);
        if (column) column[d] = value;
      },
      onObservation({ labels }, values) {
        labels.forEach((label, i) => {
          data.get(label)![d] = values[i]!;
        });
      },
    });
  return {
    draws,
    quantities: Object.fromEntries(quantities),
    observations: Object.fromEntries(data),
    data: Object.fromEntries(observations.flatMap(({ labels, values }) => labels.map((name, i) => [name, values[i]!]))),
    conditions,
  };
}
