/**
 * Log cdf and log survival of a latent's prior at many numbers together: by the prior's own functions where its parameters are numbers, by an
 * evaluation of the graph where they depend on other latents.
 */
import { exprOf, nodeOf, type Real } from "../../autodiff/expr.ts";
import type { Graph } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { Session } from "../../autodiff/session.ts";
import type { Evaluation } from "../../autodiff/tape/evaluation.ts";
import type { Distribution } from "../../distributions/distribution.ts";
import { withTails } from "../../distributions/known-tails.ts";
import type { Latent } from "../../program/trace.ts";

/** Whether the input at a number is a number: not between ends that other latents move. */
export function hasPlainInput({ transform, prior }: Latent): boolean {
  if (!transform || "sampled" in prior) return true;
  return typeof transform.inverse(innerPoint(prior.support.lower, prior.support.upper)) === "number";
}

export function priorOf({ name, prior }: Latent): Distribution {
  if ("sampled" in prior) throw new TypeError(`completion: "${name}" is an entry of ${prior.name}; expected a number`);
  return prior;
}

/** log cdf and log survival of a prior at a value, and the latent's input there. */
export function tailsAt(graph: Graph, latent: Latent, x: NodeId): NodeId[] {
  const { transform } = latent;
  const prior = priorOf(latent);
  const session = new Session(graph);
  const value = exprOf(session, x);
  const { logCdf, logSurvival } = withTails(prior);
  if (!logCdf || !logSurvival)
    throw new TypeError(
      `completion: the cdf of ${prior.name} is not known; got ${prior.name}, expected one with a cdf`,
    );
  const all: Real[] = [logCdf(value), logSurvival(value), transform ? transform.inverse(value) : value];
  return all.map((real) => nodeOf(session, real));
}

export function innerPoint(lower: number, upper: number): number {
  if (lower > -Infinity) return upper < Infinity ? 0.5 * lower + 0.5 * upper : lower + 1;
  return upper < Infinity ? upper - 1 : 0;
}

/** Log cdf, log survival and the latent's input at candidates, one for each of the points of a pass that are used. */
export interface Tails {
  readonly at: (candidates: (p: number) => number, used: number) => void;
  readonly value: (which: 0 | 1 | 2, p: number) => number;
}

/** Of a prior whose parameters are numbers, without the graph. */
export function plainTails(latent: Latent): Tails | undefined {
  const prior = priorOf(latent);
  if (prior.parameters.some(({ value }) => typeof value !== "number")) return undefined;
  const { logCdf, logSurvival } = withTails(prior);
  if (!logCdf || !logSurvival) return undefined;
  let place: (p: number) => number = () => 0;
  const inverse = (x: number): Real => latent.transform?.inverse(x) ?? x;
  const of = [logCdf, logSurvival, inverse] as const;
  if (typeof logCdf(innerPoint(prior.support.lower, prior.support.upper)) !== "number") return undefined;
  return {
    at: (candidates) => {
      place = candidates;
    },
    value: (which, p) => of[which](place(p)) as number,
  };
}

/** Tails by an evaluation whose inputs lie in `room`; the last of them are the candidates. */
export function evaluatedTails(run: Evaluation, room: Float64Array, points: number): Tails {
  const place = room.subarray(room.length - points);
  return {
    at(candidates, used) {
      for (let p = 0; p < points; p++) place[p] = candidates(Math.min(p, used - 1));
      run.run([], room);
    },
    value: (which, p) => run.value(which, p),
  };
}
