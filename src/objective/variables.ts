/**
 * The random numbers of a program, each with one standard normal of its own: its latents under the guide, and its frozen sites.
 *
 * A condition is moved onto its boundary by moving noises, so it is written in inputs each of which one noise moves: the bases.
 * Under mean field the latents are such inputs. Where the guide correlates a and b, b moves with the noise of a too; both get
 * bases d_a = σ_a·ε_a and d_b = σ_b·ε_b, and the condition a + b > 0 reads μ_a + d_a + μ_b + d_b + C_ba·d_a > 0, affine in both.
 */
import { DenseReplacement, type Replacement } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { type GuideNodes, meanGiven } from "../guides/guide.ts";
import type { Trace } from "../program/trace.ts";

export interface Variable {
  readonly name: string;
  /** The input that stands for it in the trace. */
  readonly node: NodeId;
  /** The input that its own noise moves and no other, mean + sigma·epsilon; the same as `node` unless the guide correlates it. */
  readonly base: NodeId;
  readonly mean: NodeId;
  readonly sigma: NodeId;
  /** Its standard normal; the same as `node` for frozen noise. */
  readonly epsilon: NodeId;
  /** The mean of the variable itself given the other noises. */
  readonly given: NodeId;
  /** The inputs of the trace that its noise moves, itself first, and how much. */
  readonly column: readonly { readonly node: NodeId; readonly coefficient: NodeId }[];
}

/** Latents in declaration order, then the noise of frozen sites. */
export function variablesOf({ graph, latents, frozen }: Trace, guide: GuideNodes): Variable[] {
  const { algebra: A } = graph;
  const { epsilon, means, sigmas, rows } = guide;
  const [zero, one] = [graph.constant(0), graph.constant(1)];
  const columns = latents.map(({ node }, i) => [{ node, coefficient: sigmas[i]! }]);
  rows.forEach((row, i) => {
    for (const { latent, share } of row)
      columns[latent]!.push({ node: latents[i]!.node, coefficient: A.mul(share, sigmas[latent]!) });
  });
  return [
    ...latents.map(({ name, node }, i): Variable => {
      const alone = rows[i]!.length === 0 && columns[i]!.length === 1;
      return {
        name,
        node,
        base: alone ? node : graph.input(`deviation[${name}]`, true),
        mean: alone ? means[i]! : zero,
        sigma: sigmas[i]!,
        epsilon: epsilon[i]!,
        given: meanGiven(graph, guide, i, (j) => epsilon[j]!),
        column: columns[i]!,
      };
    }),
    ...frozen.map(
      ({ name, noise }): Variable => ({
        name,
        node: noise,
        base: noise,
        mean: zero,
        sigma: one,
        epsilon: noise,
        given: zero,
        column: [{ node: noise, coefficient: one }],
      }),
    ),
  ];
}

/** Substitution that writes each correlated latent in the bases that move it; undefined if there is none. */
export function inNoises(
  { graph, latents }: Trace,
  { means, rows }: GuideNodes,
  variables: readonly Variable[],
): Replacement | undefined {
  const { algebra: A } = graph;
  const based = new DenseReplacement();
  let some = false;
  latents.forEach(({ node }, i) => {
    const { base } = variables[i]!;
    if (base === node) return;
    const shares = rows[i]!.map(({ latent, share }) => A.mul(share, variables[latent]!.base));
    based.set(node, A.add(means[i]!, A.add(base, graph.sum(shares))));
    some = true;
  });
  return some ? based : undefined;
}
