/**
 * A boundary leaves most of a large sum as it is. In a chain of ifs whose states are summed out every condition is below one sum, of which the jump at
 * θ₅ > 18 changes what reads θ₅ or that condition, and nothing of the steps before it. One sweep over the sum finds what it
 * changes; everything else has the value that it has at the guide's own draw, and is not looked at again.
 */
import type { Boundary } from "../find/boundaries.ts";
import { type BesideFamily, type Families, familiesOf } from "../find/parallel-family.ts";
import { type Cone, pathsFrom } from "./linear-paths.ts";

/** Below fewer nodes a jump is made as fast without. */
const FEWEST = 200;

const UNMOVED = 1;
const CHANGED = 2;

/** What families of parallel boundaries know, and of a boundary of none what it leaves as it is. */
export const sparing: Families = (objective, boundaries) => {
  const { graph, guided, variables } = objective;
  const familyOf = familiesOf(objective, boundaries);
  const cones = new Map<string, Cone>();
  const coneOf = ({ affected }: Boundary): Cone => {
    const roots = affected().map(({ node }) => node);
    const key = roots.join();
    let cone = cones.get(key);
    if (!cone) {
      cone = { roots, nodes: Int32Array.from(graph.reachable(roots)), slopes: new Map() };
      cones.set(key, cone);
    }
    return cone;
  };
  return (boundary): BesideFamily | undefined => {
    const known = familyOf(boundary);
    if (known) return known;
    const cone = coneOf(boundary);
    const { nodes } = cone;
    if (nodes.length < FEWEST) return undefined;
    const states = new Uint8Array(nodes[nodes.length - 1]! + 1);
    let lowest = states.length;
    // Conditions on what is moved, which may have another truth on the boundary, are above it.
    for (const { entries } of boundary.blocks)
      for (const { variable } of entries) {
        const { column, base, epsilon } = variables[variable]!;
        for (const node of [base, epsilon, ...column.map(({ node }) => node)]) {
          states[node] = CHANGED;
          lowest = Math.min(lowest, node);
        }
      }
    for (const node of nodes) {
      if (states[node] === CHANGED) continue;
      let state = UNMOVED;
      if (node > lowest)
        for (let j = graph.arity(node) - 1; j >= 0; j--)
          if (states[graph.operand(node, j)] === CHANGED) state = CHANGED;
      states[node] = state;
    }
    return {
      value: (node) => (states[node] === UNMOVED ? guided.get(node) : undefined),
      mayJump: (node) => states[node] !== UNMOVED,
      apart: (flipping) => pathsFrom(graph, guided, cone, flipping, (node) => states[node] === UNMOVED),
    };
  };
};
