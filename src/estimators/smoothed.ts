/**
 * `smoothed` replaces conditions by sigmoids: with the accuracy η the truth of c > 0 becomes σ_η(c) = sigmoid(c/η), which is biased for
 * any η > 0.
 */

import { type Graph, MASK } from "../autodiff/graph/graph.ts";
import { print } from "../autodiff/graph/infix-text.ts";
import { CODE, INPUT, OP_NAMES } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Tape } from "../autodiff/tape/tape.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import { type Entropy, type EntropyWay, pathwise, requireEntropy } from "../objective/entropy.ts";
import type { Objective } from "../objective/objective.ts";
import { oneOf } from "../objective/one-of.ts";
import { type Pass, withNodes } from "../objective/pass.ts";
import { type Estimator, type EstimatorNodes, entropyUnder, NOISE_OPTIONS, type NoiseOptions } from "./estimator.ts";
import { withNoise } from "./sample-points.ts";

export interface SmoothedOptions extends NoiseOptions {
  /** η > 0: the width of the sigmoids, in units of the conditions; the smaller, the less bias and the more variance (default 0.1). */
  readonly accuracy?: number | undefined;
  /** "fixed" (default): η in every step. "dsgd": η·√(4000/(i + 1)) in optimiser step i = 0, 1, …: η in the 4000th. */
  readonly schedule?: "fixed" | "dsgd" | undefined;
  /** How the guide's entropy is counted (default "sampled"). */
  readonly entropy?: Entropy | undefined;
}

/**
 * The pathwise estimator of a smoothed density: every if on c > 0 becomes the mixture of its arms with weights sigmoid(±c/η).
 *
 * Estimates: ∇θ of the ELBO of the smoothed density; ℓ itself is not smoothed. Using: reverse mode on sigmoids in place of
 * conditions that depend on a latent, products of them for `and` and `or`. Requires: arms that are finite wherever their
 * weight is not 0, also where they are not taken. Unbiased when: the density does not jump. **Biased** otherwise at any η,
 * less the smaller η is, while the variance grows like 1/η. State: the optimiser's step, with schedule "dsgd".
 * Source: Khajwal, Ong, Wagner, ESOP 2023 (fixed); Wagner, Khajwal, Ong, AISTATS 2024 (DSGD).
 */
export function smoothed(options: SmoothedOptions = {}): Estimator {
  requireNoMore("smoothed", 1, arguments);
  requireOptions<SmoothedOptions>("smoothed", options, {
    accuracy: "any",
    schedule: "any",
    entropy: "any",
    ...NOISE_OPTIONS,
  });
  const { accuracy = 0.1 } = options;
  if (!(typeof accuracy === "number" && accuracy > 0 && accuracy < Infinity && 1 / accuracy < Infinity))
    throw new RangeError(
      `smoothed: accuracy is no width; got ${String(accuracy)}, expected a finite number > 0, not below 1e-308`,
    );
  const schedule = oneOf("smoothed", "schedule", options.schedule, ["fixed", "dsgd"]);
  const entropy = requireEntropy("smoothed", options.entropy);
  const sharpness = (step: number): number =>
    schedule === "fixed" ? 1 / accuracy : Math.sqrt((step + 1) / 4000) / accuracy;
  return withNoise(
    {
      name: "smoothed",
      biasedAtJumps: true,
      // The program's own ifs, not those it has after simplification, define what is smoothed.
      graphOptions: { pushIntoWhere: false },
      build: (objective, repertoire) => build(objective, sharpness, entropyUnder("smoothed", repertoire, entropy)),
    },
    options,
  );
}

function build(original: Objective, at: (step: number) => number, entropy: EntropyWay): EstimatorNodes {
  const node = original.graph.input("1/accuracy", false);
  const { objective, gradient } = pathwise(original, entropy, [smoothing(node)]);
  const scheduled = ({ slots, uniformInputs }: Tape, step: number): void => {
    for (const input of uniformInputs) if (input.node === node) slots[input.offset] = at(step);
  };
  return { value: objective.value, gradient, normals: objective.normals, scheduled };
}

/** The pass that smooths with the sharpness 1/η, an input: where(z > 0, 5, 2) becomes 5·sigmoid(z/η) + 2·sigmoid(−z/η). */
export function smoothing(sharpness: NodeId): Pass {
  return {
    name: "smoothing",
    sentence: "A selection by c > 0 becomes the mixture of its arms with the weights sigmoid(c/η) and sigmoid(−c/η).",
    run(objective) {
      const rebuilt = smoothConditions(objective, sharpness);
      return withNodes(
        objective,
        objective.terms.map(({ node }) => rebuilt.get(node)!),
      );
    },
  };
}

/** How true a mask is and how false; both, for 1 − p would lose the digits of a small one. */
interface Weights {
  readonly is: NodeId;
  readonly not: NodeId;
}

// Every node of the terms, with mixtures in place of the selections that a latent decides.
function smoothConditions({ graph, terms, trace }: Objective, sharpness: NodeId): ReadonlyMap<NodeId, NodeId> {
  const { algebra: A } = graph;
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const learned = new Uint8Array(graph.size);
  for (const { node } of trace.latents) learned[node] = 1;
  const rebuilt = new Map<NodeId, NodeId>();
  const weights = new Map<NodeId, Weights>();
  for (const node of nodes) {
    const code = graph.op[node]!;
    const operands = graph.operands(node);
    if (operands.some((operand) => learned[operand] === 1)) learned[node] = 1;
    if (code === CODE.floor && learned[node] === 1)
      throw new RangeError(
        `smoothed: \`${print(graph, node)}\` has no smooth form; got rounding without a range, expected one, as floor(z, { from: 0, to: 9 }) has`,
      );
    const at = (j: number): NodeId => rebuilt.get(operands[j]!)!;
    if (code === CODE.where && learned[operands[0]!] === 1) {
      const { is, not } = weights.get(operands[0]!)!;
      rebuilt.set(node, A.add(weighted(graph, is, at(1)), weighted(graph, not, at(2))));
      continue;
    }
    rebuilt.set(
      node,
      code <= INPUT
        ? node
        : graph.apply(code, at(0), operands.length > 1 ? at(1) : -1, operands.length > 2 ? at(2) : -1),
    );
    if (!graph.hasFlag(node, MASK)) continue;
    weights.set(node, learned[node] === 1 ? weigh(node) : sharp(graph, rebuilt.get(node)!));
  }
  return rebuilt;

  function weigh(node: NodeId): Weights {
    const [p, q] = graph.operands(node).map((operand) => weights.get(operand));
    switch (graph.op[node]) {
      case CODE.positive: {
        const x = A.mul(rebuilt.get(graph.a[node]!)!, sharpness);
        return { is: A.sigmoid(x), not: A.sigmoid(A.neg(x)) };
      }
      case CODE.not:
        return { is: p!.not, not: p!.is };
      case CODE.and:
        return { is: A.mul(p!.is, q!.is), not: A.add(p!.not, A.mul(p!.is, q!.not)) };
      case CODE.or:
        return { is: A.add(p!.is, A.mul(p!.not, q!.is)), not: A.mul(p!.not, q!.not) };
      case CODE.equal: // of reals: false but for chance, whatever surrounds it
        return sharp(graph, rebuilt.get(node)!);
      default:
        throw new TypeError(
          `smoothed: op "${OP_NAMES[graph.op[node]! - 2]}" has no weights; expected one on truth values`,
        );
    }
  }
}

function sharp(graph: Graph, mask: NodeId): Weights {
  const { algebra: A } = graph;
  const [one, zero] = [graph.constant(1), graph.constant(0)];
  return { is: A.where(mask, one, zero), not: A.where(mask, zero, one) };
}

// weight·arm; an arm of weight 0 adds nothing, whatever it is, to value and derivative.
function weighted(graph: Graph, weight: NodeId, arm: NodeId): NodeId {
  const { algebra: A } = graph;
  if (graph.isConstant(arm) && Number.isFinite(graph.value(arm))) return A.mul(weight, arm);
  return A.mul(weight, A.where(A.positive(weight), arm, graph.constant(0)));
}
