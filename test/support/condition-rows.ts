/**
 * A pass on conditions tested alone: a condition goes in as an expression, its printed form comes out, and both are true at the same
 * points. The points lie on lines through space and, on each line, close to every place where one of the two changes.
 */
import type { Graph } from "../../src/autodiff/graph/graph.ts";
import { print } from "../../src/autodiff/graph/infix-text.ts";
import { PLAIN_ENGINE } from "../../src/autodiff/lanes/interpreter/engines.ts";
import { CODE } from "../../src/autodiff/ops/codes.ts";
import type { NodeId } from "../../src/autodiff/ops/op.ts";
import { compileTape, runLanes, runUniform } from "../../src/autodiff/tape/tape.ts";
import type { Boundary } from "../../src/boundaries/find/boundaries.ts";
import { defineModel, type Guide, normal, type Real, type Truth, where } from "../../src/index.ts";
import { normalQuantile } from "../../src/math/normal.ts";
import { buildObjective, type Objective } from "../../src/objective/objective.ts";
import type { Pass } from "../../src/objective/pass.ts";

/** A condition on latents x, y, z, as many as the function has parameters. */
export type Holds = (...latents: Real[]) => Truth;

const NAMES = ["x", "y", "z"];
const SITE = 'factor "condition"';

/** An objective with a term that is 1 where the condition holds, else 0; under mean field unless told otherwise. */
export function objectiveOf(holds: Holds, guide?: Guide): Objective {
  const names = NAMES.slice(0, holds.length);
  return buildObjective(
    defineModel("condition", ({ sample, factor }) => {
      const latents = names.map((name) => sample(name, normal(0, 1)));
      factor("condition", where(holds(...latents), 1, 0));
    }),
    undefined,
    guide,
  );
}

/** The node of that term. */
export function termOf({ terms }: Objective): NodeId {
  return terms.find(({ site }) => site === SITE)!.node;
}

/** The condition of the term as text: "x > 0", or "true" and "false" where nothing of it is left. */
export function conditionText(objective: Objective): string {
  const { graph } = objective;
  const term = termOf(objective);
  if (graph.isConstant(term)) return graph.value(term) === 1 ? "true" : "false";
  if (graph.op[term] !== CODE.where) return print(graph, term);
  const text = print(graph, graph.a[term]!);
  return graph.is(graph.b[term]!, 1) ? text : `not (${text})`;
}

/** The condition after a pass, as text. */
export function rewrittenText(pass: Pass, holds: Holds): string {
  return conditionText(pass.run(objectiveOf(holds)));
}

// biome-ignore format: a list
const GRID = [-Infinity, -1e100, -1234.5, -40, -3.3, -2, -1.1, -1, -0.7, -0.3, -1e-3, -1e-100, -0, 0, 1e-100, 1e-3, 0.3, 0.7, 1, 1.1, 2, 3.3, 40, 1234.5, 1e100, Infinity, NaN];
const FEW = [-Infinity, -3.3, -1.1, -0.3, 0, 0.3, 0.7, 2, 40, Infinity, NaN];
const OTHERS = [-2.2, -0.7, 0.4, 1.3];

/**
 * Points at which the truth of the condition differs before and after the pass. Edges themselves do not count, such as x = 0 under
 * log(x) < 1, which holds there and becomes x > 0 and x < 2.718: no draw ever lies there.
 */
export function disagreements(pass: Pass, holds: Holds): number[][] {
  const before = objectiveOf(holds);
  const after = pass.run(before);
  return differences(
    before.graph,
    [termOf(before), termOf(after)],
    before.trace.latents.map(({ node }) => node),
  );
}

/** The same for any two nodes of value 0 or 1, as functions of the inputs. */
export function differences(
  graph: Graph,
  nodes: readonly [raw: NodeId, rewritten: NodeId],
  inputs: readonly NodeId[],
): number[][] {
  const truths = evaluator(graph, nodes, inputs);
  const n = inputs.length;
  const found: number[][] = [];
  const differs = (point: readonly number[]): boolean => {
    const [raw, rewritten] = truths(point);
    return raw !== rewritten;
  };
  // Whether the two agree at all corners of a small box about the point, no side of which is another's multiple.
  const isSingle = (point: readonly number[]): boolean => {
    const sides = point.map((t, along) => {
      const step = (1 + along / 3) * Math.max(Math.abs(t) * 2 ** -30, 1e-60);
      return Number.isFinite(t) ? [t - step, t + step] : [t];
    });
    return point.some(Number.isFinite) && product(sides).every((corner) => !differs(corner));
  };
  const compare = (point: readonly number[]): void => {
    if (differs(point) && !isSingle(point)) found.push([...point]);
  };
  for (const point of product(new Array<readonly number[]>(n).fill(n === 1 ? GRID : FEW))) compare(point);
  const finite = GRID.filter(Number.isFinite);
  for (let along = 0; along < n; along++)
    for (const rest of product(new Array<readonly number[]>(n - 1).fill(OTHERS))) {
      const at = (t: number): number[] => rest.toSpliced(along, 0, t);
      for (const which of [0, 1])
        for (let j = 0; j + 1 < finite.length; j++) {
          const edge = edgeBetween((t) => truths(at(t))[which]!, finite[j]!, finite[j + 1]!);
          if (edge !== undefined) for (const t of about(edge)) compare(at(t));
        }
    }
  return found;
}

/** A condition, what it becomes, and where the two may differ: at arguments that no latent has, infinite or NaN. */
export interface ConditionRow {
  readonly holds: Holds;
  readonly becomes: string;
  readonly except?: (...point: number[]) => boolean;
}

/** What is wrong with a row under a pass; undefined if nothing is. */
export function rowFault(pass: Pass, { holds, becomes, except }: ConditionRow): string | undefined {
  const text = rewrittenText(pass, holds);
  if (text !== becomes) return `got ${text}, expected ${becomes}`;
  const apart = disagreements(pass, holds);
  const unexpected = apart.find((point) => !except?.(...point));
  if (unexpected) return `the truth differs at ${unexpected.join(", ")}`;
  if (except && apart.length === 0) return "the truth differs nowhere, expected where `except` says";
  const finite = apart.find((point) => point.every(Number.isFinite));
  return finite && `the truth differs at ${finite.join(", ")}, a point of latents`;
}

// Points about an edge, the nearest of them 2⁻⁴⁰ of its size away: thresholds are rounded.
function about(edge: number): number[] {
  const size = Math.max(Math.abs(edge), 2 ** -30);
  return Array.from({ length: 36 }, (_, j) => size * 2 ** -(j + 5)).flatMap((step) => [edge - step, edge + step]);
}

// A place between two points where the truth changes; undefined if it is the same at both.
function edgeBetween(truth: (t: number) => number, from: number, to: number): number | undefined {
  const first = truth(from);
  if (truth(to) === first) return undefined;
  let [low, high] = [from, to];
  for (let k = 0; k < 200; k++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (truth(middle) === first) low = middle;
    else high = middle;
  }
  return high;
}

function evaluator(
  graph: Graph,
  outputs: readonly NodeId[],
  laneInputs: readonly NodeId[],
  parameters: readonly NodeId[] = [],
  theta: readonly number[] = [],
) {
  const tape = compileTape(graph, outputs, { laneInputs, lanes: 1, engine: PLAIN_ENGINE });
  for (const { node, offset } of tape.uniformInputs) tape.slots[offset] = theta[parameters.indexOf(node)]!;
  runUniform(tape);
  return (point: readonly number[]): number[] => {
    point.forEach((value, i) => {
      tape.slots[tape.noiseOffset + i * tape.stride] = value;
    });
    runLanes(tape, 1);
    return tape.outputs.map(({ offset }) => tape.slots[offset]!);
  };
}

function product(axes: readonly (readonly number[])[]): number[][] {
  return axes.reduce<number[][]>((points, axis) => points.flatMap((point) => axis.map((t) => [...point, t])), [[]]);
}

/**
 * How far, at most, the term after a pass is from the mean of the term before it, over the latents that only the latter contains, at a
 * few points of the others. The mean is taken over `POINTS` midpoints of equal probability for each such latent.
 */
export function distanceFromMean(pass: Pass, holds: Holds): number {
  const before = objectiveOf(holds);
  const after = pass.run(before);
  const { graph, guide, trace } = before;
  const latents = trace.latents.map(({ node }) => node);
  const left = new Set(graph.reachable([termOf(after)]));
  const gone = latents.map((node) => !left.has(node));
  const theta = [...latents.map((_, i) => 0.3 - 0.5 * i), ...latents.map((_, i) => 0.4 + 0.3 * i)];
  const at = evaluator(graph, [termOf(before), termOf(after)], latents, guide.parameters, theta);
  const sds = theta.slice(latents.length).map((rho) => Math.log1p(Math.exp(rho)));
  const quantiles = Array.from({ length: POINTS }, (_, k) => normalQuantile((k + 0.5) / POINTS));
  const axes = gone.map((isGone, i) => (isGone ? quantiles.map((q) => theta[i]! + sds[i]! * q) : OTHERS));
  const sums = new Map<string, { sum: number; count: number; after: number }>();
  for (const point of product(axes)) {
    const [raw, rewritten] = at(point) as [number, number];
    const key = point.filter((_, i) => !gone[i]).join();
    const entry = sums.get(key) ?? { sum: 0, count: 0, after: rewritten };
    sums.set(key, { ...entry, sum: entry.sum + raw, count: entry.count + 1 });
  }
  return Math.max(...[...sums.values()].map(({ sum, count, after: mean }) => Math.abs(sum / count - mean)));
}

/** Midpoints per latent: a mean of a step function over them is off by at most 1/POINTS per step. */
export const POINTS = 200;

/** Values of a number of the program after a pass, at points of the latents. */
export function valuesAt(value: (...latents: Real[]) => Real, pass: Pass, points: readonly number[][]): number[] {
  const before = buildObjective(
    defineModel("value", ({ sample, factor }) => {
      const latents = NAMES.slice(0, value.length).map((name) => sample(name, normal(0, 1)));
      factor("condition", value(...latents));
    }),
  );
  const latents = before.trace.latents.map(({ node }) => node);
  const at = evaluator(before.graph, [termOf(pass.run(before))], latents);
  return points.map((point) => at(point)[0]!);
}

/** Boundaries as text: "x > y by x+y" where x and y are moved together, "by x|y" where by either, "by roots" where neither is. */
export function boundariesText({ variables }: Objective, boundaries: readonly Boundary[]): string[] {
  return boundaries.map(({ text, predicates, blocks }) => {
    const moved = blocks.map(({ entries }) => entries.map(({ variable }) => variables[variable]!.name).join("+"));
    return `${text()}${predicates.length > 1 ? ` (${predicates.length})` : ""} by ${moved.join("|") || "roots"}`;
  });
}
