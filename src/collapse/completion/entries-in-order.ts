/**
 * Entries of ordered vectors that were summed out. What is drawn is how many entries lie below each threshold, and that says in which cell each
 * entry lies: of (0, 1, 1, 3) below four thresholds the first entry is between the first two. Within a cell the entries are drawn independently of each
 * other and then put in order, as in the prior.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { OrderedLatents, Variable } from "../variable.ts";
import type { Batch, CompletedLatent } from "./completed.ts";

/** One vector. */
export interface EntriesInOrder {
  /** Its entries as latents with the vector's cells, each by itself. */
  readonly entries: readonly Variable[];
  /** Says in which cell each entry lies, and with which probability in each. */
  readonly place: (found: readonly CompletedLatent[], batch: Batch) => void;
  /** Puts the drawn entries in order. */
  readonly sort: (found: readonly CompletedLatent[], batch: Batch) => void;
}

/** The vectors of which variables are; `found` has the entries of all after the variables, in this order. */
export function vectorsIn(graph: Graph, variables: readonly Variable[]): EntriesInOrder[] {
  const byVector = new Map<OrderedLatents, number[]>();
  variables.forEach(({ meaning }, v) => {
    if (meaning.kind !== "passed") return;
    const own = byVector.get(meaning.vector) ?? [];
    own[meaning.threshold] = v;
    byVector.set(meaning.vector, own);
  });
  let first = variables.length;
  return [...byVector].map(([vector, counts]) => {
    const own = first;
    first += vector.latents.length;
    return inOrder(graph, vector, counts, own);
  });
}

function inOrder(graph: Graph, vector: OrderedLatents, counts: readonly number[], first: number): EntriesInOrder {
  const { latents, of, at, transform } = vector;
  const [low, high] = [graph.constant(-Infinity), graph.constant(Infinity)];
  const ends = [...at, high].map((end, j): readonly [NodeId, NodeId] => [at[j - 1] ?? low, end]);
  const entries = latents.map(
    (latent): Variable => ({
      name: latent.name,
      size: ends.length,
      reads: [],
      readAt: () => high,
      runs: () => [0],
      logMasses: [],
      live: latent.live,
      meaning: { kind: "cells", latent: { ...latent, prior: of, transform: undefined }, ends },
    }),
  );
  const drawnOf = (found: readonly CompletedLatent[]): readonly CompletedLatent[] =>
    found.slice(first, first + latents.length);
  return {
    entries,
    place(found, { first: from, points, draws }) {
      drawnOf(found).forEach(({ cell, probabilities }, i) => {
        cell.fill(0, from, from + points);
        for (const v of counts) {
          const below = found[v]!.cell;
          for (let d = from; d < from + points; d++) if (below[d]! <= i) cell[d]!++;
        }
        // By draw the probability of lying above the threshold before; numbers of neighbouring draws are neighbours.
        let above = new Float64Array(points).fill(1);
        for (let j = 0; j <= counts.length; j++) {
          const next = new Float64Array(points);
          if (j < counts.length) {
            const own = found[counts[j]!]!.probabilities;
            for (let count = 0; count <= i; count++)
              for (let p = 0; p < points; p++) next[p]! += own[count * draws + from + p]!;
          }
          for (let p = 0; p < points; p++) probabilities[j * draws + from + p] = Math.max(0, above[p]! - next[p]!);
          above = next;
        }
      });
    },
    sort(found, { first: from, points }) {
      const drawn = drawnOf(found);
      for (let d = from; d < from + points; d++) {
        const sorted = Float64Array.from(drawn, ({ value }) => value[d]!).sort();
        const inputs = transform.inverse([...sorted]);
        drawn.forEach(({ value, input }, i) => {
          value[d] = sorted[i]!;
          input[d] = inputs[i] as number;
        });
      }
    },
  };
}
