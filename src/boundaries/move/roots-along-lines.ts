/**
 * Conditions that are affine in nothing: their surface is met along single variables.
 *
 * Along the noise ε_v of one variable, the others given, every root t of c contributes φ(t)/|∂c/∂ε_v|. The roots are
 * isolated with a guarantee (`roots/`), for each sample, before its tape runs. Several variables are combined by the
 * balance heuristic (`surface.ts`): the weight of a root is 1 / Σ_v |∂c/∂ε_v|/φ(ε_v), bounded where one slope vanishes.
 */
import { gradient } from "../../autodiff/graph/gradient.ts";
import { print } from "../../autodiff/graph/infix-text.ts";
import { poles } from "../../autodiff/graph/poles.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { normalCdf } from "../../math/normal.ts";
import type { LaneInputs } from "../../objective/lane-inputs.ts";
import { type Objective, placedAt, smoothlyMoved, variablesBelow } from "../../objective/objective.ts";
import { makeRootFinder } from "../../roots/isolation.ts";
import type { Boundary } from "../find/boundaries.ts";
import type { Move, RootsAlongLines } from "./move.ts";
import { type Surface, slopeAt } from "./projection.ts";

/** So many standard deviations away the density is below 3e-32. */
const NEGLIGIBLE = 12;

const SQRT_2PI = 2.5066282746310002; // √(2π)
/** Roots evaluated per sample and variable; of more, as many are drawn, each as likely as the others. */
const ROOTS = 2;
const MOST_ROOTS = 4096;

export const ROOTS_ALONG_LINES: RootsAlongLines = { directionsOf, moveOf };

/** Most variables along which the roots of one condition are sought. */
const MOST_DIRECTIONS = 3;

/**
 * The variables along whose noises the roots of a condition are sought: the first that move it by themselves, not those that move it
 * only as far as the guide correlates them with others, which may be not at all. Those of divisors come before others, so that a
 * pole across which the condition changes is met and refused; RangeError if they are too many.
 */
function directionsOf(objective: Objective, condition: NodeId): number[] {
  const { graph, variables } = objective;
  const cone = graph.reachable([condition]);
  const moves = (v: number): boolean => smoothlyMoved(graph, [variables[v]!.node], cone)[condition] === 1;
  const dividing = new Set([...poles(graph, cone).values()].flatMap((divisor) => variablesBelow(objective, divisor)));
  if (dividing.size > MOST_DIRECTIONS)
    throw new RangeError(
      `corrected: condition \`${print(graph, condition)}\` divides by what may be 0; got ${dividing.size} variables in such divisors, expected at most ${MOST_DIRECTIONS}, or divisors that are positive`,
    );
  const others = variablesBelow(objective, condition).filter((v) => !dividing.has(v));
  return [...dividing, ...others].filter(moves).slice(0, MOST_DIRECTIONS);
}

/** The surface of a boundary along each of its directions, within so many standard deviations (default: all of the line). */
function moveOf(objective: Objective, boundary: Boundary, reach?: number): Move {
  const { graph, normals, variables, guided } = objective;
  const { algebra: A } = graph;
  const { condition } = boundary;
  const directions = directionsOf(objective, condition);
  const [guidedCondition] = substitute(graph, [condition], guided) as [NodeId];
  const inputs = [...new Set(directions.flatMap((v) => variables[v]!.column.map(({ node }) => node)))];
  const slopes = new Map(gradient(graph, condition, inputs).map((node, j) => [inputs[j]!, node]));
  const surfaces: Surface[] = [];
  const derived: LaneInputs[] = [];
  const choices: NodeId[] = [];
  for (const v of directions) {
    const { name, epsilon } = variables[v]!;
    const choice = graph.input(`root of ${name}`, true);
    const inputs = Array.from({ length: 2 * ROOTS }, (_, r) => graph.input(`root ${r} of ${name}`, true));
    choices.push(choice);
    derived.push(rootsAlong(objective, guidedCondition, epsilon, choice, inputs, reach));
    for (let r = 0; r < ROOTS; r++) {
      const [root, count] = [inputs[2 * r]!, inputs[2 * r + 1]!];
      const moved = new Map([[v, root]]);
      const noise = (variable: number): NodeId => moved.get(variable) ?? normals[variable]!;
      const at = placedAt(objective, moved);
      const zero = graph.constant(0);
      const inverse = directions.map((other) => {
        const parts = variables[other]!.column.map(({ node, coefficient }) =>
          A.mul(substitute(graph, [slopes.get(node)!], at)[0]!, coefficient),
        );
        const slope = A.abs(graph.sum(parts));
        const density = A.exp(A.mul(A.constant(0.5), A.square(noise(other))));
        return A.where(A.positive(slope), A.mul(slope, A.mul(A.constant(SQRT_2PI), density)), zero);
      });
      const weight = A.where(A.positive(count), A.div(count, graph.sum(inverse)), zero);
      surfaces.push({ moved, at, weight, slope: slopeAt(objective, condition, noise, at) });
    }
  }
  return { surfaces, derived, normals: choices };
}

// Inputs in pairs: a root, and how many it stands for (0: there is none).
function rootsAlong(
  { graph, parameters }: Objective,
  condition: NodeId,
  along: NodeId,
  choice: NodeId,
  nodes: readonly NodeId[],
  reach: number | undefined,
): LaneInputs {
  const finder = makeRootFinder(graph, condition, along, {
    refuseJumpsWithin: NEGLIGIBLE,
    ...(reach !== undefined && { reach }),
  });
  const values = new Float64Array(finder.inputs.length);
  const roots = new Float64Array(MOST_ROOTS);
  const parameterOf = finder.inputs.map((node) => parameters.indexOf(node));
  const reads = [choice, ...finder.inputs.filter((_, j) => parameterOf[j]! < 0)];
  const readOf = finder.inputs.map((node) => reads.indexOf(node));
  return {
    nodes,
    reads,
    fill({ slots, from, to, lanes, theta }) {
      for (let lane = 0; lane < lanes; lane++) {
        for (let j = 0; j < values.length; j++) {
          const p = parameterOf[j]!;
          values[j] = p >= 0 ? theta[p]! : slots[from[readOf[j]!]! + lane]!;
        }
        const found = finder.find(values, roots);
        const drawn = Math.min(found, ROOTS);
        const first = found > ROOTS ? Math.min(found - 1, Math.floor(normalCdf(slots[from[0]! + lane]!) * found)) : 0;
        for (let r = 0; r < ROOTS; r++) {
          slots[to[2 * r]! + lane] = r < drawn ? roots[(first + r) % found]! : 0;
          slots[to[2 * r + 1]! + lane] = r < drawn ? found / drawn : 0;
        }
      }
    },
  };
}
