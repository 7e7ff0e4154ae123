/**
 * Which boundaries meet which: the share of random points of one boundary at which the condition of another is 0 up to rounding. On
 * the boundary of z³ − z² + z > 1, the point z = 1, the condition z > 1 has the value 0: they meet everywhere. A curve and a line
 * through it meet nowhere, as no random point of one lies on the other.
 *
 * The points are computed once for each boundary, and then all conditions at them as numbers: for n boundaries that makes n
 * tapes' worth of nodes and n² evaluations, where a node for each pair would make n² nodes.
 */

import { substitute } from "../../autodiff/graph/substitute.ts";
import { PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { evaluation } from "../../autodiff/tape/evaluation.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";
import { POINTS, type RandomPoints, zeros } from "./probe-points.ts";
import type { Rivals } from "./rivals.ts";

/** Most pairs that are compared, some seconds of work: 2048 curved conditions on one latent are that many. */
const MOST_PAIRS = 2_097_152;

/** The share of the points of `on`, of those that the guide reaches, at which the condition of `of` is 0. */
export type Meetings = (on: Boundary, of: Boundary) => number;

/** Compares the boundaries of each list with their rivals, both ways; RangeError where there are too many to compare. */
export function meetings(objective: Objective, points: RandomPoints, rivals: readonly Rivals[]): Meetings {
  const pairs = rivals.reduce((total, { others }) => total + others.length, 0);
  if (pairs > MOST_PAIRS) {
    const { of, others } = rivals[0]!;
    throw new RangeError(
      `corrected: too many conditions that may share a boundary; got ${pairs} pairs, the first \`${of.text()}\` and \`${others[0]!.text()}\`, expected at most ${MOST_PAIRS}; conditions that are linear in all their variables need no such look`,
    );
  }
  const opponents = new Map<Boundary, Set<Boundary>>();
  const oppose = (p: Boundary, q: Boundary): void => {
    const known = opponents.get(p);
    if (known) known.add(q);
    else opponents.set(p, new Set([q]));
  };
  for (const { of, others } of rivals)
    for (const other of others) {
      oppose(of, other);
      oppose(other, of);
    }
  const involved = [...opponents.keys()];
  const index = new Map(involved.map((boundary, k) => [boundary, k]));
  const { graph, guide, guided, parameters, variables } = objective;
  const inputs = variables.map(({ node }) => node);
  const conditions = involved.map(({ condition }) => condition);

  // The conditions at draws of the guide, for their scale, and where the points of each boundary lie.
  const outputs: NodeId[] = substitute(graph, conditions, guided);
  const places = involved.map((boundary) =>
    points
      .on(boundary)
      .map(({ at, weight }) => outputs.push(weight, ...substitute(graph, inputs, at)) - inputs.length - 1),
  );
  const values = points.values(outputs);
  const everywhere = evaluation(graph, conditions, {
    engine: PLAIN_ENGINE,
    inputs: parameters,
    laneInputs: inputs,
    points: POINTS,
  });
  const theta = guide.space.probe;
  const shares = involved.map((boundary, p) => {
    const met = new Map<number, number>();
    let reached = 0;
    for (const at of places[p]!) {
      const weights = values[at]!;
      everywhere.run(
        theta,
        inputs.flatMap((_, v) => values[at + 1 + v]!),
      );
      reached += weights.filter((weight) => weight > 0).length;
      for (const other of opponents.get(boundary)!) {
        const q = index.get(other)!;
        const isZero = zeros([...everywhere.values(q)], values[q]!);
        const count = isZero.filter((zero, i) => zero && weights[i]! > 0).length;
        if (count > 0) met.set(q, (met.get(q) ?? 0) + count);
      }
    }
    return { met, reached };
  });
  return (on, of) => {
    const { met, reached } = shares[index.get(on)!]!;
    return reached === 0 ? 0 : (met.get(index.get(of)!) ?? 0) / reached;
  };
}
