/** Parts of a trace that a finite variable may decide, beside the terms: which latents exist, and which ranges are kept to. */
import type { Graph } from "../autodiff/graph/graph.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { RangeCheck } from "../autodiff/session.ts";
import type { Latent, Term } from "../program/trace.ts";
import { priorSite } from "./dependence.ts";
import { readsOf } from "./reads.ts";
import { type Axis, placesOf } from "./table.ts";
import type { Tabulation } from "./tabulation.ts";
import { latentsOf, type Owners } from "./variable.ts";

/**
 * Kept latents that exist only at some values of a discrete latent exist always: where the arm is not taken nothing reads them, so
 * that their prior, an extra factor there, integrates to 1. With k summed out no sample would say whether they are live.
 */
export function freed(
  graph: Graph,
  latents: readonly Latent[],
  terms: readonly Term[],
  owners: Owners,
): { latents: readonly Latent[]; terms: readonly Term[] } {
  const decided = latents.filter(({ live }) => readsOf(graph, [live], owners).length > 0);
  if (decided.length === 0) return { latents, terms };
  const bySite = new Map(decided.flatMap((latent) => sitesOf(latent).map((site) => [site, latent])));
  const always = graph.truth(true);
  return {
    latents: latents.map((latent) => (decided.includes(latent) ? { ...latent, live: always } : latent)),
    terms: terms.map((term) => {
      const latent = bySite.get(term.site);
      return latent ? { ...term, node: unmasked(graph, term.node, latent.live), live: always } : term;
    }),
  };
}

// Where the prior of a latent may stand: at its own site, or at that of the vector or matrix of which it is an entry.
function sitesOf({ name }: Latent): string[] {
  const names = [name];
  for (let at = name.lastIndexOf("["); at > 0; at = name.lastIndexOf("[", at - 1)) names.push(name.slice(0, at));
  return names.map(priorSite);
}

function unmasked(graph: Graph, node: NodeId, mask: NodeId): NodeId {
  const isNegated = graph.op[mask] === CODE.not;
  const map = new Map([[isNegated ? graph.a[mask]! : mask, graph.truth(!isNegated)]]);
  return substitute(graph, [node], map)[0]!;
}

/** Ranges that a program states, when the variables are summed out. */
interface Ranges {
  readonly checks: readonly RangeCheck[];
  /** Variables that leave a range where they have mass, and of which the message would have to say where: they have to be kept. */
  readonly leaving: readonly number[];
}

/**
 * Ranges that hold at every value of the variables where they held at one. `floor(z, { from: 0, to: 4 })` states 0 ≤ z < 5, which under
 * z ~ uniform(0, 5) holds in every cell that has mass, and nothing is left to check.
 */
export function rangesAt(tables: Tabulation, checks: readonly RangeCheck[]): Ranges {
  const { graph } = tables;
  const found: RangeCheck[] = [];
  const leaving = new Set<number>();
  for (const check of checks) {
    const both = [tables.of(check.ok), tables.of(check.value)];
    const axes = tables.joined(both);
    const [oks, values] = both.map((table) => Array.from(placesOf(table, axes), (place) => table.entries[place]!));
    const inputs = new Map(
      tables.variables.flatMap((variable, v) => latentsOf(variable).map(({ node }) => [node, v] as const)),
    );
    eachPossible(tables, axes, (j) => {
      if (graph.is(oks![j]!, -1)) return;
      const read = graph.reachable([values![j]!]).flatMap((node) => inputs.get(node) ?? []);
      for (const v of read) leaving.add(v);
      found.push({ ...check, ok: oks![j]!, value: values![j]! });
    });
  }
  return { checks: found, leaving: [...leaving] };
}

// Calls with the entries of a table that have mass: with all but those at a run of values that have none.
function eachPossible({ graph, variables }: Tabulation, axes: readonly Axis[], visit: (entry: number) => void): void {
  const impossible = graph.constant(Number.NEGATIVE_INFINITY);
  let entries = [0];
  for (const { variable, starts } of axes) {
    const { logMasses } = variables[variable]!;
    const runs = starts.flatMap((start, run) =>
      logMasses.slice(start, starts[run + 1]).some((mass) => mass !== impossible) ? [run] : [],
    );
    entries = entries.flatMap((entry) => runs.map((run) => entry * starts.length + run));
  }
  for (const entry of entries) visit(entry);
}
