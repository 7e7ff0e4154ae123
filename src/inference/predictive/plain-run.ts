/**
 * A run of a program on plain numbers: latents are drawn from their priors, or given, and every observation is drawn from its
 * distribution. No graph is made. `sample("z", normal(0, 1))` returns a number, and `branch(gt(z, 0), …)` takes one arm.
 */
import { describe, type Real, type RealList, unpacked } from "../../autodiff/expr.ts";
import type { Distribution } from "../../distributions/distribution.ts";
import {
  type Entries,
  label,
  type VectorDistribution,
  type VectorSite,
} from "../../distributions/vector/vector-distribution.ts";
import { type TruthOrFlag, truthOf, where } from "../../program/flags.ts";
import type { Model, ProgramContext } from "../../program/model.ts";
import { checkDistribution } from "../../program/run.ts";
import { numbersOf, type Observation, type ObservedModel } from "./observed-model.ts";
import { Places } from "./places.ts";

/** A run of a program on plain numbers: who gives it numbers, and who is told of those that it makes. */
export interface PlainRun {
  /** Who runs the program, for messages. */
  readonly caller: string;
  /** Uniforms in (0, 1). */
  readonly next: () => number;
  /** The number that stands for a latent in the graph, such as log x of a positive x; absent where latents are drawn. */
  readonly given?: (name: string) => number;
  /** The value of a parameter without spread. */
  readonly param: (name: string, start: number) => number;
  /** Is told a number that a posterior reports. */
  readonly onQuantity: (name: string, value: number) => void;
  /** Is told the numbers that were drawn for an observation. */
  readonly onObservation: (observation: Observation, values: readonly number[]) => void;
}

/** Runs the program once. */
export function runPlainly(model: Model, { shape, at }: ObservedModel, asked: PlainRun): void {
  const { caller, next, given, onQuantity, onObservation } = asked;
  const places = new Places(shape);

  const drawn = <T>(site: string, { draw, name }: { draw: (next: () => number) => T; name: string }): T => {
    if (typeof draw !== "function")
      throw new TypeError(`${caller}: ${site} cannot be drawn; got ${name} without draw(), expected one with it`);
    try {
      return draw(next);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      throw new (error instanceof TypeError ? TypeError : RangeError)(`${caller}: ${site}: ${error.message}`);
    }
  };
  const scalar = (name: string, prior: Distribution): number => {
    const site = `sample "${name}"`;
    checkDistribution(site, prior);
    const { transform } = prior.support;
    let value: number;
    if (!given) value = drawn(site, prior);
    else value = transform ? (transform.forward(given(name)) as number) : given(name);
    onQuantity(name, value);
    return value;
  };
  const report = (name: string, value: Real): void => onQuantity(name, value as number);
  const siteOf = (name: string): VectorSite => ({
    site: `sample "${name}"`,
    name,
    sample: scalar,
    observe: () => {},
    unconstrained: (entry) => given!(entry),
    report: () => {},
    term: () => {},
  });

  const sample = (name: string, prior: Distribution | VectorDistribution): number | number[] | number[][] => {
    if (!("sampled" in prior)) return scalar(name, prior);
    checkDistribution(`sample "${name}"`, prior);
    const { shape } = prior;
    const entries = given
      ? (prior.sampled(siteOf(name)) as readonly number[])
      : drawn<readonly number[]>(`sample "${name}"`, prior);
    entries.forEach((entry, i) => void onQuantity(name + label(i, shape), entry));
    if (!shape) return [...entries];
    return Array.from({ length: shape[0] }, (_, i) => entries.slice(i * shape[1], (i + 1) * shape[1]));
  };
  const observe = (distribution: Distribution | VectorDistribution, value: Real | Entries, name?: string): void => {
    const found = at(places.next(name ?? ""), numbersOf(value) ?? []);
    if (found.length === 0) return;
    const site = `observe "${found[0]!.name}"`;
    checkDistribution(site, distribution);
    const draw = drawn<number | readonly number[]>(site, distribution);
    const values = typeof draw === "number" ? [draw] : draw;
    let first = 0;
    for (const observation of found) {
      onObservation(observation, values.slice(first, first + observation.labels.length));
      first += observation.labels.length;
    }
  };

  const context = {
    sample,
    observe,
    frozen(name: string, distribution: Distribution) {
      const site = `frozen "${name}"`;
      checkDistribution(site, distribution);
      return drawn(site, distribution);
    },
    factor() {},
    param(name: string, start: number | readonly number[]) {
      const one = (entry: string, from: number): number => {
        const value = asked.param(entry, from);
        onQuantity(entry, value);
        return value;
      };
      return typeof start === "number" ? one(name, start) : start.map((from, i) => one(`${name}[${i}]`, from));
    },
    track(name: string, value: Entries | Real) {
      const list = unpacked<unknown>(value as RealList);
      if (!Array.isArray(list)) return report(name, value as Real);
      list.forEach((row: Real | RealList, i) => {
        const entries = unpacked(row as RealList);
        if (!Array.isArray(entries)) report(`${name}[${i}]`, row as Real);
        else entries.forEach((x: Real, j) => void report(`${name}[${i}][${j}]`, x));
      });
    },
    where,
    branch<T>(given: TruthOrFlag, then: () => T, otherwise: () => T = () => undefined as T): T {
      const condition = truthOf(given);
      if (typeof condition !== "boolean")
        throw new TypeError(
          `${caller}: branch on what is no truth value; got ${describe(condition)}, expected true or false`,
        );
      return places.branch(then, otherwise, (one, two) => (condition ? one() : two()));
    },
  };
  model.program(context as unknown as ProgramContext);
}
