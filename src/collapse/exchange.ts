/** Parts of a trace that a finite variable may decide, beside the terms: which latents exist, and which ranges are kept to. */
import type { Graph } from "../autodiff/graph/graph.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { RangeCheck } from "../autodiff/session.ts";
import type { Latent, Term } from "../program/trace.ts";
import { priorSite } from "./dependence.ts";
import { readsOf } from "./reads.ts";
import { placesOf, type Tables } from "./tables.ts";
import type { Owners } from "./variable.ts";

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
  const bySite = new Map(decided.map((latent) => [priorSite(latent.name), latent]));
  const always = graph.truth(true);
  return {
    latents: latents.map((latent) => (decided.includes(latent) ? { ...latent, live: always } : latent)),
    terms: terms.map((term) => {
      const latent = bySite.get(term.site);
      return latent ? { ...term, node: unmasked(graph, term.node, latent.live), live: always } : term;
    }),
  };
}

function unmasked(graph: Graph, node: NodeId, mask: NodeId): NodeId {
  const isNegated = graph.op[mask] === CODE.not;
  const map = new Map([[isNegated ? graph.a[mask]! : mask, graph.truth(!isNegated)]]);
  return substitute(graph, [node], map)[0]!;
}

/** Ranges that hold at every value of the variables where they held at one. */
export function checksAt(tables: Tables, checks: readonly RangeCheck[]): readonly RangeCheck[] {
  const { graph } = tables;
  return checks.flatMap((check) => {
    const both = [tables.of(check.ok), tables.of(check.value)];
    const axes = tables.joined(both);
    const [oks, values] = both.map((table) => Array.from(placesOf(table, axes), (place) => table.entries[place]!));
    return oks!.flatMap((ok, j) => (graph.is(ok, -1) ? [] : [{ ...check, ok, value: values![j]! }]));
  });
}
