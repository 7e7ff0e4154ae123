/**
 * The random numbers of a program, each with one standard normal of its own: its latents under the guide, and its frozen sites.
 *
 * A condition is moved onto its boundary by moving noises, so it is written in inputs each of which one noise moves: the bases.
 * Under mean field the latents are such inputs. Where the guide correlates a and b, b moves with the noise of a too; both get
 * bases d_a = σ_a·ε_a and d_b = σ_b·ε_b, and the condition a + b > 0 reads μ_a + d_a + μ_b + d_b + C_ba·d_a > 0, affine in both.
 */
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Bases, GuideNodes } from "../guides/guide.ts";
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
export function variablesOf(
  { graph, latents, frozen }: Trace,
  guide: GuideNodes,
  bases: Bases | undefined,
): Variable[] {
  const { algebra: A } = graph;
  const { epsilon: noises, sigmas, columns } = guide;
  const [zero, one] = [graph.constant(0), graph.constant(1)];
  const variables = latents.map(({ name, node }, i): Variable => {
    const sigma = sigmas[i]!;
    const base = bases?.inputs[i] ?? node;
    const given = guide.given(i, (j) => noises[j]!);
    const moved = columns[i]!.map(({ latent, share }) => ({
      node: latents[latent]!.node,
      coefficient: A.mul(share, sigma),
    }));
    const column = [{ node, coefficient: sigma }, ...moved];
    return { name, node, base, mean: base === node ? given : zero, sigma, epsilon: noises[i]!, given, column };
  });
  for (const { name, noise: node } of frozen) {
    const column = [{ node, coefficient: one }];
    variables.push({ name, node, base: node, mean: zero, sigma: one, epsilon: node, given: zero, column });
  }
  return variables;
}
