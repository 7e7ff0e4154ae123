/**
 * Jumps are counted along lines here. With the other noises drawn, h(t) = ℓ at ε_v = t is smooth but for places t* at which decisions change.
 * A line finds a part dS of a boundary as often as it crosses it, φ(ε without ε_v)·|n_v|·dS with the normal n of the boundary, so that
 * what a boundary adds to the gradient, ∫ φ(ε)·(ℓ⁺ − ℓ⁻)·(∂c/∂θ)/|∇c| dS, can be had from the places along any noise that moves it,
 * and from all of them together. They are weighted by the balance heuristic: a place on the boundary of c counts
 *
 *     (h(t* + 0) − h(t* − 0))·sign(∂c/∂ε_v)·(∂c/∂θ) / Σ_u |∂c/∂ε_u|/φ(ε*_u),
 *
 * u over all noises of c, whichever of their lines came upon it. Of one noise that is φ(t*)·jump/σ for μ. For z·y > 1 under a guide
 * with sd 1e-8 of z and 1 of y the line of z meets the boundary in one sample of 1e8, and would have to count 1e8 there; here that
 * place counts φ(y)·z/y² as all others do, which the line of y meets in every sample (Veach, "Robust Monte Carlo methods", 1997,
 * section 9.2). The normal is asked of the decision that changes first; where several change together they share one boundary.
 *
 * That needs a condition c which goes through 0 where it changes. Where it may instead pass a pole or leave a domain, as 1/x − y does
 * at x = 0 (`hasNormal`), each line counts for its own noise alone: φ(t*)·(h(t* + 0) − h(t* − 0))·u_v, where u_v is what the
 * parameter moves ε_v by at fixed z: 1/σ_v for μ_v, and t*·σ′_v/σ_v for ρ_v. Nothing is asked of such a decision but that its places
 * can be told apart.
 *
 * Beside these decisions a program has others that are moved onto their boundaries (`accepted.ts`). A place where one of those
 * changes first, and others with it as they read it, is counted on its boundary and not here.
 */
import type { NodeId } from "../../autodiff/ops/op.ts";
import { type LaneInputs, laneInputs } from "../../objective/lane-inputs.ts";
import { noisesBelow, type Objective } from "../../objective/objective.ts";
import { BoundaryNormal, hasNormal } from "./boundary-normals.ts";
import type { Decision } from "./decisions.ts";
import { LineSum } from "./line-sum.ts";

/** Decisions with the variables along whose lines they are sought, and what these lines add to the gradient. */
export interface CountedLines {
  readonly decisions: readonly Decision[];
  readonly variables: readonly number[];
  /** The sums over the places of all lines, computed before the tape runs. */
  readonly derived: readonly LaneInputs[];
  /** By index of the parameter. */
  readonly term: ReadonlyMap<number, NodeId>;
}

/**
 * The variables along whose lines a decision is sought: the noises that move it, those of frozen sites where its boundary has a
 * normal by which places along them can count for the gradient.
 */
export function linesOf(objective: Objective, decision: Decision): number[] {
  return sought(objective, decision).variables;
}

function sought(objective: Objective, decision: Decision) {
  const noises = noisesBelow(objective, decision.operand);
  if (hasNormal(objective, decision))
    return { variables: noises, normal: new BoundaryNormal(objective, decision, noises) };
  return { variables: noises.filter((variable) => variable < objective.trace.latents.length), normal: undefined };
}

/** The lines of the given decisions. */
export function countedLines(objective: Objective, decisions: readonly Decision[]): CountedLines {
  const { graph, parameters } = objective;
  const found = decisions.map((decision) => sought(objective, decision));
  const variables = [...new Set(found.flatMap((of) => of.variables))].sort((p, q) => p - q);
  const normalOf = new Map(decisions.map((of, k) => [of, found[k]!.normal] as const));
  const lines = variables.map((v) => {
    const own = decisions.filter((_, k) => found[k]!.variables.includes(v));
    return new LineSum(objective, v, own, normalOf);
  });
  const term = new Map(parameters.map((_, p) => [p, graph.input(`jumps by ${p}`, true)] as const));
  return { decisions, variables, derived: [summed(objective, lines, [...term.values()])], term };
}

// The sums of all lines, sample by sample; of a line whose inputs stay what they were they are not computed again.
function summed({ parameters }: Objective, lines: readonly LineSum[], nodes: readonly NodeId[]): LaneInputs {
  const reads = [...new Set(lines.flatMap(({ inputs }) => inputs))].filter((node) => !parameters.includes(node));
  const known = lines.map((sum) => ({
    sum,
    from: sum.inputs.map((node) => ({ parameter: parameters.indexOf(node), row: reads.indexOf(node) })),
    given: new Float64Array(sum.inputs.length).fill(Number.NaN),
    sums: new Float64Array(nodes.length),
    isComputed: false,
  }));
  return laneInputs({
    nodes,
    reads,
    fill({ slots, from, to, lanes, theta }) {
      for (let lane = 0; lane < lanes; lane++) {
        for (let p = 0; p < nodes.length; p++) slots[to[p]! + lane] = 0;
        for (const line of known) {
          const { given, sums } = line;
          for (let j = 0; j < given.length; j++) {
            const { parameter, row } = line.from[j]!;
            const value = parameter >= 0 ? theta[parameter]! : slots[from[row]! + lane]!;
            if (!Object.is(given[j], value)) line.isComputed = false;
            given[j] = value;
          }
          if (!line.isComputed) sums.set(line.sum.count(given));
          line.isComputed = true;
          for (let p = 0; p < nodes.length; p++) slots[to[p]! + lane]! += sums[p]!;
        }
      }
    },
  });
}
