/**
 * Which latents are neighbours: those that a term of the density has in common. In
 *
 *     const [mu, tau] = [sample("mu", normal(0, 10)), sample("tau", halfNormal(1))];
 *     const effects = groups.map((group) => sample(group, normal(mu, tau)));
 *
 * each effect has mu and tau for neighbours, and no other effect. Given mu and tau the effects are independent, so that a guide in which each is
 * correlated with its neighbours alone misses nothing: of 100 effects that is 201 correlations in place of 5151.
 *
 * A guide z = μ + Lε has a row of L for each latent, in the order of their declaration. Where a row has a column it has all columns of that one's row, so
 * that a step of the whole covariance stays within these pairs. A chain, whose every latent has the one before it for a neighbour, has all pairs.
 */
import type { Trace } from "../program/trace.ts";

type Row = Set<number>;

/** The pairs of latents to correlate, by name; undefined where there are more than `most`. */
export function neighbours(trace: Trace, most: number): [string, string][] | undefined {
  const { latents } = trace;
  const near = nearOf(trace);
  const isHub = near.map((row) => row.size > HUB);
  let count = 0;
  const rows: Row[] = [];
  for (let i = 0; i < near.length; i++) {
    const row: Row = new Set();
    for (let j = 0; j < i; j++) {
      const isPair = isHub[i] ? isHub[j] : near[i]!.has(j);
      if (isPair) for (const column of [j, ...rows[j]!]) row.add(column);
    }
    count += row.size;
    if (count > most) return undefined;
    rows.push(row);
  }
  return rows.flatMap((row, i) => [...row].map((j): [string, string] => [latents[i]!.name, latents[j]!.name]));
}

/**
 * A latent with more neighbours, as mu above, is correlated with others like it and with what is declared after it: a scale that is declared after 100
 * effects, whose row would have them all, is not correlated with them.
 */
const HUB = 12;

// Of each latent the others with which it has a term in common.
function nearOf({ graph, latents, terms }: Trace): Row[] {
  const words = (latents.length + 31) >>> 5;
  // Of each node the latents that it depends on, a bit for each.
  const reads = new Int32Array(words * graph.size);
  latents.forEach(({ node }, i) => {
    reads[words * node + (i >>> 5)] = 1 << (i & 31);
  });
  for (const node of graph.reachable(terms.map((term) => term.node)))
    for (const operand of graph.operands(node))
      for (let w = 0; w < words; w++) reads[words * node + w]! |= reads[words * operand + w]!;
  const near = latents.map((): Row => new Set());
  for (const { node } of terms) {
    const of = latents.flatMap((_, i) => ((reads[words * node + (i >>> 5)]! >>> (i & 31)) & 1 ? [i] : []));
    for (const i of of) for (const j of of) if (i !== j) near[i]!.add(j);
  }
  return near;
}
