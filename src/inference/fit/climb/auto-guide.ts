/**
 * The guide that a fit takes unless told otherwise: correlated normals where the density does not jump, so that the whole covariance can be
 * fitted by natural gradients; of more than a few latents, as 100 effects of `normal(mu, tau)`, only those are correlated that a term has in common; independent
 * ones elsewhere. With latents summed out that reach the model only through conditions, most models with ifs do not jump any more.
 */
import { CODE } from "../../../autodiff/ops/codes.ts";
import { fullRank } from "../../../guides/full-rank.ts";
import type { Guide } from "../../../guides/guide.ts";
import { meanField } from "../../../guides/mean-field.ts";
import { neighbours } from "../../../guides/neighbours.ts";
import { smoothlyMoved } from "../../../objective/objective.ts";
import type { Trace } from "../../../program/trace.ts";

/** Latents of a guide whose correlations are all free: 40 have 780, and a step takes 40³ operations. */
const MOST_CORRELATED = 40;
/** Latents of a guide in which neighbours are correlated. */
const MOST_NEAR = 256;
/** Correlations for each of them: the ability of who answers ten questions has one with each question, and one with the scale of abilities. */
const MOST_EACH = 16;

export const AUTO_GUIDE: Guide = { name: "auto", over: (trace) => chosen(trace).over(trace) };

function chosen(trace: Trace): Guide {
  const { length } = trace.latents;
  if (length < 2 || length > MOST_NEAR || jumps(trace)) return meanField();
  if (length <= MOST_CORRELATED) return fullRank();
  const pairs = neighbours(trace, MOST_EACH * length);
  return pairs?.length ? fullRank({ pairs }) : meanField();
}

function jumps({ graph, latents, terms }: Trace): boolean {
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const moved = smoothlyMoved(
    graph,
    latents.map(({ node }) => node),
    nodes,
  );
  return nodes.some((node) => graph.op[node] === CODE.positive && moved[graph.a[node]!] === 1);
}
