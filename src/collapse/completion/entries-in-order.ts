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
        for (let d = from; d < from + points; d++) {
          cell[d] = counts.filter((v) => found[v]!.cell[d]! <= i).length;
          let above = 1; // the probability of lying above the threshold before
          for (let j = 0; j <= counts.length; j++) {
            let next = 0;
            if (j < counts.length)
              for (let count = 0; count <= i; count++) next += found[counts[j]!]!.probabilities[count * draws + d]!;
            probabilities[j * draws + d] = Math.max(0, above - next);
            above = next;
          }
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
