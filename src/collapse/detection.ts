/**
 * Which latents may be summed out: those that reach the model only through conditions on which a threshold is proven. Of z ~ N(0, 1) in
 * where(z > 1, 2, 3) only the truth of z > 1 matters; of one in where(z > 1, z, 3) the value does, and it is kept.
 */
import { nodeOf, type Real } from "../autodiff/expr.ts";
import { type LinearForm, linearForm } from "../autodiff/graph/linear-form.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { Session } from "../autodiff/session.ts";
import { type Distribution, endsOf } from "../distributions/distribution.ts";
import { mapped } from "../pieces/lists.ts";
import type { Pieces } from "../pieces/pieces.ts";
import type { Latent, Trace } from "../program/trace.ts";
import { cellsOf } from "./cells.ts";
import { Dependence, priorSite, type Reading } from "./dependence.ts";
import { readsOf } from "./reads.ts";
import { type Crossing, crossingsOf } from "./thresholds/crossings.ts";
import { type OrderedVector, orderedVectors, passagesOf } from "./thresholds/ordered-vectors.ts";
import { ownersOf, type Variable } from "./variable.ts";

/** Linear forms that are made in a piece of the work. */
const FORMS_EACH = 64;

/** The reason of a latent that a choice leaves out. */
export const NOT_ASKED = "not asked for";

/** A latent that is kept, and why, in words. */
export interface Kept {
  readonly latent: string;
  readonly reason: string;
}

export interface Detection {
  readonly variables: readonly Variable[];
  readonly kept: readonly Kept[];
}

/** Whether a latent may be summed out; an entry of a vector in order is asked for by its own name or by that of the vector. */
export type Asked = (name: string, vector?: string) => boolean;

/** The latents that can be summed out of those that `asked` lets through, in the order of declaration; in pieces. */
export function* detecting(trace: Trace, asked: Asked): Pieces<Detection> {
  const { latents } = trace;
  const dependence = yield* Dependence.of(trace);
  yield;
  const reasons = new Map<Latent, string>();
  const readings = new Map<Latent, Reading>();
  for (const latent of latents) {
    yield;
    const reason = asked(latent.name) ? dependence.use(latent.node, priorSite(latent.name)) : NOT_ASKED;
    if (reason !== undefined) reasons.set(latent, reason);
    else readings.set(latent, dependence.reading(latent.node));
  }
  // Where latents share a condition, the one with the fewest conditions is summed out and the others stay.
  const taken = new Map<Latent, Variable>();
  const crossings = new Map<Latent, readonly Crossing[]>();
  const vectors = new Set<Latent>();
  const owner = new Map<NodeId, string>();
  const byConditions = [...readings].sort(([, p], [, q]) => p.conditions.length - q.conditions.length);
  for (const [latent, reading] of byConditions) {
    const shared = reading.conditions.find((condition) => owner.has(condition));
    const variable =
      reading.conditions.length === 0
        ? "no condition reads it"
        : shared !== undefined
          ? `it shares a condition with "${owner.get(shared)}", which is summed out`
          : yield* variableOf(trace, latent, reading, crossings);
    if (typeof variable === "string") {
      reasons.set(latent, variable);
      continue;
    }
    taken.set(latent, variable);
    for (const condition of reading.conditions) owner.set(condition, latent.name);
  }
  yield* keepVanishing(trace, taken, reasons, crossings, owner);
  keepDeciders(trace, taken, reasons);
  const variables = latents.flatMap((latent) => taken.get(latent) ?? []);
  for (const vector of orderedVectors(trace)) {
    yield;
    const passages = passagesIn(trace, dependence, vector, asked, owner);
    if (typeof passages === "string") for (const latent of vector.latents) reasons.set(latent, passages);
    else {
      variables.push(...passages);
      for (const latent of vector.latents) vectors.add(latent);
    }
  }
  return {
    variables,
    kept: latents
      .filter((latent) => !taken.has(latent) && !vectors.has(latent))
      .map((latent) => ({
        latent: latent.name,
        reason: reasons.get(latent)!,
      })),
  };
}

// The variables of a vector in order, if conditions alone read it that no other latent owns.
function passagesIn(
  trace: Trace,
  dependence: Dependence,
  vector: OrderedVector,
  asked: Asked,
  owner: ReadonlyMap<NodeId, string>,
): Variable[] | string {
  const { latents, name } = vector;
  if (!latents.every((latent) => asked(latent.name, name))) return NOT_ASKED;
  const used = latents.map(({ node }) => dependence.use(node, priorSite(name))).find((reason) => reason !== undefined);
  if (used !== undefined) return used;
  const readings = latents.map(({ node }) => dependence.reading(node));
  const conditions = [...new Set(readings.flatMap((reading) => reading.conditions))].sort((p, q) => p - q);
  if (conditions.length === 0) return "no condition reads it";
  const shared = conditions.find((condition) => owner.has(condition));
  if (shared !== undefined) return `it shares a condition with "${owner.get(shared)}", which is summed out`;
  return passagesOf(trace, vector, conditions, new Set(readings.flatMap(({ moved }) => [...moved])));
}

function* variableOf(
  { graph }: Trace,
  latent: Latent,
  reading: Reading,
  found: Map<Latent, readonly Crossing[]>,
): Pieces<Variable | string> {
  const crossings = yield* crossingsOf(graph, latent, reading);
  if (typeof crossings === "string") return crossings;
  found.set(latent, crossings);
  yield;
  return yield* cellsOf(graph, latent, crossings);
}

/**
 * A width w ≥ 0 of a window from a start that is kept: below `1 < start + w` its cell is that from 0 to 1 − start, which vanishes where `1 > start` changes. ℓ goes
 * as the log of its mass there, through tens of nats within a stretch that no sample meets, to a jump that the other side never sees. So w stays. An end may
 * be traced itself: under `uniform(0, width)` the cell above a threshold of 1 vanishes where `width > 1` changes.
 */
function* keepVanishing(
  { graph, terms }: Trace,
  taken: Map<Latent, Variable>,
  reasons: Map<Latent, string>,
  crossings: ReadonlyMap<Latent, readonly Crossing[]>,
  owner: Map<NodeId, string>,
): Pieces<void> {
  // Most latents have no end, or ends and thresholds are numbers: conditions are looked at when one is met that has both and they are not.
  let kept: ReadonlySet<string> | undefined;
  const session = new Session(graph);
  const isEnd = (end: Real): boolean => typeof end !== "number" || Number.isFinite(end);
  for (const latent of [...taken.keys()]) {
    const ends = endsOf((latent.prior as Distribution).support)
      .filter(isEnd)
      .map((end) => linearForm(graph, nodeOf(session, end)));
    const thresholds = crossings.get(latent)!.flatMap(({ at }) => at);
    // Where a threshold passes an end.
    const passing =
      ends.length === 0
        ? []
        : (yield* mapped(thresholds, FORMS_EACH, (threshold) => {
            const form = linearForm(graph, threshold);
            return ends.flatMap((end) => directionOf(differenceOf(form, end)) ?? []);
          })).flat();
    if (passing.length === 0) continue;
    if (!kept) {
      const others = graph
        .reachable(terms.map(({ node }) => node))
        .filter((node) => graph.op[node] === CODE.positive && !owner.has(node));
      yield;
      kept = new Set(
        (yield* mapped(others, FORMS_EACH, (node) => directionOf(linearForm(graph, graph.a[node]!)) ?? [])).flat(),
      );
    }
    const vanishes = passing.some((direction) => kept!.has(direction));
    if (!vanishes) continue;
    taken.delete(latent);
    for (const [condition, name] of owner) if (name === latent.name) owner.delete(condition);
    reasons.set(latent, "a cell of it vanishes where a condition on others changes");
  }
}

function differenceOf(p: LinearForm, q: LinearForm): LinearForm {
  const coefficients = new Map(p.coefficients);
  for (const [atom, slope] of q.coefficients) coefficients.set(atom, (coefficients.get(atom) ?? 0) - slope);
  return { coefficients, constant: p.constant - q.constant };
}

// Where a form is 0, in words that are the same for multiples of it; undefined for a number.
function directionOf({ coefficients, constant }: LinearForm): string | undefined {
  const sorted = [...coefficients].filter(([, slope]) => slope !== 0).sort(([p], [q]) => p - q);
  if (sorted.length === 0) return undefined;
  const [[, first]] = sorted as [[NodeId, number]];
  return [
    ...sorted.map(([atom, slope]) => `${atom}:${(slope / first).toPrecision(12)}`),
    (constant / first).toPrecision(12),
  ].join();
}

// A latent whose conditions decide whether a kept one exists stays too: without it nothing would say when the other is live.
function keepDeciders({ graph, latents }: Trace, taken: Map<Latent, Variable>, reasons: Map<Latent, string>): void {
  for (;;) {
    const order = [...taken.keys()];
    const owners = ownersOf([...taken.values()]);
    const decided = latents.filter((latent) => !taken.has(latent) && !graph.isConstant(latent.live));
    const found = decided.flatMap((latent) =>
      readsOf(graph, [latent.live], owners).map((v) => [order[v]!, latent.name] as const),
    );
    if (found.length === 0) return;
    for (const [decider, name] of found) {
      taken.delete(decider);
      reasons.set(decider, `it decides whether "${name}", which is kept, exists`);
    }
  }
}
