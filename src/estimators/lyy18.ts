/**
 * The estimator of Lee, Yu and Yang (NeurIPS 2018, arXiv:1806.00176, Theorem 4 and Section 4): the pathwise term, plus
 * one boundary drawn uniformly for each sample, times their number K.
 *
 * k = boundary drawn, ε′ = noise of the correction, independent of ε, z* = draw ε′ with one latent moved onto boundary k.
 */

import { gradient } from "../autodiff/graph/gradient.ts";
import { inputIndex } from "../autodiff/graph/graph.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Boundary } from "../boundaries/find/boundaries.ts";
import { separateIfs } from "../boundaries/find/separate-ifs.ts";
import { surfaceOf } from "../boundaries/move/projection.ts";
import { type CorrectionPlan, planCorrection, requireAccepted } from "../boundaries/plan.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import { among, type Block, type BlockEntry, blocksOf } from "../conditions/affine-blocks.ts";
import { type Entropy, requireEntropy } from "../objective/entropy.ts";
import { inBases, type Objective, placedAt } from "../objective/objective.ts";
import { oneOf } from "../objective/one-of.ts";
import { rewritten } from "../objective/pass.ts";
import { type Choice, drawnChoices } from "./draw/choices.ts";
import { byFamily, drawnTerm } from "./draw/drawn-term.ts";
import { type Estimator, type EstimatorNodes, entropyUnder, NOISE_OPTIONS, type NoiseOptions } from "./estimator.ts";
import { withNoise } from "./sample-points.ts";

export interface Lyy18Options extends NoiseOptions {
  /** Boundaries drawn per sample, with replacement (default 1, the paper's). */
  readonly boundaries?: number | undefined;
  /**
   * "merged" (default): conditions with the same boundary are forced together. "separate": each `if` by itself, the
   * others on the same boundary taken as false, as the original implementation does; **biased** where they interact.
   */
  readonly coincident?: "merged" | "separate" | undefined;
  /** How the guide's entropy is counted (default "sampled"). */
  readonly entropy?: Entropy | undefined;
}

/**
 * The paper's own estimator, the baseline for `corrected`.
 *
 * Estimates: ∇θ ELBO. Using: reverse mode, and for each sample one boundary drawn uniformly, on which one latent (that
 * of the largest coefficient) is moved, with fresh noise for the others. Requires: conditions with constant coefficients,
 * and jumps at conditions alone (unlike tanh(1/z); `fit` warns). Unbiased when: accepted, as `corrected`; with
 * `coincident: "separate"` only if no two conditions share a boundary.
 * State: none. Source: Lee, Yu and Yang, NeurIPS 2018 (arXiv:1806.00176), Section 4.
 */
export function lyy18(options: Lyy18Options = {}): Estimator {
  requireNoMore("lyy18", 1, arguments);
  requireOptions<Lyy18Options>("lyy18", options, {
    boundaries: "any",
    coincident: "any",
    entropy: "any",
    ...NOISE_OPTIONS,
  });
  const { boundaries = 1 } = options;
  if (!Number.isInteger(boundaries) || boundaries < 1)
    throw new RangeError(`lyy18: boundaries is not a count; got ${String(boundaries)}, expected an integer ≥ 1`);
  const coincident = oneOf("lyy18", "coincident", options.coincident, ["merged", "separate"]);
  const entropy = requireEntropy("lyy18", options.entropy);
  const merged: Estimator = {
    name: "lyy18",
    build(objective, repertoire, analysis) {
      const way = entropyUnder("lyy18", repertoire, entropy);
      const plan = planCorrection(objective, { ...PAPER, entropy: way }, analysis);
      return build(plan, boundaries);
    },
  };
  const separate: Estimator = {
    name: "lyy18 (separate)",
    graphOptions: { pushIntoWhere: false },
    biasedWhenCoincident: true,
    build(objective, repertoire) {
      const way = entropyUnder("lyy18", repertoire, entropy);
      const { pass, groupOf, tied } = separateIfs();
      const plan = planCorrection(objective, {
        ...PAPER,
        entropy: way,
        boundaryView: (seen) => rewritten([pass], seen),
      });
      const nodes = build(plan, boundaries, groupOf);
      return { ...nodes, gradient: tied(objective.graph, nodes.gradient) };
    },
  };
  return withNoise(coincident === "merged" ? merged : separate, options);
}

// The conditions as the program has them; those with a constant slope, which `oneLatent` asks for, need no check.
const PAPER = { passes: [], boundaryPasses: [], accepts: ([block]: readonly Block[]) => block !== undefined };

function build(plan: CorrectionPlan, draws: number, groupOf?: (boundary: Boundary) => number): EstimatorNodes {
  requireAccepted("lyy18", plan);
  const { path, objective, boundaries } = plan;
  const { graph, parameters, value } = path.objective;
  const { algebra: A } = graph;
  const ordered = byFamily(graph, boundaries);
  const normals = [...path.objective.normals];
  const choices: Choice[] = [];
  if (boundaries.length === 0) return { value, gradient: path.gradient, normals };
  const corrections: NodeId[][] = parameters.map(() => []);
  for (let draw = 0; draw < draws; draw++) {
    const suffix = draws > 1 ? ` ${draw}` : "";
    const fresh = path.objective.normals.map((node) =>
      graph.input(`${graph.inputs[inputIndex(graph, node)]!.name}′${suffix}`, true),
    );
    const choice = graph.input(`boundary${suffix}`, true);
    normals.push(...fresh);
    choices.push({ node: choice, count: boundaries.length });
    const drawn = new Map(fresh.entries());
    const atDraw = placedAt(objective, drawn);
    const surfaces = ordered.map((boundary) =>
      surfaceOf(objective, { ...boundary, blocks: [oneLatent(objective, boundary)] }, atDraw, drawn),
    );
    const { weighted, slope } = drawnTerm({
      objective,
      boundaries: ordered,
      surfaces,
      epsilon: fresh,
      choice,
      groupOf,
    });
    slope.forEach((node, index) => {
      corrections[index]!.push(A.mul(A.constant(boundaries.length / draws), A.mul(weighted, node)));
    });
  }
  return {
    value,
    gradient: path.gradient.map((node, index) => A.add(node, graph.sum(corrections[index]!))),
    normals,
    derived: [drawnChoices(choices)],
  };
}

// The paper's projection: the latent of the largest coefficient; where a slope is not constant it is not defined. Under a guide that
// correlates latents the noise of the last one of a condition, as the coefficients of the others may be 0.
function oneLatent(objective: Objective, boundary: Boundary): Block {
  const { graph, trace, variables } = objective;
  const { condition, text } = boundary;
  const slopes = gradient(
    graph,
    condition,
    variables.map(({ node }) => node),
  );
  const bent = variables.find((_, v) => !graph.isConstant(slopes[v]!));
  if (bent)
    throw new RangeError(
      `lyy18: condition \`${text()}\` has no constant slope; got one that changes with ${bent.name}, expected constants times latents; corrected() handles it`,
    );
  const size = ({ coefficient }: BlockEntry): number => Math.abs(graph.value(coefficient));
  const isLatent = (variable: number): boolean => variable < trace.latents.length;
  const [largest] = blocksOf(objective, condition, among(isLatent))
    .flatMap(({ entries }) => entries)
    .filter(({ variable, coefficient }) => isLatent(variable) && graph.isConstant(coefficient))
    .sort((p, q) => size(q) - size(p)) as [BlockEntry];
  const zero = new Map([[variables[largest.variable]!.base, graph.constant(0)]]);
  return { entries: [largest], rest: substitute(graph, inBases(objective, [condition]), zero)[0]!, safe: true };
}
