/**
 * `compile` makes a model for all data of one shape. The program is traced and its gradient compiled when data come for the first time, with the data as inputs;
 * further fits put their numbers into the same tapes.
 *
 *     const compiled = compile(visits, { y: 3 });
 *     compiled.fit({ data: { y: [3, 5, 2] } });
 *     compiled.fit({ data: { y: [8, 9, 7] } }); // no trace, no compilation
 */
import type { DataGraph } from "../../autodiff/tape/evaluation.ts";
import type { Tape } from "../../autodiff/tape/tape.ts";
import { type OptionTable, requireOptions } from "../../checks/options.ts";
import { corrected } from "../../estimators/corrected.ts";
import type { Estimator } from "../../estimators/estimator.ts";
import { finished, type Later, type Pieces, shared } from "../../pieces/pieces.ts";
import { requireDataModel, withData } from "../../program/data/data-model.ts";
import { InputColumns } from "../../program/data/input-columns.ts";
import type { GivenData } from "../../program/data/schema.ts";
import type { DataModel, Model } from "../../program/model.ts";
import { trace, traceAsWritten } from "../../program/trace.ts";
import { type EstimateOptions, estimateGradient, type GradientEstimate } from "../estimate-gradient.ts";
import { fit, fitAsync, fitSteps } from "../fit/fit.ts";
import type { FitOptions, FitStep } from "../fit/options.ts";
import type { Posterior } from "../posterior.ts";
import type { Profile } from "../profile.ts";
import { type GradientSampler, making, type SamplerOptions } from "../sampler/sampler.ts";
import { remembering } from "../saved/search-state.ts";
import { Bindings } from "./bindings.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** The compiled part of a model, which is the same for all data. */
export type CompileOptions = Pick<FitOptions, "estimator" | "guide" | "collapse" | "backend">;

const COMPILE_OPTIONS: OptionTable<CompileOptions> = {
  estimator: "any",
  guide: "any",
  collapse: "any",
  backend: "object",
};

/** Options of a fit or gradient with data, without those that are compiled. */
export type WithData<S, Options> = Omit<Options, keyof CompileOptions> & { readonly data: GivenData<S> };

/** A model that is fitted to data of one shape. */
export interface CompiledModel<S, P extends Posterior = Posterior> {
  readonly name: string;
  /** As `fit`. */
  fit(options: WithData<S, FitOptions>): P;
  /** As `fitAsync`. */
  fitAsync(options: WithData<S, FitOptions>): Promise<P>;
  /** As `fitSteps`. */
  fitSteps(options: WithData<S, FitOptions>): Generator<FitStep, P, void>;
  /** As `estimateGradient`. */
  estimateGradient(options: WithData<S, EstimateOptions>): GradientEstimate;
}

/** Compiles a model; the entry documents it. */
export function compile<S, P extends Posterior>(
  profile: Profile,
  model: DataModel<S>,
  shape: Shape<S>,
  options: CompileOptions = {},
): CompiledModel<S, P> {
  requireDataModel("compile", model);
  requireOptions("compile", options, COMPILE_OPTIONS);
  const compilation = new Compilation(profile, model, shape, options);
  const { bound } = compilation;
  const fitOf = (caller: string, given: WithData<S, FitOptions>): [Profile, FitOptions] => {
    const [own, all] = compilation.begun<FitOptions>(caller, given);
    return remembering(own, bound, all);
  };
  return {
    name: model.name,
    fit(given) {
      const [own, all] = fitOf("fit", given);
      return fit(own, bound, all) as P;
    },
    async fitAsync(given) {
      const [own, all] = fitOf("fitAsync", given);
      return (await fitAsync(own, bound, all)) as P;
    },
    *fitSteps(given) {
      const [own, all] = fitOf("fitSteps", given);
      const steps = fitSteps(own, bound, all);
      for (;;) {
        own.goesOn!();
        const next = steps.next();
        if (next.done) return next.value as P;
        yield next.value;
      }
    },
    estimateGradient(given) {
      const [own, { guide, ...all }] = compilation.begun<FitOptions & EstimateOptions>(
        "estimateGradient",
        given as never,
      );
      const under = guide === "auto" || guide === undefined ? {} : { guide };
      return estimateGradient(own, bound, { ...all, ...under } as EstimateOptions);
    },
  };
}

/** What is made once for all data of a shape: the program over inputs, and a sampler for each way that fits ask for one. */
class Compilation<S> {
  /** The model on the inputs in place of data. */
  readonly bound: Model;
  readonly #model: DataModel<S> & DataModel;
  readonly #options: CompileOptions;
  readonly #estimator: Estimator;
  readonly #shape: ReturnType<typeof shapeOf>;
  readonly #inputs: InputColumns;
  readonly #samplers = new Map<string, () => Pieces<GradientSampler>>();
  readonly #bindings = new Bindings();
  readonly #tracing: Profile;
  readonly #checkTrace: Profile["checkTrace"];

  constructor(profile: Profile, model: DataModel<S> & DataModel, shape: Shape<S>, options: CompileOptions) {
    const { name, init, program } = model;
    this.#model = model;
    this.#options = options;
    this.#estimator = options.estimator ?? corrected();
    this.#shape = shapeOf(model, shape as Readonly<Record<string, unknown>>);
    const inputs = new InputColumns(name, this.#shape.columns, this.#shape.rest);
    this.#inputs = inputs;
    this.bound = { name, program: (context) => program(context, inputs.data() as never), ...(init && { init }) };
    // The plain program is held against its trace when data are at hand; a program that is run once for many fits is rehearsed before none.
    const { checkTrace, rehearse, ...unchecked } = profile;
    this.#checkTrace = checkTrace;
    this.#tracing = {
      ...unchecked,
      trace: (own, graphOptions) => inputs.traced(() => trace(own, graphOptions, inputs.extension)),
    };
  }

  /** The profile of some data, under which a fit to them runs with all of its options. */
  begun<Options extends object>(caller: string, given: WithData<S, Options>): [Profile, Options] {
    const { data, ...own } = given ?? {};
    const compiled = Object.keys(COMPILE_OPTIONS).find((option) => own[option as never] !== undefined);
    if (compiled !== undefined)
      throw new RangeError(
        `${caller}: ${compiled} is compiled; got another one, expected it in the options of compile()`,
      );
    const numbers = this.#inputs.numbersOf(this.#shape.entriesOf(data));
    const all = { ...own, ...this.#options, estimator: this.#estimator } as unknown as Options;
    return [this.#profileFor(data, numbers), all];
  }

  #profileFor(data: GivenData<S>, numbers: Float64Array): Profile {
    const graphs: DataGraph[] = [];
    const own: Profile = {
      ...this.#tracing,
      // Whoever evaluates nodes of a graph, as a search for steps does, has the data of the fit that is under way.
      goesOn() {
        for (const { data } of graphs) data!.numbers = numbers;
      },
      engine: { ...this.#tracing.engine, numbers },
      plainTrace: (graphOptions) =>
        traceAsWritten(withData(this.#model, Object.assign({}, this.#shape.fixed, data) as GivenData<S>), graphOptions),
      sampler: (asked, tape) => this.#sampler(own, numbers, graphs, asked, tape),
    };
    return own;
  }

  // The kept sampler, on these numbers.
  *#sampler(
    own: Profile,
    numbers: Float64Array,
    graphs: DataGraph[],
    asked: Estimator,
    tape: SamplerOptions,
  ): Pieces<GradientSampler> {
    const kept = yield* this.#kept(own, asked, tape);
    this.#inputs.requireSupports(numbers);
    const { each, means, objective } = kept;
    const graph: DataGraph = objective.graph;
    graph.data!.numbers = numbers;
    graphs.push(graph);
    const holding = <T extends { readonly tape: Tape }>(made: T): T => {
      this.#bindings.bind(made.tape, graph, numbers);
      return made;
    };
    return {
      ...kept,
      profile: own,
      each: held(each, holding),
      means: means && held(means, holding),
    };
  }

  *#kept(own: Profile, asked: Estimator, tape: SamplerOptions): Pieces<GradientSampler> {
    const { lanes, guide, collapse = false, standardise } = tape;
    const key = [asked === this.#estimator, lanes, guide?.name, JSON.stringify(collapse), standardise].join();
    let begun = this.#samplers.get(key);
    if (!begun) {
      begun = shared(() => this.#made(own, asked, tape));
      this.#samplers.set(key, begun);
    }
    try {
      return yield* begun();
    } catch (cause) {
      // With other data it may go well.
      if (this.#samplers.get(key) === begun) this.#samplers.delete(key);
      throw cause;
    }
  }

  *#made(own: Profile, asked: Estimator, tape: SamplerOptions): Pieces<GradientSampler> {
    yield* this.#checkTrace?.(own.plainTrace!(asked.graphOptions)) ?? [];
    const sampler = yield* making(this.#tracing, this.bound, asked, tape);
    if (sampler.nodes.adaptive)
      throw new TypeError(
        `compile: estimator "${asked.name}" learns on its way; got it for "${this.bound.name}", expected one that is the same in each fit, such as corrected()`,
      );
    const { each, means } = sampler;
    return { ...sampler, each: compiledOnce(each), means: means && compiledOnce(means) };
  }
}

// Compiled by all who wait for it together.
function compiledOnce<T>(made: Later<T>): Later<T> {
  const pieces = shared(() => made.pieces());
  let kept: T | undefined;
  return Object.assign(() => (kept ??= finished(pieces())), { pieces });
}

// The compiled value on other data; it is compiled when it is first asked for.
function held<T>(made: Later<T>, holding: (of: T) => T): Later<T> {
  return Object.assign(() => holding(made()), {
    *pieces(): Pieces<T> {
      return holding(yield* made.pieces());
    },
  });
}
