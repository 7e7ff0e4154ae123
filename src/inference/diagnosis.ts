/**
 * Where a number is not finite, this file finds out why, so that the error can name the site: `observe "y3": log density of normal is NaN;
 * got mean=0.2, sd=-1, expected sd > 0`.
 */
import { exprOf, nodeOf, type Real } from "../autodiff/expr.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import type { Replacement } from "../autodiff/graph/substitute.ts";
import { INPUT } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { Session } from "../autodiff/session.ts";
import { inputsAt, valuesAt } from "../autodiff/tape/values.ts";
import type { GuideNodes } from "../guides/guide.ts";
import { finished, type Pieces } from "../pieces/pieces.ts";
import { type Drawn, run, type Trace } from "../program/run.ts";
import { fillNormals, type Generator, type NormalFill, noiseRequest } from "../random/index.ts";

/** A trace under a guide, as an estimator's objective is one. */
export interface GuidedTrace {
  readonly graph: Graph;
  readonly trace: Trace;
  /** Those of the trace, then the guide's of each latent. */
  readonly terms: readonly { readonly site: string; readonly node: NodeId }[];
  readonly guided: Replacement;
  readonly parameters: readonly NodeId[];
  readonly normals: readonly NodeId[];
  readonly guide: Pick<GuideNodes, "sigmas" | "space">;
}

/** An estimator whose samples are not all finite. */
export interface Failing {
  readonly objective: GuidedTrace;
  readonly estimator: { readonly name: string };
  readonly nodes: {
    readonly noise?: { readonly fill: NormalFill } | undefined;
    /** Those of the guide first. */
    readonly normals: readonly NodeId[];
  };
}

/** The samples among which ℓ or the gradient is not finite. */
export interface Failure {
  readonly generator: Generator;
  readonly stream: number;
  readonly firstSample: number;
  readonly samples: number;
  readonly group?: number;
}

/** Says as an error message what went wrong: at the first sample and term that are not finite, or with the parameters. */
export type Diagnosis = (failing: Failing, theta: Float64Array, failure: Failure) => string;

export const diagnosis: Diagnosis = ({ objective, estimator, nodes }, theta, failure) => {
  const { generator, stream, firstSample, samples, group = samples } = failure;
  const dimensions = nodes.normals.length;
  const { name } = objective.trace.model;
  const probe = finished(probing(objective));
  const fill = nodes.noise?.fill ?? fillNormals;
  const noise = new Float64Array(dimensions);
  const request = noiseRequest({ out: noise, generator, stream, lanes: 1, dimensions, group });
  for (let i = 0; i < samples; i++) {
    request.firstSample = firstSample + i;
    fill(request);
    const fault = probe(theta, noise);
    if (fault) return `${fault} (model "${name}", sample ${firstSample + i} of the guide)`;
  }
  return `model "${name}": the gradient by ${estimator.name} is not finite though every log density is; got ${narrowest(objective, theta)}, expected densities differentiable at the guide's samples, conditions whose slopes do not overflow, and no sd near 0`;
};

// Derivatives in a guide's parameters grow like 1/sd.
function narrowest({ guide, trace: { latents } }: GuidedTrace, theta: Float64Array): string {
  const sds = guide.space.numbers(theta).sigmas;
  const least = sds.indexOf(Math.min(...sds));
  return `the narrowest guide of "${latents[least]?.name}" with sd=${sds[least]}`;
}

/** The error about a density that is not finite where a fit would begin, every latent at its guide's mean; undefined where it is finite. */
export function* faultAtStart(objective: GuidedTrace, theta: Float64Array): Pieces<RangeError | undefined> {
  const probe = yield* probing(objective);
  const fault = probe(theta, new Float64Array(objective.normals.length));
  return fault ? new RangeError(`${fault} (at the initial point, every latent at its guide's mean)`) : undefined;
}

type Probe = (theta: ArrayLike<number>, noise: ArrayLike<number>) => string | undefined;

// Computes nodes of a trace at draws of the guide: few, so that a tape would take longer to make than to run.
function nodeByNode(
  { graph, guided, parameters, normals }: GuidedTrace,
  nodes: readonly NodeId[],
): (theta: ArrayLike<number>, noise: ArrayLike<number>) => number[] {
  // Latents are inputs, which the guide draws.
  const latents = graph.reachable(nodes).filter((node) => graph.op[node] === INPUT && guided.get(node) !== undefined);
  const drawn = latents.map((node) => guided.get(node)!);
  return (theta, noise) => {
    const own = [
      [parameters, theta],
      [normals, noise],
    ] as const;
    const places = valuesAt(graph, drawn, inputsAt(graph, ...own));
    return valuesAt(graph, nodes, inputsAt(graph, ...own, [latents, places]));
  };
}

// Finds what is wrong with ℓ at given parameters and noise, as the beginning of an error message; undefined if nothing is.
function* probing(objective: GuidedTrace): Pieces<Probe> {
  const { graph, trace, terms, guide } = objective;
  const session = new Session(graph);
  const whole = trace.original ?? trace;
  yield;
  const drawn = drawnIn(whole);
  yield;
  const drawnOf = new Map(whole.terms.map((term, j) => [term, drawn[j]]));
  const details = terms.map((_, j) => {
    const term = trace.terms[j];
    const named = term ? namedIn(drawnOf.get(term)) : [guideSd(exprOf(session, guide.sigmas[j - trace.terms.length]!))];
    const nodes = named.map(({ value }) => nodeOf(session, value));
    const of = term ? (drawnOf.get(term)?.distribution.name ?? "the term") : "the guide";
    return { of, named, nodes, live: term?.live ?? graph.truth(true) };
  });
  const values = terms.map(({ node }) => node);
  const { checks } = trace;
  const ranges = checks.flatMap(({ ok, value }) => [ok, value]);
  const outputs = [...values, ...details.flatMap(({ nodes, live }) => [live, ...nodes]), ...ranges];
  yield;
  const valuesUnder = nodeByNode(objective, outputs);
  const firstRange = outputs.length - ranges.length;
  return (theta, noise) => {
    const found = valuesUnder(theta, noise);
    const read = (index: number): number => found[index]!;
    for (const [j, check] of checks.entries())
      if (read(firstRange + 2 * j) === 0) return check.outside(read(firstRange + 2 * j + 1));
    let next = values.length;
    for (let j = 0; j < values.length; j++) {
      const { of, named } = details[j]!;
      const live = read(next) !== 0;
      const invalid = live ? named.findIndex(({ valid }, k) => valid?.(read(next + 1 + k)) === false) : -1;
      const first = next + 1;
      next += 1 + named.length;
      if (Number.isFinite(read(j)) && invalid < 0) continue;
      const got = named.map(({ name }, k) => `${name}=${read(first + k)}`).join(", ") || "no values";
      const instead = read(j) === -Infinity ? ", or priors whose supports leave out where the density is 0" : "";
      const expected = named[invalid]?.expected ?? `a finite log density${instead}`;
      return `${terms[j]!.site}: log density of ${of} is ${read(j)}; got ${got}, expected ${expected}`;
    }
    return undefined;
  };
}

interface Named {
  readonly name: string;
  readonly value: Real;
  readonly valid?: (value: number) => boolean;
  readonly expected?: string;
}

/** The input of the graph that stands for a latent, a parameter or a frozen site. */
interface Standing {
  readonly name: string;
  readonly node?: NodeId;
  readonly drawn?: NodeId;
  readonly noise?: NodeId;
}

// The distributions and values that the terms of a trace are made of. Those of many terms are not kept: the program runs once more, on the graph that has its nodes.
function drawnIn(trace: Trace): readonly (Drawn | undefined)[] {
  const { model, graph, latents, finite, points, frozen, extension } = trace;
  if (trace.drawn) return trace.drawn;
  const found: (Drawn | undefined)[] = [];
  const inputs = new Map(
    [...latents, ...finite, ...points, ...frozen].map((input: Standing) => [
      input.name,
      input.drawn ?? input.node ?? input.noise,
    ]),
  );
  run(model, graph, {
    input: (name, isPoint) => inputs.get(name) ?? graph.input(name, !isPoint),
    extension,
    onTerm: (drawn) => found.push(drawn),
  });
  return found;
}

// The value and the parameters of a term. The support is the range of the value, ℝ excepted: a value that is not finite is
// a symptom, not a cause.
function namedIn(drawn: Drawn | undefined): Named[] {
  if (!drawn) return [];
  const { distribution, value } = drawn;
  const { support } = distribution;
  if (value === undefined || "fault" in support) return [...distribution.parameters];
  const { kind, text, contains } = support;
  const range = kind === "real" ? {} : { valid: contains, expected: `value in ${text}` };
  return [{ name: "value", value, ...range }, ...distribution.parameters];
}

// Below the normal range 1/sd overflows.
const guideSd = (value: Real): Named => ({
  name: "sd",
  value,
  valid: (sd) => sd >= 2.2250738585072014e-308 && sd < Infinity,
  expected: "2.3e-308 ≤ sd < ∞",
});
