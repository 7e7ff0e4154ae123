/**
 * A look at rewritten terms: where a pass has taken conditions apart, what it made has to have the value of what the program says, at
 * points all over where guides lie, and at draws of the guide that a gradient is computed under. Passes are meant to keep every truth value; one that did not would make gradient and ELBO wrong
 * together, and nothing would show it. Terms that no pass has changed cost nothing here.
 */

import { neverZero } from "../../autodiff/graph/signs.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { evaluation } from "../../autodiff/tape/evaluation.ts";
import { inputsAt, valuesAt } from "../../autodiff/tape/values.ts";
import { probeOf } from "../../guides/guide.ts";
import type { Pathwise } from "../../objective/entropy.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Pass } from "../../objective/pass.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../random/index.ts";

const POINTS = 512;
const SEED = 1806_00176; // any
/** Standard deviations, in turn: near 0 and far. */
const SPREADS = [0.3, 1, 3];
/** Draws of a guide, and their standard deviations in turn. */
const [DRAWS, WIDER] = [64, [1, 2]];
/**
 * Two sides of a comparison that differ by less, relative to both, are equal but for rounding, and either answer is right: 0.1 + 0.2·Φ(z) rounds to
 * 0.3 before Φ(z) comes to (0.3 − 0.1)/0.2.
 */
const TIE = 1e-12;
/** Values may differ by rounding. */
const ROUNDING = 1e-8;

type Values = ReturnType<ReturnType<typeof evaluation>["values"]>;

/** Throws RangeError, naming the first site, if a term has another value after these passes of a path than before them. */
export function requireSamePath({ objective, stages }: Pathwise, passes: readonly Pass[]): void {
  const last = passes.at(-1);
  const simplified = stages.find(({ pass }) => pass === last)?.objective;
  if (simplified) requireSameTerms(objective, simplified);
}

/**
 * Throws RangeError, naming the first site, if a term has another value after rewriting than before: at points about 0, or at draws of the
 * guide with the parameters that are given.
 */
export function requireSameTerms(before: Objective, after: Objective, theta?: Float64Array): void {
  const changed = before.terms.flatMap(({ node }, k) => (node === after.terms[k]?.node ? [] : [k]));
  if (changed.length === 0) return;
  const { graph, guide, guided, normals, parameters, terms, variables } = before;
  const places = variables.map(({ node }) => node);
  const inputs = theta ? normals : [...new Set([...places, ...normals])];
  const [points, spreads] = theta ? [DRAWS, WIDER] : [POINTS, SPREADS];
  const noise = new Float64Array(points * inputs.length);
  fillNormals(noiseRequest({ out: noise, generator: makeGenerator(SEED), lanes: points, dimensions: inputs.length }));
  for (let i = 0; i < noise.length; i++) noise[i]! *= spreads[(i % points) % spreads.length]!;
  const nodes = changed.flatMap((k) => [terms[k]!.node, after.terms[k]!.node]);
  const compared = differencesIn(before, changed);
  const looked = [...nodes, ...compared.flat(), ...places];
  const { run, value, values } = evaluation(graph, theta ? substitute(graph, looked, guided) : looked, {
    engine: PLAIN_ENGINE,
    inputs: parameters,
    laneInputs: inputs,
    points,
  });
  run(theta ?? probeOf(guide.space), noise);
  const isTie = new Uint8Array(points);
  compared.forEach((_, c) => {
    const [difference, x, y] = [0, 1, 2].map((j) => values(nodes.length + 3 * c + j)) as [Values, Values, Values];
    for (let i = 0; i < points; i++)
      if (Math.abs(difference[i]!) <= TIE * (Math.abs(x[i]!) + Math.abs(y[i]!))) isTie[i] = 1;
  });
  const isLost = (k: number, i: number): boolean =>
    !theta &&
    leavesDoubles(
      before,
      terms[k]!.node,
      inputs,
      Float64Array.from(inputs, (_, d) => noise[d * points + i]!),
    );
  changed.forEach((k, j) => {
    const [raw, rewritten] = [values(2 * j), values(2 * j + 1)];
    const at = raw.findIndex((value, i) => isTie[i] === 0 && !agree(value, rewritten[i]!) && !isLost(k, i));
    if (at < 0) return;
    const first = looked.length - places.length;
    const point = variables.map(({ name }, v) => `${name}=${value(first + v, at).toFixed(4)}`);
    throw new RangeError(
      `corrected: the conditions of ${terms[k]!.site} cannot be taken apart; got ${rewritten[at]} for ${raw[at]} at ${point.slice(0, 6).join(", ")}, expected the same value; score() is unbiased for any condition`,
    );
  });
}

/**
 * Whether a number of the program at a point is too great or too small for a double: x/exp(exp(y)) < 0 is false for x = −1 from y = 6.6 on, where the
 * quotient is −0. The program jumps there by rounding alone. Points about 0 are far from the guide, so that none of its draws sees that; where they do the model is refused.
 */
function leavesDoubles(
  { graph, guide, parameters }: Objective,
  root: NodeId,
  inputs: readonly NodeId[],
  at: Float64Array,
): boolean {
  const nodes = graph.reachable([root]);
  const found = valuesAt(graph, nodes, inputsAt(graph, [parameters, probeOf(guide.space)], [inputs, at]));
  const numbers = new Map(nodes.map((node, j) => [node, found[j]!]));
  return nodes.some((node) => {
    const from = graph.operands(node).map((operand) => numbers.get(operand)!);
    const isOrdinary = from.length > 0 && from.every((x) => Number.isFinite(x) && x !== 0);
    const own = numbers.get(node)!;
    const isProduct = graph.op[node] === CODE.mul || graph.op[node] === CODE.div;
    return isOrdinary && (Math.abs(own) === Infinity || (own === 0 && (isProduct || neverZero(graph, node))));
  });
}

// The numbers that the comparisons of the program compare: of x > y the nodes x − y, x and y.
function differencesIn({ graph, terms }: Objective, changed: readonly number[]): [NodeId, NodeId, NodeId][] {
  return graph
    .reachable(changed.map((k) => terms[k]!.node))
    .filter((node) => graph.op[node] === CODE.positive)
    .flatMap((node) => {
      const difference = graph.a[node]!;
      return graph.op[difference] === CODE.sub ? [[difference, graph.a[difference]!, graph.b[difference]!]] : [];
    });
}

function agree(x: number, y: number): boolean {
  return Object.is(x, y) || Math.abs(x - y) <= ROUNDING * Math.max(1, Math.abs(x));
}
