/**
 * The full-rank Gaussian guide, under which latents are correlated: z = μ + C(w − μ) with w_i = μ_i + σ_i·ε_i, σ_i = softplus(ρ_i),
 * and C unit lower triangular in the order of declaration. θ holds the μ of all latents, the ρ of all, and the entries of C below
 * the diagonal row by row. With σ = [1, 0.5] and C_10 = 0.8 the second latent is z_1 = μ_1 + 0.5·ε_1 + 0.8·ε_0: its sd is 0.94, its
 * correlation with the first 0.85. At C = 0 the guide is mean field, where a fit starts.
 *
 * `pairs` frees only the entries of those pairs; all other entries stay 0. Source: Kucukelbir et al., "Automatic Differentiation
 * Variational Inference", JMLR 2017, section 2.4, whose Cholesky factor is C·diag(σ) here.
 */

import { describe } from "../autodiff/expr.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { append } from "../autodiff/graph/multimap.ts";
import { DenseReplacement } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import type { Trace } from "../program/trace.ts";
import type { Pair as Entry } from "./chart.ts";
import {
  type Bases,
  type Guide,
  type GuideNodes,
  type GuideSpace,
  type ParameterPart,
  parameterNames,
  type Share,
} from "./guide.ts";
import { initialMeanField, meanFieldInputs, meanFieldParts, sdOfRho } from "./mean-field.ts";

export interface FullRankOptions {
  /** The pairs of latents, by name and in any order, whose entries of C are free (default all); `lower` has one number for each. */
  readonly pairs?: readonly (readonly [string, string])[] | undefined;
}

/**
 * The guide under which latents are jointly normal: `fit(model, { guide: fullRank() })`. It has n(n − 1)/2 parameters more than
 * `meanField()`; `fullRank({ pairs: [["slope", "intercept"]] })` has one. Throws RangeError for pairs that are no pairs.
 */
export function fullRank(options: FullRankOptions = {}): Guide {
  requireNoMore("fullRank", 1, arguments);
  requireOptions<FullRankOptions>("fullRank", options, { pairs: "any" });
  const { pairs } = options;
  if (pairs !== undefined) requirePairs(pairs);
  return { name: "full-rank", over: (trace) => fullRankOver(trace, pairs) };
}

function requirePairs(pairs: unknown): void {
  if (!Array.isArray(pairs))
    throw new RangeError(
      `fullRank: pairs is no list; got ${describe(pairs)}, expected pairs of names such as [["a", "b"]]`,
    );
  const seen = new Set<string>();
  for (const pair of pairs as unknown[]) {
    const shown = JSON.stringify(pair);
    if (!Array.isArray(pair) || pair.length !== 2 || pair.some((name) => typeof name !== "string"))
      throw new RangeError(`fullRank: not a pair of latents; got ${shown}, expected two names such as ["a", "b"]`);
    if (pair[0] === pair[1])
      throw new RangeError(`fullRank: a latent paired with itself; got ${shown}, expected two different latents`);
    const key = JSON.stringify([...pair].sort());
    if (seen.has(key)) throw new RangeError(`fullRank: a pair twice; got ${shown} again, expected every pair once`);
    seen.add(key);
  }
}

// An entry of C: how much of the deviation of the latent `column` is in the latent `row`, which is declared later.
function entriesOf({ model, latents }: Trace, pairs: FullRankOptions["pairs"]): Entry[] {
  if (!pairs) return latents.flatMap((_, row) => Array.from({ length: row }, (_, column) => ({ row, column })));
  const indexOf = new Map(latents.map(({ name }, i) => [name, i]));
  return pairs.map((pair) => {
    const [p, q] = pair.map((name) => {
      const index = indexOf.get(name);
      if (index !== undefined) return index;
      const names = latents.slice(0, 12).map((latent) => latent.name);
      throw new RangeError(
        `fullRank: no such latent in model "${model.name}"; got ${JSON.stringify(name)} in a pair, expected one of ${names.join(", ")}${latents.length > 12 ? ", …" : ""}`,
      );
    }) as [number, number];
    return { row: Math.max(p, q), column: Math.min(p, q) };
  });
}

function fullRankOver(trace: Trace, pairs: FullRankOptions["pairs"]): GuideSpace {
  const entries = entriesOf(trace, pairs);
  const { latents } = trace;
  const n = latents.length;
  const names = entries.map(({ row, column }) => `${latents[row]!.name} on ${latents[column]!.name}`);
  const parts: ParameterPart[] = [...meanFieldParts(trace), { key: "lower", of: "pairs", names }];
  const space: GuideSpace = {
    name: "full-rank",
    trace,
    latents: parts[0]!.names,
    parts,
    initial() {
      const { mu, rho } = initialMeanField(trace);
      return { mu, rho, lower: new Float64Array(entries.length) };
    },
    pairs: entries,
    numbers: (theta) => ({
      means: theta.slice(0, n),
      sigmas: theta.slice(n, 2 * n).map(sdOfRho),
      rows: rowsOf(n, entries, [...theta.subarray(2 * n)]),
    }),
    place: (graph) => fullRankNodes(graph, space, entries),
  };
  return space;
}

function rowsOf<T>(n: number, entries: readonly Entry[], shares: readonly T[]): Share<T>[][] {
  const rows = Array.from({ length: n }, (): Share<T>[] => []);
  entries.forEach(({ row, column }, k) => {
    rows[row]!.push({ latent: column, share: shares[k]! });
  });
  return rows;
}

// Latent i is μ_i + d_i + Σ_j C_ij·d_j, where the input d_i stands for σ_i·ε_i.
function basesOf(
  graph: Graph,
  { latents: names }: GuideSpace,
  latents: readonly NodeId[],
  mu: readonly NodeId[],
  rows: readonly (readonly Share<NodeId>[])[],
): Bases {
  const { algebra: A } = graph;
  const correlated = new Set(rows.flatMap((row, i) => row.flatMap(({ latent }) => [i, latent])));
  const inputs = latents.map((node, i) => (correlated.has(i) ? graph.input(`deviation[${names[i]}]`, true) : node));
  const written = new DenseReplacement();
  for (const i of correlated) {
    const shares = rows[i]!.map(({ latent, share }) => A.mul(share, inputs[latent]!));
    written.set(latents[i]!, A.add(mu[i]!, A.add(inputs[i]!, graph.sum(shares))));
  }
  return { inputs, written };
}

function fullRankNodes(graph: Graph, space: GuideSpace, entries: readonly Entry[]): GuideNodes {
  const { algebra: A } = graph;
  const { mu, rho, sigma, epsilon } = meanFieldInputs(graph, space.latents);
  const n = mu.length;
  const lower = parameterNames(space)
    .slice(2 * n)
    .map((name) => graph.input(name, false));
  const rows = rowsOf(n, entries, lower);
  return {
    space,
    parameters: [...mu, ...rho, ...lower],
    epsilon,
    sigmas: sigma,
    given(latent, noise) {
      const shares = rows[latent]!.map(({ latent: j, share }) => A.mul(A.mul(share, sigma[j]!), noise(j)));
      return A.add(mu[latent]!, graph.sum(shares));
    },
    columns: rowsOf(
      n,
      entries.map(({ row, column }) => ({ row: column, column: row })),
      lower,
    ),
    ...(entries.length > 0 && { bases: (latents) => basesOf(graph, space, latents, mu, rows) }),
    slopes(byLatent, noise) {
      const slopes = new Map(byLatent);
      // What is known of z reaches the deviation of a latent by the latent itself and by the later ones that have a share of it.
      const deviations = new Map([...byLatent].map(([i, slope]) => [i, [slope]]));
      entries.forEach(({ row, column }, k) => {
        const slope = byLatent.get(row);
        if (slope === undefined) return;
        append(deviations, column, A.mul(slope, lower[k]!));
        slopes.set(2 * n + k, A.mul(slope, A.mul(sigma[column]!, noise(column))));
      });
      for (const [j, parts] of deviations)
        slopes.set(n + j, A.mul(A.mul(graph.sum(parts), noise(j)), A.sigmoid(rho[j]!)));
      return slopes;
    },
    // With d = C⁻¹(z − μ) = σε: ∂ log q/∂μ = x, the solution of Cᵀx = ε/σ, from the last latent to the first; ∂ log q/∂C_ij = x_i·d_j.
    scores(count) {
      const x = epsilon.map((node, i) => count(i, A.div(node, sigma[i]!)));
      for (let i = n - 1; i >= 0; i--)
        for (const { latent, share } of rows[i]!) x[latent] = A.sub(x[latent]!, A.mul(share, x[i]!));
      return [
        ...x,
        ...epsilon.map((node, i) =>
          count(i, A.mul(A.add(A.square(node), A.constant(-1)), A.div(A.sigmoid(rho[i]!), sigma[i]!))),
        ),
        ...entries.map(({ row, column }) => A.mul(x[row]!, A.mul(sigma[column]!, epsilon[column]!))),
      ];
    },
  };
}
