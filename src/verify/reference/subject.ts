/**
 * A reference is computed of a subject: ℓ = log p − log q of the program as it was traced, before any pass looks at its conditions, with the score
 * ∇ log q and with the signature, the list of everything that the program decides at a point. For one latent z and `where(gt(z, 1), 2, 0)`
 * the signature says on which side of 1 the draw lies. The gradient of the ELBO is the mean of (ℓ − c)·∇ log q, for any number c:
 * no derivative of ℓ is needed, and nothing has to be known of a condition but where its truth changes.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { LANE, MASK } from "../../autodiff/graph/graph.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { type Evaluation, evaluation } from "../../autodiff/tape/evaluation.ts";
import { type Guide, type GuideParameters, packParameters, parameterNames } from "../../guides/guide.ts";
import { meanField } from "../../guides/mean-field.ts";
import { guideOf } from "../../guides/points.ts";
import { scoresOf } from "../../guides/scores.ts";
import { inRange, type Objective, objectiveOf } from "../../objective/objective.ts";
import type { Model } from "../../program/model.ts";
import { trace } from "../../program/trace.ts";
import { enumerated } from "./enumerated.ts";

export interface Subject {
  readonly model: Model;
  readonly objective: Objective;
  readonly theta: Float64Array;
  /** Of the parameters: `mu[z]`, … */
  readonly names: readonly string[];
  /** Noises: one for each latent, then the frozen ones. */
  readonly axes: number;
  /** Of these, noises of latents. */
  readonly latents: number;
  /** Parameters without spread, the last of θ, of which there is no score. */
  readonly points: number;
  /** The axis along which the score of each parameter varies most: that of its own latent. */
  readonly axisOf: readonly number[];
  /** How far a parameter has to go to matter: the standard deviation of its latent, 1 for others. */
  readonly unitOf: readonly number[];
  /** ℓ alone at points. */
  readonly values: PointValues;
  /** The signature alone. */
  readonly signed: PointValues;
  /** ℓ, the signature and the scores. */
  readonly scored: PointValues;
}

/** Values at points given by their noises, axis by axis: that of axis a at point i in place a·count + i. */
export interface PointValues {
  /** Numbers of a row: ℓ, then the scores if there are any. */
  readonly width: number;
  readonly rows: Float64Array;
  readonly signatures: Float64Array;
  /** Fills `rows` and `signatures` for so many points; θ is the subject's own unless given. */
  readonly at: (noise: Float64Array, count: number, theta?: Float64Array) => void;
}

/** Points of one pass. */
const LANES = 256;

/** Traces a model anew and puts it under a guide. */
export function subjectOf(caller: string, model: Model, guide: Guide = meanField(), params?: GuideParameters): Subject {
  const whole = enumerated(caller, trace(model));
  const objective = objectiveOf(whole, guideOf(whole, guide));
  const { graph, normals, terms, guided, trace: traced } = objective;
  const { space } = objective.guide;
  const theta = packParameters(caller, space, params);
  const value = inRange(objective, objective.value);
  const drawn = substitute(
    graph,
    terms.map(({ node }) => node),
    guided,
  );
  const decisions = decisionsBelow(graph, drawn);
  const scores = scoresOf(graph, objective.guide)((_, node) => node);
  const latents = traced.latents.length;
  const parts = space.parts.flatMap(({ key, names }) => names.map((_, i) => ({ key, i })));
  const pairs = space.pairs ?? [];
  const { sigmas } = space.numbers(theta);
  return {
    model,
    objective,
    theta,
    names: parameterNames(space),
    axes: normals.length,
    latents,
    points: traced.points.length,
    unitOf: parts.map(({ key, i }) => (key === "mu" || key === "rho" ? sigmas[i]! : 1)),
    axisOf: parts.map(({ key, i }) => (key === "mu" || key === "rho" ? i : key === "lower" ? (pairs[i]?.row ?? 0) : 0)),
    values: pointValues(objective, theta, [value], []),
    signed: pointValues(objective, theta, [], decisions),
    scored: pointValues(objective, theta, [value, ...scores], decisions),
  };
}

/** Everything at which a program may switch, as nodes whose sign or truth tells on which side a point lies. */
export function decisionsBelow(graph: Graph, roots: readonly NodeId[]): NodeId[] {
  const { algebra: A } = graph;
  const found = new Set<NodeId>();
  for (const node of graph.reachable(roots)) {
    const [x, y] = graph.operands(node) as [NodeId, NodeId];
    switch (graph.op[node]) {
      case CODE.positive:
      case CODE.equal:
      case CODE.sign:
      case CODE.floor:
        found.add(node);
        break;
      case CODE.div:
        found.add(y);
        break;
      case CODE.abs:
      case CODE.log:
      case CODE.sqrt:
        found.add(x);
        break;
      case CODE.log1p:
        found.add(A.add(x, graph.constant(1)));
        break;
      case CODE.max:
      case CODE.min:
        found.add(A.sub(x, y));
        break;
      case CODE.pow:
        found.add(x);
        break;
    }
  }
  return [...found].filter((node) => graph.hasFlag(node, LANE) && !graph.isConstant(node));
}

function pointValues(
  { graph, parameters, normals }: Objective,
  theta: Float64Array,
  numbers: readonly NodeId[],
  decisions: readonly NodeId[],
): PointValues & { rows: Float64Array; signatures: Float64Array } {
  const width = numbers.length;
  const isMask = decisions.map((node) => graph.hasFlag(node, MASK));
  const isWhole = decisions.map((node) => graph.op[node] === CODE.floor);
  let compiled: Evaluation | undefined;
  const compile = (): Evaluation =>
    evaluation(graph, [...numbers, ...decisions], {
      engine: PLAIN_ENGINE,
      inputs: parameters,
      laneInputs: normals,
      points: LANES,
    });
  const pass = new Float64Array(LANES * normals.length);
  const self = {
    width,
    rows: new Float64Array(0),
    signatures: new Float64Array(0),
    at(noise: Float64Array, count: number, at: Float64Array = theta): void {
      compiled ??= compile();
      if (self.signatures.length < count) {
        self.rows = new Float64Array(count * width);
        self.signatures = new Float64Array(count);
      }
      for (let first = 0; first < count; first += LANES) {
        const n = Math.min(LANES, count - first);
        for (let axis = 0; axis < normals.length; axis++)
          for (let i = 0; i < LANES; i++) pass[axis * LANES + i] = noise[axis * count + first + Math.min(i, n - 1)]!;
        compiled.run(at, pass);
        for (let k = 0; k < width; k++) {
          const row = compiled.values(k);
          for (let i = 0; i < n; i++) self.rows[(first + i) * width + k] = row[i]!;
        }
        // Whole numbers that differ, with all but certainty, where any decision differs.
        const signatures = self.signatures.subarray(first, first + n).fill(1);
        for (let k = 0; k < decisions.length; k++) {
          const row = compiled.values(width + k);
          for (let i = 0; i < n; i++) {
            const number = row[i]!;
            const side = isWhole[k] ? whole(number) : isMask[k] ? Number(number !== 0) : sideOf(number);
            signatures[i] = Math.imul(signatures[i]!, 69069) + side + 1;
          }
        }
      }
    },
  };
  return self;
}

function sideOf(number: number): number {
  return number > 0 ? 1 : number < 0 ? 2 : number === 0 ? 0 : 3;
}

const WHOLES = 2 ** 16;

// A whole number, however large, as one from 0 on that differs from those of its neighbours.
function whole(number: number): number {
  return ((number % WHOLES) + WHOLES) % WHOLES || 0;
}
