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
import { gradient } from "../../autodiff/graph/gradient.ts";
import type { Graph } from "../../autodiff/graph/graph.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import { codesWith, JUMPING } from "../../autodiff/ops/facts/behaviours.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { exp } from "../../math/elementary.ts";
import type { LaneInputs } from "../../objective/lane-inputs.ts";
import { noisesBelow, type Objective, type ObjectiveTerm } from "../../objective/objective.ts";
import { BoundaryNormal, hasNormal } from "./boundary-normals.ts";
import type { Decision } from "./decisions.ts";
import { LineProgram } from "./line-program.ts";
import { type LineDecision, Places } from "./places.ts";

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
  const noises = noisesBelow(objective, decision.operand);
  if (hasNormal(objective, decision)) return noises;
  return noises.filter((variable) => variable < objective.trace.latents.length);
}

/** The lines of the given decisions. */
export function countedLines(objective: Objective, decisions: readonly Decision[]): CountedLines {
  const { graph, parameters } = objective;
  const variablesOf = decisions.map((decision) => linesOf(objective, decision));
  const variables = [...new Set(variablesOf.flat())].sort((p, q) => p - q);
  const normalOf = new Map(
    decisions.map((of) => [of, hasNormal(objective, of) ? new BoundaryNormal(objective, of) : undefined] as const),
  );
  const lines = variables.map((v) => {
    const own = decisions.filter((_, k) => variablesOf[k]!.includes(v));
    return lineOf(objective, v, own, normalOf);
  });
  const term = new Map(parameters.map((_, p) => [p, graph.input(`jumps by ${p}`, true)] as const));
  return { decisions, variables, derived: [summed(objective, lines, [...term.values()])], term };
}

// Row v of the inverse of ∂z/∂ε, by latent: what ε_v changes by as z does.
function rowOfInverse({ graph, guide }: Objective, v: number): Map<number, NodeId> {
  const { algebra: A } = graph;
  const row = new Map([[v, A.div(graph.constant(1), guide.sigmas[v]!)]]);
  for (let w = v - 1; w >= 0; w--) {
    const shares = guide.columns[w]!.flatMap(({ latent, share }) => {
      const known = row.get(latent);
      return known === undefined ? [] : [A.mul(known, share)];
    });
    if (shares.length > 0) row.set(w, A.neg(graph.sum(shares)));
  }
  return row;
}

/** How far from a place its slopes are asked for, one after the other. */
const BESIDE_PLACES = [0, 1e-6, 1e-4];
/** How far from the 0 of a divisor ℓ is looked at, and by how much it may have moved from there to the bracket. */
const [BESIDE, STILL] = [1e-6, 1e-4];
const INV_SQRT_2PI = 0.3989422804014327; // 1/√(2π)

/** What the places along the line of one noise add to the gradient, by parameter. */
interface Line {
  /** Noises and parameters that it reads. */
  readonly inputs: readonly NodeId[];
  /** Sums over the places, of the values of `inputs`. */
  readonly count: (given: Float64Array) => Float64Array;
}

function lineOf(
  objective: Objective,
  v: number,
  own: readonly Decision[],
  normalOf: ReadonlyMap<Decision, BoundaryNormal | undefined>,
): Line {
  const { graph, guide, guided, normals, parameters, variables } = objective;
  const t = variables[v]!.epsilon;
  const terms = termsReading(objective, own);
  const guidedNodes = (roots: readonly NodeId[]): NodeId[] => substitute(graph, roots, guided);
  const decided = guidedNodes(own.map(({ node }) => node));
  const values = guidedNodes(terms.map(({ node }) => node));
  const ownAt = new Map(decided.map((node, k) => [node, own[k]!]));
  const kindOf = (node: NodeId): Decision["kind"] => ownAt.get(node)?.kind ?? "mask";
  // Everything that may change along the line, what others read first; what no decision of these reads need not be sought.
  const movable = alongLine(graph, [...decided, ...values], t);
  const read = new Set(graph.reachable(decided));
  const switches = movable.filter((node) => ownAt.has(node) || JUMPING.has(graph.op[node]!));
  const sought = switches.filter((node) => read.has(node));
  const slopes = new Map(
    sought.flatMap((node) =>
      FOLLOWED.has(graph.op[node]!) ? [[node, gradient(graph, graph.a[node]!, [t])[0]!] as const] : [],
    ),
  );
  const program = new LineProgram(graph, [...decided, ...values, ...slopes.values()], t);
  const searched = sought.map((node): LineDecision => {
    const slope = slopes.get(node);
    return {
      kind: kindOf(node),
      isOwn: ownAt.has(node),
      isRounding: graph.op[node] === CODE.floor,
      place: program.place(node),
      cone: program.cone([node]),
      ...(slope !== undefined && {
        operand: program.place(graph.a[node]!),
        slope: { place: program.place(slope), cone: program.cone([slope]) },
      }),
    };
  });
  const refuse = (of: Decision, what: string): never => {
    throw new RangeError(
      `corrected: \`${of.text()}\` at ${of.site()} cannot be handled exactly; got ${what}, expected places of change that can be told apart; score() is unbiased for any condition`,
    );
  };
  const along = `the line of "${variables[v]!.name}"`;
  const whole = program.cone([...decided, ...values]);
  const switching = switches.map((node) => {
    const of = ownAt.get(node);
    return { place: program.place(node), kind: kindOf(node), of, normal: of && normalOf.get(of) };
  });
  const valuePlaces = Int32Array.from(values, (node) => program.place(node));
  const places = new Places(program, searched, valuePlaces, (index, at, pieces) => {
    const blamed = own[decided.findIndex((node) => graph.reachable([node]).includes(sought[index]!))]!;
    return refuse(blamed, `${pieces} pieces of ${along} used up at epsilon=${at}`);
  });
  // What moves ε_v at fixed z, for decisions without a normal.
  const isPlain = switching.some(({ of, normal }) => of && !normal);
  const rates = isPlain ? [...guide.slopes(rowOfInverse(objective, v), (variable) => normals[variable]!)] : [];
  const rateNodes = rates.map(([, node]) => node);
  const rateProgram = new LineProgram(graph, rateNodes, t);
  const rateCone = rateProgram.cone(rateNodes);
  const ofNormals = switching.flatMap(({ normal }) => normal?.inputs ?? []);
  const inputs = [...new Set([...program.inputs, ...rateProgram.inputs, ...ofNormals])].filter((node) => node !== t);
  const indicesOf = (nodes: readonly NodeId[]): readonly number[] => nodes.map((node) => inputs.indexOf(node));
  const [ofProgram, ofRates] = [indicesOf(program.inputs), indicesOf(rateProgram.inputs)];
  const [forProgram, forRates] = [new Float64Array(ofProgram.length), new Float64Array(ofRates.length)];
  const ofNormal = new Map(
    [...normalOf.values()].flatMap((of) => {
      if (!of) return [];
      const [indices, n] = [indicesOf(of.inputs), of.inputs.length];
      return [[of, { indices, before: new Float64Array(n), after: new Float64Array(n) }] as const];
    }),
  );
  const before = new Float64Array(switching.length);
  const valueAt = (point: number): number => {
    program.setPoint(point);
    program.evaluate(whole);
    let sum = 0;
    for (const place of valuePlaces) sum += program.values[place]!;
    return sum;
  };
  // The jump at the 0 of a divisor, as the limit of differences between places equally far from it: ℓ may have a part that is
  // infinite there, as log|x| is, and large at both ends of the bracket.
  const limitJump = (k: number, left: number, right: number): number => {
    const [a, b] = [places.from[k]!, places.to[k]!];
    const middle = a + (b - a) / 2;
    let step = BESIDE * Math.max(1, Math.abs(middle));
    for (let j = 0; j < places.count; j++)
      if (j !== k) step = Math.min(step, 0.5 * Math.max(places.from[j]! - b, a - places.to[j]!));
    if (step <= 2 * (b - a)) return right - left;
    const [before, after] = [valueAt(middle - step), valueAt(middle + step)];
    const moved = Math.abs(before - left) + Math.abs(after - right);
    return moved < STILL * (1 + Math.abs(right - left)) ? right - left : after - before;
  };
  const sums = new Float64Array(parameters.length);
  const readBySought = new Set(graph.reachable(sought));
  const moving = ofProgram.filter((_, j) => readBySought.has(program.inputs[j]!));
  const placed = new Float64Array(moving.length).fill(Number.NaN);
  const count = (given: Float64Array): Float64Array => {
    sums.fill(0);
    program.setInputs(gathered(forProgram, ofProgram, given));
    const isMoved = moving.some((from, j) => !Object.is(given[from], placed[j]));
    gathered(placed, moving, given);
    places.find(isMoved);
    for (let k = 0; k < places.count; k++) {
      const [a, b] = [places.from[k]!, places.to[k]!];
      const left = valueAt(a);
      for (let i = 0; i < switching.length; i++) before[i] = program.values[switching[i]!.place]!;
      const right = valueAt(b);
      // What changes first is read by whatever else changes: where that is none of these decisions, it has a boundary of its own. A
      // divisor such as |x| may be 0 and have the same sign on both sides.
      const touched = places.touched[k]! < 0 ? -1 : searched[places.touched[k]!]!.place;
      const first = switching.find(
        ({ place, kind }, i) => place === touched || changed(kind, before[i]!, program.values[place]!),
      );
      if (!first?.of) continue;
      const middle = a + (b - a) / 2;
      const jump = first.kind === "sign" ? limitJump(k, left, right) : right - left;
      if (jump === 0) continue;
      const { normal } = first;
      if (!normal) {
        rateProgram.setInputs(gathered(forRates, ofRates, given));
        rateProgram.setPoint(middle);
        rateProgram.evaluate(rateCone);
        rates.forEach(([p, node]) => {
          sums[p]! += density(middle) * jump * rateProgram.values[rateProgram.place(node)]!;
        });
        continue;
      }
      const { indices, before: onLeft, after: onRight } = ofNormal.get(normal)!;
      // Where rounding hides the slopes, as that of x − tanh x at 0, those beside the place have its direction.
      const found = BESIDE_PLACES.some((step) => {
        const margin = step * Math.max(1, Math.abs(middle));
        return normal.at(gathered(onLeft, indices, given, a - margin), gathered(onRight, indices, given, b + margin));
      });
      if (!found) refuse(first.of, `slopes that rounding hides on ${along} at epsilon=${middle}`);
      let [own, all] = [0, 0];
      normal.noises.forEach((u, j) => {
        const slope = normal.byNoise[j]!;
        if (slope === 0) return;
        if (u === v) own = Math.sign(slope);
        all += Math.abs(slope) / density(u === v ? middle : given[noiseAt.get(u)!]!);
      });
      const weight = (own * jump) / all;
      if (weight !== 0) for (let p = 0; p < sums.length; p++) sums[p]! += weight * normal.byParameter[p]!;
    }
    return sums;
  };
  const noiseAt = new Map(normals.map((node, u) => [u, inputs.indexOf(node)]));
  return { inputs, count };
}

// The values that are given of some inputs; that of t, which is not given, is `at`.
function gathered(out: Float64Array, indices: readonly number[], given: Float64Array, at: number = 0): Float64Array {
  for (let k = 0; k < indices.length; k++) out[k] = indices[k]! < 0 ? at : given[indices[k]!]!;
  return out;
}

function density(t: number): number {
  return INV_SQRT_2PI * exp(-0.5 * t * t);
}

// The sums of all lines, sample by sample; of a line whose inputs stay what they were they are not computed again.
function summed({ parameters }: Objective, lines: readonly Line[], nodes: readonly NodeId[]): LaneInputs {
  const reads = [...new Set(lines.flatMap(({ inputs }) => inputs))].filter((node) => !parameters.includes(node));
  const known = lines.map(({ inputs, count }) => ({
    count,
    from: inputs.map((node) => ({ parameter: parameters.indexOf(node), row: reads.indexOf(node) })),
    given: new Float64Array(inputs.length).fill(Number.NaN),
    sums: new Float64Array(nodes.length),
    isComputed: false,
  }));
  return {
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
          if (!line.isComputed) sums.set(line.count(given));
          line.isComputed = true;
          for (let p = 0; p < nodes.length; p++) slots[to[p]! + lane]! += sums[p]!;
        }
      }
    },
  };
}

// Ops that change once at a level where their operand rises or falls: a sign and an equality change twice, on the level and behind it.
const FOLLOWED: ReadonlySet<number> = /* @__PURE__ */ codesWith(({ jump }) => jump !== "none" && !jump.apart);

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
