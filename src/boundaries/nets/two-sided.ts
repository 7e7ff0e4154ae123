/**
 * A net under the jumps that are moved onto: at draws placed on a boundary, ℓ of the program as it was written is taken on both sides, a
 * millionth of a step before and behind, and has to differ by the jump that the gradient was given. With x > 0.4 beside
 * (x − 0.4)/exp(y) > 0, two conditions that change at one place, whoever counted one without the other would be found out here,
 * as the program's own density jumps by both.
 */

import { append } from "../../autodiff/graph/multimap.ts";
import { PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { type Evaluation, evaluation } from "../../autodiff/tape/evaluation.ts";
import { MARGINALISATION } from "../../conditions/marginalisation.ts";
import { guideTermsOf, type ObjectiveTerm } from "../../objective/objective.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../random/index.ts";
import type { Boundary } from "../find/boundaries.ts";
import { sometimesCoincident } from "../find/parallels.ts";
import { surfaceOf } from "../move/projection.ts";
import type { CorrectionPlan } from "../plan.ts";

/** Draws on each boundary. */
const POINTS = 32;
const SEED = 1806_00176; // any
/** Boundaries that are looked at, spread evenly over all; fewer on programs of more operations than 500, on which each takes longer. */
const LOOKED_AT = 48;
const OPERATIONS = 24_000;
const FEWEST = 8;
/** How far from the boundary, in spreads of a variable's draws where these are below 1; at least so much of the variable itself. */
const [STEP, RELATIVE] = [1e-6, 1e-11];
/** Who is wrong is looked at again from so much nearer: x > y beside x > 0.9999999·y are two boundaries, which lie within one step. */
const NEARER = 1e-3;
/** How far the two may be apart, relative to the larger, and relative to ℓ. */
const [AGREEMENT, ROUNDING] = [1e-4, 1e-8];
/** Further conditions may change within the step: at so many of the draws they do not by chance. */
const BY_CHANCE = 2;
/** Sets of terms that are computed each by itself; of more, all are at once. */
const FEW = 6;

interface Placed {
  readonly boundary: Boundary;
  /** A parameter with weight · jump · slope, weight and slope. */
  readonly factors: readonly [term: NodeId, weight: NodeId, slope: NodeId];
  /** The variables that are moved onto the boundary, by index, and where to. */
  readonly moved: readonly (readonly [variable: number, at: NodeId])[];
}

/** Makes the check that throws RangeError, naming the site, where a jump that was used is not that of the program. It is compiled at its first look. */
export function twoSidedJumps(plan: CorrectionPlan): (theta: Float64Array) => void {
  let look: ((theta: Float64Array) => void) | undefined;
  return (theta) => {
    look ??= making(plan);
    look(theta);
  };
}

function making(plan: CorrectionPlan): (theta: Float64Array) => void {
  const { objective } = plan;
  const { graph, normals, parameters, variables } = objective;
  const placed = chosen(plan);
  if (placed.length === 0) return () => undefined;
  const drawn = variables.map(({ node }) => objective.guided.get(node) ?? node);
  const noise = new Float64Array(POINTS * normals.length);
  fillNormals(noiseRequest({ out: noise, generator: makeGenerator(SEED), lanes: POINTS, dimensions: normals.length }));
  const used = evaluation(
    graph,
    [...drawn, ...placed.flatMap(({ factors, moved }) => [...factors, ...moved.map(([, at]) => at)])],
    {
      engine: PLAIN_ENGINE,
      inputs: parameters,
      laneInputs: normals,
      points: POINTS,
    },
  );
  const around = surroundings(plan, placed);
  return (theta) => {
    used.run(theta, noise);
    const before = drawn.map((_, v) => used.values(v));
    const spreads = before.map((row) => Math.min(1, Math.max(...row) - Math.min(...row)));
    // Of hundreds of variables a boundary moves a few: the others stay where they are.
    for (const { inputs, rowOf } of new Set(around.map(({ group }) => group)))
      before.forEach((row, v) => {
        if (rowOf[v]! >= 0) inputs.set(row, rowOf[v]! * POINTS);
      });
    let next = drawn.length;
    placed.forEach(({ boundary, moved }, b) => {
      const first = next;
      next += 3 + moved.length;
      const jumps = Float64Array.from({ length: POINTS }, (_, i) => {
        const [term, weight, slope] = [0, 1, 2].map((j) => used.value(first + j, i)) as [number, number, number];
        // A weight that is near the smallest number has lost its digits.
        return Math.abs(weight * slope) > 1e-200 ? term / (weight * slope) : Number.NaN;
      });
      const onto = moved.map(
        ([v], k): Moved => ({ v, on: used.values(first + 3 + k), before: before[v]!, spread: spreads[v]! }),
      );
      const draws: Draws = { ...around[b]!, jumps, moved: onto };
      const wrongFrom = (step: number): Wrong[] => {
        const wrong = differing(theta, draws, step);
        return wrong.length < BY_CHANCE ? [] : wrong;
      };
      const [point] = wrongFrom(STEP);
      if (!point || wrongFrom(NEARER * STEP).length === 0) return;
      const names = onto.slice(0, 4).map(({ v, on }) => `${variables[v]!.name}=${on[point.at]!.toFixed(4)}`);
      throw new RangeError(
        `corrected: the jump of \`${boundary.text()}\` at ${boundary.affected()[0]!.site} is not the program's; got ${point.used} for ${point.raw} at ${names.join(", ")}, expected the same; score() is unbiased for any condition`,
      );
    });
  };
}

// What is computed beside each boundary: the terms that are to jump there, as the program has them, and what tells the sides apart. Boundaries of
// the same terms share a group; where nearly all have terms of their own they are all in one.
function surroundings(plan: CorrectionPlan, placed: readonly Placed[]): Surrounding[] {
  const { objective, path } = plan;
  const { graph, normals, parameters, variables } = objective;
  const variableNodes = variables.map(({ node }) => node);
  const inputNodes = [...variableNodes, ...normals.filter((node) => !variableNodes.includes(node))];
  // Terms that do not read the condition may jump there by another one, which has a boundary of its own.
  const termsOf = placed.map(({ boundary }) => boundary.affected().map((term) => objective.terms.indexOf(term)));
  const keys = termsOf.map((terms) => terms.join());
  const isOne = new Set(keys).size > FEW;
  const groups = new Map<string, number[]>();
  for (const [b, key] of keys.entries()) append(groups, isOne ? "" : key, b);
  const around: Surrounding[] = [];
  for (const members of groups.values()) {
    const terms = [...new Set(members.flatMap((b) => termsOf[b]!))];
    // Parallel conditions know of each other, however near they are.
    const parallel = members.map((b) => parallelTo(plan, placed[b]!.boundary));
    const masks = [...new Set(parallel.flat())];
    const nodes = [
      ...terms.map((k) => path.objective.terms[k]!.node),
      ...members.map((b) => placed[b]!.boundary.condition),
      ...masks,
    ];
    const read = new Set(graph.reachable(nodes));
    const laneInputs = inputNodes.filter((node) => read.has(node));
    const group: Group = {
      sides: evaluation(graph, nodes, { engine: PLAIN_ENGINE, inputs: parameters, laneInputs, points: POINTS }),
      inputs: new Float64Array(laneInputs.length * POINTS),
      rowOf: variableNodes.map((node) => laneInputs.indexOf(node)),
    };
    members.forEach((b, m) => {
      around[b] = {
        group,
        terms: termsOf[b]!.map((term) => terms.indexOf(term)),
        condition: terms.length + m,
        parallel: parallel[m]!.map((mask) => terms.length + members.length + masks.indexOf(mask)),
      };
    });
  }
  return around;
}

function parallelTo({ boundaries }: CorrectionPlan, boundary: Boundary): NodeId[] {
  return boundaries.flatMap((of) =>
    of !== boundary && of.family === boundary.family ? of.predicates.map(({ node }) => node) : [],
  );
}

// Boundaries with their terms; where an earlier one counts for both, what the later one is given says nothing.
function chosen(plan: CorrectionPlan): Placed[] {
  const { objective, boundaries } = plan;
  const { graph, variables } = objective;
  const coincident = sometimesCoincident(graph, boundaries);
  const marginalised = marginalisedTerms(plan);
  const guides = guideTermsOf(objective);
  const armed = new Set(guides.filter((_, i) => !graph.isConstant(objective.trace.latents[i]!.live)));
  const size = graph.reachable(plan.path.objective.terms.map(({ node }) => node)).length;
  const step = Math.max(1, boundaries.length / Math.min(LOOKED_AT, Math.max(FEWEST, OPERATIONS / size)));
  const looked = boundaries.filter((_, b) => Math.floor(b / step) !== Math.floor((b - 1) / step));
  return looked.flatMap((boundary): Placed[] => {
    if (boundary.blocks.length !== 1 || coincident(boundary).length > 0) return [];
    // The program has no term that is the expectation of one of its terms.
    if (boundary.affected().some((term) => marginalised.has(term))) return [];
    // Where a latent is in one arm only its density and that of its guide come and go together, and are counted by their mean.
    if (boundary.affected().some((term) => armed.has(term))) return [];
    const surface = surfaceOf(objective, boundary);
    for (const [p, slope] of surface.slope) {
      const term = plan.term(boundary).get(p);
      if (term === undefined) continue;
      const moved = variables.flatMap(({ node }, v) => {
        const at = surface.at.get(node);
        return at === undefined ? [] : [[v, at] as const];
      });
      return [{ boundary, factors: [term, surface.weight, slope], moved }];
    }
    return [];
  });
}

function marginalisedTerms({ objective, path }: CorrectionPlan): Set<ObjectiveTerm> {
  const last = path.stages.findIndex(({ pass }) => pass === MARGINALISATION);
  if (last < 0) return new Set();
  const before = path.stages[last - 1]?.objective ?? path.objective;
  const after = path.stages[last]!.objective;
  return new Set(before.terms.flatMap(({ node }, k) => (after.terms[k]!.node === node ? [] : [objective.terms[k]!])));
}

interface Wrong {
  readonly at: number;
  readonly used: number;
  readonly raw: number;
}

/** Boundaries that are looked at by one computation. */
interface Group {
  readonly sides: Evaluation;
  /** The variables that it reads before they were moved, and room for other inputs; and by variable its row, −1 for those that it does not read. */
  readonly inputs: Float64Array;
  readonly rowOf: readonly number[];
}

/** What a group computes for one boundary, by index among its values. */
interface Surrounding {
  readonly group: Group;
  /** The terms that are to jump. */
  readonly terms: readonly number[];
  /** c, which tells the sides apart. */
  readonly condition: number;
  /** Conditions beside which nothing is compared. */
  readonly parallel: readonly number[];
}

/** Variable v on the boundary, and before it was moved; how far its draws lie apart, at most 1. */
interface Moved {
  readonly v: number;
  readonly on: Float64Array;
  readonly before: Float64Array;
  readonly spread: number;
}

interface Draws extends Surrounding {
  readonly jumps: Float64Array;
  readonly moved: readonly Moved[];
}

// The draws at which ℓ jumps otherwise than it was counted.
function differing(
  theta: Float64Array,
  { group: { sides, inputs, rowOf }, terms, condition, parallel, jumps, moved }: Draws,
  step: number,
): Wrong[] {
  const lengths = new Float64Array(POINTS); // of the ways onto the boundary, in least steps
  for (const { on, before, spread } of moved)
    for (let i = 0; i < POINTS; i++) {
      const way = Math.abs(on[i]! - before[i]!);
      const least = Math.max(step * spread, RELATIVE * Math.abs(on[i]!));
      if (way > 0) lengths[i] = Math.max(lengths[i]!, way / least);
    }
  const read = moved.filter(({ v }) => rowOf[v]! >= 0);
  // Once and twice the step to either side: what changes smoothly is extrapolated away.
  const [ahead, far, behind, back] = [1, 2, -1, -2].map((steps): Side => {
    for (const { v, on, before } of read) {
      const row = rowOf[v]! * POINTS;
      for (let i = 0; i < POINTS; i++) inputs[row + i] = on[i]! + (steps / lengths[i]!) * (on[i]! - before[i]!);
    }
    sides.run(theta, inputs);
    const total = new Float64Array(POINTS);
    for (const k of terms) for (let i = 0; i < POINTS; i++) total[i]! += sides.value(k, i);
    // Parallel conditions are compared twice the step apart alone.
    const beside = Math.abs(steps) === 2 ? parallel.map((k) => sides.values(k)) : [];
    return { c: sides.values(condition), beside, total };
  }) as [Side, Side, Side, Side];
  for (const { v, before } of read) inputs.set(before, rowOf[v]! * POINTS);
  const wrong: Wrong[] = [];
  for (let i = 0; i < POINTS; i++) {
    if (
      !(Math.abs(Math.sign(ahead.c[i]!) + Math.sign(far.c[i]!) - Math.sign(behind.c[i]!) - Math.sign(back.c[i]!)) === 4)
    )
      continue;
    if (parallel.some((_, k) => far.beside[k]![i] !== back.beside[k]![i])) continue;
    const over = 2 * ahead.total[i]! - far.total[i]!;
    const under = 2 * behind.total[i]! - back.total[i]!;
    const difference = ahead.c[i]! > 0 ? over - under : under - over;
    const used = jumps[i]!;
    if (!Number.isFinite(difference) || !Number.isFinite(used)) continue;
    // Where nothing changes at all, as of 1e-320·z > 0, whose products are 0 beside z = 0, the step was too short to see.
    if (over === under && ahead.total[i] === behind.total[i] && used !== 0) continue;
    // ℓ that is steep without an end, as √z is at 0, is known no better than it changes within a step.
    const steepness = Math.abs(ahead.total[i]! - far.total[i]!) + Math.abs(behind.total[i]! - back.total[i]!);
    const slack =
      AGREEMENT * Math.max(1, Math.abs(used), Math.abs(difference)) +
      ROUNDING * (Math.abs(over) + Math.abs(under)) +
      2 * steepness;
    if (Math.abs(difference - used) > slack) wrong.push({ at: i, used, raw: difference });
  }
  return wrong;
}

interface Side {
  readonly c: Float64Array;
  readonly beside: readonly Float64Array[];
  readonly total: Float64Array;
}
