/**
 * The guide that a fit takes unless told otherwise: correlated normals where the density does not jump, so that the whole covariance can be
 * fitted by natural gradients, independent ones elsewhere. With latents summed out that reach the model only through conditions, most models
 * with ifs do not jump any more.
 */
import { CODE } from "../../../autodiff/ops/codes.ts";
import { fullRank } from "../../../guides/full-rank.ts";
import type { Guide } from "../../../guides/guide.ts";
import { meanField } from "../../../guides/mean-field.ts";
import { smoothlyMoved } from "../../../objective/objective.ts";
import type { Trace } from "../../../program/trace.ts";

/** Latents of a guide whose correlations are all free: 40 have 780, and a step takes 40³ operations. */
const MOST_CORRELATED = 40;

export const AUTO_GUIDE: Guide = {
  name: "auto",
  over: (trace) => (pays(trace) ? fullRank() : meanField()).over(trace),
};

function pays(trace: Trace): boolean {
  const { graph, latents, terms } = trace;
  if (latents.length < 2 || latents.length > MOST_CORRELATED) return false;
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const moved = smoothlyMoved(
    graph,
    latents.map(({ node }) => node),
    nodes,
  );
  return !nodes.some((node) => graph.op[node] === CODE.positive && moved[graph.a[node]!] === 1);
}
