/**
 * The sum over the places along the line of one noise, sample by sample. In (z·y > 1 ? 3 : 0) with y = 2 in a sample, the line of z has one place, at
 * z = ½: there the value of ℓ jumps by 3, and the place adds 3 times its weight to the sum of each parameter. `counted-lines.ts` has the
 * formulas of the weights.
 */
import { gradient } from "../../autodiff/graph/gradient.ts";
import type { Graph } from "../../autodiff/graph/graph.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import { codesWith, JUMPING } from "../../autodiff/ops/facts/behaviours.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { exp } from "../../math/elementary.ts";
import type { Objective, ObjectiveTerm } from "../../objective/objective.ts";
import type { BoundaryNormal } from "./boundary-normals.ts";
import type { Decision } from "./decisions.ts";
import { LineProgram } from "./line-program.ts";
import { NoiseRates } from "./noise-rates.ts";
import { type LineDecision, Places } from "./places.ts";

/** How far from a place its slopes are asked for, one after the other. */
const BESIDE_PLACES = [0, 1e-6, 1e-4];
/** How far from the 0 of a divisor ℓ is looked at, and by how much it may have moved from there to the bracket. */
const [BESIDE, STILL] = [1e-6, 1e-4];
const INV_SQRT_2PI = 0.3989422804014327; // 1/√(2π)

/** A node that jumps somewhere along the line. */
interface Switch {
  readonly place: number;
  readonly kind: Decision["kind"];
  /** The decision that it is; undefined for a node whose places are counted on a boundary of its own. */
  readonly of: Decision | undefined;
  readonly normal: BoundaryNormal | undefined;
}

/** Which of the values that are given to a line a program takes, and room for them. */
interface Taken {
  readonly indices: readonly number[];
  readonly values: Float64Array;
}

/** Of a normal, which is asked for on both sides of a place. */
interface TakenBeside {
  readonly indices: readonly number[];
  readonly left: Float64Array;
  readonly right: Float64Array;
}

export class LineSum {
  /** Noises and parameters that it reads. */
  readonly inputs: readonly NodeId[];
  readonly #noise: number;
  readonly #name: string;
  /** The nodes that may change along the line; those that others read come first. */
  readonly #switches: readonly Switch[];
  /** Their values on the left of the present place. */
  readonly #before: Float64Array;
  readonly #program: LineProgram;
  /** All that the decisions and the terms that read them are computed from, and where the values of these terms lie. */
  readonly #whole: Int32Array;
  readonly #valuePlaces: Int32Array;
  readonly #searched: readonly LineDecision[];
  readonly #places: Places;
  /** For decisions without a normal, if there are any. */
  readonly #rates: NoiseRates | undefined;
  readonly #ofProgram: Taken;
  readonly #ofRates: Taken;
  readonly #ofNormals: ReadonlyMap<BoundaryNormal, TakenBeside>;
  /** The inputs that the places depend on, with the values for which they were found. */
  readonly #placed: Taken;
  /** By noise, where it lies among the inputs. */
  readonly #noiseAt: readonly number[];
  readonly #sums: Float64Array;

  /** The line of noise v, and the decisions sought along it. */
  constructor(
    objective: Objective,
    v: number,
    own: readonly Decision[],
    normalOf: ReadonlyMap<Decision, BoundaryNormal | undefined>,
  ) {
    const { graph, guided, normals, parameters, variables } = objective;
    const t = variables[v]!.epsilon;
    const guidedNodes = (roots: readonly NodeId[]): NodeId[] => substitute(graph, roots, guided);
    const decided = guidedNodes(own.map(({ node }) => node));
    const values = guidedNodes(termsReading(objective, own).map(({ node }) => node));
    const ownAt = new Map(decided.map((node, k) => [node, own[k]!]));
    const switches = alongLine(graph, [...decided, ...values], t).filter(
      (node) => ownAt.has(node) || JUMPING.has(graph.op[node]!),
    );
    // The places of a node that none of these decisions reads need not be sought.
    const read = new Set(graph.reachable(decided));
    const sought = switches.filter((node) => read.has(node));
    const slopes = slopesAlong(graph, sought, t);
    const program = new LineProgram(graph, [...decided, ...values, ...slopes.values()], t);
    this.#noise = v;
    this.#name = `the line of "${variables[v]!.name}"`;
    this.#program = program;
    this.#whole = program.cone([...decided, ...values]);
    this.#valuePlaces = Int32Array.from(values, (node) => program.place(node));
    this.#switches = switches.map((node) => {
      const of = ownAt.get(node);
      return { place: program.place(node), kind: of?.kind ?? "mask", of, normal: of && normalOf.get(of) };
    });
    this.#before = new Float64Array(switches.length);
    this.#searched = sought.map((node) => searchedFor(graph, program, node, ownAt.get(node), slopes.get(node)));
    this.#places = new Places(program, this.#searched, this.#valuePlaces, (index, at, pieces) => {
      const blamed = own[decided.findIndex((node) => graph.reachable([node]).includes(sought[index]!))]!;
      return refuse(blamed, `${pieces} pieces of ${this.#name} used up at epsilon=${at}`);
    });
    const isPlain = this.#switches.some(({ of, normal }) => of && !normal);
    this.#rates = isPlain ? new NoiseRates(objective, v) : undefined;
    const ofRates = this.#rates?.inputs ?? [];
    const ofNormals = this.#switches.flatMap(({ normal }) => normal?.inputs ?? []);
    const inputs = [...new Set([...program.inputs, ...ofRates, ...ofNormals])].filter((node) => node !== t);
    const indicesOf = (nodes: readonly NodeId[]): number[] => nodes.map((node) => inputs.indexOf(node));
    const taken = (indices: readonly number[]): Taken => ({
      indices,
      values: new Float64Array(indices.length).fill(Number.NaN),
    });
    this.inputs = inputs;
    this.#ofProgram = taken(indicesOf(program.inputs));
    this.#ofRates = taken(indicesOf(ofRates));
    this.#ofNormals = new Map(
      [...normalOf.values()].flatMap((of) => {
        if (!of) return [];
        const [indices, n] = [indicesOf(of.inputs), of.inputs.length];
        return [[of, { indices, left: new Float64Array(n), right: new Float64Array(n) }] as const];
      }),
    );
    const readBySought = new Set(graph.reachable(sought));
    this.#placed = taken(indicesOf(program.inputs.filter((node) => readBySought.has(node))));
    this.#noiseAt = indicesOf(normals);
    this.#sums = new Float64Array(parameters.length);
  }

  /** The sums over the places by parameter, for values of `inputs`; they are overwritten by the next call. */
  count(given: Float64Array): Float64Array {
    const [places, switches, before] = [this.#places, this.#switches, this.#before];
    this.#sums.fill(0);
    this.#findPlaces(given);
    for (let k = 0; k < places.count; k++) {
      const left = this.#valueAt(places.from[k]!);
      for (let i = 0; i < switches.length; i++) before[i] = this.#program.values[switches[i]!.place]!;
      const right = this.#valueAt(places.to[k]!);
      const first = this.#firstChanged(k);
      if (!first?.of) continue;
      const jump = first.kind === "sign" ? this.#limitJump(k, left, right) : right - left;
      if (jump === 0) continue;
      if (first.normal) this.#countByNormal(first.of, first.normal, k, jump, given);
      else {
        const middle = this.#middleOf(k);
        taking(this.#ofRates.values, this.#ofRates.indices, given);
        this.#rates!.addInto(this.#sums, this.#ofRates.values, middle, density(middle) * jump);
      }
    }
    return this.#sums;
  }

  #findPlaces(given: Float64Array): void {
    const { indices, values } = this.#placed;
    taking(this.#ofProgram.values, this.#ofProgram.indices, given);
    this.#program.setInputs(this.#ofProgram.values);
    const isMoved = indices.some((from, j) => !Object.is(given[from], values[j]));
    taking(values, indices, given);
    this.#places.find(isMoved);
  }

  #middleOf(k: number): number {
    const [a, b] = [this.#places.from[k]!, this.#places.to[k]!];
    return a + (b - a) / 2;
  }

  // The sum of the terms at a point, and there the values of all that may change.
  #valueAt(point: number): number {
    const program = this.#program;
    program.setPoint(point);
    program.evaluate(this.#whole);
    let sum = 0;
    for (const place of this.#valuePlaces) sum += program.values[place]!;
    return sum;
  }

  // The node that changes first at a place is read by whatever else changes there: where it is no decision of this line, it has a boundary of its own. A
  // divisor such as |x| may be 0 and have the same sign on both sides.
  #firstChanged(k: number): Switch | undefined {
    const { values } = this.#program;
    const touched = this.#places.touched[k]!;
    const touchedPlace = touched < 0 ? -1 : this.#searched[touched]!.place;
    return this.#switches.find(
      ({ place, kind }, i) => place === touchedPlace || changed(kind, this.#before[i]!, values[place]!),
    );
  }

  // The jump at the 0 of a divisor, as the limit of differences between places equally far from it: ℓ may have a part that is
  // infinite there, as log|x| is, and large at both ends of the bracket.
  #limitJump(k: number, left: number, right: number): number {
    const places = this.#places;
    const [a, b] = [places.from[k]!, places.to[k]!];
    const middle = a + (b - a) / 2;
    let step = BESIDE * Math.max(1, Math.abs(middle));
    for (let j = 0; j < places.count; j++)
      if (j !== k) step = Math.min(step, 0.5 * Math.max(places.from[j]! - b, a - places.to[j]!));
    if (step <= 2 * (b - a)) return right - left;
    const [before, after] = [this.#valueAt(middle - step), this.#valueAt(middle + step)];
    const moved = Math.abs(before - left) + Math.abs(after - right);
    return moved < STILL * (1 + Math.abs(right - left)) ? right - left : after - before;
  }

  // Adds a place by the balance heuristic, which takes the slopes of the decision by all its noises there.
  #countByNormal(of: Decision, normal: BoundaryNormal, k: number, jump: number, given: Float64Array): void {
    const [a, b, middle] = [this.#places.from[k]!, this.#places.to[k]!, this.#middleOf(k)];
    const { indices, left, right } = this.#ofNormals.get(normal)!;
    // Where rounding hides the slopes, as that of x − tanh x at 0, those beside the place have its direction.
    const isFound = BESIDE_PLACES.some((step) => {
      const margin = step * Math.max(1, Math.abs(middle));
      taking(left, indices, given, a - margin);
      taking(right, indices, given, b + margin);
      return normal.at(left, right);
    });
    if (!isFound) refuse(of, `slopes that rounding hides on ${this.#name} at epsilon=${middle}`);
    let [own, all] = [0, 0];
    normal.noises.forEach((u, j) => {
      const slope = normal.byNoise[j]!;
      if (slope === 0) return;
      if (u === this.#noise) own = Math.sign(slope);
      all += Math.abs(slope) / density(u === this.#noise ? middle : given[this.#noiseAt[u]!]!);
    });
    const weight = (own * jump) / all;
    const sums = this.#sums;
    if (weight !== 0) for (let p = 0; p < sums.length; p++) sums[p]! += weight * normal.byParameter[p]!;
  }
}

function refuse(of: Decision, what: string): never {
  throw new UndecidedPlaces(
    `corrected: \`${of.text()}\` at ${of.site()} cannot be handled exactly; got ${what}, expected places of change that can be told apart; score() is unbiased for any condition`,
  );
}

/** The places of change along a line cannot be told apart at some sample; a fit that expects it goes on without that gradient. */
export class UndecidedPlaces extends RangeError {}

// Ops that change once at a level where their operand rises or falls: a sign and an equality change twice, on the level and behind it.
const FOLLOWED: ReadonlySet<number> = /* @__PURE__ */ codesWith(({ jump }) => jump !== "none" && !jump.apart);

// The derivatives by t of the numbers that such ops compare, by node.
function slopesAlong(graph: Graph, nodes: readonly NodeId[], t: NodeId): ReadonlyMap<NodeId, NodeId> {
  const followed = nodes.filter((node) => FOLLOWED.has(graph.op[node]!));
  return new Map(followed.map((node) => [node, gradient(graph, graph.a[node]!, [t])[0]!] as const));
}

// A node whose places are sought, as the search sees it.
function searchedFor(
  graph: Graph,
  program: LineProgram,
  node: NodeId,
  of: Decision | undefined,
  slope: NodeId | undefined,
): LineDecision {
  return {
    kind: of?.kind ?? "mask",
    isOwn: of !== undefined,
    isRounding: graph.op[node] === CODE.floor,
    place: program.place(node),
    cone: program.cone([node]),
    ...(slope !== undefined && {
      operand: program.place(graph.a[node]!),
      slope: { place: program.place(slope), cone: program.cone([slope]) },
    }),
  };
}

// Takes some of the values that are given; that of t, which is not given, is `at`.
function taking(out: Float64Array, indices: readonly number[], given: Float64Array, at: number = 0): void {
  for (let k = 0; k < indices.length; k++) out[k] = indices[k]! < 0 ? at : given[indices[k]!]!;
}

function density(t: number): number {
  return INV_SQRT_2PI * exp(-0.5 * t * t);
}

// The nodes that t moves among those from which roots are computed, from below to above.
function alongLine(graph: Graph, roots: readonly NodeId[], t: NodeId): NodeId[] {
  const moved = new Set([t]);
  return graph.reachable(roots).filter((node) => {
    if (graph.operands(node).some((operand) => moved.has(operand))) moved.add(node);
    return moved.has(node);
  });
}

function changed(kind: Decision["kind"], before: number, after: number): boolean {
  return kind === "mask" ? before !== after : before > 0 !== after > 0;
}

// The terms that are computed from any of the decisions.
function termsReading({ graph, terms }: Objective, decisions: readonly Decision[]): ObjectiveTerm[] {
  const nodes = new Set(decisions.map(({ node }) => node));
  return terms.filter(({ node }) => graph.reachable([node]).some((below) => nodes.has(below)));
}
