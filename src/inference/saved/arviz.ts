/**
 * A posterior for ArviZ, the Python package of plots and diagnostics: its InferenceData as JSON, which `arviz.from_json` reads.
 *
 *     { "posterior": { "z": [[0.1, 0.3, …]] }, "posterior_predictive": { "y": [[[1, 4], [2, 3], …]] },
 *       "log_likelihood": …, "sample_stats": { "lp": … }, "observed_data": { "y": [2, 3] },
 *       "coords": { "observation": ["y0", "y1"] }, "dims": { "y": ["observation"] } }
 *
 * Variables are arrays by chain, of which there is one, and draw. Source: arviz-devs, "InferenceData schema specification".
 */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import type { Model } from "../../program/model.ts";
import type { Trace } from "../../program/run.ts";
import { valuesOf } from "../posterior/source.ts";
import type { Posterior } from "../posterior.ts";
import { type DrawnInputs, inputsOf, logLikelihood, parametersOf } from "../predictive/log-likelihood.ts";
import { observedModel } from "../predictive/observed-model.ts";
import { equalDraws } from "../predictive/posterior-draws.ts";
import { predictedBy, type SimulationOptions } from "../predictive/simulation.ts";
import type { Profile } from "../profile.ts";

/** Numbers by index, nested. */
type Nested = readonly (number | Nested)[];
type Group = Record<string, Nested>;

/** The JSON; the entry documents it. */
export function arvizJson(
  { engine }: Profile,
  model: Model,
  posterior: Posterior,
  options: SimulationOptions = {},
): string {
  const { draws, quantities, observations, data } = predictedBy("arvizJson", model, posterior, options);
  const { trace, observations: observed } = observedModel("arvizJson", model);
  const { seed = 0 } = options;
  const groups: Record<string, Group> = { posterior: variables(quantities, draws) };
  const coords: Record<string, readonly string[]> = {};
  const dims: Record<string, readonly string[]> = {};
  const labels = Object.keys(data);
  const name = free("y", groups.posterior!);
  if (labels.length > 0) {
    groups.posterior_predictive = {
      [name]: byDraw(
        labels.map((label) => observations[label]!),
        draws,
      ),
    };
    groups.observed_data = { [name]: Object.values(data) };
    coords[free("observation", groups.posterior!)] = labels;
    dims[name] = Object.keys(coords);
  }
  if (!posterior.isRandom) {
    const joint = equalDraws("arvizJson", posterior, { draws, seed }, [], model.name);
    const columns: Float64Array[] = [];
    logLikelihood("arvizJson", engine, model, joint).each((_, values) => columns.push(values));
    // Where an observation is several numbers they have one likelihood.
    const isEach = columns.length === labels.length;
    const own = isEach ? name : `${name}_joint`;
    if (columns.length > 0) groups.log_likelihood = { [own]: byDraw(columns, draws) };
    if (columns.length > 0 && !isEach) {
      coords.site = observed.map((observation) => observation.name);
      dims[own] = ["site"];
    }
    groups.sample_stats = { lp: [[...logJoint(engine, trace, joint)]] };
  }
  return textOf({ ...groups, coords, dims });
}

// The log joint density at each draw, of the numbers that stand for the latents.
function logJoint(engine: Engine, trace: Trace, draws: DrawnInputs): Float64Array {
  const { graph, terms, finite } = trace;
  const { algebra: A } = graph;
  const masses = finite.map(({ node, live, values, logMasses }): NodeId => {
    const own = values.map((value, k) =>
      A.where(A.equal(node, graph.constant(value)), logMasses[k]!, graph.constant(0)),
    );
    return A.where(live, graph.sum(own), graph.constant(0));
  });
  const total = graph.sum([...terms.map(({ node }) => node), ...masses]);
  return valuesOf(
    { trace, engine, components: [parametersOf(trace, draws)] },
    [total],
    inputsOf(trace, draws),
    draws.count,
  )[0]!;
}

// Columns as one variable: by chain, draw and column.
function byDraw(columns: readonly Float64Array[], draws: number): Nested {
  return [Array.from({ length: draws }, (_, d) => columns.map((values) => values[d]!))];
}

// Numbers as variables: w[0] and w[1] are one of two entries, L[0][0] to L[1][1] one of two rows. Where entries are missing, as those of a
// triangle, all stay numbers by themselves.
function variables(columns: Readonly<Record<string, Float64Array>>, draws: number): Group {
  const arrays = new Map<string, { readonly at: number[]; readonly values: Float64Array }[]>();
  for (const [name, values] of Object.entries(columns)) {
    const [, base = name, indices = ""] = /^(.*?)((?:\[\d+\])+)$/.exec(name) ?? [];
    const at = Array.from(indices.matchAll(/\d+/g), ([digits]) => Number(digits));
    arrays.set(base, [...(arrays.get(base) ?? []), { at, values }]);
  }
  const group: Group = {};
  for (const [base, entries] of arrays) {
    const shape = entries[0]!.at.map((_, axis) => 1 + Math.max(...entries.map(({ at }) => at[axis] ?? -1)));
    // In row-major order entry i has the number i.
    const isFull = entries.every(
      ({ at }, i) => at.length === shape.length && at.reduce((sum, index, axis) => sum * shape[axis]! + index, 0) === i,
    );
    const size = shape.reduce((product, length) => product * length, 1);
    if (isFull && size === entries.length)
      group[base] = [Array.from({ length: draws }, (_, d) => nested(shape, (i) => entries[i]!.values[d]!))] as Nested;
    else for (const { at, values } of entries) group[base + at.map((index) => `[${index}]`).join("")] = [[...values]];
  }
  return group;
}

function nested(shape: readonly number[], entry: (i: number) => number): number | Nested {
  const [length, ...rest] = shape;
  if (length === undefined) return entry(0);
  const size = rest.reduce((product, other) => product * other, 1);
  return Array.from({ length }, (_, i) => nested(rest, (j) => entry(i * size + j)));
}

// A name that is none of the group's.
function free(name: string, group: Group): string {
  return name in group ? free(`${name}_`, group) : name;
}

// JSON, but with NaN and Infinity as Python writes and reads them.
function textOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return `[${value.map(textOf)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}:${textOf(entry)}`)}}`;
}
