/**
 * The scores of a guide, ∂ log q/∂θ at a draw z that stays where it is: for z ~ N(μ, σ²) and θ = μ, (z − μ)/σ². The path of a draw needs none, so that
 * `nondiff/core` does without this file.
 */
import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { GuideNodes } from "./guide.ts";

/** What makes the scores of a guide; of mean field ∂ log q/∂μ = ε/σ and ∂ log q/∂ρ = (ε² − 1)/σ · sigmoid(ρ). */
export function scoresOf({ algebra: A }: Graph, guide: GuideNodes): NonNullable<GuideNodes["scores"]> {
  const { epsilon, sigmas, parameters } = guide;
  const rhos = parameters.slice(epsilon.length);
  return (
    guide.scores ??
    ((count): NodeId[] => [
      ...epsilon.map((node, i) => count(i, A.div(node, sigmas[i]!))),
      ...epsilon.map((node, i) =>
        count(i, A.mul(A.add(A.square(node), A.constant(-1)), A.div(A.sigmoid(rhos[i]!), sigmas[i]!))),
      ),
    ])
  );
}
