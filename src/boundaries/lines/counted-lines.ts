/**
 * Jumps counted along lines. With the other noises drawn, h(t) = ℓ at ε_v = t is smooth but for places t* at which decisions change,
 * and
 *
 *     ∂ E[ℓ] = E[∂ℓ] + E Σ_v Σ_{t*} φ(t*)·(h(t* + 0) − h(t* − 0))·u_v,
 *
 * where u_v is what the parameter moves ε_v by at fixed z: 1/σ_v for μ_v, and t*·σ′_v/σ_v for ρ_v. Nothing is asked of a decision but that
 * its places can be told apart: no slope, no form, and conditions that coincide change at one place and are counted there together.
 *
 * Beside these decisions a program has others that are moved onto their boundaries (`accepted.ts`). A place where one of those
 * changes first, and others with it as they read it, is counted on its boundary and not here.
 */
import { gradient } from "../../autodiff/graph/gradient.ts";
import type { Graph } from "../../autodiff/graph/graph.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { CODE, codesOf } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { exp } from "../../math/elementary.ts";
import type { LaneInputs } from "../../objective/lane-inputs.ts";
import { noisesBelow, type Objective, type ObjectiveTerm } from "../../objective/objective.ts";
import type { Decision } from "./decisions.ts";
import { LineProgram } from "./line-program.ts";
import { type LineDecision, Places } from "./places.ts";

/** Decisions with the variables along whose lines they are sought, and what these lines add to the gradient. */
export interface CountedLines {
  readonly decisions: readonly Decision[];
  readonly variables: readonly number[];
  /** The sums over the places of each line, computed before the tape runs. */
  readonly derived: readonly LaneInputs[];
  /** By index of the parameter. */
  readonly term: ReadonlyMap<number, NodeId>;
}

/** The variables along whose lines decisions are sought: the latents whose noises move them. */
export function linesOf(objective: Objective, { operand }: Decision): number[] {
  return noisesBelow(objective, operand).filter((variable) => variable < objective.trace.latents.length);
}

/** The lines of the given decisions. */
export function countedLines(objective: Objective, decisions: readonly Decision[]): CountedLines {
  const { graph, guide, normals } = objective;
  const { algebra: A } = graph;
  const variablesOf = decisions.map((decision) => linesOf(objective, decision));
  const variables = [...new Set(variablesOf.flat())].sort((p, q) => p - q);
  const term = new Map<number, NodeId>();
  const derived: LaneInputs[] = [];
  for (const v of variables) {
    const own = decisions.filter((_, k) => variablesOf[k]!.includes(v));
    const { name } = objective.variables[v]!;
    const sums = ["jumps", "moments of jumps"].map((what) => graph.input(`${what} along ${name}`, true)) as [
      NodeId,
      NodeId,
    ];
    derived.push(sumsAlong(objective, v, own, sums));
    // What moves ε_v is linear in t: at 0, and what a unit adds.
    const row = rowOfInverse(objective, v);
    const at = (t: number): Map<number, NodeId> =>
      guide.slopes(row, (variable) => (variable === v ? graph.constant(t) : normals[variable]!));
    const [level, raised] = [at(0), at(1)];
    for (const [p, high] of raised) {
      const low = level.get(p) ?? graph.constant(0);
      const part = A.add(A.mul(sums[0], low), A.mul(sums[1], A.sub(high, low)));
      const before = term.get(p);
      term.set(p, before === undefined ? part : A.add(before, part));
    }
  }
  return { decisions, variables, derived, term };
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

const INV_SQRT_2PI = 0.3989422804014327; // 1/√(2π)

// Σ φ(t*)·jump and Σ φ(t*)·jump·t* over the places along one noise.
function sumsAlong(objective: Objective, v: number, own: readonly Decision[], nodes: readonly NodeId[]): LaneInputs {
  const { graph, guided, parameters, variables } = objective;
  const t = variables[v]!.epsilon;
  const terms = termsReading(objective, own);
  const guidedNodes = (roots: readonly NodeId[]): NodeId[] => substitute(graph, roots, guided);
  const decided = guidedNodes(own.map(({ node }) => node));
  const values = guidedNodes(terms.map(({ node }) => node));
  const kinds = new Map(decided.map((node, k) => [node, own[k]!.kind]));
  // Everything that may change along the line, what others read first; what no decision of these reads need not be sought.
  const moving = alongLine(graph, [...decided, ...values], t);
  const read = new Set(graph.reachable(decided));
  const switches = moving.filter((node) => kinds.has(node) || SWITCHES.has(graph.op[node]!));
  const sought = switches.filter((node) => read.has(node));
  const slopes = new Map(
    sought.flatMap((node) =>
      graph.op[node] === CODE.positive ? [[node, gradient(graph, graph.a[node]!, [t])[0]!] as const] : [],
    ),
  );
  const program = new LineProgram(graph, [...decided, ...values, ...slopes.values()], t);
  const searched = sought.map((node): LineDecision => {
    const slope = slopes.get(node);
    return {
      kind: kinds.get(node) ?? "mask",
      isOwn: kinds.has(node),
      place: program.place(node),
      cone: program.cone([node]),
      ...(slope !== undefined && {
        operand: program.place(graph.a[node]!),
        slope: { place: program.place(slope), cone: program.cone([slope]) },
      }),
    };
  });
  const whole = program.cone([...decided, ...values]);
  const switching = switches.map((node) => ({
    place: program.place(node),
    kind: kinds.get(node) ?? "mask",
    isOwn: kinds.has(node),
  }));
  const places = new Places(program, searched, (index, at, pieces) => {
    const blamed = own[decided.findIndex((node) => graph.reachable([node]).includes(sought[index]!))]!;
    const { text, site } = blamed;
    throw new RangeError(
      `corrected: \`${text()}\` at ${site()} cannot be handled exactly; got ${pieces} pieces of the line of "${variables[v]!.name}" used up at epsilon=${at}, expected places of change that can be told apart; score() is unbiased for any condition`,
    );
  });
  const parameterOf = program.inputs.map((node) => parameters.indexOf(node));
  const reads = program.inputs.filter((_, j) => parameterOf[j]! < 0);
  const readOf = program.inputs.map((node) => reads.indexOf(node));
  const given = new Float64Array(program.inputs.length).fill(Number.NaN);
  const before = new Float64Array(switching.length);
  const valuePlaces = values.map((node) => program.place(node));
  const valueAt = (point: number): number => {
    program.setPoint(point);
    program.evaluate(whole);
    let sum = 0;
    for (const place of valuePlaces) sum += program.values[place]!;
    return sum;
  };
  const [sums, computed] = [new Float64Array(2), { once: false }];
  const count = (): void => {
    sums.fill(0);
    places.find();
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
      if (!first?.isOwn) continue;
      const middle = a + (b - a) / 2;
      const weighted = INV_SQRT_2PI * exp(-0.5 * middle * middle) * (right - left);
      if (weighted === 0) continue;
      sums[0]! += weighted;
      sums[1]! += weighted * middle;
    }
  };
  return {
    nodes,
    reads,
    fill({ slots, from, to, lanes, theta }) {
      for (let lane = 0; lane < lanes; lane++) {
        let isNew = !computed.once;
        for (let j = 0; j < given.length; j++) {
          const p = parameterOf[j]!;
          const value = p >= 0 ? theta[p]! : slots[from[readOf[j]!]! + lane]!;
          if (!Object.is(given[j], value)) isNew = true;
          given[j] = value;
        }
        if (isNew) {
          computed.once = false;
          program.setInputs(given);
          count();
          computed.once = true;
        }
        slots[to[0]! + lane] = sums[0]!;
        slots[to[1]! + lane] = sums[1]!;
      }
    },
  };
}

const SWITCHES: ReadonlySet<number> = /* @__PURE__ */ codesOf("positive", "equal", "sign");

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
