/**
 * A model observes numbers, which are listed here: the numbers, what they are called, and their terms of the log density. `observe(normal(z, 1), 0.3)` is one number,
 * y0 unless it is named; `observe(iid(normal(z, 1), 2), [0.3, 0.4], "x")` are x[0] and x[1], each an observation of its own;
 * `observe(multivariateNormal(…), [0.3, 0.4], "x")` is one observation of two numbers. Where a traced number is observed there is no data: it
 * is a condition on latents.
 */
import { Expr, type Real, type Truth, unpacked } from "../../autodiff/expr.ts";
import { FullGraph } from "../../autodiff/full-graph.ts";
import { requireMethod } from "../../checks/arguments.ts";
import type { Distribution } from "../../distributions/distribution.ts";
import { type Entries, label, type VectorDistribution } from "../../distributions/vector/vector-distribution.ts";
import type { Model, ProgramContext } from "../../program/model.ts";
import { run, type Trace } from "../../program/run.ts";
import { withStatements } from "../../program/statements.ts";
import { type BranchShape, type Place, Places } from "./places.ts";

/** Data with a likelihood of its own. */
export interface Observation {
  readonly name: string;
  /** The names of its numbers; the name itself for one number. */
  readonly labels: readonly string[];
  readonly values: readonly number[];
  /** Where its terms are among those of the trace: one for each arm in which it is observed. */
  readonly terms: readonly number[];
}

export interface ObservedModel {
  readonly trace: Trace;
  readonly observations: readonly Observation[];
  /** Sites that restrict latents beyond their priors and are no data: factors, and observations of traced numbers. */
  readonly conditions: readonly string[];
  /** The shape of its branches. */
  readonly shape: BranchShape;
  /** The observations at a place with these values: several where entries are independent, none where a latent is observed. */
  readonly at: (place: Place, values: readonly number[]) => readonly Observation[];
}

type Observe = (distribution: Distribution | VectorDistribution, value: Real | Entries, name?: string) => void;

/** The names of data that a program does not name: y0, y1, … */
const UNNAMED = "y";

/** Numbers observed at a place, before they are named. */
interface Sighting {
  readonly place: Place;
  readonly isNamed: boolean;
  /** Undefined where a number is traced. */
  readonly values: readonly number[] | undefined;
  readonly shape: VectorDistribution["shape"];
  /** The terms of each arm. */
  readonly terms: number[][];
}

/** Runs a model's program traced and notes what it observes. */
export function observedModel(caller: string, model: Model): ObservedModel {
  requireMethod(caller, "a model", model, "program", "one made by defineModel()");
  if (model.data)
    throw new TypeError(
      `${caller}: model "${model.name}" has no data; got a schema alone, expected withData(model, data)`,
    );
  const graph = new FullGraph();
  const places = new Places();
  const sightings = new Map<string, Sighting[]>();
  const conditions: string[] = [];
  let terms = 0;
  const watched = (context: ProgramContext): ProgramContext => {
    const observe: Observe = (distribution, value, name) => {
      const first = terms;
      (context.observe as Observe)(distribution, value, name);
      const own = Array.from({ length: terms - first }, (_, j) => first + j);
      const place = places.next(name ?? "");
      const values = numbersOf(value);
      const known = sightings.get(keyOf(place)) ?? [];
      const same = known.find((other) => agree(other.values, values));
      if (same) same.terms.push(own);
      else {
        const { shape } = distribution as VectorDistribution;
        known.push({ place, isNamed: name !== undefined, values, shape, terms: [own] });
        sightings.set(keyOf(place), known);
      }
      if (!values) conditions.push(`observe "${name ?? `${UNNAMED}${place.occurrence}`}"`);
    };
    return {
      ...context,
      observe: observe as ProgramContext["observe"],
      factor(...[name, logDensity]: [Real | string, Real?]) {
        conditions.push(typeof name === "string" ? `factor "${name}"` : "a factor");
        (context.factor as (name: Real | string, logDensity?: Real) => void)(name, logDensity);
      },
      branch: ((condition: Truth, then: () => void, otherwise: () => void = () => undefined) => {
        if (typeof then !== "function") return context.branch(condition, then, otherwise);
        return places.branch(then, otherwise, (one, two) => context.branch(condition, one, two));
      }) as ProgramContext["branch"],
    };
  };
  const trace = run(model, graph, {
    input: (name, isPoint) => graph.input(name, !isPoint),
    extension: (context, scope) => watched(withStatements(context, scope)),
    onTerm: () => void terms++,
  });
  const named = namedObservations(sightings);
  return {
    trace,
    observations: [...named.values()].flat(),
    conditions,
    shape: places.shape,
    at(place, values) {
      const found = sightings.get(keyOf(place))?.find((other) => !other.values || agree(other.values, values));
      if (found) return named.get(found)!;
      throw new TypeError(
        `model "${model.name}": its program observes something else each time that it runs; got ${values.length} numbers at "${place.name || UNNAMED}" number ${place.occurrence}, expected those of its first run`,
      );
    },
  };
}

function keyOf({ name, occurrence }: Place): string {
  return `${occurrence} ${name}`;
}

// The entries of a vector or of a matrix, row by row; undefined if one is traced.
export function numbersOf(value: Real | Entries): readonly number[] | undefined {
  const rows: readonly unknown[] = typeof value === "object" && !(value instanceof Expr) ? [...value] : [value];
  const flat = rows.flatMap((row) => unpacked(row as readonly unknown[]));
  return flat.every((x): x is number => typeof x === "number") ? flat : undefined;
}

function agree(x: readonly number[] | undefined, y: readonly number[] | undefined): boolean {
  return !x || !y ? x === y : x.length === y.length && x.every((value, i) => Object.is(value, y[i]));
}

// Names for all that is observed, each once.
function namedObservations(sightings: ReadonlyMap<string, readonly Sighting[]>): Map<Sighting, Observation[]> {
  const all = [...sightings.values()].flat();
  const times = new Map<string, number>();
  for (const { place, values } of all) if (values) times.set(place.name, (times.get(place.name) ?? 0) + 1);
  const taken = new Set<string>();
  const free = (name: string, again = 1): string => {
    const tried = again > 1 ? `${name}#${again}` : name;
    if (taken.has(tried)) return free(name, again + 1);
    taken.add(tried);
    return tried;
  };
  return new Map(
    all.map((sighting): [Sighting, Observation[]] => {
      const { place, isNamed, values, shape, terms } = sighting;
      if (!values) return [sighting, []];
      const isOnly = isNamed && times.get(place.name) === 1;
      const suffix = isOnly ? "" : isNamed ? `[${place.occurrence}]` : `${place.occurrence}`;
      const name = free((isNamed ? place.name : UNNAMED) + suffix);
      if (values.length === 1 && terms.every((own) => own.length === 1))
        return [sighting, [{ name, labels: [name], values, terms: terms.map(([term]) => term!) }]];
      const labels = values.map((_, i) => name + label(i, shape));
      const isIndependent = terms.every((own) => own.length === values.length);
      if (!isIndependent) return [sighting, [{ name, labels, values, terms: terms.flat() }]];
      return [
        sighting,
        values.map((value, i) => ({
          name: labels[i]!,
          labels: [labels[i]!],
          values: [value],
          terms: terms.map((own) => own[i]!),
        })),
      ];
    }),
  );
}
